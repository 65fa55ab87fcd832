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
//	    log of the highest slot so far,
//	    log peak of yesterday, of a week before, and the median of three days,
//	    log of the mean of the same hour of yesterday
//	forecast = max(exp(median + β·x + w) · left, the highest slot of today so far)
//
// What is so far begins at midnight, and no x is beyond ±0.7. β is a ridge
// regression over the last 120 days (weights halve in 100 days, Huber weights
// against incidents), shrunk to 0.4, 0.2, 0.1, 0, 0.1, 0.1, 0.1, 0: with no
// history these are the forecast. The shrinkage is that of three days. w is the
// sum of y − β·x over the last n ≤ 8 days of the same weekday, none beyond 2.5
// robust standard deviations, ÷ (n + 4).
//
// The interval is forecast · (1 ± 0.82 · t · s), with t = z + (z³ + z)·(1/8 + 1/4n)
// that of Student's distribution of two degrees of freedom, for the tails, and of n,
// and package calibrate's s of the last 28 relative errors of this same procedure (at least 8). The
// fewer errors there are, the less an incident can be told from a heavy tail,
// and the harder they are trimmed: c = n/5.6, but 3 … 5.
//
// Of the peak that is expected for the whole day, the slots to come usually reach
// a share: the median over the 14 days of highest slot to come ÷ peak. Where the
// usual hour of the peak is over that share is below 1, and what was seen stands.
type Calibrated struct {
	asof    int
	cleaner cleaner
	days    []pastDay
	errs    []float64 // actual ÷ forecast − 1 of the last days, oldest first
}

// pastDay is what is kept of a day.
type pastDay struct {
	peak    float64 // NaN: the day was not full
	left    float64 // the highest slot after asof, in peaks
	morning morning
	x       [features]float64 // what its forecast stood on
	y       float64           // log of its peak less the usual; NaN if unknown
}

// morning is what a day was like before a slot: the means of the last hour, three
// hours and twelve hours, and the highest slot; NaN where nothing was measured.
type morning [windows]float64

// seen is the highest slot so far.
func (m *morning) seen() float64 { return m[windows-1] }

const (
	windows     = 4
	features    = windows + 4
	usualDays   = 14
	minUsual    = 7
	fitDays     = 120
	tinyShare   = 1e-6 // of the usual peak: less counts as that much in logarithms
	widen       = 0.82
	heavy       = 2    // degrees of freedom of the errors' tails
	usualWidth  = 1.96 // standard deviations of the interval that tells an incident, whatever interval is asked for
	week        = 7
	sameDays    = 8    // days of a weekday that show what it is used to
	sameDoubt   = 4    // days that nothing weighs against them
	single      = 0.02 // by which the highest slot may be more unlike than the means
	errorsATrim = 5.6  // errors for each unit of the trimming
)

// NewCalibrated returns a forecaster as of a slot that has seen no day.
func NewCalibrated(asof int) *Calibrated { return &Calibrated{asof: asof} }

// Forecast returns the peak of the day after those seen; of today the slots
// before asof are read. An interval of z standard deviations, if errors were
// normal, is NaN with fewer than [MinErrorDays] past errors; all is NaN with
// fewer than 7 full days of the last 14. Slot is always -1.
func (c *Calibrated) Forecast(today []float64, z float64) Forecast {
	m := c.moment()
	return m.forecast(before(today, c.asof), z)
}

// See shows the day after those seen, which is over.
func (c *Calibrated) See(day []float64) {
	clean := c.cleaner.clean(make([]float64, len(day)), day)
	c.see(day, clean, season.Peak(clean, FullShare), true)
}

// see likewise shows a day with its clean twin and that one's peak; if its
// forecast is not scored, it takes less time.
func (c *Calibrated) see(day, clean []float64, peak float64, scored bool) {
	d := pastDay{peak: peak, morning: before(clean, c.asof), y: math.NaN()}
	d.left = 0
	if highest, at := season.Max(clean[c.asof:]); at >= 0 {
		d.left = highest / d.peak
	}
	if scored {
		m := c.moment()
		if e := d.peak/m.value(before(day, c.asof)) - 1; e == e && !math.IsInf(e, 0) {
			c.errs = append(c.errs, e)
			c.errs = c.errs[max(0, len(c.errs)-ErrorDays):]
		}
	}
	if u, known := c.usual(); known && u.peak > 0 {
		d.x, d.y = c.features(u, d.morning), math.Log(max(d.peak, tinyShare*u.peak)/u.peak)
	}
	c.days = append(c.days, d)
	c.days = c.days[max(0, len(c.days)-fitDays):]
}

// moment returns what the days seen say about the next as of the slot.
func (c *Calibrated) moment() moment {
	u, known := c.usual()
	m := moment{peak: math.NaN(), spread: math.NaN(), errors: len(c.errs)}
	if !known {
		return m
	}
	m.peak, m.morning, m.left = u.peak, u.morning, u.left
	if u.peak > 0 {
		var off float64
		m.beta, off = fit(c.days)
		m.x, m.weekday = c.features(u, u.morning), c.weekday(&m.beta, off)
	}
	if n := float64(m.errors); n >= MinErrorDays {
		m.spread, _ = calibrate.Spread(c.errs, min(5, max(3, n/errorsATrim)))
	}
	return m
}

// usual returns the medians over the last days, and whether enough are full.
func (c *Calibrated) usual() (u pastDay, known bool) {
	last := c.days[max(0, len(c.days)-usualDays):]
	var memory [usualDays]float64
	column, full := memory[:len(last)], 0
	middle := func(of func(d *pastDay) float64) float64 {
		for i := range last {
			column[i] = of(&last[i])
		}
		return calibrate.Median(column)
	}
	for i := range last {
		if last[i].peak == last[i].peak {
			full++
		}
	}
	u.peak = middle(func(d *pastDay) float64 { return d.peak })
	u.left = middle(func(d *pastDay) float64 { return d.left })
	for w := range u.morning {
		u.morning[w] = middle(func(d *pastDay) float64 { return d.morning[w] })
	}
	return u, full >= minUsual
}

// features returns x of the day after those seen; what is unknown is usual.
func (c *Calibrated) features(u pastDay, so morning) (x [features]float64) {
	so.unlike(&x, &u.morning, u.peak)
	n := len(c.days)
	var last [3]float64
	for i := range last {
		last[i] = c.days[n-3+i].peak
	}
	x[windows] = unlike(c.days[n-1].peak, u.peak, u.peak)
	x[windows+1] = unlike(c.days[n-7].peak, u.peak, u.peak)
	x[windows+2] = unlike(calibrate.Median(last[:]), u.peak, u.peak)
	x[windows+3] = unlike(c.days[n-1].morning[0], u.morning[0], u.peak)
	return x
}

// weekday is how far the regression was off on the days of the weekday of the
// day after those seen, shrunk; off is its robust standard deviation.
func (c *Calibrated) weekday(beta *[features]float64, off float64) float64 {
	sum, n := 0.0, 0.0
	for i := len(c.days) - week; i >= max(0, len(c.days)-sameDays*week); i -= week {
		if d := &c.days[i]; d.y == d.y {
			sum += min(huber*off, max(-huber*off, d.y-dot(beta, &d.x)))
			n++
		}
	}
	return sum / (n + sameDoubt)
}

// unlike writes to x how unlike the usual morning it was. A single slot is
// believed to be little higher than the means: it may be an incident.
func (m *morning) unlike(x *[features]float64, usual *morning, peak float64) {
	for w, v := range m {
		x[w] = unlike(v, usual[w], peak)
	}
	x[windows-1] = min(x[windows-1], max(x[0], x[1], x[2])+single)
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

// before returns what a day was like before a slot.
func before(day []float64, asof int) (m morning) {
	hour := hourOf(len(day))
	for w, hours := range [windows - 1]int{1, 3, 12} {
		m[w], _ = season.Mean(day[max(0, asof-hours*hour):asof])
	}
	m[windows-1], _ = season.Max(day[:asof])
	return m
}
