package peak

import (
	"math"
	"sync"

	"headroom/analytics/calibrate"
	"headroom/analytics/season"
)

const (
	// cleanDays is how many days say what is usual at a slot, minCleanDays the
	// least.
	cleanDays, minCleanDays = 14, 7
	// far is how many spreads from the usual a slot is believed; nearby is the
	// share of the usual that is always believed.
	far, nearby = 4, 0.02
)

// cleans keeps the memory of cleaned days.
var cleans sync.Pool // of *season.Grid

// Clean returns the rows of g before a day without the incidents in them, each
// as the days before it show them. [Release] takes the memory back.
func Clean(g *season.Grid, day int) *season.Grid {
	_, rows := g.Rows(g.First, day)
	out, _ := cleans.Get().(*season.Grid)
	if out == nil || cap(out.Values) < rows*g.Slots {
		out = &season.Grid{Values: make([]float64, rows*g.Slots)}
	}
	out.First, out.Slots, out.Values = g.First, g.Slots, out.Values[:rows*g.Slots]
	var c cleaner
	for row := range rows {
		c.clean(out.Day(row), g.Day(row))
	}
	return out
}

// Release takes back the memory of what [Clean] returned.
func Release(clean *season.Grid) { cleans.Put(clean) }

// cleaner takes out of days that are over what their neighbours do not know:
// the slots of incidents. It keeps the last cleanDays of them, cleaned.
type cleaner struct {
	rows                  [][]float64
	usual, spread, smooth []float64 // by slot, reused from day to day
	ratios                []float64
	levels                [cleanDays]float64
}

// clean writes the day to dst with every slot pulled to what is usual there,
// times the level of the day, ± far spreads. The cleaner keeps dst for a while.
func (c *cleaner) clean(dst, day []float64) []float64 {
	copy(dst, day)
	if len(c.rows) >= minCleanDays {
		c.clip(dst)
	}
	c.rows = append(c.rows, dst)
	c.rows = c.rows[max(0, len(c.rows)-cleanDays):]
	return dst
}

func (c *cleaner) clip(day []float64) {
	if len(c.usual) != len(day) {
		c.usual, c.spread, c.smooth = make([]float64, len(day)), make([]float64, len(day)), make([]float64, len(day))
	}
	c.columns(c.usual, func(row, slot int) float64 { return c.rows[row][slot] })
	if !(calibrate.Median(c.usual) > 0) { // not a load: it has no level to scale by
		return
	}
	for i, row := range c.rows {
		c.levels[i] = c.level(row)
	}
	c.columns(c.spread, func(row, slot int) float64 {
		return math.Abs(c.rows[row][slot] - c.usual[slot]*c.levels[row])
	})
	smooth(c.smooth, c.spread, hourOf(len(day)))
	today := c.level(day)
	for i, v := range day {
		expect := c.usual[i] * today
		reach := far * max(calibrate.Normal*c.smooth[i]*max(1, today), nearby*math.Abs(expect))
		if expect == expect && reach == reach {
			day[i] = min(max(v, expect-reach), expect+reach)
		}
	}
}

// columns writes for every slot the median over the kept days to dst.
func (c *cleaner) columns(dst []float64, at func(row, slot int) float64) {
	var memory [cleanDays]float64
	column := memory[:len(c.rows)]
	for slot := range dst {
		for row := range column {
			column[row] = at(row, slot)
		}
		dst[slot] = calibrate.Median(column)
	}
}

// level is the median over the slots of a day ÷ what is usual.
func (c *cleaner) level(day []float64) float64 {
	c.ratios = c.ratios[:0]
	for i, v := range day {
		if r := v / c.usual[i]; c.usual[i] > 0 && r == r {
			c.ratios = append(c.ratios, r)
		}
	}
	return calibrate.Middle(c.ratios)
}

// smooth writes the mean over reach slots to each side to dst.
func smooth(dst, v []float64, reach int) {
	for i := range dst {
		sum, n := 0.0, 0.0
		for _, near := range v[max(0, i-reach):min(len(v), i+reach+1)] {
			if near == near {
				sum, n = sum+near, n+1
			}
		}
		dst[i] = sum / n
	}
}
