// Package prepare makes of what was stored what a model should learn from.
//
// The load of a module is the mean over its devices, so that it falls when devices
// are added to the same work. [Resize] tells such a change from others: at a day
// from which on there are r times as many devices, and the load is q times what it
// was on the same weekdays before,
//
//	the work went on    if |log q + log r| < |log q|      the load of the days before is divided by r
//	the work came along otherwise                          they stay as they are
//
// Days are compared by their medians, three to seven to each side, so that a sender
// that is silent for some hours changes nothing.
package prepare

import (
	"fmt"
	"math"

	"headroom/analytics/calibrate"
)

const (
	leastChange = 0.02 // of the number of devices that is looked at
	least, most = 3, 7 // days to each side that are compared
)

// Change is a change of the number of devices that history was brought to.
type Change struct {
	Day           int // index of the first day with the new number
	Before, After float64
	Load          float64 // factor by which the load per device changed then
}

// String says what was done and why, without the date.
func (c Change) String() string {
	return fmt.Sprintf("from %.4g to %.4g devices the load of a device became %.2f times as high: the same work, so the days before count %.2f times", c.Before, c.After, c.Load, c.Before/c.After)
}

// Resize returns for every day by what its load has to be multiplied to be that
// of as many devices as there are at the end, and the changes that made it so.
// devices and loads have a number for each day, the mean or median of the day, NaN
// where it is unknown. Factors are nil if nothing has to be changed.
func Resize(devices, loads []float64) (factors []float64, changes []Change) {
	for day := len(devices) - least; day >= least; day-- {
		c, ok := changeAt(devices, loads, day)
		if !ok {
			continue
		}
		if factors == nil {
			factors = make([]float64, len(devices))
			for i := range factors {
				factors[i] = 1
			}
		}
		for i := range day {
			factors[i] *= c.Before / c.After
		}
		changes = append(changes, c)
	}
	return factors, changes
}

// changeAt tells whether the number of devices changed on a day, for good, and
// the work did not.
func changeAt(devices, loads []float64, day int) (Change, bool) {
	if !changed(devices[day-1], devices[day]) {
		return Change{}, false
	}
	before, after := stretch(devices, day, -1), stretch(devices, day, +1)
	if len(before) < least || len(after) < least {
		return Change{}, false // not for good
	}
	c := Change{Day: day, Before: calibrate.Median(before), After: calibrate.Median(after)}
	c.Load = loadRatio(loads, day, len(after))
	r := math.Log(c.After / c.Before)
	q := math.Log(c.Load)
	return c, math.Abs(q+r) < math.Abs(q)
}

func changed(a, b float64) bool { return math.Abs(b-a) > leastChange*max(a, b) && a > 0 && b > 0 }

// stretch returns the number of devices of the days before (side −1) or from a
// day on (side +1), as far as it stays what it is there.
func stretch(devices []float64, day, side int) (same []float64) {
	i := day
	if side < 0 {
		i--
	}
	for first := devices[i]; i >= 0 && i < len(devices) && len(same) < most; i += side {
		if changed(first, devices[i]) || devices[i] != devices[i] {
			break
		}
		same = append(same, devices[i])
	}
	return same
}

// loadRatio is how many times as high the load is from a day on: the median over
// the following days against the same weekdays before or, where those are not
// known, of the days to both sides.
func loadRatio(loads []float64, day, days int) float64 {
	var ratios []float64
	for i := day; i < min(day+days, len(loads)); i++ {
		for before := i - 7; before >= 0; before -= 7 {
			if before < day {
				ratios = append(ratios, loads[i]/loads[before])
				break
			}
		}
	}
	if r := calibrate.Median(ratios); r == r {
		return r
	}
	return calibrate.Median(loads[day:min(day+days, len(loads))]) / calibrate.Median(loads[max(0, day-days):day])
}
