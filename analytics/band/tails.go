package band

import (
	"math"
	"sync"

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

// Tails are counted for one load; they take a KiB.
type Tails struct {
	side  [2][tailBins]float32 // below, above the centre
	total float64
	row   int // values in a row that are far out

	far   [2]float64 // what a share of farShare is beyond, as of a while ago
	until int        // values that it still holds for
}

// NewTails returns the tails of a load of which nothing is known.
func NewTails() Tails { return prior() }

var prior = sync.OnceValue(func() Tails {
	var t Tails
	student := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: 6}
	below := 0.5
	for b := range tailBins {
		to := student.CDF(tailEdge(b))
		if b == tailBins-1 {
			to = 1
		}
		for s := range t.side {
			t.side[s][b] = float32(tailPrior * (to - below))
		}
		below = to
	}
	t.total = tailPrior
	return t
})

var logRatio = math.Log(tailRatio)

// tailEdge is where a bin ends.
func tailEdge(bin int) float64 { return tailFirst * math.Pow(tailRatio, float64(bin)) }

// Count enters a residual in scales. Of an excursion the first value counts in
// full and each further one less, so that a long incident is one event. NaN, as of
// loads beyond what can be reckoned with, counts nothing.
func (t *Tails) Count(r float64) {
	if r != r {
		return
	}
	if t.isFar(r) {
		t.row++
	} else {
		t.row = 0
	}
	t.add(r, 1/float64(max(t.row, 1)))
}

// add counts a residual with a weight.
func (t *Tails) add(r, weight float64) {
	s := 0
	if r > 0 {
		s = 1
	}
	bin := math.Ceil(math.Log(math.Abs(r)/tailFirst) / logRatio)
	t.side[s][int(min(max(bin, 0), tailBins-1))] += float32(weight)
	t.total += weight
}

const (
	farShare = 0.005
	farHolds = 100 // values
)

// isFar tells whether a residual is among the farthest of its side.
func (t *Tails) isFar(r float64) bool {
	if t.until--; t.until < 0 {
		t.far, t.until = [2]float64{t.Beyond(0, farShare), t.Beyond(1, farShare)}, farHolds
	}
	return r < -t.far[0] || r > t.far[1]
}

// Age lets a day of so many slots pass.
func (t *Tails) Age(slots int) {
	keep := math.Exp2(-1 / max(tailDays, tailValues/float64(slots)))
	for s := range t.side {
		for b := range t.side[s] {
			t.side[s][b] *= float32(keep)
		}
	}
	t.total *= keep
}

// Beyond returns how far out a side has this share of all values, in scales.
// The value to come counts as one of those beyond, if there are two or more:
// the quantile of few values would be too near.
func (t *Tails) Beyond(side int, share float64) float64 {
	left := max(share*t.total-1, share*t.total/2)
	for b := tailBins - 1; b > 0; b-- {
		n := float64(t.side[side][b])
		if n > left {
			return tailEdge(b) * math.Pow(tailRatio, -left/n)
		}
		left -= n
	}
	return tailEdge(0)
}
