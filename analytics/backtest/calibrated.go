package backtest

import (
	"headroom/analytics/band"
	"headroom/analytics/detect"
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

func calibratedAlarms(empty *season.Grid) watcher { return detect.New(empty) }
