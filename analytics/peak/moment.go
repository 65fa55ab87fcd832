package peak

import (
	"math"

	"headroom/analytics/calibrate"
)

// moment is what past days say about a day as of one of its slots. Between two
// moments of a day one may interpolate all numbers.
type moment struct {
	peak   float64           // usual; NaN: too few full days
	left   float64           // share of the peak that the slots to come usually reach
	means  [windows]float64  // usual
	x      [features]float64 // of the day; those of the windows are not used
	beta   [features]float64
	spread float64 // of past relative errors; NaN of too few
	errors int
}

// surprising is the least share by which what was seen has to be above what was
// expected of the whole day to be taken for an incident.
const surprising = 0.05

// value is the forecast from the means of a day's windows and its highest slot
// so far.
func (m *moment) value(means [windows]float64, seen float64) float64 {
	return atLeast(m.toCome(m.whole(means), seen), seen)
}

// whole is the peak that is expected of the whole day.
func (m *moment) whole(means [windows]float64) float64 {
	if !(m.peak > 0) { // not a load: only its usual peak is known
		return m.peak
	}
	x, sum := m.x, 0.0
	for w, v := range means {
		x[w] = unlike(v, m.means[w], m.peak)
	}
	for i, b := range m.beta {
		sum += b * x[i]
	}
	return m.peak * math.Exp(sum)
}

// toCome is what the slots to come reach of it.
func (m *moment) toCome(whole, seen float64) float64 {
	if m.left < 1 && m.peak > 0 && seen == seen {
		return whole * m.left
	}
	return whole
}

// forecast is the value with its interval. The peak is not below what was seen,
// but something surprisingly high may have been an incident that nobody would
// call the day's peak: then the interval reaches down to what was expected.
func (m *moment) forecast(means [windows]float64, seen, z float64) Forecast {
	whole := m.whole(means)
	v := atLeast(m.toCome(whole, seen), seen)
	reach := widen * calibrate.Student(z, m.errors) * m.spread
	f := Forecast{Value: v, Lower: v - reach*math.Abs(v), Upper: v + reach*math.Abs(v), Slot: -1}
	if around := max(reach, surprising) * math.Abs(whole); seen > whole+around {
		f.Lower = min(f.Lower, whole-around)
	} else {
		f.Lower = atLeast(f.Lower, seen)
	}
	return f
}
