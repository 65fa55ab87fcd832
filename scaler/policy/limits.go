package policy

import (
	"fmt"
	"time"
)

// unchanged keeps the workers while a hold is on, or the demand is unknown.
func (c *course) unchanged() {
	by, reason := "unknown", "unknown numbers change nothing"
	switch {
	case c.Demand.Held != "":
		by, reason = "held", c.Demand.Held
	case known(c.Demand.Busy) && c.Demand.Age > c.Settings.StaleAfter:
		by, reason = "stale", "old numbers change nothing"
	}
	if c.workers == c.Demand.Current { // it is a limit all the same: who asks why nothing happens finds it
		c.Decision.Caps = append(c.Decision.Caps, Cap{By: by, From: c.workers, To: c.workers, Reason: reason})
		return
	}
	c.capTo(c.Demand.Current, by, reason)
}

// notInWhileSilent takes no workers away while some do not report: a node whose samples
// are late, or that sends none, would look idle.
func (c *course) notInWhileSilent() {
	if n := c.Demand.Silent; c.in() && n > 0 {
		c.capTo(c.Demand.Current, "silent", fmt.Sprintf("none leave while %d of the %d that serve report no busy seconds", n, c.Demand.Running))
	}
}

// notInWhileDeviating takes no workers away while the load is not what it
// should be: a sudden quiet is often the other half of an incident.
func (c *course) notInWhileDeviating() {
	if c.in() && c.Settings.FreezeInDeviation && c.Demand.Deviates != "" {
		c.capTo(c.Demand.Current, "deviation", fmt.Sprintf("none leave while the load deviates (%s)", c.Demand.Deviates))
	}
}

// stable lets a fall of the load last: workers leave down to the most that was
// wanted within the window, and not before the window is full.
//
// Where others start the workers, what was wanted holds for that time even if fewer
// report by now: they may be starting, or their samples late.
func (c *course) stable() {
	if c.Settings.Stabilise == 0 {
		return
	}
	most := 0
	for _, w := range c.Memory.Wants {
		most = max(most, w.Workers)
	}
	reason := fmt.Sprintf("within the last %s up to %s needed", length(c.Settings.Stabilise), was(most))
	if c.Demand.Observed && most > max(c.workers, c.Demand.Current) {
		c.capTo(most, "stabilise", reason)
	}
	if !c.in() {
		return
	}
	if seen := c.now.Sub(c.Memory.Since) + time.Minute; seen < c.Settings.Stabilise {
		c.capTo(c.Demand.Current, "stabilise", fmt.Sprintf("none leave before %s were seen", length(c.Settings.Stabilise)))
		return
	}
	c.floor(most, "stabilise", reason)
}

// abovePeak keeps workers for the peak that is expected.
func (c *course) abovePeak() {
	upper, until := c.Forecast.AheadUpper, "within "+length(c.Settings.Startup)
	switch c.Settings.KeepPeak {
	case KeepNone:
		return
	case KeepToday:
		upper, until = c.Forecast.PeakUpper, "today"
	}
	if most := c.need(upper); c.in() {
		c.floor(most, "peak", fmt.Sprintf("a peak of up to %s expected %s needs %d", seconds(upper), until, most))
	}
}

// step bounds one change to a share of the workers.
func (c *course) step() {
	current := c.Demand.Current
	share := func(of float64) int { return max(1, int(of*float64(current))) }
	if most := current + share(c.Settings.StepOut); c.workers > most {
		c.capTo(most, "step", fmt.Sprintf("at most %d may be added at once", most-current))
	}
	if least := max(0, current-share(c.Settings.StepIn)); c.workers < least {
		c.capTo(least, "step", fmt.Sprintf("at most %d may leave at once", current-least))
	}
}

// coolDown keeps a distance between two changes in one direction. When others change
// the number nobody knows here; they have their own.
func (c *course) coolDown() {
	if c.Demand.Observed {
		return
	}
	check := func(wanted bool, last time.Time, distance time.Duration) {
		if since := c.now.Sub(last); wanted && 0 <= since && since < distance {
			c.capTo(c.Demand.Current, "cool-down", fmt.Sprintf("the last change that way is %s ago, under %s", length(since), length(distance)))
		}
	}
	check(c.workers > c.Demand.Current, c.Memory.LastOut, c.Settings.CoolDownOut)
	check(c.in(), c.Memory.LastIn, c.Settings.CoolDownIn)
}

func (c *course) atLeastScheduled() {
	if n := c.Demand.Scheduled; c.workers < n {
		c.capTo(n, "schedule", fmt.Sprintf("the schedule wants at least %d", n))
	}
}

func (c *course) atLeastMinimum() {
	if n := c.Settings.Minimum; c.workers < n {
		c.capTo(n, "minimum", fmt.Sprintf("the minimum is %d", n))
	}
}

func (c *course) atMostMaximum() {
	if n := c.Settings.Maximum; n > 0 && c.workers > n {
		c.capTo(n, "maximum", fmt.Sprintf("the maximum is %d", n))
	}
}

// in tells whether workers would leave.
func (c *course) in() bool { return c.workers < c.Demand.Current }

// floor raises what a scale-in goes to, up to the workers that are there.
func (c *course) floor(workers int, by, reason string) {
	if workers = min(workers, c.Demand.Current); c.workers < workers {
		c.capTo(workers, by, reason)
	}
}
