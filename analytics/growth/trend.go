package growth

import (
	"math"

	"headroom/analytics/calibrate"
)

// trend is how much a load grows from day to day, and the standard error of that.
type trend struct{ slope, err float64 }

const (
	// apart is how many weeks lie between the weeks that are compared.
	apart = 3
	// doubt is the size of a trend in standard errors that chance alone makes
	// often enough: less is no trend.
	doubt = 4
)

// drift returns the trend that the weeks agree on: with d the differences between
// the medians of weeks that are three apart, m their median and s² their mean
// square about it, a load that only wanders would have m with the standard error
//
//	e = 3 · s / √(3 · (weeks − 1))
//
// and the trend is
//
//	slope = m / 21 · max(0, 1 − (4·e / m)²)
//
// So a level shift, or a load that has wandered far, is no trend; one of steady
// growth soon is.
func drift(z []float64) trend {
	var weeks []float64
	for from := len(z) % week; from < len(z); from += week {
		weeks = append(weeks, calibrate.Median(z[from:from+week]))
	}
	var d []float64
	for i := apart; i < len(weeks); i++ {
		d = append(d, weeks[i]-weeks[i-apart])
	}
	m := calibrate.Median(d)
	if len(d) < 2 {
		return trend{}
	}
	squares := 0.0
	for _, v := range d {
		squares += (v - m) * (v - m)
	}
	e := apart * math.Sqrt(squares/float64(len(d)-1)/float64(apart*(len(weeks)-1)))
	if !(math.Abs(m) > doubt*e) {
		return trend{}
	}
	return trend{m / (apart * week) * (1 - (doubt*e/m)*(doubt*e/m)), e / (apart * week)}
}

// takenOut returns z without the trend, as if all of it were of the last day.
func (t trend) takenOut(z []float64) []float64 {
	out := make([]float64, len(z))
	for i, v := range z {
		out[i] = v + t.slope*float64(len(z)-1-i)
	}
	return out
}
