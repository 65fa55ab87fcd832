package peak

import (
	"math"
	"sync"

	"headroom/analytics/season"
)

// hours holds for every slot of a run of days the mean of the hour before it,
// and the running sums of these means over the full days, so that the mean over
// any two weeks is a difference. Where nothing but zeros was added the sums did
// not move, and the difference is exactly 0.
type hours struct {
	first, slots int // first row; slots of a day and one more
	mean         []float64
	sum, count   []float64 // one row more than mean: sums of the rows before
	memory       []float64 // holds the three
}

// used keeps the memory of hours, of which each takes 0.4 MB.
var used sync.Pool // of *hours

// newHours returns hours for so many rows; only the sums of the first are set.
func newHours(first, rows, slots int) *hours {
	h, _ := used.Get().(*hours)
	if n := (3*rows + 2) * slots; h == nil || cap(h.memory) < n {
		h = &hours{memory: make([]float64, n)}
	}
	h.first, h.slots = first, slots
	ends := [2]int{rows * slots, (2*rows + 1) * slots}
	h.mean, h.sum, h.count = h.memory[:ends[0]], h.memory[ends[0]:ends[1]], h.memory[ends[1]:ends[1]+(rows+1)*slots]
	clear(h.sum[:slots])
	clear(h.count[:slots])
	return h
}

// release gives the memory back.
func (h *hours) release() { used.Put(h) }

// sumHours sums up the rows from first on, as many as there are peaks.
func sumHours(g *season.Grid, peaks []float64, first int) *hours {
	n, slots := len(peaks)-first, g.Slots+1
	h := newHours(first, n, slots)
	for i := range n {
		mean := h.mean[i*slots : (i+1)*slots]
		trailing(mean, g.Day(first+i))
		full := peaks[first+i] == peaks[first+i]
		for k, v := range mean {
			at := i*slots + k
			sum, count := h.sum[at], h.count[at]
			if full && v == v {
				sum, count = sum+v, count+1
			}
			h.sum[at+slots], h.count[at+slots] = sum, count
		}
	}
	return h
}

// trailing writes the mean of the hour before each slot of a day to dst, cut
// off at midnight; NaN where nothing was measured in it.
func trailing(dst, day []float64) {
	hour := hourOf(len(day))
	sum, count := 0.0, 0.0 // of the slots before k, less those before the hour
	var before struct{ sum, count float64 }
	for k := range dst {
		if k > hour {
			if v := day[k-hour-1]; v == v {
				before.sum, before.count = before.sum+v, before.count+1
			}
		}
		dst[k] = math.NaN()
		if n := count - before.count; n > 0 {
			dst[k] = (sum - before.sum) / n
		}
		if k < len(day) && day[k] == day[k] {
			sum, count = sum+day[k], count+1
		}
	}
}

// last returns the means of the hours of a row.
func (h *hours) last(row int) []float64 {
	return h.mean[(row-h.first)*h.slots : (row-h.first+1)*h.slots]
}

// usual writes the means of the hours over the full days before a row to dst;
// NaN where nothing was measured.
func (h *hours) usual(dst []float64, row int) {
	end := (row - h.first) * h.slots
	begin := max(0, row-BaseDays-h.first) * h.slots
	for k := range dst {
		dst[k] = math.NaN()
		if n := h.count[end+k] - h.count[begin+k]; n > 0 {
			dst[k] = (h.sum[end+k] - h.sum[begin+k]) / n
		}
	}
}
