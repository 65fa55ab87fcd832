package season

import "math"

// Moments sums up, for every slot of the day, what a number of days held:
// how many values, their mean, their sample standard deviation.
//
// The sums are taken relative to the slot's first value. So equal values have
// exactly their own mean and a deviation of exactly 0, and a load that is high
// and flat loses no digits.
type Moments struct {
	count, first, sum, squares []float64
}

// NewMoments returns empty sums for so many slots.
func NewMoments(slots int) *Moments {
	buf := make([]float64, 4*slots)
	return &Moments{buf[:slots:slots], buf[slots : 2*slots : 2*slots], buf[2*slots : 3*slots : 3*slots], buf[3*slots:]}
}

// Reset forgets everything.
func (m *Moments) Reset() {
	clear(m.count)
	clear(m.sum)
	clear(m.squares)
}

// Add adds a day, one value a slot; NaN is skipped.
func (m *Moments) Add(day []float64) {
	n := len(day)
	count, first, sum, squares := m.count[:n], m.first[:n], m.sum[:n], m.squares[:n]
	for i, v := range day {
		if v != v {
			continue
		}
		if count[i] == 0 {
			first[i] = v
		}
		d := v - first[i]
		count[i]++
		sum[i] += d
		squares[i] += d * d
	}
}

// Slot returns number, mean and sample standard deviation (n − 1) of a slot's
// values; the mean of none and the deviation of fewer than two are NaN.
func (m *Moments) Slot(i int) (n int, mean, sd float64) {
	c := m.count[i]
	if c == 0 {
		return 0, math.NaN(), math.NaN()
	}
	shift := m.sum[i] / c
	spread := max(0, m.squares[i]-m.sum[i]*shift) // rounding can bring it below 0
	return int(c), m.first[i] + shift, math.Sqrt(spread / (c - 1))
}
