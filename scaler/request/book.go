package request

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"headroom/internal/config"
	"headroom/scaler/flow"
	"headroom/scaler/flow/document"
	"headroom/storage/audit"
	"headroom/storage/state"
)

// Starter starts the runs of flows.
type Starter interface {
	// Start returns once the run is written down. A second start with the same Once
	// returns the first one's run.
	Start(ctx context.Context, s flow.Start) (flow.Run, error)
}

// Flows are the flows that deliver requests.
type Flows interface {
	Starter
	// Run returns a run; [flow.ErrNoRun] if there is none.
	Run(ctx context.Context, id string) (flow.Run, error)
	// Flow returns a flow's document; [flow.ErrNoFlow] if there is none.
	Flow(name string) (*document.Flow, error)
}

// Toucher is what [Flows] may be, too: it tells what a run would change.
type Toucher interface {
	// Touches returns the nodes of the business tree that a run would change; none: all.
	// The error tells what is wrong with its inputs.
	Touches(s flow.Start) (nodes []string, err error)
}

// Granter gives roles.
type Granter interface {
	// Grant gives a role on a node of the business tree with all below it until a time.
	// Granting the same again is no error and changes nothing.
	Grant(ctx context.Context, subject, role, path string, until time.Time, why, who string) error
}

// Pool knows the services of the pool.
type Pool interface {
	// Has tells whether a module is one of them.
	Has(module string) bool
}

// Options wire a [Book].
type Options struct {
	DB        state.Requests
	Config    config.Requests
	Hierarchy []string
	Forecasts Forecasts
	Pool      Pool    // nil: none
	Granter   Granter // nil: people give roles, and say so
	Tellers   []Teller
	Audit     audit.Log // nil: none
	Location  *time.Location
	Now       func() time.Time

	Logger     *slog.Logger
	Registerer prometheus.Registerer
}

// Book has the requests. Its methods may be called from many goroutines.
type Book struct {
	Options
	flows   atomic.Pointer[Flows]
	conf    atomic.Pointer[config.Requests]
	tellers atomic.Pointer[[]Teller]
	metrics metrics
	wake    chan struct{}

	news chan struct{}

	opening sync.Mutex // held while a request is checked and kept: two must not count on the same forecast

	working sync.Mutex // held by Step
	tries   pauses     // of requests; working protects it

	telling sync.Mutex // held by Tell
	outbox  outbox     // telling protects it
}

// New returns the book of the requests that are in the database.
func New(o Options) *Book {
	b := &Book{Options: o, metrics: newMetrics(o.Registerer), wake: make(chan struct{}, 1), news: make(chan struct{}, 1), tries: pauses{}, outbox: newOutbox()}
	b.Configure(o.Config, o.Tellers)
	return b
}

// clock is the time in the configured zone, as exact as it is kept.
func (b *Book) clock() time.Time { return b.Now().In(b.Location).Truncate(time.Millisecond) }

// Configure puts a configuration into force, which was checked, and the ways to tell
// people that follow from it.
func (b *Book) Configure(c config.Requests, tellers []Teller) {
	b.conf.Store(&c)
	b.tellers.Store(&tellers)
}

// Use has requests delivered by flows.
func (b *Book) Use(f Flows) { b.flows.Store(&f) }

// Flows are those that deliver; nil if there are none yet.
func (b *Book) deliverers() Flows {
	if f := b.flows.Load(); f != nil {
		return *f
	}
	return nil
}

// rules are what a form is checked against.
type rules struct {
	hierarchy []string
	longest   time.Duration
	flows     Flows
}

// maxUnderWay is how many requests may be under way.
const maxUnderWay = 10_000

// Open takes a request. The error is a [faults.List] if it cannot be asked so.
func (b *Book) Open(ctx context.Context, a Ask) (Request, error) {
	now := b.clock()
	a.fillIn()
	if err := a.check(now, rules{b.Hierarchy, time.Duration(b.conf.Load().AccessAtMost), b.deliverers()}); err != nil {
		return Request{}, err
	}
	b.opening.Lock()
	defer b.opening.Unlock()
	r, err := b.drawn(ctx, &a, now)
	if err != nil {
		return Request{}, err
	}
	r.note(now, a.Who, "open", a.Why)
	rule := autoApproved(b.conf.Load().AutoApprove, &r)
	if rule != "" {
		r.Approvals = []string{Headroom}
		if err := r.to(Approved, now, Headroom, "approve", rule); err != nil {
			return Request{}, err
		}
	}
	if r.number, err = b.DB.Add(ctx, r.row()); err != nil {
		return Request{}, err
	}
	r.ID, r.version = idOf(r.number), 1
	b.metrics.stepped(&r, "open")
	if rule != "" {
		b.metrics.stepped(&r, "approve")
		b.record(ctx, &r, Headroom, "approve", rule, nil)
	}
	b.kick()
	return b.shown(r), nil
}

// fillIn sets what follows from who asks, and what is left out to nothing.
func (a *Ask) fillIn() {
	a.Who, a.Why = strings.TrimSpace(a.Who), strings.TrimSpace(a.Why)
	if a.Access != nil && a.Access.Subject == "" {
		a.Access.Subject = a.Who
	}
	if b := a.Business; b != nil {
		b.Command, b.Proxies = append([]string{}, b.Command...), append([]string{}, b.Proxies...)
	}
	if a.Change != nil && a.Change.Inputs == nil {
		a.Change.Inputs = map[string]any{}
	}
}

// drawn makes the request of a form that was checked, with what the rules say. The
// error is ErrTooMany if too many are under way.
func (b *Book) drawn(ctx context.Context, a *Ask, now time.Time) (r Request, err error) {
	if err := b.hasRoom(ctx); err != nil {
		return Request{}, err
	}
	r = Request{Kind: a.Kind, State: Open, Who: a.Who, Why: a.Why, Form: a.Form, Opened: now, Approvals: []string{}}
	r.Path, r.Title = r.about(b.deliverers())
	snapshot, pending := b.Forecasts.Snapshot(), 0
	if r.Machines != nil {
		m := *r.Machines
		m.Forecast = forecastOf(snapshot, m.Module, m.Devices)
		r.Machines = &m
		if pending, err = b.pending(ctx, m.Module); err != nil {
			return Request{}, err
		}
	}
	if r.Business != nil {
		if r.Proposal, err = r.Business.proposal(); err != nil {
			return Request{}, err
		}
	}
	r.Checks = b.checks(&r, snapshot, pending, now)
	return r, nil
}

// hasRoom is an error if too many requests are under way.
func (b *Book) hasRoom(ctx context.Context) error {
	counts, err := b.DB.CountUnderWay(ctx)
	if err != nil {
		return err
	}
	n := 0
	for _, some := range counts {
		n += some
	}
	if n >= maxUnderWay {
		return fmt.Errorf("%w: %d", ErrTooMany, n)
	}
	return nil
}

// pending counts the devices that requests under way ask for a module.
func (b *Book) pending(ctx context.Context, module string) (n int, err error) {
	rows, err := b.DB.Find(ctx, state.RequestQuery{UnderWay: true, Kind: string(KindMachines), Path: module})
	if err != nil {
		return 0, err
	}
	for _, row := range rows {
		r, err := requestOf(row)
		if err != nil {
			return 0, err
		}
		if r.Machines != nil && r.Machines.Module == module {
			n += r.Machines.Devices
		}
	}
	return n, nil
}

// maxTries is how often a change is tried anew because another one came first.
const maxTries = 20

// change changes a request. How may be called more than once, each time with the
// newest version: of two that change a request at once, the second sees what the
// first one did.
func (b *Book) change(ctx context.Context, id string, how func(*Request) error) (Request, error) {
	for try := 1; ; try++ {
		r, err := b.load(ctx, id)
		if err != nil {
			return Request{}, err
		}
		before := len(r.History)
		if err := how(&r); err != nil {
			return Request{}, err
		}
		err = b.DB.Change(ctx, r.row())
		if err == nil {
			r.version++
			for _, s := range r.History[before:] {
				b.metrics.stepped(&r, s.What)
			}
			return r, nil
		}
		if !errors.Is(err, state.ErrRequestChanged) || try == maxTries {
			return Request{}, err
		}
	}
}
