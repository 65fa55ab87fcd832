package alerting

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"headroom/alerting/alarm"
)

// MaxOpen is how many alarms can be open at a time. What comes beyond it is
// refused, so that its sender keeps it and tries again.
const MaxOpen = 500_000

// Keeper keeps alarms where a restart finds them.
type Keeper interface {
	// Save keeps alarms as they are now, all or none.
	Save(ctx context.Context, alarms []*alarm.Alarm) error
	// Open returns the alarms that were open when they were last saved.
	Open(ctx context.Context) ([]*alarm.Alarm, error)
}

// Options make a [Pipeline].
type Options struct {
	// Stages are run in this order.
	Stages []alarm.Stage
	Keeper Keeper

	IgnoreLabels func() []string // labels that do not make an alarm another one

	Now        func() time.Time // nil: time.Now
	Logger     *slog.Logger
	Registerer prometheus.Registerer
}

// Pipeline is the way of alarms from those who raise them to those who are woken.
// Its methods may be called from many goroutines.
type Pipeline struct {
	opts    Options
	stages  []stage
	metrics *metrics
	wake    chan struct{} // holds a token when a run is asked for
	recheck atomic.Bool   // the next run is to look at all open alarms

	mu      sync.Mutex // protects the fields below, and all alarms of the book
	book    book
	touched map[*alarm.Alarm]bool // changed from outside since the last run
	unsaved map[*alarm.Alarm]bool // each once, however long the disk is full

	saving sync.Mutex // held while alarms are written, so that they are in order
}

// New returns a pipeline that goes on with the alarms that keeper has.
func New(ctx context.Context, opts Options) (*Pipeline, error) {
	if opts.Now == nil {
		opts.Now = time.Now
	}
	p := &Pipeline{opts: opts, wake: make(chan struct{}, 1), book: newBook(), touched: map[*alarm.Alarm]bool{}, unsaved: map[*alarm.Alarm]bool{}}
	p.metrics = newMetrics(opts.Registerer, p)
	for _, s := range opts.Stages {
		p.stages = append(p.stages, p.metrics.stage(s))
	}
	open, err := opts.Keeper.Open(ctx)
	if err != nil {
		return nil, err
	}
	p.resume(open, opts.Now())
	return p, nil
}

// restartGrace is how long after a start an alarm is held for firing although its
// sender, which could not reach us meanwhile, has not repeated it. One whose end was
// told has ended.
const restartGrace = 5 * time.Minute

// resume takes up the alarms that were open before the start. All of them come by
// at the first run, from which stages learn where they stand.
func (p *Pipeline) resume(open []*alarm.Alarm, now time.Time) {
	for _, a := range open {
		if until := now.Add(restartGrace); !a.Ended && a.EndsAt.After(a.UpdatedAt) && a.EndsAt.Before(until) {
			a.EndsAt, a.Timeout = until, true
		}
		p.book.add(a)
		p.touched[a] = true
	}
	p.metrics.received.Add(float64(len(open)))
	if len(open) > 0 {
		p.opts.Logger.Info("going on with the alarms that were open before the start", "alarms", len(open))
	}
	p.Wake()
}

// Wake asks for a run soon. It never blocks.
func (p *Pipeline) Wake() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// Recheck asks for a run over all open alarms soon: something else than an alarm
// has changed that decides on them. It never blocks.
func (p *Pipeline) Recheck() {
	p.recheck.Store(true)
	p.Wake()
}

// The pipeline runs at most this often, and at least this often.
const (
	shortest = 200 * time.Millisecond
	longest  = time.Second
)

// Run runs the stages until ctx is done.
func (p *Pipeline) Run(ctx context.Context) error {
	tick := time.NewTicker(longest)
	defer tick.Stop()
	for {
		if err := p.Step(ctx, p.opts.Now()); err != nil && ctx.Err() == nil {
			p.opts.Logger.Error("alarms could not be kept; trying again", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(shortest):
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		case <-p.wake:
		}
	}
}
