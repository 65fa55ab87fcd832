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
// What is compared are runs of days with the same number of devices, give or take
// two percent, of three days or more; the last may be one day. So devices that are
// added over several days are one change, and a sender that is silent for a day
// is none. Loads are compared by their medians over up to seven days.
package prepare

import (
	"fmt"
	"math"
	"slices"

	"headroom/analytics/calibrate"
)

const (
	leastChange = 0.02 // of the number of devices, that begins another run
	leastDays   = 3    // of a run, but for the last
	mostDays    = 7    // of each run that are compared
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
// of as many devices as there are at the end, and the changes that made it so, the
// newest first. devices and loads have a number for each day, the usual one and the
// median of the day, NaN where it is unknown. Factors are nil if nothing has to be
// changed.
func Resize(devices, loads []float64) (factors []float64, changes []Change) {
	all := runs(devices)
	for i := len(all) - 1; i > 0; i-- {
		c, moved := compare(all[i-1], all[i], devices, loads)
		if !moved {
			continue
		}
		if factors == nil {
			factors = slices.Repeat([]float64{1}, len(devices))
		}
		for day := range c.Day {
			there := c.Before
			if between := devices[day]; day > all[i-1].last && between == between {
				there = between // while devices were being added
			}
			factors[day] *= there / c.After
		}
		changes = append(changes, c)
	}
	return factors, changes
}

// run is a stretch of days with one number of devices.
type run struct {
	first, last int // days
	number      float64
	days        int // that are known
}

// runs returns the runs that last long enough, oldest first. Neighbours of about
// the same number, with something short between them, are one.
func runs(devices []float64) (out []run) {
	var now run
	end := func(least int) {
		if now.days < least {
			return
		}
		if n := len(out); n > 0 && !changed(out[n-1].number, now.number) {
			out[n-1].last, out[n-1].days = now.last, out[n-1].days+now.days
			return
		}
		out = append(out, now)
	}
	for day, n := range devices {
		switch {
		case !(n > 0):
		case now.days > 0 && !changed(now.number, n):
			now.last, now.days = day, now.days+1
		default:
			end(leastDays)
			now = run{day, day, n, 1}
		}
	}
	end(1)
	return out
}

func changed(a, b float64) bool { return math.Abs(b-a) > leastChange*max(a, b) }

// compare tells whether the work went on when the number of devices changed.
func compare(before, after run, devices, loads []float64) (c Change, moved bool) {
	c = Change{Day: after.first, Before: before.number, After: after.number}
	load, number := ratios(before, after, devices, loads)
	c.Load = load
	q, r := math.Log(load), math.Log(number)
	return c, math.Abs(q+r) < math.Abs(q)
}

// ratios are how many times as high the load and the number of devices are in the
// run after: the medians over its first days against the same weekdays of the run
// before or, where those are not known, of its days against the last ones before.
func ratios(before, after run, devices, loads []float64) (load, number float64) {
	var l, n []float64
	end := min(after.first+mostDays, after.last+1)
	for i := after.first; i < end; i++ {
		for same := i - 7; same >= before.first; same -= 7 {
			if same <= before.last {
				l, n = append(l, loads[i]/loads[same]), append(n, devices[i]/devices[same])
				break
			}
		}
	}
	if load = calibrate.Median(l); load == load {
		return load, calibrate.Median(n)
	}
	last := max(before.first, before.last+1-mostDays)
	ratio := func(of []float64) float64 {
		return calibrate.Median(of[after.first:end]) / calibrate.Median(of[last:before.last+1])
	}
	return ratio(loads), ratio(devices)
}
