package registry

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"headroom/internal/config"
	"headroom/internal/yamlfile"
	"headroom/storage/fleet"
	"headroom/storage/state"
)

// Options make an [Importer].
type Options struct {
	Sources  []config.RegistrySource // the most important one first
	Levels   []string                // labels of the business tree, top first
	Dir      string                  // that relative paths are meant from
	Keeper   Keeper
	Registry *fleet.Registry // where what is known is published
	Querier  Querier
	Client   *http.Client
	Now      func() time.Time

	Logger     *slog.Logger
	Registerer prometheus.Registerer
}

// States of a source.
const (
	Waiting = "waiting" // not read yet; what it said before a restart counts
	OK      = "ok"
	Stale   = "stale"  // could not be read; what it said last counts
	Failed  = "failed" // could not be read, and never was
)

// State is how a source does.
type State struct {
	Name    string
	Kind    string
	State   string
	Read    time.Time // last well; zero: never
	Looked  time.Time // last; zero: not yet
	Problem string    // why it could not be read; empty: it could
	Faults  yamlfile.Faults
	Nodes   int // of which it says something
}

// Importer reads sources. Its methods may be called from many goroutines.
type Importer struct {
	opts    Options
	book    book
	metrics *metrics
	changed chan struct{} // holds a token when the sources were changed

	mu      sync.Mutex // protects the fields below
	sources []*reader
}

// reader reads one source; the importer's mu protects its state.
type reader struct {
	config.RegistrySource
	source
	tag   string
	state State
	noted time.Time // when it was last written down that it was read well
}

// Open returns an importer that knows what sources said last.
func Open(ctx context.Context, opts Options) (*Importer, error) {
	i := &Importer{opts: opts, metrics: newMetrics(opts.Registerer), changed: make(chan struct{}, 1)}
	i.book = book{keeper: opts.Keeper, registry: opts.Registry, changed: func(source string, n int) {
		i.metrics.changes.WithLabelValues(source).Add(float64(n))
		i.metrics.nodes.Set(float64(len(opts.Registry.View().IDs())))
		i.metrics.conflicts.Set(float64(len(opts.Registry.View().Conflicts())))
	}}
	kept, err := i.book.load(ctx)
	if err != nil {
		return nil, err
	}
	if err := i.Configure(ctx, opts.Sources); err != nil {
		return nil, err
	}
	for _, r := range i.sources {
		if k, ok := kept[r.Name]; ok {
			r.state.Read, r.noted = k.Read, k.Read
			r.state.Nodes = len(i.book.sources[r.Name])
		}
	}
	return i, nil
}

// Configure sets which sources there are, and has all of them read at once. Sources
// that are as they were keep what they said.
func (i *Importer) Configure(ctx context.Context, sources []config.RegistrySource) error {
	order := make([]string, len(sources))
	for n, s := range sources {
		order[n] = s.Name
	}
	if err := i.book.arrange(ctx, order, i.opts.Now().UTC()); err != nil {
		return err
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	had := map[string]*reader{}
	for _, r := range i.sources {
		had[r.Name] = r
		i.metrics.forget(r.Name)
	}
	i.sources = nil
	for _, s := range sources {
		r := &reader{RegistrySource: s, source: i.opts.open(s), state: State{Name: s.Name, Kind: s.Kind, State: Waiting}}
		if old := had[s.Name]; old != nil {
			r.state.Read, r.state.Nodes, r.noted = old.state.Read, old.state.Nodes, old.noted
		}
		i.sources = append(i.sources, r)
	}
	select {
	case i.changed <- struct{}{}:
	default:
	}
	return nil
}

// States tells how the sources do, the most important one first.
func (i *Importer) States() []State {
	i.mu.Lock()
	defer i.mu.Unlock()
	all := make([]State, len(i.sources))
	for n, r := range i.sources {
		all[n] = r.state
	}
	return all
}

// Run reads the sources, each at its interval, until ctx is done.
func (i *Importer) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		round, cancel := context.WithCancel(ctx)
		var wg sync.WaitGroup
		select {
		case <-i.changed: // the sources that are read now are the new ones
		default:
		}
		i.mu.Lock()
		sources := i.sources
		i.mu.Unlock()
		for _, r := range sources {
			wg.Go(func() { i.follow(round, r) })
		}
		select {
		case <-ctx.Done():
		case <-i.changed:
		}
		cancel()
		wg.Wait()
	}
	return nil
}

// follow reads one source again and again.
func (i *Importer) follow(ctx context.Context, r *reader) {
	t := time.NewTicker(time.Duration(r.Interval))
	defer t.Stop()
	for {
		i.read(ctx, r)
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
	}
}

// noteEvery is how often it is written down that a source was read well, though it
// says what it said.
const noteEvery = 10 * time.Minute

// read looks at a source once.
func (i *Importer) read(ctx context.Context, r *reader) {
	limited, cancel := context.WithTimeout(ctx, time.Duration(r.Timeout))
	defer cancel()
	a, err := r.source.read(limited, r.tag)
	if err == nil {
		err = i.take(ctx, r, a, i.opts.Now().UTC())
	}
	if ctx.Err() == nil {
		i.note(r, a, err)
	}
}

// errNothing is taken for a fault: a directory that is not mounted looks so.
var errNothing = errors.New("it says nothing of any node; to take away all that it said, take it out of the configuration")

// take takes a good answer.
func (i *Importer) take(ctx context.Context, r *reader, a answer, now time.Time) error {
	if !a.same && len(a.declared) == 0 {
		return errNothing
	}
	if !a.same {
		return i.book.set(ctx, r.Name, a, now)
	}
	i.mu.Lock()
	due := now.Sub(r.noted) >= noteEvery
	if due {
		r.noted = now
	}
	i.mu.Unlock()
	if !due {
		return nil
	}
	return i.opts.Keeper.Save(ctx, state.RegistryChange{Read: map[string]time.Time{r.Name: now}})
}

// note remembers how a look went.
func (i *Importer) note(r *reader, a answer, err error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	s, now := &r.state, i.opts.Now().UTC()
	s.Looked = now
	if err == nil {
		if s.State == Stale || s.State == Failed {
			i.opts.Logger.Info("a source of the registry can be read again", "source", r.Name)
		}
		s.State, s.Read, s.Problem, s.Faults, r.tag = OK, now, "", nil, a.tag
		if !a.same {
			s.Nodes = len(a.declared)
		}
		i.metrics.read(r.Name, true, now)
		return
	}
	before := s.Problem
	s.State, s.Faults = Failed, nil
	if !s.Read.IsZero() {
		s.State = Stale
	}
	s.Problem = err.Error()
	errors.As(err, &s.Faults)
	if s.Problem != before {
		i.opts.Logger.Warn("a source of the registry cannot be read; what it said last counts", "source", r.Name, "err", err)
	}
	i.metrics.read(r.Name, false, now)
}
