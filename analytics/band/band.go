// Package band says which loads are normal at one time of the day: the classic
// band, which is the mean of the same slot on previous days, plus and minus a
// number of sample standard deviations.
//
//	expected = Σ vᵢ / n
//	half     = width · √( Σ (vᵢ − expected)² / (n − 1) )
//	score    = |v − expected| / half          deviates when score > 1
//
// Fewer than [MinDays] values make no band: its numbers are NaN. Values that
// are NaN are skipped. [Classic] does one slot, [Table] a whole day; both give
// the same numbers to the last bit.
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
