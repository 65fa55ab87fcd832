package peak

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"headroom/analytics/calibrate"
)

const (
	halfLife  = 100  // days in which the weight of a day halves
	shrinkage = 3    // days that the prior weighs
	huber     = 2.5  // spreads from which on an error pulls no harder
	rounds    = 3    // of reweighting
	leastDays = 3    // with which the prior is moved
	tiny      = 1e-8 // variance below which a feature says nothing
)

// prior are the coefficients of a series of which nothing is known. They sum up
// to 1: a day twice as high in all respects has twice the peak.
var prior = [features]float64{0.4, 0.2, 0.1, 0.1, 0.1, 0.1}

// fit regresses y on x over the days, robustly, shrunk to the prior.
func fit(days []pastDay) [features]float64 {
	var x [][features]float64
	var y, age []float64
	for i, d := range days {
		if d.y == d.y {
			x, y, age = append(x, d.x), append(y, d.y), append(age, math.Pow(0.5, float64(len(days)-i)/halfLife))
		}
	}
	beta := prior
	if len(y) < leastDays {
		return beta
	}
	size := squares(x, age)
	rest := make([]float64, len(y))
	for range rounds {
		for i := range y {
			rest[i] = math.Abs(y[i] - dot(beta, x[i]))
		}
		s := max(1e-4, calibrate.Normal*calibrate.Median(rest))
		weight := make([]float64, len(y))
		for i, e := range rest {
			weight[i] = age[i] * min(1, huber*s/max(e, 1e-12))
		}
		beta = solve(x, y, weight, size)
	}
	return beta
}

// solve minimises Σ w (y − β·x)² + shrinkage · Σ size (β − prior)².
func solve(x [][features]float64, y, w []float64, size [features]float64) [features]float64 {
	gram, right := mat.NewSymDense(features, nil), mat.NewVecDense(features, nil)
	for a := range size {
		gram.SetSym(a, a, shrinkage*size[a])
	}
	for i, row := range x {
		rest := y[i] - dot(prior, row)
		for a := range row {
			right.SetVec(a, right.AtVec(a)+w[i]*row[a]*rest)
			for b := a; b < features; b++ {
				gram.SetSym(a, b, gram.At(a, b)+w[i]*row[a]*row[b])
			}
		}
	}
	var chol mat.Cholesky
	var step mat.VecDense
	if !chol.Factorize(gram) || chol.SolveVecTo(&step, right) != nil {
		return prior
	}
	beta := prior
	for a := range beta {
		beta[a] += step.AtVec(a)
	}
	return beta
}

// squares returns the weighted mean square of every feature.
func squares(x [][features]float64, w []float64) (size [features]float64) {
	total := 0.0
	for i, row := range x {
		total += w[i]
		for a, v := range row {
			size[a] += w[i] * v * v
		}
	}
	for a := range size {
		size[a] = size[a]/total + tiny
	}
	return size
}

func dot(a, b [features]float64) (sum float64) {
	for i := range a {
		sum += a[i] * b[i]
	}
	return sum
}
