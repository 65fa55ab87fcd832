package peak

import (
	"math"

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

// ageing is what is left of a day's weight after another one.
var ageing = math.Exp2(-1.0 / halfLife)

// prior are the coefficients of a series of which nothing is known. They sum up
// to 1: a day twice as high in all respects has twice the peak.
var prior = [features]float64{0.4, 0.2, 0.1, 0, 0.1, 0.1, 0.1, 0}

// sample is one day of a regression.
type sample struct {
	x      [features]float64
	y, age float64 // what came, and the weight by age
}

// fit regresses y on x over the days, robustly, shrunk to the prior; off is the
// robust standard deviation of what is left.
func fit(days []pastDay) (beta [features]float64, off float64) {
	var memory [fitDays]sample
	var restMemory [2 * fitDays]float64
	samples, age := memory[:0], 1.0
	for i := len(days) - 1; i >= 0; i-- {
		age *= ageing
		if d := &days[i]; d.y == d.y {
			samples = append(samples, sample{d.x, d.y, age})
		}
	}
	beta = prior
	if len(samples) < leastDays {
		return beta, 0
	}
	size := squares(samples)
	rest, sorted := restMemory[:len(samples)], restMemory[fitDays:fitDays+len(samples)]
	for range rounds {
		for i := range samples {
			rest[i] = math.Abs(samples[i].y - dot(&beta, &samples[i].x))
		}
		copy(sorted, rest)
		off = max(1e-4, calibrate.Normal*calibrate.Middle(sorted))
		for i, e := range rest {
			rest[i] = samples[i].age * min(1, huber*off/max(e, 1e-12))
		}
		beta = solve(samples, rest, &size)
	}
	return beta, off
}

// solve minimises Σ w (y − β·x)² + shrinkage · Σ size (β − prior)².
func solve(samples []sample, w []float64, size *[features]float64) [features]float64 {
	var gram [features][features]float64 // its lower triangle
	var right [features]float64
	for a := range size {
		gram[a][a] = shrinkage * size[a]
	}
	for i := range samples {
		x := &samples[i].x
		rest := w[i] * (samples[i].y - dot(&prior, x))
		for a := range x {
			right[a] += rest * x[a]
			wx := w[i] * x[a]
			for b := range a + 1 {
				gram[a][b] += wx * x[b]
			}
		}
	}
	beta := prior
	for a, step := range cholesky(&gram, right) {
		beta[a] += step
	}
	return beta
}

// cholesky solves gram · v = right for a positive definite gram, of which the
// lower triangle is given and overwritten; it returns zeros if it is none. The
// general solver of a library takes several times as long for eight unknowns, and
// a night has millions of them.
func cholesky(gram *[features][features]float64, right [features]float64) (v [features]float64) {
	for a := range features {
		for b := range a + 1 {
			sum := gram[a][b]
			for k := range b {
				sum -= gram[a][k] * gram[b][k]
			}
			if a != b {
				gram[a][b] = sum / gram[b][b]
				continue
			}
			if !(sum > 0) {
				return [features]float64{}
			}
			gram[a][a] = math.Sqrt(sum)
		}
	}
	for a := range features {
		sum := right[a]
		for k := range a {
			sum -= gram[a][k] * v[k]
		}
		v[a] = sum / gram[a][a]
	}
	for a := features - 1; a >= 0; a-- {
		for k := a + 1; k < features; k++ {
			v[a] -= gram[k][a] * v[k]
		}
		v[a] /= gram[a][a]
	}
	return v
}

// squares returns the weighted mean square of every feature.
func squares(samples []sample) (size [features]float64) {
	total := 0.0
	for i := range samples {
		total += samples[i].age
		for a, v := range samples[i].x {
			size[a] += samples[i].age * v * v
		}
	}
	for a := range size {
		size[a] = size[a]/total + tiny
	}
	return size
}

func dot(a, b *[features]float64) (sum float64) {
	for i := range a {
		sum += a[i] * b[i]
	}
	return sum
}
