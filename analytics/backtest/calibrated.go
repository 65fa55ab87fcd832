package backtest

import (
	"headroom/analytics/band"
	"headroom/analytics/detect"
	"headroom/analytics/growth"
	"headroom/analytics/peak"
	"headroom/analytics/season"
)

// calibratedBand is package band's calibrated band of one level.
type calibratedBand struct {
	load  *band.Calibrated
	level float64
	last  band.Forecast
}

func calibratedBands(empty *season.Grid, width float64) bander {
	return &calibratedBand{load: band.NewCalibrated(empty), level: band.Level(width)}
}

func (c *calibratedBand) expect(day, slot int) band.Band {
	c.last = c.load.Next(day, slot)
	return c.load.Band(c.last, c.level)
}

func (c *calibratedBand) see(day, slot int, v float64) { c.load.See(c.last, day, slot, v) }

func calibratedAlarms(empty *season.Grid, o detect.Options) watcher { return detect.New(empty, o) }

// calibratedPeak shows the forecaster each day before the one it is asked for.
func calibratedPeak(g *season.Grid, asof int, z float64) func(day int) peak.Forecast {
	load, next := peak.NewCalibrated(asof), g.First
	return func(day int) peak.Forecast {
		for ; next < day; next++ {
			load.See(g.Day(next - g.First))
		}
		return load.Forecast(g.Day(day-g.First), z)
	}
}

// calibratedGrowth learns from the days without their incidents.
func calibratedGrowth(days *season.Grid, horizon int, level float64) []interval {
	clean := peak.Clean(days, days.First+days.Days())
	defer peak.Release(clean)
	said, err := growth.Forecast(dailyPeaks(clean), horizon, level)
	if err != nil {
		return nil
	}
	out := make([]interval, 0, horizon+1)
	for _, day := range append(said.Days, said.Largest) {
		out = append(out, interval{day.Value, day.Lower, day.Upper})
	}
	return out
}
