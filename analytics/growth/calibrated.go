package growth

import (
	"math"

	"headroom/analytics/calibrate"
)

// Interval is a forecast of one peak.
type Interval struct{ Value, Lower, Upper float64 }

const (
	firstOrigin = 21 // days from which on the past is foretold, if there are enough
	nearDays    = 3  // days ahead whose past errors say how far off a forecast is

	lasting  = 0.8 // share of the last days' distance from the level that is still there today,
	fading   = 0.7 // and what is left of it after another day
	believed = 1.5 // near errors: that distance is at most so many of them

	widen     = 0.52 // spreads make an interval of Student's distribution
	freedom   = 4    // with so many degrees of freedom
	prior     = 0.25 // weight of the size of the load in the spread of tomorrow's peak
	priorGrow = 0.06 // and what it gains when the horizon grows e-fold
	upward    = 1.25 // loads rise farther than they fall
	downward  = 0.8
	climb     = 0.35 // spreads by which the largest of e days is above the highest expected
	farUp     = 0.1  // what its upper side gains when the horizon grows e-fold
)

// Calibrated is what daily peaks tell about the coming ones. It is made once by
// [Calibrate] and then asked for any day and level.
//
// Of daily peaks gaps are bridged by straight lines, peaks far from the running
// median are pulled in (see tidy), a weekday's usual distance from its week is
// taken out (see weekdays), and so is the trend, as far as the weeks agree on one
// (see drift). Of the rest the level is where exponential smoothing ends (see
// levels), and what the last days were off it fades:
//
//	day h = level + 0.8·0.7^h · (smoothing with 0.8 − level) + trend·h + weekday
//
// where the last days count as no farther off than 1.5 times e. That is the root
// mean square error of the same level, taken as of each day since the 21st, one to
// three days later, from which the interval comes. Sixty days have few independent
// errors of a month, and a load that was quiet for so long need not stay so: its
// spread is a geometric mean of e and of the size p of the load itself, its mean
// peak, which counts the more the farther ahead the day is.
//
//	w    = 0.25 + 0.06·ln h
//	σ    = √( (0.52 · e^(1−w) · p^w)² + (h · standard error of the trend)² )
//	half = t·σ·1.25 up, t·σ·0.8 down       t = z + (z³ + z)/16
//
// The largest peak of H days is expected 0.35·σ·ln H above the highest day; its
// interval is that of the last day, on the upper side times 1 + 0.1·ln H. What
// was never below zero is not expected there.
type Calibrated struct {
	days      int           // of the input: the weekday of the next one follows from it
	level     float64       // on the last day, weekday set aside
	recent    float64       // how far the last days were from it
	trend     trend         // from day to day
	season    [week]float64 // a weekday's distance, counted from the first day of the input
	spread    float64       // log of the spread e of near errors
	size      float64       // log of the size p of the load ÷ e, at least 0
	lowest    float64
	residuals []float32 // how far each peak was from what the level before it said
	profile   []Factor  // of the days to come, see Times; nil: all 1
}

// Calibrate learns from daily peaks, one a day, oldest first, NaN where there is
// none; with fewer than [MinDays] of them the error is a *[TooFewError].
func Calibrate(peaks []float64) (*Calibrated, error) {
	have := 0
	for _, v := range peaks {
		if v == v {
			have++
		}
	}
	if have < MinDays {
		return nil, &TooFewError{Have: have, Want: MinDays}
	}
	y := bridge(peaks)
	c := &Calibrated{days: len(y), lowest: math.Inf(-1)}
	if least(y) >= 0 {
		c.lowest = 0
	}
	y = tidy(y)
	c.season = weekdays(y)
	rest := without(y, c.season)
	c.trend = drift(rest)
	flat := c.trend.takenOut(rest)
	before := levels(flat)
	c.level = before[len(flat)]
	e := spread(flat, before)
	c.recent = max(-believed*e, min(believed*e, smoothed(flat, quick)-c.level))
	c.setSpread(e, size(y))
	c.residuals = surprises(peaks, y, flat, before)
	return c, nil
}

// setSpread takes what the interval comes from: the spread e of near errors and
// the size p of the load.
func (c *Calibrated) setSpread(e, p float64) {
	p = max(p, nothing)
	e = max(e, tiny*p)
	c.spread, c.size = math.Log(e), max(0, math.Log(p/e))
}

// Trend is how much the daily peak is expected to grow from day to day.
func (c *Calibrated) Trend() float64 { return c.trend.slope }

// Residuals returns for each day of the input how far its peak was from what the
// days before had let expect; NaN of the first days and of those without a peak.
func (c *Calibrated) Residuals() []float32 { return c.residuals }

// centre is what is expected h days after the last day.
func (c *Calibrated) centre(h int) float64 {
	return c.level + c.left(h) + c.trend.slope*float64(h) + c.weekday(h)
}

// left is what is left then of how far the last days were from the level.
func (c *Calibrated) left(h int) float64 {
	if h > forgotten {
		return 0
	}
	return c.recent * lasting * math.Pow(fading, float64(h))
}

func (c *Calibrated) weekday(h int) float64 { return c.season[(c.days+h-1)%week] }

// share is the weight w of the size of the load in the spread.
func share(h int) float64 { return prior + priorGrow*math.Log(float64(h)) }

// sd is the spread h days after the last day.
func (c *Calibrated) sd(h int) float64 {
	return math.Hypot(widen*math.Exp(c.spread+share(h)*c.size), c.trend.err*float64(h))
}

// Day returns the peak expected h ≥ 1 days after the last day, with the interval
// that holds it with the probability of the level.
func (c *Calibrated) Day(h int, level float64) Interval {
	v, sd, by := c.centre(h), c.sd(h), c.Factor(h)
	up, down := Reaches(level)
	return Interval{by * v, by * (v - down*sd), by * (v + up*sd)}.notBelow(c.lowest)
}

// Largest returns likewise the largest peak of the next horizon days.
func (c *Calibrated) Largest(horizon int, level float64) Interval {
	return Interval{
		c.LargestQuantile(horizon, 0.5), c.LargestQuantile(horizon, (1-level)/2), c.LargestQuantile(horizon, (1+level)/2),
	}
}

// LargestQuantile returns what the largest peak of the next horizon days stays
// below with probability p, 0 < p < 1. It falls neither with p nor with the
// horizon.
func (c *Calibrated) LargestQuantile(horizon int, p float64) float64 {
	return c.LargestBetween(1, horizon, p)
}

// LargestBetween returns likewise that of the days from … to.
func (c *Calibrated) LargestBetween(from, to int, p float64) float64 {
	r := c.rise(from, p)
	for r.day < to {
		r.next()
	}
	return r.reached
}

// Full returns by when the largest peak has reached target, looking at most
// limit days ahead: more likely than not, and for the interval of the level.
func (c *Calibrated) Full(target float64, limit int, level float64) Reach {
	by := func(p float64) int {
		r := c.rise(1, p)
		return first(limit, func(h float64) bool { return h > 0 && r.next() >= target })
	}
	return Reach{Expected: by(0.5), Earliest: by((1 + level) / 2), Latest: by((1 - level) / 2)}
}

// spreadsOf is how many spreads to each side hold a share of values, before the
// sides are told apart.
func spreadsOf(level float64) float64 {
	return calibrate.Student(math.Sqrt2*math.Erfinv(level), freedom)
}

// Outlook is what is expected of the coming days.
type Outlook struct {
	Days    []Interval // tomorrow's peak first
	Largest Interval   // of the largest of these peaks
}

// Forecast returns what [Calibrate] says of the next horizon days.
func Forecast(peaks []float64, horizon int, level float64) (Outlook, error) {
	c, err := Calibrate(peaks)
	if err != nil {
		return Outlook{}, err
	}
	out := Outlook{Days: make([]Interval, horizon), Largest: c.Largest(horizon, level)}
	for i := range out.Days {
		out.Days[i] = c.Day(i+1, level)
	}
	return out, nil
}

func (i Interval) notBelow(v float64) Interval {
	return Interval{max(i.Value, v), max(i.Lower, v), max(i.Upper, v)}
}
