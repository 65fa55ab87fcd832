package scaler

import (
	"time"

	"headroom/scaler/policy"
	"headroom/scaler/pool"
)

// ExplainPrefix begins the id of a decision, as in "scale:Qzone/WNS@2026-11-22T21:05:00Z".
const ExplainPrefix = "scale:"

// Decision is what was decided of a service in a minute, with all it follows from.
type Decision struct {
	ID     string
	Module string
	Mode   pool.Mode

	policy.Decision

	Demand   policy.Demand
	Forecast policy.Forecast
	Settings policy.Settings

	Applied bool   // the pool was told
	Missing int    // workers that the pool has no room for
	Short   string // why the pool could not place all; empty: it could
	Run     string // of the flow that carries it out instead of the pool; empty: none
}

// Unusable says why other autoscalers may not act on the decision; empty: they may.
// Without the minute's numbers a decision only repeats what runs. Of a service that
// the pool does not manage that is unknown too, so it could be 0.
func (d *Decision) Unusable() string {
	if d.Cause == policy.Unknown && d.Mode != pool.Apply {
		return d.Reason
	}
	return ""
}

// decide makes the decision of one service.
func decide(s service, d policy.Demand, f policy.Forecast, now time.Time) (Decision, policy.Memory) {
	got, memory := policy.Decide(s.Policy, d, f, s.Memory, now)
	return Decision{
		ID: DecisionID(s.Module, now), Module: s.Module, Mode: s.Mode, Decision: got,
		Demand: d, Forecast: f, Settings: s.Policy, Applied: s.Mode == pool.Apply,
	}, memory
}

// DecisionID names the decision of a module in the minute that ends at t.
func DecisionID(module string, t time.Time) string {
	return ExplainPrefix + module + "@" + t.UTC().Format(time.RFC3339)
}

// differs tells whether a decision changes something or says something else than the
// one before: only such are kept for long. A recommendation that nobody follows is made
// anew each minute, and kept once.
func (d *Decision) differs(before *Decision) bool {
	return before == nil || d.Applied && d.Direction != policy.Hold ||
		d.Direction != before.Direction || d.Desired != before.Desired || d.Cause != before.Cause ||
		d.Mode != before.Mode || d.Short != before.Short || cappedBy(d) != cappedBy(before)
}

// cappedBy lists the limits that changed a decision.
func cappedBy(d *Decision) (by string) {
	for _, c := range d.Caps {
		by += c.By + " "
	}
	return by
}
