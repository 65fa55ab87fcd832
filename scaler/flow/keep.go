package flow

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"headroom/storage/state"
)

// keep writes what has changed. It is tried until it works: the run must not go on
// before. False: ctx has ended first.
func (a *actor) keep(ctx context.Context) bool {
	c := a.changes()
	if len(c.Runs)+len(c.Steps)+len(c.Actions)+len(c.Logs) == 0 {
		return true
	}
	for pause := time.Second; ; pause = min(2*pause, 30*time.Second) {
		err := a.e.writer.write(c)
		if err == nil {
			break
		}
		a.e.metrics.failures.Inc()
		a.e.log.Error("a change of a run was not written down; it is tried again, and the run waits", "run", a.m.run.ID, "err", err)
		select {
		case <-ctx.Done():
			return false
		case <-time.After(pause):
		}
	}
	a.e.changed(a)
	return true
}

// changes takes what has changed since the last time.
func (a *actor) changes() state.FlowChange {
	c := a.change
	a.change = state.FlowChange{}
	a.m.root.each(func(p *part) {
		if p.rec != nil && p.rec.dirty {
			p.rec.dirty = false
			c.Steps = append(c.Steps, stepRow(a.m.run.ID, p.rec))
		}
	})
	if a.m.dirty || len(c.Steps) > 0 && a.m.run.State.Over() {
		a.m.dirty = false
		row := runRow(&a.m.run, a.m.hidden)
		if a.m.run.State.Over() {
			row.Pending, row.Hidden, c.Bare = !a.m.run.Dry, leasesOnly(a.m.hidden), []string{a.m.run.ID}
		}
		c.Runs = append(c.Runs, row)
	}
	return c
}

// snapshot is the run as it is shown, without what people did. It must not change any
// more, or not have begun.
func (a *actor) snapshot() Run {
	r := a.m.run
	r.State, r.Reason = a.m.state()
	a.m.root.each(func(p *part) {
		if p.rec != nil {
			r.Steps = append(r.Steps, p.rec.Step)
		}
	})
	return r
}

// leasesOnly is what is still needed of a run that is over: the rest may have secrets.
func leasesOnly(h runHidden) []byte { return toJSON(runHidden{Leases: h.Leases}) }

// toJSON writes what holds nothing but values of a flow, which can always be written.
func toJSON(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic("values of a flow are no JSON: " + err.Error())
	}
	return text
}

func runRow(r *Run, hidden runHidden) state.FlowRun {
	shown := *r
	shown.Document, shown.Steps, shown.Actions = nil, nil, nil
	return state.FlowRun{
		ID: r.ID, Flow: r.Flow, Version: r.Version, Module: r.Module, Nodes: r.Nodes, State: string(r.State), Pending: !r.State.Over(),
		Source: r.Source.Kind, SourceID: r.Source.ID, Words: strings.ToLower(strings.Join([]string{r.ID, r.Flow, r.Who, r.Why}, "\n")),
		Created: r.Created, Ended: r.Ended, Data: toJSON(shown), Hidden: toJSON(hidden),
	}
}

func stepRow(run string, r *record) state.FlowStep {
	return state.FlowStep{Run: run, Path: r.Path, Place: r.place, Data: toJSON(r.Step), Hidden: toJSON(r.hidden)}
}

// keepLog has a log written with the next change.
func (a *actor) keepLog(name logName, text string, cut int64) {
	a.change.Logs = append(a.change.Logs, state.FlowLog{Run: a.m.run.ID, Path: name.path, Attempt: name.attempt, Cut: cut, Text: a.m.hides(text)})
}

// writeLogs has the logs of calls under way written that have grown.
func (a *actor) writeLogs() {
	for _, c := range a.calls {
		if text, cut, grown := c.log.take(); grown {
			a.keepLog(c.name, text, cut)
		}
	}
}

// load reads a run as it was kept, with its steps by their paths.
func load(ctx context.Context, db *state.DB, row state.FlowRun) (Run, runHidden, map[string]*record, error) {
	run, hidden, err := runOf(row)
	if err != nil {
		return run, hidden, nil, err
	}
	text, err := db.Flows().Document(ctx, row.Version)
	if err == nil {
		err = json.Unmarshal(text, &run.Document)
	}
	if err != nil {
		return run, hidden, nil, err
	}
	rows, err := db.Flows().Steps(ctx, row.ID)
	if err != nil {
		return run, hidden, nil, err
	}
	kept := make(map[string]*record, len(rows))
	for _, s := range rows {
		r, err := recordOf(s)
		if err != nil {
			return run, hidden, nil, err
		}
		kept[r.Path] = r
		run.Steps = append(run.Steps, r.Step)
	}
	return run, hidden, kept, nil
}

func runOf(row state.FlowRun) (run Run, hidden runHidden, err error) {
	if err = json.Unmarshal(row.Data, &run); err == nil && len(row.Hidden) > 0 {
		err = json.Unmarshal(row.Hidden, &hidden)
	}
	return run, hidden, err
}

func recordOf(s state.FlowStep) (*record, error) {
	r := &record{place: s.Place}
	err := json.Unmarshal(s.Data, &r.Step)
	if err == nil && len(s.Hidden) > 0 {
		err = json.Unmarshal(s.Hidden, &r.hidden)
	}
	return r, err
}

func actions(ctx context.Context, db state.Flows, run string) ([]Action, error) {
	rows, err := db.Actions(ctx, run)
	if err != nil {
		return nil, err
	}
	all := make([]Action, len(rows))
	for i, row := range rows {
		if err := json.Unmarshal(row.Data, &all[i]); err != nil {
			return nil, fmt.Errorf("run %s: action %d: %w", run, row.N, err)
		}
	}
	return all, nil
}
