// Package calibrate holds what the calibrated models of peak and growth share:
// robust statistics that one incident does not move, and the quantile that
// turns a spread of few past errors into an interval. NaN is "not measured" and
// is skipped everywhere.
//
// The spread of n errors e is
//
//	s = √( Σ min(|e|, c·median|e|)² / n )
//
// so that an isolated incident counts as an error of at most c times the usual.
// An interval reaches t(n)·s to each side, with the first term of the expansion
// of Student's quantile (Abramowitz and Stegun 26.7.5):
//
//	t(n) = z + (z³ + z) / 4n
package calibrate

import (
	"math"
	"slices"
)

// Normal makes the median absolute deviation of normal values their standard
// deviation.
const Normal = 1.4826

// Median returns the median of the measured values, of two the mean; NaN of
// none.
func Median(values []float64) float64 {
	known := make([]float64, 0, len(values))
	for _, v := range values {
		if v == v {
			known = append(known, v)
		}
	}
	n := len(known)
	if n == 0 {
		return math.NaN()
	}
	slices.Sort(known)
	return (known[(n-1)/2] + known[n/2]) / 2
}

// Spread is the root mean square of errors of which none counts as more than c
// times the median size, and their number; NaN of none.
func Spread(errs []float64, c float64) (s float64, n int) {
	sizes := make([]float64, len(errs))
	for i, e := range errs {
		sizes[i] = math.Abs(e)
	}
	most, sum := c*Median(sizes), 0.0
	for _, e := range sizes {
		if e == e {
			e = min(e, most)
			sum += e * e
			n++
		}
	}
	return math.Sqrt(sum / float64(n)), n
}

// Student widens the quantile z of the normal distribution for a spread that
// stands on n errors.
func Student(z float64, n int) float64 {
	return z + (z*z*z+z)/(4*float64(n))
}
