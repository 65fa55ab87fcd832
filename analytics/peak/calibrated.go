package peak

import (
	"math"

	"headroom/analytics/calibrate"
	"headroom/analytics/season"
)

// Calibrated forecasts the peak of each day as of one slot. It is shown the days
// in their order, one row each, unmeasured ones as NaN, and asked for a day
// before it is shown it.
//
// Days that are over are cleaned first: with u the median of a slot over the 14
// days before (at least 7), L the median over the day of value ÷ u, and m the
// median over those days of |value − u·L|, a mean over an hour to each side,
//
//	value is clipped to u·L ± 4 · max(1.4826 · m · max(1, L), 0.02·u·L)
//
// Then, with all logarithms less their median over the 14 days before,
//
//	y = log peak
//	x = log of the mean of the last hour, the last three, the last half day,
//	    log peak of yesterday, of a week before, and the median of three days
//	forecast = max(exp(median + β·x), the highest slot of today so far)
//
// The mean over half a day is cut off at midnight, and no x is beyond ±0.7.
// β is a ridge regression over the last 120 days (weights halve in 100 days,
// Huber weights against incidents), shrunk to 0.4, 0.2, 0.1, 0.1, 0.1, 0.1: with
// no history these are the forecast. The shrinkage is that of three days.
//
// The interval is forecast · (1 ± 1.1 · t(n) · s), with package calibrate's t
// and s of the last 28 relative errors of this same procedure (at least 8). The
// fewer errors there are, the less an incident can be told from a heavy tail,
// and the harder they are trimmed: c = n/5.6, but 3 … 5.
type Calibrated struct {
	asof    int
	cleaner cleaner
	days    []pastDay
	errs    []float64 // actual ÷ forecast − 1 of the last days, oldest first
}

// pastDay is what is kept of a day.
type pastDay struct {
	peak  float64           // NaN: the day was not full
	means [windows]float64  // of the time before the slot
	x     [features]float64 // what its forecast stood on
	y     float64           // log of its peak less the usual; NaN if unknown
}

const (
	windows     = 3
	features    = windows + 3
	usualDays   = 14
	minUsual    = 7
	fitDays     = 120
	tinyShare   = 1e-6 // of the usual peak: less counts as that much in logarithms
	widen       = 1.1
	errorsATrim = 5.6 // errors for each unit of the trimming
)

// NewCalibrated returns a forecaster as of a slot that has seen no day.
func NewCalibrated(asof int) *Calibrated { return &Calibrated{asof: asof} }

// Forecast returns the peak of the day after those seen; of today the slots
// before asof are read. An interval of z standard deviations, if errors were
// normal, is NaN with fewer than [MinErrorDays] past errors; all is NaN with
// fewer than 7 full days of the last 14. Slot is always -1.
func (c *Calibrated) Forecast(today []float64, z float64) Forecast {
	f := Forecast{Value: c.value(today), Lower: math.NaN(), Upper: math.NaN(), Slot: -1}
	n := len(c.errs)
	if n < MinErrorDays {
		return f
	}
	s, _ := calibrate.Spread(c.errs, min(5, max(3, float64(n)/errorsATrim)))
	half := widen * calibrate.Student(z, n) * s * math.Abs(f.Value)
	f.Lower, f.Upper = f.Value-half, f.Value+half
	return f
}

// See shows the day after those seen, which is over.
func (c *Calibrated) See(day []float64) {
	said := c.value(day)
	clean := c.cleaner.clean(day)
	d := pastDay{peak: season.Peak(clean, FullShare), means: means(clean, c.asof)}
	if e := d.peak/said - 1; e == e && !math.IsInf(e, 0) {
		c.errs = append(c.errs, e)
		c.errs = c.errs[max(0, len(c.errs)-ErrorDays):]
	}
	u, known := c.usual()
	d.y = math.NaN()
	if known && u.peak > 0 {
		d.x, d.y = c.features(u, d.means), math.Log(max(d.peak, tinyShare*u.peak)/u.peak)
	}
	c.days = append(c.days, d)
	c.days = c.days[max(0, len(c.days)-fitDays):]
}

// value is the forecast without its interval.
func (c *Calibrated) value(today []float64) float64 {
	u, known := c.usual()
	if !known {
		return math.NaN()
	}
	_, seen := SoFar(today, c.asof)
	if !(u.peak > 0) { // not a load: only its usual peak is known
		return atLeast(u.peak, seen)
	}
	beta, sum := fit(c.days), 0.0
	for i, x := range c.features(u, means(today, c.asof)) {
		sum += beta[i] * x
	}
	return atLeast(u.peak*math.Exp(sum), seen)
}

// usual returns the medians over the last days, and whether enough are full.
func (c *Calibrated) usual() (u pastDay, known bool) {
	last := c.days[max(0, len(c.days)-usualDays):]
	column, full := make([]float64, len(last)), 0
	for i, d := range last {
		column[i] = d.peak
		if d.peak == d.peak {
			full++
		}
	}
	u.peak = calibrate.Median(column)
	for w := range u.means {
		for i, d := range last {
			column[i] = d.means[w]
		}
		u.means[w] = calibrate.Median(column)
	}
	return u, full >= minUsual
}

// features returns x of the day after those seen; what is unknown is usual.
func (c *Calibrated) features(u pastDay, means [windows]float64) (x [features]float64) {
	for w, v := range means {
		x[w] = unlike(v, u.means[w], u.peak)
	}
	n := len(c.days)
	last := make([]float64, 0, 3)
	for _, d := range c.days[n-3:] {
		last = append(last, d.peak)
	}
	x[windows] = unlike(c.days[n-1].peak, u.peak, u.peak)
	x[windows+1] = unlike(c.days[n-7].peak, u.peak, u.peak)
	x[windows+2] = unlike(calibrate.Median(last), u.peak, u.peak)
	return x
}

// unlike is log(v ÷ usual), within ±0.7; 0 where either is unknown.
func unlike(v, usual, peak float64) float64 {
	const most = 0.7
	d := math.Log(max(v, tinyShare*peak) / max(usual, tinyShare*peak))
	if d != d {
		return 0
	}
	return min(most, max(-most, d))
}

// means returns the means of the last hour, three hours and twelve hours before
// a slot of a day.
func means(day []float64, asof int) (m [windows]float64) {
	hour := hourOf(len(day))
	for w, hours := range [windows]int{1, 3, 12} {
		m[w], _ = season.Mean(day[max(0, asof-hours*hour):asof])
	}
	return m
}
