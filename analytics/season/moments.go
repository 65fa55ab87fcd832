package season

import "math"

// Moment sums up values: how many, their mean, their sample standard deviation.
// The zero value has seen none.
//
// The sums are taken relative to the first value. So equal values have exactly
// their own mean and a deviation of exactly 0, and a load that is high and flat
// loses no digits.
type Moment struct{ count, first, sum, squares float64 }

// With returns the moment with one more value; NaN is skipped.
func (m Moment) With(v float64) Moment {
	if v != v {
		return m
	}
	if m.count == 0 {
		m.first = v
	}
	d := v - m.first
	m.count++
	m.sum += d
	m.squares += d * d
	return m
}

// Stats returns number, mean and sample standard deviation (n − 1) of the
// values; the mean of none and the deviation of fewer than two are NaN.
func (m Moment) Stats() (n int, mean, sd float64) {
	if m.count == 0 {
		return 0, math.NaN(), math.NaN()
	}
	shift := m.sum / m.count
	spread := max(0, m.squares-m.sum*shift) // rounding can bring it below 0
	return int(m.count), m.first + shift, math.Sqrt(spread / (m.count - 1))
}

// AddDay adds a day, one value a slot, to the moments of its slots.
func AddDay(moments []Moment, day []float64) {
	moments = moments[:len(day)]
	for i, v := range day {
		moments[i] = moments[i].With(v)
	}
}
