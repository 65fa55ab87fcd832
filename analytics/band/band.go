// Package band says which loads are normal at one time of the day, in two ways.
//
// The classic band is the mean of the same slot on previous days, plus and minus
// a number of sample standard deviations.
//
//	expected = Σ vᵢ / n
//	half     = width · √( Σ (vᵢ − expected)² / (n − 1) )
//	score    = |v − expected| / half          deviates when score > 1
//
// Fewer than [MinDays] values make no band: its numbers are NaN. Values that
// are NaN are skipped. [Classic] does one slot, [Table] a whole day; both give
// the same numbers to the last bit.
//
// The [Calibrated] band follows the load. Its formulas, at a slot of a day:
//
//	usual    = median of the slot on the last 28 days, then over ± 5 minutes
//	spread   = 1.4826 · median |v − usual| of those days, mean over ± 15 minutes
//	expected = usual + level            without values the level halves in two hours
//	residual = v − expected
//	level   ← level + share · residual         share = 1 − 0.97^min(minutes of a slot, 4)
//	scale    = √(π/2) · max(mean |residual| of five minutes over 13 days, mean over ± 15;
//	           0.85 · mean |residual| of the last 300 values), at least 1 % of the load
//	lower    = expected − scale · Q⁻(α/2)
//	upper    = expected + scale · Q⁺(α/2)      α = 1 − level of coverage
//
// Q⁻ and Q⁺ are the quantiles of the residuals so far in scales, below and above,
// a share of α/2 of all values beyond each. They take the place of a normal
// distribution's, so that the share of values inside is the nominal one for loads
// of any distribution, as far as the load goes on as it was. Values count half
// after 14 days, or 4,000 values; the start counts for 100 values with Student's
// distribution of six degrees of freedom. Of a row of values far out the nth
// counts 1/n: a long incident is one event. No value moves the level by more than
// 8 scales or adds more than 4 to the scale.
//
// The band of a value an hour or a day ahead has errors of its own to go by (see
// [Follower.Ahead]). With the weekday's difference from the usual day (see weekdays),
// and three memories of what the load was off by lately, each without the ones before
// it, shares of which are left by then:
//
//	slow     = what is left of v − usual − weekday of the last six hours
//	shape    = of slow, by the hour of the day, mean of the last three days
//	fast     = of slow + 0.5 · shape, of the last 15 minutes
//	expected = usual + weekday + 0.9 · slow + 0.5 · shape + 0.8 · fast      an hour ahead
//	expected = usual + weekday + 0.6 · slow + 0.5 · shape + 0.1 · fast      a day ahead
//	size     = max(mean |error| at this hour over 13 days; of the last 80 minutes, or six hours)
//	lower    = expected − size · R⁻
//	upper    = expected + size · R⁺
//
// where the errors are those of such forecasts, every ten minutes. R⁻ and R⁺ begin at
// 4.6; a value outside widens its side by 1 %, and each value narrows both by
// 0.00135 %, so that a share of 0.135 % to each side is where they stay (adaptive
// conformal inference, Gibbs and Candès 2021). The nth in a row outside counts 1/n, and
// no value for more than 5 sizes.
//
// A [Follower] keeps a number for each minute of the day, a few for each five
// minutes and two histograms; [Learn] makes one from a load's history. [Calibrated]
// keeps the history too.
package band

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"

	"headroom/analytics/season"
)

const (
	// MinDays is the least number of previous days that make a band.
	MinDays = 3
	// Days is how many previous days are looked at unless configured.
	Days = 28
	// Sigma is the width of the band in standard deviations. The mission's
	// table has it: its half-widths are three times a number of one decimal.
	Sigma = 3
)

// Band is what is normal at one moment.
type Band struct {
	Expected, Lower, Upper float64
	Days                   int // values that it stands on
}

// None is the band of a slot of which too little is known.
func None(days int) Band {
	return Band{math.NaN(), math.NaN(), math.NaN(), days}
}

// Classic returns the band of mean ± width standard deviations of past.
func Classic(past []float64, width float64) Band {
	var m season.Moment
	for _, v := range past {
		m = m.With(v)
	}
	n, mean, sd := m.Stats()
	if n < MinDays {
		return None(n)
	}
	return around(mean, width*sd, n)
}

func around(expected, half float64, days int) Band {
	return Band{Expected: expected, Lower: expected - half, Upper: expected + half, Days: days}
}

// Towards returns the band that lies a share of the way to another one.
func (b Band) Towards(other Band, share float64) Band {
	between := func(from, to float64) float64 { return (1-share)*from + share*to }
	return Band{between(b.Expected, other.Expected), between(b.Lower, other.Lower), between(b.Upper, other.Upper), b.Days}
}

// Known tells whether there is a band.
func (b Band) Known() bool { return b.Expected == b.Expected }

// Score is the distance of v from the centre in half-widths: 0 in the centre,
// 1 on a bound. It is NaN without a band or a value, and +Inf off the centre
// of a band without width.
func (b Band) Score(v float64) float64 {
	distance := math.Abs(v - b.Expected)
	if distance == 0 {
		return 0
	}
	half := b.Upper - b.Expected
	if v < b.Expected {
		half = b.Expected - b.Lower
	}
	return distance / half
}

// Deviates tells whether v lies outside; false without a band or a value.
func (b Band) Deviates(v float64) bool { return b.Score(v) > 1 }

// Width returns how many standard deviations to each side hold this share of
// normally distributed values: 1.96 for a level of 0.95.
func Width(level float64) float64 { return distuv.UnitNormal.Quantile((1 + level) / 2) }

// Level is the inverse of [Width].
func Level(width float64) float64 { return 2*distuv.UnitNormal.CDF(width) - 1 }
