package backtest

import (
	"math"

	"headroom/analytics/band"
	"headroom/analytics/detect"
	"headroom/analytics/growth"
	"headroom/analytics/peak"
	"headroom/analytics/season"
)

// model makes the forecasts of every task.
type model struct {
	name string

	// bands starts on a series of which nothing is known yet; its days and
	// slots are those of the empty grid. Bands are width standard deviations
	// to each side.
	bands func(empty *season.Grid, width float64) bander

	// alarms likewise starts to watch for deviations. Nil: what lies outside
	// of the band of band.Sigma standard deviations deviates.
	alarms func(empty *season.Grid, o detect.Options) watcher

	// peak returns what forecasts the peak of days as of a slot; days are asked
	// for in their order. It reads the days before and of the day itself the
	// slots before asof. An interval reaches z standard deviations to each side.
	peak     func(g *season.Grid, asof int, z float64) func(day int) peak.Forecast
	peakDays int // full days before the first one of which it forecasts the peak

	// growth forecasts from some days the peaks of the next ones: one interval a
	// day up to the horizon, then one for the largest of them. It returns nil if
	// too few days have a peak.
	growth func(days *season.Grid, horizon int, level float64) []interval
}

// bander follows a series: it is asked for each value before it is shown it.
type bander interface {
	expect(day, slot int) band.Band
	see(day, slot int, v float64)
}

// watcher follows a series likewise, and tells of each value that it is shown
// whether it is part of an alarm.
type watcher interface {
	Expect(day, slot int) band.Band
	See(day, slot int, v float64) (alarm bool)
}

// interval is a forecast; numbers are NaN where too little is known.
type interval struct{ value, lower, upper float64 }

var unknown = interval{math.NaN(), math.NaN(), math.NaN()}

// models are all models that are compared, in the order of the score table.
var models = []model{
	{name: "classic", bands: classicBands, peak: each(classicPeak), peakDays: peak.MinBaseDays, growth: fromPeaks(classicGrowth)},
	{name: "naive", bands: naiveBands, peak: each(naivePeak), peakDays: 1, growth: fromPeaks(naiveGrowth)},
	{name: "calibrated", bands: calibratedBands, alarms: calibratedAlarms, peak: calibratedPeak, peakDays: peak.NeedDays, growth: calibratedGrowth},
}

// Models returns the names of all models.
func Models() []string {
	names := make([]string, len(models))
	for i, m := range models {
		names[i] = m.name
	}
	return names
}

func modelByName(name string) (model, bool) {
	for _, m := range models {
		if m.name == name {
			return m, true
		}
	}
	return model{}, false
}

// classicBand is package band's table, learned anew each day.
type classicBand struct {
	seen  *season.Grid
	table *band.Table
	width float64
	day   int // of table
}

func classicBands(empty *season.Grid, width float64) bander {
	return &classicBand{seen: empty, table: band.NewTable(empty.Slots), width: width, day: empty.First - 1}
}

func (c *classicBand) expect(day, slot int) band.Band {
	if day != c.day {
		c.table.Learn(c.seen, day, band.Days, c.width)
		c.day = day
	}
	return c.table.At(slot)
}

func (c *classicBand) see(day, slot int, v float64) { c.seen.Day(day - c.seen.First)[slot] = v }

// each is the peak of a model that learns anew for each day.
func each(f func(g *season.Grid, day, asof int, z float64) peak.Forecast) func(*season.Grid, int, float64) func(int) peak.Forecast {
	return func(g *season.Grid, asof int, z float64) func(int) peak.Forecast {
		return func(day int) peak.Forecast { return f(g, day, asof, z) }
	}
}

// fromPeaks is the growth of a model that takes the peaks as they were.
func fromPeaks(f func(peaks []float64, horizon int, level float64) []interval) func(*season.Grid, int, float64) []interval {
	return func(days *season.Grid, horizon int, level float64) []interval {
		return f(dailyPeaks(days), horizon, level)
	}
}

func classicPeak(g *season.Grid, day, asof int, z float64) peak.Forecast {
	lastHour, seen := peak.SoFar(g.Day(day-g.First), asof)
	return peak.Learn(g, day).Forecast(asof, lastHour, seen, z)
}

func classicGrowth(peaks []float64, horizon int, level float64) []interval {
	line, err := growth.Fit(peaks, growth.MinDays)
	if err != nil {
		return nil
	}
	out := make([]interval, horizon+1)
	for h := range horizon {
		out[h].value, out[h].lower, out[h].upper = line.At(h+1, level)
	}
	out[horizon] = out[line.Highest(horizon)-1]
	return out
}
