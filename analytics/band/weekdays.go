package band

import (
	"math"
	"slices"
)

const (
	hoursPerDay = 24
	week        = 7 // days
	// weekdayWeeks is how many weeks show what the weekdays are like.
	weekdayWeeks = 6
)

// byHour are numbers by the hour of the day.
type byHour [hoursPerDay]float32

// hourOf is the hour in which a slot begins.
func hourOf(slot, slots int) int { return slot * hoursPerDay / slots }

// around returns the number in the middle of a slot: hours have theirs in their
// middle, and between two of them it changes evenly.
func (h *byHour) around(slot, slots int) float64 {
	x := (float64(slot)+0.5)*hoursPerDay/float64(slots) + hoursPerDay - 0.5
	i := int(x)
	a, b := float64(h[i%hoursPerDay]), float64(h[(i+1)%hoursPerDay])
	return a + (x-float64(i))*(b-a)
}

// weekday is how the weekday of a day differs at a slot from the usual day; known of
// the usual day's own and of the next one. Around midnight it is that of the hour.
func (u *Usual) weekday(day, slot, slots int) float64 {
	h := &u.weekdays[0]
	if day > u.day {
		h = &u.weekdays[1]
	}
	x := min(max((float64(slot)+0.5)*hoursPerDay/float64(slots)-0.5, 0), hoursPerDay-1)
	i := min(int(x), hoursPerDay-2)
	a, b := float64(h[i]), float64(h[i+1])
	return a + (x-float64(i))*(b-a)
}

// hourly are the means of a day's hours, NaN where less than half was measured.
func hourly[T float32 | float64](day []T) (h byHour) {
	var sums [hoursPerDay]float64
	var known, slots [hoursPerDay]int
	for s, v := range day {
		hour := hourOf(s, len(day))
		slots[hour]++
		if v == v {
			sums[hour] += float64(v)
			known[hour]++
		}
	}
	for i := range h {
		h[i] = float32(math.NaN())
		if 2*known[i] >= max(slots[i], 1) {
			h[i] = float32(sums[i] / float64(known[i]))
		}
	}
	return h
}

// weekdays returns how a row's day and the one after it differ as weekdays from the
// usual day: of each hour the median of what the same weekdays of the last weeks were
// off by, of two of them at least. All are shrunk by how little the weeks agree (James
// and Stein), over the seven days before: with s such a median of n weeks and d the
// robust standard deviation around it,
//
//	factor = max(0, 1 − 2 · Σ (d² / n) / Σ s²)
func weekdays(hours []byHour, row int, usual byHour) (out [2]byHour) {
	noise, square := 0.0, 0.0
	for ahead := range week {
		for hour := range hoursPerDay {
			s, variance := likeBefore(hours, row+ahead, hour, usual[hour])
			noise += variance
			square += s * s
			if ahead < len(out) {
				out[ahead][hour] = float32(s)
			}
		}
	}
	factor := float32(0)
	if 2*noise < square {
		factor = float32(1 - 2*noise/square)
	}
	for k := range out {
		for hour := range out[k] {
			out[k][hour] *= factor
		}
	}
	return out
}

// likeBefore is the median of what an hour of a row's weekday was off by in the weeks
// before, and the variance of that; zeros if there are fewer than two.
func likeBefore(hours []byHour, row, hour int, usual float32) (s, variance float64) {
	var off [weekdayWeeks]float64
	n := 0
	for r := row - week; r >= 0 && r >= row-weekdayWeeks*week; r -= week {
		if r >= len(hours) {
			continue
		}
		if v := float64(hours[r][hour] - usual); v == v {
			off[n] = v
			n++
		}
	}
	if n < 2 {
		return 0, 0
	}
	s = middle(off[:n])
	for i := range n {
		off[i] = math.Abs(off[i] - s)
	}
	d := madToSigma * middle(off[:n])
	return s, d * d / float64(n)
}

// middle is the median; it sorts the values.
func middle(values []float64) float64 {
	slices.Sort(values)
	n := len(values)
	return (values[(n-1)/2] + values[n/2]) / 2
}
