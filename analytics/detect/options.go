package detect

import (
	"errors"
	"fmt"
	"math"
)

// Options set what it takes for an alarm.
type Options struct {
	// FalseAlarms is how many false alarms a load may have in a week, as recorded
	// ones had on average (see [Options.Factor]). What a load has that is unlike
	// them is another question.
	FalseAlarms float64
	// LeastAbsolute and LeastRelative are how far a value must at least be from
	// what is expected for an alarm to begin: in the unit of the load, and as a
	// share of what is expected.
	LeastAbsolute, LeastRelative float64
}

// DefaultOptions have the thresholds that tell recorded events best from what is
// none, by the harmonic mean of the shares found and true.
func DefaultOptions() Options { return Options{FalseAlarms: 0.8} }

// Validate reports every option that cannot work. Of the rate of false alarms the
// effect was measured from 0.02 to 10.
func (o Options) Validate() error {
	var errs []error
	want := func(ok bool, name string, found float64) {
		if !ok {
			errs = append(errs, fmt.Errorf("%s, found %v", name, found))
		}
	}
	want(0.02 <= o.FalseAlarms && o.FalseAlarms <= 10, "false alarms per week: want 0.02 to 10", o.FalseAlarms)
	want(0 <= o.LeastAbsolute && o.LeastAbsolute < math.Inf(1), "least absolute deviation: want a number from 0 on", o.LeastAbsolute)
	want(0 <= o.LeastRelative && o.LeastRelative < math.Inf(1), "least relative deviation: want a share from 0 on", o.LeastRelative)
	return errors.Join(errs...)
}

// measured are the false alarms in a week of 155 recorded loads (aiops, wsd and
// mscloud of docs/models.md), at thresholds so many times the default ones.
var measured = []struct{ factor, rate float64 }{
	{0.5, 19.6}, {0.6, 8.4}, {0.7, 4.0}, {0.8, 1.94}, {0.9, 1.2}, {1, 0.8}, {1.25, 0.34}, {1.5, 0.18}, {2, 0.077}, {3, 0.02},
}

// Factor is what thresholds are multiplied by for the rate of false alarms:
// between the measured ones along a power law.
func (o Options) Factor() float64 {
	i := 1
	for i < len(measured)-1 && o.FalseAlarms < measured[i].rate {
		i++
	}
	a, b := measured[i-1], measured[i]
	return a.factor * math.Pow(b.factor/a.factor, math.Log(o.FalseAlarms/a.rate)/math.Log(b.rate/a.rate))
}

// concerns tells whether a value is far enough from what is expected.
func (o *Options) concerns(p *Parts, v float64) bool {
	e := p.Expected()
	return math.Abs(v-e) >= max(o.LeastAbsolute, o.LeastRelative*math.Abs(e))
}
