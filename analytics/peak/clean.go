package peak

import (
	"math"

	"headroom/analytics/calibrate"
)

const (
	// cleanDays is how many days say what is usual at a slot, minCleanDays the
	// least.
	cleanDays, minCleanDays = 14, 7
	// far is how many spreads from the usual a slot is believed; nearby is the
	// share of the usual that is always believed.
	far, nearby = 4, 0.02
)

// cleaner takes out of days that are over what their neighbours do not know:
// the slots of incidents. It keeps the last cleanDays of them, cleaned.
type cleaner struct{ rows [][]float64 }

// clean returns the day with every slot pulled to what is usual there, times
// the level of the day, ± far spreads.
func (c *cleaner) clean(day []float64) []float64 {
	out := append([]float64(nil), day...)
	if len(c.rows) >= minCleanDays {
		c.clip(out)
	}
	c.rows = append(c.rows, out)
	c.rows = c.rows[max(0, len(c.rows)-cleanDays):]
	return out
}

func (c *cleaner) clip(day []float64) {
	usual := c.columns(func(row, slot int) float64 { return c.rows[row][slot] })
	if !(calibrate.Median(usual) > 0) { // not a load: it has no level to scale by
		return
	}
	levels := make([]float64, len(c.rows))
	for i, row := range c.rows {
		levels[i] = level(row, usual)
	}
	spread := smooth(c.columns(func(row, slot int) float64 {
		return math.Abs(c.rows[row][slot] - usual[slot]*levels[row])
	}), hourOf(len(day)))
	today := level(day, usual)
	for i, v := range day {
		expect := usual[i] * today
		reach := far * max(calibrate.Normal*spread[i]*max(1, today), nearby*math.Abs(expect))
		if expect == expect && reach == reach {
			day[i] = min(max(v, expect-reach), expect+reach)
		}
	}
}

// columns returns for every slot the median over the kept days.
func (c *cleaner) columns(at func(row, slot int) float64) []float64 {
	out, column := make([]float64, len(c.rows[0])), make([]float64, len(c.rows))
	for slot := range out {
		for row := range column {
			column[row] = at(row, slot)
		}
		out[slot] = calibrate.Median(column)
	}
	return out
}

// level is the median over the slots of a day ÷ what is usual.
func level(day, usual []float64) float64 {
	ratios := make([]float64, 0, len(day))
	for i, v := range day {
		if usual[i] > 0 {
			ratios = append(ratios, v/usual[i])
		}
	}
	return calibrate.Median(ratios)
}

// smooth returns the mean over reach slots to each side.
func smooth(v []float64, reach int) []float64 {
	out := make([]float64, len(v))
	for i := range out {
		sum, n := 0.0, 0.0
		for _, near := range v[max(0, i-reach):min(len(v), i+reach+1)] {
			if near == near {
				sum, n = sum+near, n+1
			}
		}
		out[i] = sum / n
	}
	return out
}
