package policy

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// The causes of what a decision wanted.
const (
	Busy    = "busy"    // the minute's work needs more
	Ahead   = "ahead"   // what is expected until new workers serve needs more
	Idle    = "idle"    // the minute's work needs fewer
	Steady  = "steady"  // the workers are right as they are
	Manual  = "manual"  // a person asked
	Unknown = "unknown" // there is nothing to judge by
)

// want sets how many workers the numbers alone ask for.
func (c *course) want() {
	switch {
	case c.Demand.Held == "" && c.Demand.Manual > 0:
		c.wants(c.Demand.Manual, Manual, fmt.Sprintf("A person asked for %s", count(c.Demand.Manual)))
	case c.unknown() != "":
		c.wants(c.Demand.Current, Unknown, c.unknown())
	default:
		c.weigh()
	}
}

func (c *course) wants(workers int, cause, why string) {
	c.workers, c.Decision.Cause, c.why = workers, cause, why
}

// unknown says what is missing to judge the minute; empty: nothing.
func (c *course) unknown() string {
	switch {
	case c.Demand.Current > 0 && c.Demand.Running == 0: // idle processes that serve nobody are no sign of too many
		return "None of the workers serves"
	case !known(c.Demand.Busy) && !known(c.Demand.Processes):
		return "The busy seconds of the minute are unknown: no process told any"
	case !known(c.Demand.Busy):
		return "The busy seconds of the minute are unknown"
	case c.Demand.Age > c.Settings.StaleAfter:
		return fmt.Sprintf("The newest busy seconds are %s old, over %s", length(c.Demand.Age), length(c.Settings.StaleAfter))
	case !known(c.Demand.Processes):
		return "The number of processes is unknown"
	case c.Demand.Processes == 0:
		return "No process reports"
	}
	return ""
}

// weigh compares the workers that shall run with what the minute and what is
// expected need. Workers are added as soon as they are needed, and taken away
// below the lower threshold.
func (c *course) weigh() {
	now, ahead := c.need(c.Demand.Busy), c.expected()
	need := max(now, ahead)
	c.remember(need)
	seen := c.seen()
	switch {
	case need > c.Demand.Current && now >= ahead:
		c.wants(need, Busy, fmt.Sprintf("%s is above %.2f: %s it there", seen, c.Settings.Target, does(need, "bring")))
	case need > c.Demand.Current:
		c.wants(need, Ahead, fmt.Sprintf("%s, but up to %s are expected within %s: %s that at %.2f",
			seen, seconds(c.Forecast.AheadUpper), length(c.Settings.Startup), does(need, "keep"), c.Settings.Target))
	case need < c.Demand.Current && c.idle():
		c.wants(need, Idle, fmt.Sprintf("%s is below %.2f: %s", seen, c.Settings.ScaleIn, does(need, "suffice")))
	default:
		c.wants(c.Demand.Current, Steady, fmt.Sprintf("%s: %s", strings.TrimSuffix(seen, ","), right(c.Demand.Current)))
	}
}

// seen says how busy the processes were, and the workers that shall run where those
// are more or fewer: they are what the thresholds are compared with.
func (c *course) seen() string {
	s := fmt.Sprintf("Busy %.2f of %s (%s)", c.Decision.Fraction, processes(c.Demand.Processes), seconds(c.Demand.Busy))
	if n := c.Demand.Current; n > 0 && float64(n) != c.Demand.Processes {
		s += fmt.Sprintf(", %.2f of the %s that shall run,", c.Demand.Busy/float64(n)/60, count(n))
	}
	return s
}

// idle tells whether the work, and what is expected, is below the lower threshold
// of the workers that shall run: those that are still starting count, those that
// leave do not.
func (c *course) idle() bool {
	work := c.Demand.Busy
	if c.Settings.Predictive && c.Forecast.AheadUpper > work {
		work = c.Forecast.AheadUpper
	}
	return work < float64(c.Demand.Current)*60*c.Settings.ScaleIn
}

// need is how many workers bring busy seconds a minute to the target. An
// unknown number needs none.
func (c *course) need(busy float64) int {
	const rounding = 1e-9 // 36 s at 0.6 are one worker, whatever the last digit says
	if !known(busy) {
		return 0
	}
	return int(math.Min(math.Ceil(busy/(60*c.Settings.Target)-rounding), MaxWorkers))
}

// expected is what the time until new workers serve needs.
func (c *course) expected() int {
	if !c.Settings.Predictive {
		return 0
	}
	return c.need(c.Forecast.AheadUpper)
}

func count(n int) string { return plural(n, "worker") }

// does says that so many workers do something.
func does(n int, what string) string {
	if n == 1 {
		what += "s"
	}
	return count(n) + " " + what
}

func right(n int) string {
	if n == 1 {
		return "1 worker is right"
	}
	return count(n) + " are right"
}

// was says that so many workers were …
func was(n int) string {
	if n == 1 {
		return "1 worker was"
	}
	return count(n) + " were"
}

// length writes a time without the units that are 0: 5m, not 5m0s.
func length(d time.Duration) string {
	s := d.Round(time.Second).String()
	if short, ok := strings.CutSuffix(s, "m0s"); ok {
		s = short + "m"
	}
	if short, ok := strings.CutSuffix(s, "h0m"); ok {
		s = short + "h"
	}
	return s
}

func processes(n float64) string {
	if n == 1 {
		return "1 process"
	}
	return fmt.Sprintf("%.0f processes", n)
}

func seconds(s float64) string { return fmt.Sprintf("%.4g s in a minute", s) }

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
