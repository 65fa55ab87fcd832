package growth

import "math"

// Parts is what the forecast of one day is made of: Level + Recent + Trend +
// Weekday, ± Up and Down spreads.
type Parts struct {
	Level   float64
	Recent  float64 // what is left of how far the last days were from it
	Trend   float64 // until that day
	Weekday float64

	Error      float64 // root mean square of near errors
	Size       float64 // of the load, its mean peak
	Share      float64 // of its logarithm in the spread
	TrendError float64 // standard error of Trend
	Spread     float64
}

// Parts returns what [Calibrated.Day] is made of.
func (c *Calibrated) Parts(h int) Parts {
	return Parts{
		Level: c.level, Recent: c.left(h), Trend: c.trend.slope * float64(h), Weekday: c.weekday(h),
		Error: math.Exp(c.spread), Size: math.Exp(c.spread + c.size), Share: share(h),
		TrendError: c.trend.err * float64(h), Spread: c.sd(h),
	}
}

// Reaches returns how many spreads the interval of a level reaches up and down.
func Reaches(level float64) (up, down float64) {
	t := spreadsOf(level)
	return upward * t, downward * t
}
