package flow

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"headroom/scaler/flow/document"
	"headroom/storage/state"
)

// Start begins a run. The error is [ErrNoFlow], [ErrFull], or tells all faults of the
// inputs. A dry run is over when Start returns.
func (e *Engine) Start(ctx context.Context, s Start) (Run, error) {
	if err := checkTexts(map[string]string{"who": s.Who, "why": s.Why, "once": s.Once}); err != nil {
		return Run{}, wrong(err)
	}
	if s.Once == "" {
		return e.start(ctx, s)
	}
	if s.byPerson() {
		s.Once = "person " + s.Once // nobody takes the words of a request, a heal or a schedule
	}
	for {
		done, first := e.alone(s.Once)
		if !first {
			select {
			case <-done:
				continue
			case <-ctx.Done():
				return Run{}, ctx.Err()
			}
		}
		run, err := e.startOnce(ctx, s)
		e.mu.Lock()
		delete(e.starting, s.Once)
		e.mu.Unlock()
		close(done)
		return run, err
	}
}

// alone tells whether nobody else starts a run of the same words now; done is closed once
// who does so is ready.
func (e *Engine) alone(once string) (done chan struct{}, first bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if done = e.starting[once]; done != nil {
		return done, false
	}
	done = make(chan struct{})
	e.starting[once] = done
	return done, true
}

func (e *Engine) startOnce(ctx context.Context, s Start) (Run, error) {
	row, err := e.o.DB.Flows().Once(ctx, s.Once)
	switch {
	case err == nil && s.byPerson() && row.Flow != s.Flow:
		return Run{}, fmt.Errorf("%w: once: run %s of flow %s has these words", ErrConflict, row.ID, row.Flow)
	case err == nil:
		return e.Get(ctx, row.ID)
	case !errors.Is(err, state.ErrNoFlowRun):
		return Run{}, err
	}
	return e.start(ctx, s)
}

func (e *Engine) start(ctx context.Context, s Start) (Run, error) {
	program := e.program(s.Flow)
	if program == nil {
		return Run{}, fmt.Errorf("%w: %q", ErrNoFlow, s.Flow)
	}
	run, hidden, err := e.draft(program, s)
	if err != nil {
		return Run{}, wrong(err)
	}
	if err := e.reserve(); err != nil {
		return Run{}, err
	}
	defer e.unreserve()
	m := newMachine(run, hidden, program, e.o.Tools, nil)
	m.now = run.Created
	m.count()
	a := newActor(e, m)
	if err := e.writer.write(a.first(s.Once)); err != nil {
		return Run{}, err
	}
	e.metrics.started.Inc()
	if a.claim != nil {
		a.heed(e.gate.enter(a.claim, e.now()))
	}
	begun := a.snapshot()
	e.enlist(a)
	if !s.Dry {
		return begun, nil
	}
	select {
	case <-a.done:
	case <-ctx.Done():
	}
	return e.Get(ctx, run.ID)
}

// reserve takes a place for one more open run, if there is one, until unreserve.
func (e *Engine) reserve() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return fmt.Errorf("%w: the server ends", ErrFull)
	}
	if n := len(e.actors) + e.beginning; n >= e.o.Limits.Open {
		e.metrics.met("open_runs")
		return fmt.Errorf("%w: %d runs are open, which is the most", ErrFull, n)
	}
	e.beginning++
	return nil
}

func (e *Engine) unreserve() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.beginning--
}

// Touches tells what a run would change that is asked for: the nodes of the business tree
// and the machines that it would lock, and those that its inputs name. No module stands for
// all, as of a flow that locks none. It begins no run.
func (e *Engine) Touches(s Start) (modules, nodes []string, err error) {
	program := e.program(s.Flow)
	if program == nil {
		return nil, nil, fmt.Errorf("%w: %q", ErrNoFlow, s.Flow)
	}
	s.Window = "" // when it may begin is another question
	run, hidden, err := e.draft(program, s)
	if err != nil {
		return nil, nil, wrong(err)
	}
	modules, nodes = touched(run, hidden.Inputs)
	return modules, nodes, nil
}

// Modules are the nodes of the business tree that a run changes; none: all.
func (r Run) Modules() []string {
	modules, _ := touched(r, r.Inputs)
	return modules
}

func touched(r Run, inputs map[string]any) (modules, nodes []string) {
	if r.Document == nil {
		return nil, nil
	}
	nodes = append(slices.Clone(r.Nodes), r.Document.Named(document.Node, inputs)...)
	if r.Module != "" {
		modules = append(r.Document.Named(document.Module, inputs), r.Module)
	}
	return distinct(modules), distinct(nodes)
}

func distinct(names []string) []string {
	slices.Sort(names)
	return slices.Compact(names)
}

// draft is a run that is asked for, checked.
func (e *Engine) draft(program *document.Program, s Start) (Run, runHidden, error) {
	f := program.Flow()
	inputs, wrong := f.Check(s.Inputs)
	constants, wrongToo := f.CheckConstants(s.Constants)
	if err := errors.Join(wrong, wrongToo); err != nil {
		return Run{}, runHidden{}, err
	}
	run := Run{
		ID: strings.ToLower(rand.Text()[:12]), Flow: f.Name, Document: f, Version: version(f), Inputs: f.Mask(inputs), Constants: constants,
		Dry: s.Dry, Source: s.Source, Who: s.Who, Why: s.Why, State: Queued, Created: e.now(), Window: s.Window,
	}
	if run.Source.Kind == "" {
		run.Source.Kind = "person"
	}
	if s.Dry {
		run.State, run.Started = Running, run.Created
	}
	var err error
	run.Module, run.Nodes, err = program.Lock(&document.Scope{
		Inputs: inputs, Constants: constants, Run: document.About{ID: run.ID, Flow: run.Flow, Who: run.Who, Why: run.Why, Started: run.Created},
	})
	if err != nil {
		return Run{}, runHidden{}, err
	}
	return run, runHidden{Inputs: inputs, Constants: constants}, e.inWindow(run)
}

// inWindow tells whether there is the maintenance window that a run asks for, and it is
// meant for the run.
func (e *Engine) inWindow(r Run) error {
	if r.Window == "" {
		return nil
	}
	w := e.window(r.Window)
	switch {
	case w == nil:
		return fmt.Errorf("window %q: there is no such maintenance window", r.Window)
	case w.Path != "" && r.Module != w.Path && !strings.HasPrefix(r.Module, w.Path+"/"):
		return fmt.Errorf("window %q is for what lies below %s, not for module %q", r.Window, w.Path, r.Module)
	}
	return nil
}

// version names the contents of a document.
func version(f *document.Flow) string {
	text, err := json.Marshal(f)
	if err != nil {
		panic("a checked flow is no JSON: " + err.Error())
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:6])
}

// byPerson tells whether a person asks for the run.
func (s *Start) byPerson() bool { return s.Source.Kind == "" || s.Source.Kind == "person" }

// MaxText is how long who, why and once of a start or an order may be, in bytes.
const MaxText = 10_000

func checkTexts(texts map[string]string) error {
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		if n := len(texts[name]); n > MaxText {
			errs = append(errs, fmt.Errorf("%s: has %d bytes; it may have up to %d", name, n, MaxText))
		}
	}
	return errors.Join(errs...)
}

// first is how a new run is kept: with all steps that can be foreseen.
func (a *actor) first(once string) state.FlowChange {
	m := a.m
	m.dirty = true
	m.root.each(func(p *part) {
		if p.rec != nil {
			p.rec.dirty = true
		}
	})
	c := a.changes()
	c.Runs[0].Once = once
	c.Documents = []state.PoolRow{{ID: m.run.Version, Data: toJSON(m.run.Document)}}
	return c
}
