package detect

import (
	"math"
	"testing"

	"headroom/analytics/season"
)

func TestFactor(t *testing.T) {
	f := func(rate, want float64) {
		t.Helper()
		if got := (Options{FalseAlarms: rate}).Factor(); math.Abs(got-want) > 0.005 {
			t.Errorf("%v false alarms: factor %v, want %v", rate, got, want)
		}
	}
	f(DefaultOptions().FalseAlarms, 1)
	f(0.18, 1.5)
	f(8.4, 0.6)
	f(math.Sqrt(0.077*0.18), math.Sqrt(1.5*2)) // half way between two measured ones
	f(10, 0.578)
	f(0.02, 3)
	for rate := 0.02; rate < 10; rate *= 1.1 {
		if a, b := (Options{FalseAlarms: rate}).Factor(), (Options{FalseAlarms: 1.1 * rate}).Factor(); a <= b {
			t.Errorf("%v false alarms: factor %v, of more %v", rate, a, b)
		}
	}
}

// began tells whether an alarm begins with a value so far from a load of 100.
func began(o Options, off float64) bool {
	g := load(12)
	for i := range g.Values {
		g.Values[i] = 100 + (g.Values[i]-100)/50 // the least noise rules: 1
	}
	d, at := New(season.NewGrid(0, 12, slots), o), 11*slots
	for i, v := range g.Values[:at] {
		d.See(i/slots, i%slots, v)
	}
	return d.See(11, 0, 100+off)
}

func TestFewerFalseAlarmsTakeMore(t *testing.T) {
	f := func(rate, off float64, want bool) {
		t.Helper()
		o := DefaultOptions()
		o.FalseAlarms = rate
		if got := began(o, off); got != want {
			t.Errorf("%v false alarms, %v off: alarm %v", rate, off, got)
		}
	}
	f(0.8, 8, true)
	f(0.8, -8, true)
	f(0.8, 5, false)
	f(5, 5, true)
	f(0.15, 8, false)
}

func TestLeastDeviation(t *testing.T) {
	f := func(absolute, relative, off float64, want bool) {
		t.Helper()
		o := DefaultOptions()
		o.LeastAbsolute, o.LeastRelative = absolute, relative
		if got := began(o, off); got != want {
			t.Errorf("at least %v and %v, %v off: alarm %v", absolute, relative, off, got)
		}
	}
	f(0, 0, 20, true)
	f(15, 0, 20, true)
	f(25, 0, 20, false)
	f(25, 0, -20, false)
	f(0, 0.15, 20, true)
	f(0, 0.25, 20, false)
	f(25, 0.15, 20, false)
}

func TestOptionsAreChecked(t *testing.T) {
	f := func(o Options, faults int) {
		t.Helper()
		n := 0
		if err, ok := o.Validate().(interface{ Unwrap() []error }); ok {
			n = len(err.Unwrap())
		}
		if n != faults {
			t.Errorf("%+v: %d faults, want %d", o, n, faults)
		}
	}
	f(DefaultOptions(), 0)
	f(Options{}, 1)
	f(Options{FalseAlarms: math.NaN(), LeastAbsolute: -1, LeastRelative: math.Inf(1)}, 3)
}

// What was learned ahead with new options keeps them when it goes on.
func TestContinueKeepsItsOptions(t *testing.T) {
	g, few := load(12), Options{FalseAlarms: 0.1}
	s := Learn(g, 11, few)
	s.Continue(Learn(g, 10, DefaultOptions()))
	if p := s.Parts(11, 600); p.Threshold < few.Factor()*Least {
		t.Errorf("threshold %v, want at least %v", p.Threshold, few.Factor()*Least)
	}
}
