package season

import "math"

// FiveMinuteMeans writes the 288 five-minute means of a day of 1440 minutes to
// dst.
func FiveMinuteMeans(dst, minutes []float64) {
	const length = MinutesPerDay / SlotsPerDay
	for i := range dst[:SlotsPerDay] {
		dst[i] = SlotMean(minutes[i*length : (i+1)*length])
	}
}

// SlotMean is the mean of what was measured in a slot; NaN unless at least half
// of it was.
func SlotMean(minutes []float64) float64 {
	mean, n := Mean(minutes)
	if 2*n < len(minutes) {
		return math.NaN()
	}
	return mean
}

// Mean returns the mean of the measured values and their number; NaN of none.
func Mean(values []float64) (mean float64, n int) {
	sum := 0.0
	for _, v := range values {
		if v == v {
			sum += v
			n++
		}
	}
	return sum / float64(n), n
}

// Max returns the largest measured value and its position; NaN, -1 of none.
func Max(values []float64) (highest float64, at int) {
	highest, at = math.NaN(), -1
	for i, v := range values {
		if v > highest || at < 0 && v == v {
			highest, at = v, i
		}
	}
	return highest, at
}

// Full tells whether at least this share of a day's slots was measured.
func Full(slots []float64, share float64) bool {
	n := 0
	for _, v := range slots {
		if v == v {
			n++
		}
	}
	return float64(n) >= share*float64(len(slots))
}

// Peak is the largest value of a day that is [Full] to this share, else NaN.
func Peak(slots []float64, share float64) float64 {
	if !Full(slots, share) {
		return math.NaN()
	}
	highest, _ := Max(slots)
	return highest
}

// Fill lets each value of a day stand for step minutes: it is repeated in the
// following ones, up to the next value. With step ≤ 1 nothing changes.
func Fill(minutes []float64, step int) {
	last, age := math.NaN(), 0
	for i, v := range minutes {
		if v == v {
			last, age = v, 0
			continue
		}
		if age++; age < step {
			minutes[i] = last
		}
	}
}

// FillCoarse is [Fill] with the step that the day itself shows: the median
// distance between its values (of two the shorter), at most an hour. It is for days that are over:
// of a day under way the step may still change.
func FillCoarse(minutes []float64) {
	var steps [61]int // how often each distance occurs; beyond an hour counts as an hour
	n, last := 0, -1
	for i, v := range minutes {
		if v != v {
			continue
		}
		if last >= 0 {
			steps[min(i-last, 60)]++
			n++
		}
		last = i
	}
	if n == 0 {
		return
	}
	for step, below := 0, 0; step < len(steps); step++ {
		if below += steps[step]; 2*below >= n {
			Fill(minutes, step)
			return
		}
	}
}
