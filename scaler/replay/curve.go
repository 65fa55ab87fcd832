package replay

import (
	"time"

	"headroom/analytics"
)

// mostPoints is how many points a curve has at most.
const mostPoints = 720

// Curve is what a policy did over time, the most within each step.
type Curve struct {
	Start   time.Time          `json:"start"`
	Step    int                `json:"step_seconds"`
	Workers []int              `json:"workers"` // that were asked for
	Busy    []analytics.Number `json:"busy"`    // fraction of the serving workers' time; null: unknown
}

// newCurve is the curve of so many minutes, of which nothing is known yet.
func newCurve(start time.Time, minutes int) Curve {
	step := (minutes + mostPoints - 1) / mostPoints // minutes
	n := (minutes + step - 1) / step
	c := Curve{Start: start, Step: step * 60, Workers: make([]int, n), Busy: make([]analytics.Number, n)}
	for i := range c.Busy {
		c.Busy[i] = analytics.Unknown()
	}
	return c
}

// add counts minute i of the curve.
func (c *Curve) add(i int, seen Seen) {
	at := i * 60 / c.Step
	c.Workers[at] = max(c.Workers[at], seen.Current)
	if !(seen.Busy >= 0) || seen.Serving == 0 {
		return
	}
	busy := analytics.Number(seen.Busy / (60 * float64(seen.Serving)))
	if !(c.Busy[at] >= busy) {
		c.Busy[at] = busy
	}
}
