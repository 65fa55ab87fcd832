package band

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// The tails are two histograms of the residuals in scales, one a side, with bins
// of equal ratio. Their quantiles are what calibrates a band: no distribution is
// assumed beyond the few values they start with.
const (
	tailBins  = 112
	tailFirst = 0.05 // the first bin ends here, the last at tailFirst · tailRatio^111 ≈ 54
	tailRatio = 1.065

	// tailPrior is how many values the start counts for; it has Student's
	// distribution with six degrees of freedom.
	tailPrior = 100
	// tailDays is the number of days after which a value counts half, or that
	// which has tailValues, for loads in coarse steps.
	tailDays   = 14
	tailValues = 4000
)

type tails struct {
	side  [2][tailBins]float64 // below, above the centre
	total float64
}

func newTails() *tails {
	t := &tails{}
	prior := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: 6}
	below := 0.5
	for b := range tailBins {
		to := prior.CDF(tailEdge(b))
		if b == tailBins-1 {
			to = 1
		}
		for s := range t.side {
			t.side[s][b] = tailPrior * (to - below)
		}
		below = to
	}
	t.total = tailPrior
	return t
}

// tailEdge is where a bin ends.
func tailEdge(bin int) float64 { return tailFirst * math.Pow(tailRatio, float64(bin)) }

// add counts a residual with a weight.
func (t *tails) add(r, weight float64) {
	s := 0
	if r > 0 {
		s = 1
	}
	bin := math.Ceil(math.Log(math.Abs(r)/tailFirst) / math.Log(tailRatio))
	t.side[s][int(min(max(bin, 0), tailBins-1))] += weight
	t.total += weight
}

// age lets a day of so many slots pass.
func (t *tails) age(slots int) {
	keep := math.Exp2(-1 / max(tailDays, tailValues/float64(slots)))
	for s := range t.side {
		for b := range t.side[s] {
			t.side[s][b] *= keep
		}
	}
	t.total *= keep
}

// beyond returns how far out a side has this share of all values, in scales.
// The value to come counts as one of those beyond, if there are two or more:
// the quantile of few values would be too near.
func (t *tails) beyond(side int, share float64) float64 {
	left := max(share*t.total-1, share*t.total/2)
	for b := tailBins - 1; b > 0; b-- {
		n := t.side[side][b]
		if n > left {
			return tailEdge(b) * math.Pow(tailRatio, -left/n)
		}
		left -= n
	}
	return tailEdge(0)
}
