package flow

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"headroom/alerting/lease"
	"headroom/scaler/flow/document"
	"headroom/scaler/flow/tool"
	"headroom/storage/audit"
	"headroom/storage/state"
)

// LeaseKeeper keeps the leases that mute alarms while a run lasts; alerting/lease.Leases
// is one.
type LeaseKeeper interface {
	// Beat tells that the run of a lease is alive.
	Beat(ctx context.Context, now time.Time, id string) (lease.Lease, error)
	// End ends a lease with its run; how is one of lease.Hows. One that is over already is
	// no error.
	End(ctx context.Context, now time.Time, id, how, result string) (lease.Lease, error)
}

// Options are what an engine works with.
type Options struct {
	DB      *state.DB
	Tools   *tool.Catalog
	Flows   []*document.Flow // that can be started; checked ones
	Windows []Window         // of maintenance
	Limits  Limits

	Leases   LeaseKeeper   // nil: none
	LeaseTTL time.Duration // a lease is beaten each third of it; 0: 3m

	// Ended is called after the end of a run that was no dry one, and after a restart
	// once more if it had not returned. It may be called from many goroutines. nil: nobody
	// is told.
	Ended func(ctx context.Context, r Run)
	// MayApprove tells whether who may answer a step that asks some people; nil: who is
	// one of them.
	MayApprove func(who string, asked []string) bool

	Audit      audit.Log        // of what happens without a person: schedules; nil: none
	Now        func() time.Time // nil: time.Now
	Zone       *time.Location   // of schedules and windows that name none; nil: UTC
	Logger     *slog.Logger     // nil: none
	Registerer prometheus.Registerer
}

// Limits bound what an engine does at a time. Zero values are the defaults.
type Limits struct {
	Open    int // runs that are not over; beyond it a start gets ErrFull. 0: 5,000
	Running int // runs that are neither queued nor wait for a person. 0: 1,000
	Steps   int // calls of tools, without those that only wait. 0: 200
}

func (l Limits) orDefaults() Limits {
	l.Open, l.Running, l.Steps = cmp.Or(l.Open, 5000), cmp.Or(l.Running, 1000), cmp.Or(l.Steps, 200)
	return l
}

// Window is a time in which changes may be made.
type Window struct {
	Name     string        `json:"name"`
	Cron     string        `json:"cron"` // when it opens: five fields, or @daily and the like
	Zone     string        `json:"zone,omitempty"`
	Duration time.Duration `json:"duration"`       // how long it is open
	Path     string        `json:"path,omitempty"` // only for runs over this tree node or one below it; empty: for all
}

// Schedule starts a flow again and again.
type Schedule struct {
	ID        string         `json:"id"` // given by the engine if empty
	Flow      string         `json:"flow"`
	Inputs    map[string]any `json:"inputs"`
	Cron      string         `json:"cron"` // five fields, or @daily and the like
	Zone      string         `json:"zone,omitempty"`
	Window    string         `json:"window,omitempty"`   // as in Start
	CatchUp   bool           `json:"catch_up,omitempty"` // starts missed while the server was down are made up for by one; otherwise they are left out
	Overlap   bool           `json:"overlap,omitempty"`  // starts although its last run is not over
	Paused    bool           `json:"paused,omitempty"`
	Who       string         `json:"who"` // who has made or changed it
	Why       string         `json:"why"`
	Created   time.Time      `json:"created"`
	Next      time.Time      `json:"next,omitzero"`      // when it starts the next run
	Last      time.Time      `json:"last,omitzero"`      // when it was last due
	LastRun   string         `json:"last_run,omitempty"` // the run that it has started last
	LastError string         `json:"last_error,omitempty"`
}

// Event tells that a run has changed; what it says is on the disk already.
type Event struct {
	Run   string `json:"run"`
	State State  `json:"state"`
}

// Log is what a call of a tool has written for people.
type Log struct {
	Run     string `json:"run"`
	Step    string `json:"step"`
	Attempt int    `json:"attempt"` // UndoAttempt: of the step's undo
	Text    string `json:"text"`
	Cut     int64  `json:"cut,omitempty"` // bytes that are missing at its beginning
}

// UndoAttempt is the number of the attempt that is a step's undo.
const UndoAttempt = -1

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
		e.acting.Go(func() { a.run(ctx) })
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
		e.acting.Go(func() { a.run(ctx) })
	}
}
