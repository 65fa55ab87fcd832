package flow

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"headroom/scaler/flow/document"
	"headroom/storage/state"
)

// Engine runs flows. Its methods may be called from many goroutines.
type Engine struct {
	o          Options
	now        func() time.Time
	log        *slog.Logger
	metrics    *metrics
	writer     *writer
	gate       *gate
	slots      *slots
	working    sync.WaitGroup // calls of tools
	scheduling sync.Mutex     // held while schedules are changed; taken before mu

	mu          sync.Mutex      // protects the fields below
	ctx         context.Context // of Run; nil: it has not begun
	programs    map[string]*document.Program
	windows     map[string]*window
	actors      map[string]*actor // of open runs, by their ids
	beginning   int               // runs that will be among them in a moment
	closed      bool              // Run has ended
	idle        []*actor          // that begin with Run
	untold      []state.FlowRun   // ends of runs that are to be told once more
	leases      map[string][]string
	starting    map[string]chan struct{} // by Once
	subscribers map[chan Event]bool
	acting      sync.WaitGroup // actors
	rescheduled chan struct{}  // has one element if the schedules have changed
}

// New returns an engine with the runs that the state database has. The error names all
// faults of the flows and windows.
func New(ctx context.Context, o Options) (*Engine, error) {
	e := &Engine{
		o: o, log: o.Logger, slots: newSlots(o.Limits.orDefaults().Steps),
		actors: map[string]*actor{}, leases: map[string][]string{}, starting: map[string]chan struct{}{},
		subscribers: map[chan Event]bool{}, rescheduled: make(chan struct{}, 1),
	}
	e.now = func() time.Time { return time.Now().UTC() }
	if o.Now != nil {
		e.now = func() time.Time { return o.Now().UTC() }
	}
	if e.log == nil {
		e.log = slog.New(slog.DiscardHandler)
	}
	if e.o.Zone == nil {
		e.o.Zone = time.UTC
	}
	e.o.Limits = o.Limits.orDefaults()
	e.gate = &gate{most: e.o.Limits.Running, holders: map[string]*claim{}, windows: e.window}
	e.metrics = newMetrics(o.Registerer, e)
	e.writer = &writer{save: o.DB.Flows().Save, seconds: e.metrics.commits}
	if err := errors.Join(e.SetFlows(o.Flows), e.SetWindows(o.Windows)); err != nil {
		return nil, err
	}
	if err := e.load(ctx); err != nil {
		return nil, fmt.Errorf("open the runs of flows: %w", err)
	}
	return e, nil
}

// SetLimits changes the limits. What is under way beyond them goes on.
func (e *Engine) SetLimits(l Limits) {
	l = l.orDefaults()
	e.mu.Lock()
	e.o.Limits = l
	e.mu.Unlock()
	e.slots.limit(l.Steps)
	e.gate.limit(l.Running, e.now())
}

// Flows returns the flows that can be started, by name.
func (e *Engine) Flows() []*document.Flow {
	e.mu.Lock()
	defer e.mu.Unlock()
	all := make([]*document.Flow, 0, len(e.programs))
	for _, name := range slices.Sorted(maps.Keys(e.programs)) {
		all = append(all, e.programs[name].Flow())
	}
	return all
}

// SetFlows changes the flows that can be started. Runs keep the document that they
// began with. The error names all faults; then nothing is changed.
func (e *Engine) SetFlows(flows []*document.Flow) error {
	programs, errs := map[string]*document.Program{}, []error{}
	for _, f := range flows {
		p, err := document.Compile(f, e.o.Tools)
		switch {
		case err != nil:
			errs = append(errs, fmt.Errorf("flow %s: %w", f.Name, err))
		case programs[f.Name] != nil:
			errs = append(errs, fmt.Errorf("flow %s: there are two of this name", f.Name))
		default:
			programs[f.Name] = p
		}
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	e.mu.Lock()
	e.programs = programs
	e.mu.Unlock()
	return nil
}

func (e *Engine) program(flow string) *document.Program {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.programs[flow]
}

// Run lets runs begin and go on, until ctx is done. Calls under way that nobody could
// find again are then given some seconds to end.
func (e *Engine) Run(ctx context.Context) error {
	e.mu.Lock()
	if e.ctx != nil {
		e.mu.Unlock()
		return errors.New("the engine of flows has been run already")
	}
	e.ctx = ctx
	for _, a := range e.idle {
		e.acting.Go(func() { a.live(ctx) })
	}
	for _, row := range e.untold {
		e.acting.Go(func() { e.tellAgain(ctx, row) })
	}
	e.idle, e.untold = nil, nil
	e.mu.Unlock()
	var helpers sync.WaitGroup
	helpers.Go(func() { e.beat(ctx) })
	helpers.Go(func() { e.schedule(ctx) })
	<-ctx.Done()
	helpers.Wait()
	e.mu.Lock()
	e.closed = true // nobody is added to acting any more
	e.mu.Unlock()
	e.acting.Wait()
	return nil
}

// enlist adds an actor, which begins with Run if that has not begun.
func (e *Engine) enlist(a *actor) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.actors[a.m.run.ID] = a
	switch {
	case e.ctx == nil:
		e.idle = append(e.idle, a)
	case !e.closed:
		ctx := e.ctx
		e.acting.Go(func() { a.live(ctx) })
	}
}
