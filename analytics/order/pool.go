package order

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// Demand is how many devices' worth of work a node will have at its largest
// peak, as a random number. Demands of several nodes add up with their
// correlation: under a Gaussian copula with the rank correlation of the past days,
// the standard deviation of a sum is that of the sum over the days of each node's
// normal scores times its standard deviation. So n nodes cost n, and not n².
type Demand struct {
	Middle float64   // devices, more likely than not enough
	Most   float64   // devices that are enough with the policy's probability
	scores []float64 // by day: normal score × (Most − Middle)
}

// NewDemand returns the demand of one module. The residuals are how unlike what
// was expected its past days were, NaN of days that are not known; those of all
// modules end on the same day.
func NewDemand(middle, most float64, residuals []float32) Demand {
	d := Demand{Middle: middle, Most: most, scores: normalScores(residuals)}
	for i := range d.scores {
		d.scores[i] *= most - middle
	}
	return d
}

// normalScores turns values into what a normal distribution of standard deviation
// 1 would have in their order; 0 of what is NaN.
func normalScores(values []float32) []float64 {
	out := make([]float64, len(values))
	var order []int
	for i, v := range values {
		if v == v {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case values[a] < values[b]:
			return -1
		case values[a] > values[b]:
			return 1
		}
		return 0
	})
	for rank, i := range order {
		out[i] = distuv.UnitNormal.Quantile((float64(rank) + 0.5) / float64(len(order)))
	}
	if sd := deviation(out); sd > 0 {
		for i := range out {
			out[i] /= sd
		}
	}
	return out
}

// deviation is the root mean square.
func deviation(scores []float64) float64 {
	sum := 0.0
	for _, v := range scores {
		sum += v * v
	}
	return math.Sqrt(sum / float64(max(1, len(scores))))
}

// Add makes d the demand of both. A demand without known days is taken to move
// with all others, which is the most that it can add; one that is NaN is left out.
func (d *Demand) Add(other Demand) {
	if math.IsNaN(other.Middle) || math.IsNaN(other.Most) {
		return
	}
	reach := d.Most - d.Middle
	alone := other.Most - other.Middle
	d.Middle += other.Middle
	switch {
	case deviation(other.scores) == 0:
		d.Most = d.Middle + reach + alone
	case len(d.scores) == 0:
		d.scores = slices.Clone(other.scores)
		d.Most = d.Middle + reach + alone
	default:
		apart := math.Abs(reach) - deviation(d.scores) // of those without known days
		for i := range min(len(d.scores), len(other.scores)) {
			d.scores[len(d.scores)-1-i] += other.scores[len(other.scores)-1-i]
		}
		d.Most = d.Middle + math.Copysign(max(0, apart)+deviation(d.scores), reach) // below the middle if few suffice
	}
}
