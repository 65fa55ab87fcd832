package policy

import (
	"math"
	"slices"
	"strings"
	"time"
)

// Decide says how many workers a service shall have from now on, and what the
// next decision has to remember. Now is the end of the minute that d tells of.
// The settings must be without [Settings.Faults].
//
// Unknown numbers never change the count: with stale or unknown demand only the
// bounds, the schedule and a person can.
func Decide(s Settings, d Demand, f Forecast, m Memory, now time.Time) (Decision, Memory) {
	c := &course{Settings: s, Demand: d, Forecast: f, Memory: m, now: now}
	c.Decision = Decision{At: now, Current: d.Current, Fraction: fraction(d), Caps: []Cap{}}
	c.forget()
	c.want()
	c.Decision.Wanted, c.workers = c.workers, max(c.workers, 0)
	for _, limit := range c.limits() {
		limit(c)
	}
	return c.settle()
}

// course is a decision on its way: workers is what it has come to.
type course struct {
	Settings
	Demand
	Forecast
	Memory
	Decision
	now     time.Time
	workers int
	why     string // of the number that was wanted
}

// A limit lowers or raises what a decision has come to, and says so by a Cap.
type limit func(*course)

// limits are what a decision has to pass, in this order: the later one wins.
// What a person asked for needs no care, what nobody knows gets no change.
func (c *course) limits() []limit {
	bounds := []limit{(*course).atLeastScheduled, (*course).atLeastMinimum, (*course).atMostMaximum}
	switch {
	case c.Demand.Held != "":
		return append([]limit{(*course).unchanged}, bounds[1:]...)
	case c.Decision.Cause == Unknown:
		return append([]limit{(*course).unchanged}, bounds...)
	case c.Decision.Cause == Manual:
		return bounds[1:]
	}
	care := []limit{
		(*course).notInWhileSilent, (*course).notInWhileDeviating, (*course).stable, (*course).abovePeak,
		(*course).step, (*course).coolDown,
	}
	return append(care, bounds...)
}

// capTo moves the decision to a number, and leaves the limit's name and reason.
func (c *course) capTo(workers int, by, reason string) {
	if workers == c.workers {
		return
	}
	c.Decision.Caps = append(c.Decision.Caps, Cap{By: by, From: c.workers, To: workers, Reason: reason})
	c.workers = workers
}

// forget drops what is older than the stabilisation window, and after a jump
// of the clock what would lie ahead.
func (c *course) forget() {
	window := max(c.Settings.Stabilise, time.Minute)
	c.Memory.Wants = slices.DeleteFunc(slices.Clone(c.Memory.Wants), func(w Want) bool {
		age := c.now.Sub(w.At)
		return age < 0 || age >= window
	})
}

// remember keeps what the minute asked for. After a time without any the
// window starts anew.
func (c *course) remember(workers int) {
	if len(c.Memory.Wants) == 0 {
		c.Memory.Since = c.now
	}
	c.Memory.Wants = append(c.Memory.Wants, Want{At: c.now, Workers: workers})
}

func (c *course) settle() (Decision, Memory) {
	d, m := c.Decision, c.Memory
	d.Desired, d.Direction = c.workers, Hold
	switch {
	case d.Desired > d.Current:
		d.Direction, m.LastOut = Out, c.now
	case d.Desired < d.Current:
		d.Direction, m.LastIn = In, c.now
	}
	reasons := []string{c.why}
	for _, cap := range d.Caps {
		reasons = append(reasons, cap.Reason)
	}
	d.Reason = strings.Join(reasons, "; ") + "."
	return d, m
}

// fraction is the busy share of the minute; NaN when it is unknown.
func fraction(d Demand) float64 {
	if !known(d.Busy) || !known(d.Processes) || d.Processes == 0 {
		return math.NaN()
	}
	return d.Busy / (d.Processes * 60)
}

// known tells whether a count or a time was measured.
func known(v float64) bool { return v >= 0 && !math.IsInf(v, 1) }
