package api

import (
	"context"
	"errors"
	"time"

	"github.com/gin-gonic/gin"

	"headroom/internal/faults"
	"headroom/scaler/policy"
	"headroom/scaler/replay"
)

// Replays run policies on the days that a module has recorded.
type Replays interface {
	// Run returns a side for each policy. A faults.List is the asker's fault, and so is
	// [replay.ErrNothing]; [replay.ErrBusy] while another replay is under way.
	Run(ctx context.Context, q replay.Query) ([]replay.Side, error)
}

// replayAsked is a question. The policies are changes of the one that is in force.
type replayAsked struct {
	Module   string        `json:"module"`
	From     string        `json:"from"` // first day, YYYY-MM-DD; empty: Days up to now
	Days     int           `json:"days"`
	Policies []policyAsked `json:"policies"` // none: only the one that is in force
}

// policyAsked has the keys of [policyData] that a replay may change; null leaves them.
type policyAsked struct {
	Target      *float64 `json:"target"`
	ScaleIn     *float64 `json:"scale_in"`
	Minimum     *int     `json:"minimum"`
	Maximum     *int     `json:"maximum"`
	StepOut     *float64 `json:"step_out"`
	StepIn      *float64 `json:"step_in"`
	CoolDownOut *float64 `json:"cooldown_out_seconds"`
	CoolDownIn  *float64 `json:"cooldown_in_seconds"`
	Stabilise   *float64 `json:"stabilise_seconds"`
	Startup     *float64 `json:"startup_seconds"`
	Predictive  *bool    `json:"predictive"`
	KeepPeak    *string  `json:"keep_peak"`
}

func (a policyAsked) over(p policy.Settings) policy.Settings {
	take(&p.Target, a.Target)
	take(&p.ScaleIn, a.ScaleIn)
	take(&p.Minimum, a.Minimum)
	take(&p.Maximum, a.Maximum)
	take(&p.StepOut, a.StepOut)
	take(&p.StepIn, a.StepIn)
	takeSeconds(&p.CoolDownOut, a.CoolDownOut)
	takeSeconds(&p.CoolDownIn, a.CoolDownIn)
	takeSeconds(&p.Stabilise, a.Stabilise)
	takeSeconds(&p.Startup, a.Startup)
	take(&p.Predictive, a.Predictive)
	take((*string)(&p.KeepPeak), a.KeepPeak)
	return p
}

func take[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}

// takeSeconds takes what is no time at all for one that is too long, which the policy
// refuses with the name of the key.
func takeSeconds(to *time.Duration, from *float64) {
	if from == nil {
		return
	}
	if s := *from; s >= -1 && s < 1e6 {
		*to = time.Duration(s * float64(time.Second))
		return
	}
	*to = 1e6 * time.Second
}

// replayData is the answer.
type replayData struct {
	Module   string       `json:"module"`
	Timezone string       `json:"timezone"`
	From     time.Time    `json:"from"`
	To       time.Time    `json:"to"`
	Sides    []replaySide `json:"sides"`
	Rivals   replayRivals `json:"rivals"`
}

// replaySide is one policy, and what it cost and missed.
type replaySide struct {
	Policy     policyData     `json:"policy"`
	Outcome    replay.Outcome `json:"outcome"`
	AboveFirst int            `json:"minutes_above_first"` // above the target of the first policy
	Curve      replay.Curve   `json:"curve"`
	Command    string         `json:"command"` // that replays it in a terminal
}

// replayRivals are the others' rules on the same days, at the target of the first policy.
type replayRivals struct {
	Ran   *replay.Outcome `json:"ran"` // what really ran; null: not recorded
	Sized replay.Fixed    `json:"static_sized"`
	Peak  replay.Fixed    `json:"static_peak"`
	Equal replay.Fixed    `json:"static_equal"`
	HPA   replay.Scaled   `json:"hpa_equal"`
	Plain replay.Scaled   `json:"hpa_plain"`
}

// replay answers what policies would have cost and missed on recorded days.
func (s *Server) replay(c *gin.Context) (any, error) {
	var asked replayAsked
	if err := readJSON(c, &asked); err != nil {
		return nil, err
	}
	q, err := s.replayQuery(asked)
	if err != nil {
		return nil, err
	}
	sides, err := s.Replays.Run(c.Request.Context(), q)
	if err != nil {
		return nil, err
	}
	first := sides[0].Comparison
	out := replayData{
		Module: q.Module, Timezone: s.Location.String(), From: q.From.In(s.Location), To: q.To.In(s.Location),
		Rivals: replayRivals{Ran: first.Ran, Sized: first.Sized, Peak: first.Peak, Equal: first.Equal, HPA: first.HPA, Plain: first.Plain},
	}
	for _, side := range sides {
		side.Curve.Start = side.Curve.Start.In(s.Location)
		out.Sides = append(out.Sides, replaySide{
			Policy: policyOf(side.Settings), Outcome: side.Policy, AboveFirst: side.AboveFirst, Curve: side.Curve,
			Command: replayCommand(q, side.Settings, s.Location),
		})
	}
	return out, nil
}

// replayQuery reads which days and policies; every fault is told.
func (s *Server) replayQuery(asked replayAsked) (q replay.Query, err error) {
	var bad faults.List
	days := asked.Days
	if days < 1 || days > replay.MostDays {
		bad.Add("days", "want 1 to %d, found %d", replay.MostDays, asked.Days)
		days = 1
	}
	now := s.Now().Truncate(time.Minute)
	q.Module, q.From, q.To = asked.Module, now.AddDate(0, 0, -days), now
	if asked.From != "" {
		first, err := time.ParseInLocation(time.DateOnly, asked.From, s.Location)
		if err != nil {
			bad.Add("from", "want a day as 2026-11-20, found %q", asked.From)
		} else if q.From, q.To = first, minTime(first.AddDate(0, 0, days), now); !q.From.Before(now) {
			bad.Add("from", "want a day that has begun, found %q", asked.From)
			q.To = first.AddDate(0, 0, 1)
		}
	}
	base := s.policyOfModule(asked.Module)
	for _, p := range asked.Policies {
		q.Policies = append(q.Policies, p.over(base))
	}
	if len(asked.Policies) == 0 {
		q.Policies = []policy.Settings{base}
	}
	var more faults.List
	if errors.As(q.Validate(), &more) {
		bad = append(bad, more...)
	}
	return q, bad.Err()
}

func minTime(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// policyOfModule is the policy that is in force for a module.
func (s *Server) policyOfModule(id string) policy.Settings {
	if v, err := s.Pool.Service(id); err == nil {
		return v.Policy
	}
	if d := s.Scaling.Newest().Of(id); d != nil {
		return d.Settings
	}
	return s.UsualPolicy()
}
