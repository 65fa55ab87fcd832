package backtest

import "math"

// tally sums up how right a model was on one series.
type tally struct {
	seen    int     // values of which something was said
	bounded int     // those with an interval
	inside  int     // those within it
	width   float64 // sums over the bounded values: width of the interval,
	loss    float64 // its interval score,
	size    float64 // and size of the value
	error   float64 // sum of the relative errors, over sized values
	sized   int     // values that are not 0

	largest *tally // growth: of the largest peak of the horizon
	events  *events
}

// see adds a value that came and what was said of it; NaN on either side adds
// nothing.
func (t *tally) see(v float64, said interval, level float64) {
	if v != v || said.value != said.value {
		return
	}
	t.seen++
	if v != 0 {
		t.error += math.Abs((v - said.value) / v)
		t.sized++
	}
	if width := said.upper - said.lower; width == width {
		t.bounded++
		if said.lower <= v && v <= said.upper {
			t.inside++
		}
		t.width += width
		t.loss += width + 2/(1-level)*(max(0, said.lower-v)+max(0, v-said.upper))
		t.size += math.Abs(v)
	}
}

// tallyOf sums up steps.
func tallyOf(steps []step, level float64) tally {
	var t tally
	for _, s := range steps {
		t.see(s.actual, s.said, level)
	}
	return t
}

// events counts labelled events and alarms. Both are runs of rows; runs that
// are no more than gapRows apart are one.
type events struct {
	events, found int // labelled, and those with an alarm in it
	alarms, false int // runs of alarms, and those that touch no event
	weeks         float64
}

// gapRows of ordinary values do not end an alarm.
const gapRows = 2

// alarms tallies the rows with a verdict.
func (r *bandRows) deviations() tally {
	n := len(r.Values)
	alarm, label := make([]bool, n), make([]bool, n)
	t := tally{events: &events{}}
	for i, b := range r.bands {
		if !b.Known() {
			continue
		}
		t.seen++
		alarm[i] = r.alarms[i]
		label[i] = r.Labels != nil && r.Labels[i]
	}
	e := t.events
	e.weeks = float64(t.seen*r.length) / (7 * 24 * 60)
	e.events, e.found = touched(label, alarm, 0)
	var right int
	e.alarms, right = touched(alarm, label, gapRows)
	e.false = e.alarms - right
	if r.Labels == nil {
		t.events = &events{weeks: e.weeks, alarms: e.alarms}
	}
	return t
}

// touched counts the runs in a, joined over gaps, and those in which b is set.
func touched(a, b []bool, gap int) (runs, hit int) {
	last, found := -1, false
	for i := range a {
		if !a[i] {
			continue
		}
		if last < 0 || i-last > gap+1 {
			runs, found = runs+1, false
		}
		if b[i] && !found {
			hit, found = hit+1, true
		}
		last = i
	}
	return runs, hit
}

func (e *events) add(o *events) {
	e.events += o.events
	e.found += o.found
	e.alarms += o.alarms
	e.false += o.false
	e.weeks += o.weeks
}
