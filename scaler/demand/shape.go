package demand

import (
	"math"
	"slices"

	"headroom/analytics/season"
)

const (
	slotLength = 5 // minutes
	slots      = season.MinutesPerDay / slotLength
)

// shape is what a slot of the day usually has, of weekdays and of weekends.
type shape [2][slots]float32

// at returns the usual busy seconds of a local minute: between the middles of
// two slots on the straight line. It is above 0.
func (s *shape) at(class int, minute int) float64 {
	x := float64(minute)/slotLength - 0.5 + 0.5/slotLength
	low := int(math.Floor(x))
	part := x - float64(low)
	a, b := s[class][(low+slots)%slots], s[class][(low+1)%slots]
	return float64(a)*(1-part) + float64(b)*part
}

// weekend tells whether a local day, counted from 1970-01-01, is a Saturday or
// a Sunday.
func weekend(day int32) bool { return ((day+3)%7+7)%7 >= 5 }

// slotMeans is the days of a history in slots of five minutes.
type slotMeans struct {
	days  []int32
	means [][]float64 // NaN where nothing of a slot is known
}

func meansOf(days, minutes []int32, values []float64) (m slotMeans) {
	var sums, counts [slots]float64
	flush := func(day int32) {
		row := make([]float64, slots)
		for i := range row {
			row[i] = sums[i] / counts[i] // NaN of none
		}
		m.days, m.means = append(m.days, day), append(m.means, row)
		sums, counts = [slots]float64{}, [slots]float64{}
	}
	for i, v := range values {
		if i > 0 && days[i] != days[i-1] {
			flush(days[i-1])
		}
		if known(v) {
			sums[minutes[i]/slotLength] += v
			counts[minutes[i]/slotLength]++
		}
	}
	if len(values) > 0 {
		flush(days[len(days)-1])
	}
	return m
}

// shapeOf takes the median over the days that use says. With split, weekends
// have a shape of their own.
func (m slotMeans) shapeOf(split bool, use func(i int) bool) *shape {
	s := &shape{}
	column := make([]float64, 0, len(m.days))
	for class := range s {
		if class == 1 && !split {
			s[1] = s[0]
			break
		}
		for slot := range slots {
			column = column[:0]
			for i, row := range m.means {
				if use(i) && row[slot] == row[slot] && (!split || weekend(m.days[i]) == (class == 1)) {
					column = append(column, row[slot])
				}
			}
			s[class][slot] = float32(median(column))
		}
		fill(s[class][:])
	}
	return s
}

// fill bridges slots that nobody has seen, and keeps all above 0.
func fill(row []float32) {
	var sum, n float64
	for _, v := range row {
		if v == v {
			sum += float64(v)
			n++
		}
	}
	usual := float32(1)
	if sum > 0 {
		usual = float32(sum / n)
	}
	const least = 0.01 // of the usual: below it a ratio says nothing
	last := usual
	for i, v := range row {
		if v != v {
			v = last
		}
		row[i] = max(v, usual*least)
		last = row[i]
	}
}

func median(values []float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	slices.Sort(values)
	return (values[(len(values)-1)/2] + values[len(values)/2]) / 2
}
