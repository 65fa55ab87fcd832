package analytics

import (
	"math"
	"testing"
)

// A slope is doubted where the forecast goes another way, unless it is next to nothing.
func TestWhetherASlopeIsCountedOn(t *testing.T) {
	for _, c := range []struct {
		slope, now, trend float64
		doubted           bool
	}{
		{slope: 0.5, now: 50, trend: 0.5},
		{slope: 0.5, now: 50, trend: 0.1},
		{slope: 0.5, now: 50, trend: 0, doubted: true},
		{slope: 0.5, now: 50, trend: -0.1, doubted: true},
		{slope: -0.5, now: 50, trend: 0, doubted: true},
		{slope: 0.01, now: 50, trend: 0}, // 0.6 % a month
		{slope: 0, now: 50, trend: 0},
		{slope: 0, now: 0, trend: 0}, // percent of nothing
	} {
		g := Growth{SlopePerDay: Number(c.slope), PercentPerDay: Number(100 * c.slope / c.now)}
		g.setTrend(c.trend)
		if g.SlopeDoubted != c.doubted || math.Abs(float64(g.TrendPerDay)-c.trend) > 0 {
			t.Errorf("%+v: doubted %v, trend %v", c, g.SlopeDoubted, g.TrendPerDay)
		}
	}
}
