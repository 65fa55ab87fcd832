package growth

import (
	"math"
)

// Interval is a forecast of one peak.
type Interval struct{ Value, Lower, Upper float64 }

const (
	firstOrigin = 21  // days from which on the past is foretold, if there are enough
	farthest    = 16  // days ahead up to which past errors are trusted
	widen       = 1.3 // on the normal quantile: errors have heavy tails and overlap
	leastGrowth = 15. // days in which the variance at least doubles
	above       = 1.2 // spreads by which the largest of 30 peaks is above the highest expected
	upward      = 1.3 // its interval ÷ half of the last day's, on the upper side
	downward    = 0.8 // and on the lower
	monthDays   = 30.
	mostShare   = 0.6 // of the largest past error: the most that a spread can be
)

// Calibrated is what daily peaks tell about the coming ones. It is made once by
// [Calibrate] and then asked for any day and level.
//
// Of daily peaks gaps are bridged by straight lines, peaks far from the running
// median are pulled in (see tidy), a weekday's usual distance from its week is
// taken out (see weekdays), and so is the trend, as far as the weeks agree on one
// (see drift). Of the rest z
//
//	level = mean of: median of 7 days, median of 14 days,
//	        exponential smoothing with 0.3, and with 0.1
//
// is where it stays; trend and weekday are added again.
//
// The interval comes from the same level taken as of each day since the 21st,
// and the mean square V(h) of how wrong it was h days later. Short and middle
// horizons make a line, since few days show far ones:
//
//	V₀   = mean V(1 … 3)    V₁ = mean V(12 … 16)
//	b    = max(V₀ / 15, (V₁ − V₀) / 12)
//	half = 1.3 · z · √( V₀ + b · max(0, h − 2) + (h · standard error of the trend)² )
//
// of which the first two terms are at most the square of 0.6 of the largest error.
// Of few days the horizons are shorter in proportion. The largest peak is
// expected 1.2·√V₀ above the highest forecast for 30 days, and with the root of
// the logarithm for others; its interval reaches 1.3 times the half of the last day
// up and 0.8 times down. What was never below zero is not expected there.
type Calibrated struct {
	days      int           // of the input: the weekday of the next one follows from it
	level     float64       // on the last day, weekday set aside
	trend     trend         // from day to day
	season    [week]float64 // a weekday's distance, counted from the first day of the input
	spread    variance
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
	c.level, c.spread = standing(flat), spreads(flat)
	c.residuals = surprises(peaks, y, flat)
	return c, nil
}

// Trend is how much the daily peak is expected to grow from day to day.
func (c *Calibrated) Trend() float64 { return c.trend.slope }

// Residuals returns for each day of the input how far its peak was from what the
// days before had let expect; NaN of the first days and of those without a peak.
func (c *Calibrated) Residuals() []float32 { return c.residuals }

// centre is what is expected h days after the last day.
func (c *Calibrated) centre(h int) float64 {
	return c.level + c.trend.slope*float64(h) + c.season[(c.days+h-1)%week]
}

// sd is the standard deviation h days after the last day, widened.
func (c *Calibrated) sd(h int) float64 {
	e := c.trend.err * float64(h)
	return widen * math.Sqrt(c.spread.at(h)*c.spread.at(h)+e*e)
}

// Day returns the peak expected h ≥ 1 days after the last day, with the interval
// that holds it with the probability of the level.
func (c *Calibrated) Day(h int, level float64) Interval {
	v, half, by := c.centre(h), quantile2(level)*c.sd(h), c.factor(h)
	return Interval{by * v, by * (v - half), by * (v + half)}.notBelow(c.lowest)
}

// Largest returns likewise the largest peak of the next horizon days.
func (c *Calibrated) Largest(horizon int, level float64) Interval {
	return Interval{
		c.LargestQuantile(horizon, 0.5), c.LargestQuantile(horizon, (1-level)/2), c.LargestQuantile(horizon, (1+level)/2),
	}
}

// LargestQuantile returns what the largest peak of the next horizon days stays
// below with probability p, 0 < p < 1.
func (c *Calibrated) LargestQuantile(horizon int, p float64) float64 {
	return c.LargestBetween(1, horizon, p)
}

// largestOf is the quantile of the largest peak of runs of days, without their
// factors.
func (c *Calibrated) largestOf(runs []Factor, p float64) float64 {
	highest, days, last := math.Inf(-1), 0, 0
	for _, run := range runs {
		days, last = days+run.To-run.From+1, max(last, run.To)
		for h := max(run.From, run.To-week+1); h <= run.To; h++ {
			highest = max(highest, c.centre(h))
		}
		for h := run.From; h <= min(run.From+week-1, run.To); h++ { // of a trend down the first days are the highest
			highest = max(highest, c.centre(h))
		}
	}
	v := highest + above*math.Sqrt(c.spread.near*math.Log(float64(days))/math.Log(monthDays))
	z := math.Sqrt2 * math.Erfinv(2*p-1)
	if z > 0 {
		z *= upward
	} else {
		z *= downward
	}
	return max(v+z*c.sd(last), c.lowest)
}

// Full returns by when the largest peak has reached target, looking at most
// limit days ahead: more likely than not, and for the interval of the level.
func (c *Calibrated) Full(target float64, limit int, level float64) Reach {
	by := func(p float64) int {
		return first(limit, func(h float64) bool { return h > 0 && c.LargestQuantile(int(h), p) >= target })
	}
	return Reach{Expected: by(0.5), Earliest: by((1 + level) / 2), Latest: by((1 - level) / 2)}
}

// quantile2 is how many standard deviations to each side hold this share of
// normally distributed values.
func quantile2(level float64) float64 { return math.Sqrt2 * math.Erfinv(level) }

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

// variance of the error h days ahead grows by slope a day from near. One step of
// the level looks like a load that wanders fast; so that it is not taken to go on
// for the whole horizon, the standard deviation is at most a share of the largest
// error that was ever made.
type variance struct{ near, slope, most float64 }

// at is the standard deviation h days ahead.
func (v variance) at(h int) float64 {
	return min(math.Sqrt(v.near+v.slope*float64(max(0, h-2))), mostShare*v.most)
}

// spreads fits the variance to the errors of past forecasts.
func spreads(z []float64) variance {
	first := min(firstOrigin, len(z)/2)
	far := min(farthest, max(3, (len(z)-first)*farthest/(Days-firstOrigin)))
	sum, count := make([]float64, far+1), make([]float64, far+1)
	largest := 0.0
	for origin := first; origin < len(z); origin++ {
		at := standing(z[:origin])
		for h := 1; h <= far && origin+h <= len(z); h++ {
			e := z[origin+h-1] - at
			largest = max(largest, math.Abs(e))
			sum[h] += e * e
			count[h]++
		}
	}
	mean := func(from, to int) (v float64) {
		for h := from; h <= to; h++ {
			v += sum[h] / count[h] / float64(to-from+1)
		}
		return v
	}
	v := variance{near: mean(1, 3), most: math.Inf(1)}
	if far == farthest { // of few days the largest error is not large enough
		v.most = largest
	}
	v.slope = v.near / leastGrowth
	if far > 8 {
		v.slope = max(v.slope, (mean(far-4, far)-v.near)/float64(far-4))
	}
	return v
}
