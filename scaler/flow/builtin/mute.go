package builtin

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"headroom/alerting/lease"
	"headroom/internal/faults"
	"headroom/scaler/flow/tool"
)

// Leases are the mutes that changes hold; *[lease.Leases] is one.
type Leases interface {
	// Open opens a lease, or returns the open one of the same run.
	Open(ctx context.Context, now time.Time, r lease.Request) (lease.Lease, error)
	End(ctx context.Context, now time.Time, id, how, result string) (lease.Lease, error)
	Get(ctx context.Context, now time.Time, id string) (lease.Lease, error)
	Active(now time.Time) []lease.Lease
}

// mute mutes the alarms that a change causes.
type mute struct{ Options }

func (mute) Describe() tool.Description {
	return tool.Description{
		Name: "mute", Title: "Mute alarms", Source: Source, Holds: "lease", Repeatable: true,
		Doc: "Mutes the alarms that begin on nodes or below a node of the business tree while the run lasts. The lease ends with the run, or when nothing is heard of it for ttl.",
		Inputs: []tool.Parameter{
			{Name: "module", Type: "module", Doc: "Id of the node of the business tree whose alarms are muted; empty: none."},
			{Name: "nodes", Type: "list", Doc: "Names of the machines whose alarms are muted; with a module, only its alarms there."},
			{Name: "effects", Type: "list", Doc: `Matchers of the alarms that are expected, as {alertname="NodeDown"}; empty: all.`},
			{Name: "ttl", Type: "duration", Doc: "How long the mute lasts without a sign of life of the run.", Default: "3m"},
			{Name: "limit", Type: "duration", Doc: "How long it may last in all; empty: as configured."},
			{Name: "reason", Type: "string", Doc: "Why; empty: the run's reason."},
		},
		Outputs: []tool.Parameter{{Name: "lease", Type: "string", Doc: "Id of the lease."}},
	}
}

// ask is the request for the lease of a step: asked for again, the step gets the same one.
func (m mute) ask(c *tool.Call) lease.Request {
	r := lease.Request{
		Run: leaseRun(c), Kind: c.Flow, Who: line(c.Who), Note: line(in(c).text("reason")),
		Nodes: in(c).texts("nodes"), Effect: in(c).texts("effects"), TTL: in(c).span("ttl").String(),
	}
	if r.Note == "" {
		r.Note = line(c.Why)
	}
	if module := in(c).text("module"); module != "" {
		r.Paths = []string{module}
	}
	if d := in(c).span("limit"); d > 0 {
		r.Limit = d.String()
	}
	return r
}

// leaseRun is what a lease calls the step that holds it.
func leaseRun(c *tool.Call) string { return c.Run + "/" + c.Step }

// line makes a text fit into one line of a lease.
func line(s string) string {
	s = strings.Join(strings.Fields(strings.ToValidUTF8(s, "")), " ")
	return s[:min(len(s), lease.MaxText)]
}

// minTTL leaves the run time for three signs of life.
const minTTL = time.Minute

func (m mute) Run(ctx context.Context, c *tool.Call) (tool.Outputs, error) {
	if ttl := in(c).span("ttl"); ttl < minTTL {
		return nil, tool.Final(fmt.Errorf("ttl: want a minute or more, got %s", ttl))
	}
	l, err := m.Leases.Open(ctx, m.Now(), m.ask(c))
	var bad faults.List
	if errors.As(err, &bad) || errors.Is(err, lease.ErrRun) {
		return nil, tool.Final(err)
	}
	if err != nil {
		return nil, err
	}
	say(c, "lease %s hides up to %d alarms (%s)", l.ID, l.Expected, l.Basis)
	return tool.Outputs{"lease": l.ID}, nil
}

func (m mute) Check(_ context.Context, c *tool.Call) (tool.Finding, error) {
	for _, l := range m.Leases.Active(m.Now()) {
		if l.Open() && l.Run == leaseRun(c) {
			return tool.Finding{State: tool.Done, Outputs: tool.Outputs{"lease": l.ID}, Reason: "lease " + l.ID + " is open"}, nil
		}
	}
	return tool.Finding{State: tool.NotDone, Reason: "the step has no open lease"}, nil
}

func (m mute) Plan(_ context.Context, c *tool.Call) (string, tool.Outputs, error) {
	r := m.ask(c)
	var where []string
	if len(r.Paths) > 0 {
		where = append(where, "of "+r.Paths[0])
	}
	if len(r.Nodes) > 0 {
		where = append(where, "on "+strings.Join(r.Nodes, ", "))
	}
	if where == nil {
		return "", nil, errors.New("want a module or nodes, got neither")
	}
	return "would mute the alarms " + strings.Join(where, " "), tool.Outputs{"lease": "planned"}, nil
}

// unmute ends a mute before its run ends.
type unmute struct{ Options }

func (unmute) Describe() tool.Description {
	return tool.Description{
		Name: "unmute", Title: "Unmute alarms", Source: Source, Repeatable: true,
		Doc: "Ends a mute before the run does. Alarms that it hid and that still fire are told after the lease's grace.",
		Inputs: []tool.Parameter{
			{Name: "lease", Type: "string", Doc: "Id of the lease, as mute gave it.", Required: true},
			{Name: "result", Type: "string", Doc: "How the change went, in one line."},
		},
		Outputs: []tool.Parameter{
			{Name: "hidden", Type: "int", Doc: "How many alarms were hidden."},
			{Name: "firing", Type: "int", Doc: "How many of them fire."},
			{Name: "summary", Type: "string", Doc: "The same as a sentence."},
		},
	}
}

func (u unmute) outputs(l lease.Lease) tool.Outputs {
	return tool.Outputs{"hidden": int64(l.Hidden), "firing": int64(l.Fires), "summary": l.Summary(u.Now())}
}

func (u unmute) Run(ctx context.Context, c *tool.Call) (tool.Outputs, error) {
	l, err := u.Leases.End(ctx, u.Now(), in(c).text("lease"), lease.Done, line(in(c).text("result")))
	if errors.Is(err, lease.ErrNoLease) {
		return nil, tool.Final(fmt.Errorf("lease %q: %w", in(c).text("lease"), err))
	}
	if err != nil {
		return nil, err
	}
	out := u.outputs(l)
	say(c, "%s", out["summary"])
	return out, nil
}

func (u unmute) Check(ctx context.Context, c *tool.Call) (tool.Finding, error) {
	l, err := u.Leases.Get(ctx, u.Now(), in(c).text("lease"))
	switch {
	case errors.Is(err, lease.ErrNoLease):
		return tool.Finding{State: tool.NotDone, Reason: "there is no such lease"}, nil
	case err != nil:
		return tool.Finding{}, err
	case l.Open():
		return tool.Finding{State: tool.NotDone, Reason: "the lease is open"}, nil
	}
	return tool.Finding{State: tool.Done, Outputs: u.outputs(l), Reason: "the lease is over: " + l.How}, nil
}

func (u unmute) Plan(_ context.Context, c *tool.Call) (string, tool.Outputs, error) {
	return "would end lease " + in(c).text("lease"), tool.Outputs{"hidden": int64(0), "firing": int64(0), "summary": ""}, nil
}
