// Package calibrate holds what the calibrated models of peak and growth share:
// robust statistics that one incident does not move, and the quantile that
// turns a spread of few past errors into an interval. NaN is "not measured" and
// is skipped everywhere.
//
// The spread of n errors e is
//
//	s = √( Σ min(|e|, c·u)² / n )      u = max(median |e|, mean |e| / 2)
//
// so that an isolated incident counts as an error of at most c times the usual
// size u. It is the mean, without the largest, that counts where most
// forecasts are right to a hair and some are far off.
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
	var few [32]float64 // most questions are about a few weeks: no allocation
	known := few[:0]
	if len(values) > len(few) {
		known = make([]float64, 0, len(values))
	}
	for _, v := range values {
		if v == v {
			known = append(known, v)
		}
	}
	return Middle(known)
}

// Middle is the median of values of which none is NaN; it changes their order.
func Middle(values []float64) float64 {
	n := len(values)
	if n == 0 {
		return math.NaN()
	}
	upper := smallest(values, n/2)
	if n%2 == 1 {
		return upper
	}
	lower := values[0] // the largest of the lower half
	for _, v := range values[1 : n/2] {
		lower = max(lower, v)
	}
	return (lower + upper) / 2
}

// smallest returns the value that k others are not above, and moves these in
// front of it (Hoare's selection).
func smallest(values []float64, k int) float64 {
	low, high := 0, len(values)-1
	for high-low > 16 {
		pivot := middleOf(values[low], values[(low+high)/2], values[high])
		i, j := low, high
		for i <= j {
			for values[i] < pivot {
				i++
			}
			for pivot < values[j] {
				j--
			}
			if i <= j {
				values[i], values[j] = values[j], values[i]
				i, j = i+1, j-1
			}
		}
		switch {
		case k <= j:
			high = j
		case k >= i:
			low = i
		default:
			return values[k]
		}
	}
	order(values[low : high+1])
	return values[k]
}

// order sorts a few values by insertion; that none is NaN makes it twice as fast
// as the library's.
func order(values []float64) {
	for i, v := range values {
		for ; i > 0 && values[i-1] > v; i-- {
			values[i] = values[i-1]
		}
		values[i] = v
	}
}

func middleOf(a, b, c float64) float64 { return max(min(a, b), min(max(a, b), c)) }

// Spread is the root mean square of errors of which none counts as more than c
// times the usual size, and their number; NaN of none.
func Spread(errs []float64, c float64) (s float64, n int) {
	sizes := make([]float64, 0, len(errs))
	for _, e := range errs {
		if e == e {
			sizes = append(sizes, math.Abs(e))
		}
	}
	n = len(sizes)
	if n == 0 {
		return math.NaN(), 0
	}
	slices.Sort(sizes)
	mean, kept := 0.0, sizes[:max(1, n-1)]
	for _, e := range kept {
		mean += e / float64(len(kept))
	}
	most, sum := c*max(Middle(sizes), mean/2), 0.0
	for _, e := range sizes {
		e = min(e, most)
		sum += e * e
	}
	return math.Sqrt(sum / float64(n)), n
}

// Student widens the quantile z of the normal distribution for a spread that
// stands on n errors.
func Student(z float64, n int) float64 {
	return z + (z*z*z+z)/(4*float64(n))
}
