package peak

import (
	"math"

	"headroom/analytics/calibrate"
)

// moment is what past days say about a day as of one of its slots. Between two
// moments of a day one may interpolate all numbers.
type moment struct {
	peak    float64           // usual; NaN: too few full days
	left    float64           // share of the peak that the slots to come usually reach
	morning morning           // usual
	x       [features]float64 // of the day; those of the morning are not used
	beta    [features]float64
	weekday float64 // what the weekday adds to β·x
	spread  float64 // of past relative errors; NaN of too few
	errors  int
}

// surprising is the least share by which what was seen has to be above what was
// expected of the whole day to be taken for an incident.
const surprising = 0.05

// value is the forecast from what the day was like so far.
func (m *moment) value(so morning) float64 {
	return atLeast(m.toCome(m.whole(so), so.seen()), so.seen())
}

// whole is the peak that is expected of the whole day.
func (m *moment) whole(so morning) float64 {
	if !(m.peak > 0) { // not a load: only its usual peak is known
		return m.peak
	}
	x := m.features(so)
	return m.peak * math.Exp(dot(&m.beta, &x)+m.weekday)
}

// features returns x with what the day was like so far.
func (m *moment) features(so morning) [features]float64 {
	x := m.x
	so.unlike(&x, &m.morning, m.peak)
	return x
}

// toCome is what the slots to come reach of it.
func (m *moment) toCome(whole, seen float64) float64 {
	if m.left < 1 && m.peak > 0 && seen == seen {
		return whole * m.left
	}
	return whole
}

// reach is half of the interval of z standard deviations, relative to the peak: that
// of Student's distribution with few degrees of freedom, since errors have heavy
// tails, and with those of the errors that the spread stands on.
func (m *moment) reach(z float64) float64 {
	return widen * (calibrate.Student(z, m.errors) + calibrate.Student(z, heavy) - z) * m.spread
}

// isSurprising tells whether what was seen is so far above what was expected that it
// may have been an incident.
func (m *moment) isSurprising(seen, whole float64) bool {
	return seen > whole+max(m.reach(usualWidth), surprising)*math.Abs(whole)
}

// forecast is the value with its interval. The peak is not below what was seen,
// but something surprisingly high may have been an incident that nobody would
// call the day's peak: then the interval reaches down to what was expected.
func (m *moment) forecast(so morning, z float64) Forecast {
	whole, seen := m.whole(so), so.seen()
	v := atLeast(m.toCome(whole, seen), seen)
	reach := m.reach(z)
	f := Forecast{Value: v, Lower: v - reach*math.Abs(v), Upper: v + reach*math.Abs(v), Slot: -1}
	if m.isSurprising(seen, whole) {
		f.Lower = min(f.Lower, whole-max(reach, surprising)*math.Abs(whole))
	} else {
		f.Lower = atLeast(f.Lower, seen)
	}
	return f
}
