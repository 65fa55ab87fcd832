package flow

import (
	"context"
	"fmt"

	"headroom/scaler/flow/document"
	"headroom/storage/state"
)

// load takes up the runs that are open, and those whose end is still to be told.
func (e *Engine) load(ctx context.Context) error {
	rows, err := e.o.DB.Flows().Pending(ctx)
	if err != nil {
		return err
	}
	var queued []*actor
	programs := map[string]*document.Program{}
	for _, row := range rows {
		if State(row.State).Over() {
			e.untold = append(e.untold, row)
			continue
		}
		a, err := e.revive(ctx, row, programs)
		if err != nil {
			return fmt.Errorf("run %s: %w", row.ID, err)
		}
		switch {
		case a.claim == nil:
		case a.m.admitted:
			e.gate.restore(a.claim)
		default:
			queued = append(queued, a)
		}
		e.enlist(a)
	}
	for _, a := range queued { // after those that hold something
		a.heed(e.gate.enter(a.claim, e.now()))
	}
	return nil
}

// revive builds the actor of a run that was open when a former server ended. Runs of a
// version share a program: to compile it takes milliseconds.
func (e *Engine) revive(ctx context.Context, row state.FlowRun, programs map[string]*document.Program) (*actor, error) {
	run, hidden, kept, err := load(ctx, e.o.DB, row)
	if err != nil {
		return nil, err
	}
	run.Steps = nil
	program := programs[run.Version]
	if program == nil {
		if program, err = document.Compile(run.Document, e.o.Tools); err == nil {
			programs[run.Version] = program
		}
	}
	if err != nil {
		e.log.Error("the flow of an open run does not fit the tools any more; the run is paused", "run", run.ID, "err", err)
		hidden.Paused = fmt.Sprintf("its flow does not fit the tools any more: %v", err)
	}
	if program != nil {
		run.Document = program.Flow()
	}
	m := newMachine(run, hidden, program, e.o.Tools, kept)
	m.dirty = err != nil
	m.admitted = run.Dry || !run.Started.IsZero()
	m.now = e.now()
	a := newActor(e, m)
	e.leases[run.ID] = hidden.Leases
	m.resume(m.now)
	return a, nil
}

// mend compiles the document of a run that did not fit the tools.
func (m *machine) mend() error {
	if m.program != nil {
		return nil
	}
	program, err := document.Compile(m.run.Document, m.tools)
	if err != nil {
		return fmt.Errorf("%w: its flow does not fit the tools: %w", ErrConflict, err)
	}
	m.program = program
	return nil
}
