package backtest

import (
	"math"
	"slices"

	"headroom/analytics/band"
	"headroom/analytics/growth"
	"headroom/analytics/peak"
	"headroom/analytics/season"
)

// The seasonal naive model expects what was there a week before, or the day
// before where nothing was measured then. Its intervals come from how wrong
// that was lately. What cannot beat it is not worth having.

const week = 7

// naiveBand expects the same slot of a week before, ± width times the root mean
// square of its errors at that slot in the last band.Days days.
type naiveBand struct {
	seen  *season.Grid
	width float64
}

func naiveBands(empty *season.Grid, width float64) bander {
	return &naiveBand{seen: empty, width: width}
}

func (n *naiveBand) see(day, slot int, v float64) { n.seen.Day(day - n.seen.First)[slot] = v }

// before returns the value that is expected at a slot of a row.
func (n *naiveBand) before(row, slot int) float64 {
	v := n.at(row-week, slot)
	if v != v {
		v = n.at(row-1, slot)
	}
	return v
}

func (n *naiveBand) at(row, slot int) float64 {
	if row < 0 {
		return math.NaN()
	}
	return n.seen.Values[row*n.seen.Slots+slot]
}

func (n *naiveBand) expect(day, slot int) band.Band {
	row, squares, errs := day-n.seen.First, 0.0, 0
	for i := max(0, row-band.Days); i < row; i++ {
		if e := n.at(i, slot) - n.before(i, slot); e == e {
			squares += e * e
			errs++
		}
	}
	v := n.before(row, slot)
	if v != v || errs < band.MinDays {
		return band.None(errs)
	}
	half := n.width * math.Sqrt(squares/float64(errs))
	return band.Band{Expected: v, Lower: v - half, Upper: v + half, Days: errs}
}

func naivePeak(g *season.Grid, day, asof int, z float64) peak.Forecast {
	return peak.NaiveAsOf(g, day-g.First, asof, z)
}

// naiveGrowth repeats the last week. The interval widens with the root of the
// number of weeks ahead, as that of a random walk from week to week.
func naiveGrowth(peaks []float64, horizon int, level float64) []interval {
	squares, errs := 0.0, 0
	for i := week; i < len(peaks); i++ {
		if e := peaks[i] - peaks[i-week]; e == e {
			squares += e * e
			errs++
		}
	}
	if errs < growth.MinDays {
		return nil
	}
	spread := band.Width(level) * math.Sqrt(squares/float64(errs))
	out, highest := make([]interval, horizon, horizon+1), interval{value: math.Inf(-1)}
	for h := range out {
		v := sameWeekday(peaks, h)
		half := spread * math.Sqrt(float64(h/week+1))
		out[h] = interval{v, v - half, v + half}
		if v >= highest.value { // of equals the last: its interval is the widest
			highest = out[h]
		}
	}
	return append(out, highest)
}

// sameWeekday returns the newest peak of the weekday h + 1 days after the last
// one; the newest of all if there is none.
func sameWeekday(peaks []float64, h int) float64 {
	for i := len(peaks) - week + h%week; i >= 0; i -= week {
		if peaks[i] == peaks[i] {
			return peaks[i]
		}
	}
	for _, v := range slices.Backward(peaks) {
		if v == v {
			return v
		}
	}
	return math.NaN()
}
