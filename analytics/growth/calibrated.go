package growth

import (
	"math"

	"headroom/analytics/calibrate"
)

// Interval is a forecast of one peak.
type Interval struct{ Value, Lower, Upper float64 }

// Outlook is what is expected of the coming days.
type Outlook struct {
	Days    []Interval // tomorrow's peak first
	Largest Interval   // of the largest of these peaks
}

const (
	firstOrigin = 21  // days from which on the past is foretold, if there are enough
	farthest    = 16  // days ahead up to which past errors are trusted
	widen       = 1.3 // on the normal quantile: errors have heavy tails and overlap
	leastGrowth = 15. // days in which the variance at least doubles
	above       = 1.2 // spreads by which the largest of 30 peaks is above the highest expected
	upward      = 1.3 // its interval ÷ half of the last day's, on the upper side
	downward    = 0.8 // and on the lower
	monthDays   = 30.
)

// Forecast returns the calibrated forecast of the next horizon days from daily
// peaks, one a day, oldest first, NaN where there is none; with fewer than
// [MinDays] of them the error is a *[TooFewError].
//
// Gaps are bridged by straight lines, peaks far from the running median are
// pulled in (see tidy), and a weekday's usual distance from its week is taken
// out (see weekdays). Of the rest z
//
//	level = mean of: median of 7 days, median of 14 days,
//	        exponential smoothing with 0.3, and with 0.1
//
// is where it stays; the weekday is added again. There is no trend: damped ones
// won on some recorded series and lost as much on others.
//
// The interval comes from the same level taken as of each day since the 21st,
// and the mean square V(h) of how wrong it was h days later. Short and middle
// horizons make a line, since few days show far ones:
//
//	V₀   = mean V(1 … 3)    V₁ = mean V(12 … 16)
//	b    = max(V₀ / 15, (V₁ − V₀) / 12)
//	half = 1.3 · z · √( V₀ + b · max(0, h − 2) )
//
// Of few days the horizons are shorter in proportion. The largest peak is
// expected 1.2·√V₀ above the highest forecast for 30 days, and with the root of
// the logarithm for others; its interval reaches 1.3 times the half of the last day
// up and 0.8 times down. What was never below zero is not expected there.
func Forecast(peaks []float64, horizon int, level float64) (Outlook, error) {
	have := 0
	for _, v := range peaks {
		if v == v {
			have++
		}
	}
	if have < MinDays {
		return Outlook{}, &TooFewError{Have: have, Want: MinDays}
	}
	y := bridge(peaks)
	lowest := math.Inf(-1)
	if least(y) >= 0 {
		lowest = 0
	}
	y = tidy(y)
	season := weekdays(y)
	rest := without(y, season)
	spread := spreads(rest)
	at, z := standing(rest), widen*math.Sqrt2*math.Erfinv(level)
	out := Outlook{Days: make([]Interval, horizon)}
	highest := math.Inf(-1)
	for i := range out.Days {
		v := at + season[(len(y)+i)%week]
		out.Days[i] = Interval{v, v - z*spread.at(i+1), v + z*spread.at(i+1)}.notBelow(lowest)
		highest = max(highest, v)
	}
	v := highest + above*math.Sqrt(spread.near*math.Log(float64(horizon))/math.Log(monthDays))
	half := z * spread.at(horizon)
	out.Largest = Interval{v, v - downward*half, v + upward*half}.notBelow(lowest)
	return out, nil
}

func (i Interval) notBelow(v float64) Interval {
	return Interval{max(i.Value, v), max(i.Lower, v), max(i.Upper, v)}
}

// standing is the level that a series without weekdays is at.
func standing(z []float64) float64 {
	last := func(days int) float64 { return calibrate.Median(z[max(0, len(z)-days):]) }
	return (last(7) + last(14) + smoothed(z, 0.3) + smoothed(z, 0.1)) / 4
}

// smoothed is simple exponential smoothing, started at the mean of a week.
func smoothed(z []float64, weight float64) float64 {
	first := z[:min(week, len(z))]
	level := 0.0
	for _, v := range first {
		level += v / float64(len(first))
	}
	for _, v := range z {
		level += weight * (v - level)
	}
	return level
}

// variance of the error h days ahead grows by slope a day from near.
type variance struct{ near, slope float64 }

// at is the standard deviation h days ahead.
func (v variance) at(h int) float64 {
	return math.Sqrt(v.near + v.slope*float64(max(0, h-2)))
}

// spreads fits the variance to the errors of past forecasts.
func spreads(z []float64) variance {
	first := min(firstOrigin, len(z)/2)
	far := min(farthest, max(3, (len(z)-first)*farthest/(Days-firstOrigin)))
	sum, count := make([]float64, far+1), make([]float64, far+1)
	for origin := first; origin < len(z); origin++ {
		at := standing(z[:origin])
		for h := 1; h <= far && origin+h <= len(z); h++ {
			e := z[origin+h-1] - at
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
	v := variance{near: mean(1, 3)}
	v.slope = v.near / leastGrowth
	if far > 8 {
		v.slope = max(v.slope, (mean(far-4, far)-v.near)/float64(far-4))
	}
	return v
}
