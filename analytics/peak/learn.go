package peak

import (
	"math"

	"headroom/analytics/season"
)

// Learn computes what the rows of g before a day say about that day. The day
// itself and later ones are not looked at.
func Learn(g *season.Grid, day int) *Day {
	_, end := g.Rows(g.First, day)
	peaks := make([]float64, end)
	for row := range peaks {
		peaks[row] = season.Peak(g.Day(row), FullShare)
	}
	rows := withError(peaks)
	oldest := end
	if len(rows) > 0 {
		oldest = rows[len(rows)-1]
	}
	h := sumHours(g, peaks, max(0, oldest-BaseDays))
	defer h.release()
	out := &Day{Errors: len(rows), Hour: make([]float64, g.Slots+1)}
	out.Base, out.Days = base(peaks, end)
	h.usual(out.Hour, end)
	out.Spread = spread(g, peaks, rows, h)
	out.Slot = highest(g, peaks)
	return out
}

// base returns the mean of the peaks before a row, and their number.
func base(peaks []float64, row int) (mean float64, days int) {
	mean, days = season.Mean(peaks[max(0, row-BaseDays):row])
	if days < MinBaseDays {
		mean = math.NaN()
	}
	return mean, days
}

// withError returns the last rows that had both a forecast and a peak, the
// newest first.
func withError(peaks []float64) (rows []int) {
	for row := len(peaks) - 1; row >= 0 && len(rows) < ErrorDays; row-- {
		if mean, _ := base(peaks, row); mean == mean && peaks[row] == peaks[row] {
			rows = append(rows, row)
		}
	}
	return rows
}

// spread returns for every slot the standard deviation of the relative errors
// of the rows' forecasts as of that slot.
func spread(g *season.Grid, peaks []float64, rows []int, h *hours) []float64 {
	errs, usual := make([]season.Moment, g.Slots+1), make([]float64, g.Slots+1)
	for _, row := range rows {
		mean, _ := base(peaks, row)
		h.usual(usual, row)
		addErrors(errs, peaks[row], mean, usual, h.last(row), g.Day(row))
	}
	s := make([]float64, len(errs))
	for k, e := range errs {
		var n int
		if n, _, s[k] = e.Stats(); n < MinErrorDays {
			s[k] = math.NaN()
		}
	}
	return s
}

// addErrors adds actual ÷ forecast − 1 of one day for every slot; a forecast of
// 0 has no relative error.
func addErrors(errs []season.Moment, actual, base float64, usual, last, day []float64) {
	seen := math.NaN()
	for k := range errs {
		if k > 0 && (day[k-1] > seen || seen != seen) {
			seen = day[k-1]
		}
		if f := forecast(base, usual[k], last[k], seen); f != 0 {
			errs[k] = errs[k].With(actual/f - 1)
		}
	}
}

// highest returns for every slot where the mean of the last full days is
// highest from that slot on; of equals the first.
func highest(g *season.Grid, peaks []float64) []int16 {
	mean := make([]season.Moment, g.Slots)
	for row := max(0, len(peaks)-BaseDays); row < len(peaks); row++ {
		if peaks[row] == peaks[row] {
			season.AddDay(mean, g.Day(row))
		}
	}
	at := make([]int16, g.Slots+1)
	at[g.Slots] = -1
	top := math.Inf(-1)
	for k := g.Slots - 1; k >= 0; k-- {
		at[k] = at[k+1]
		if _, v, _ := mean[k].Stats(); v >= top {
			at[k], top = int16(k), v
		}
	}
	return at
}
