package lease

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"headroom/storage/fleet"
	"headroom/storage/state"
)

// MaxLive is how many leases can be open, or wait for their summary, at a time.
const MaxLive = 10_000

// Errors that are told to who asks.
var (
	ErrNoLease = state.ErrNoLease
	ErrOver    = errors.New("the lease is over")
	ErrRun     = errors.New("the run has an open lease over something else")
	ErrTooMany = fmt.Errorf("%d leases are live, which is the most", MaxLive)
)

// Store keeps leases where a restart finds them; state.Leases is one.
type Store interface {
	// Save keeps leases as they are now and adds alarms that were hidden.
	Save(ctx context.Context, leases []state.Lease, hidden []state.LeaseAlarm) error
	Pending(ctx context.Context) ([]state.Lease, error)
	Newest(ctx context.Context, limit int) ([]state.Lease, error)
	OfKind(ctx context.Context, kind string, limit int) ([]state.Lease, error)
	// Load returns one lease, or [ErrNoLease].
	Load(ctx context.Context, id string) (state.Lease, error)
	Hidden(ctx context.Context, lease string) ([]string, error)
	Forget(ctx context.Context, before time.Time) (int64, error)
}

// Marker marks an interval of the operations log from which nothing is learned.
type Marker interface {
	Add(ctx context.Context, m fleet.Mark) (fleet.Mark, error)
}

// Defaults are what a request can leave out.
type Defaults struct {
	TTL      time.Duration // without a heartbeat for so long, a run is dead
	Limit    time.Duration // of the whole length of a lease
	Grace    time.Duration // for what is hidden to recover in, after the end
	Expected int           // alarms, while too few past runs are known
	Least    int           // alarms that any run may have

	// MarkAfter is how long a change must have lasted for a mark: short ones
	// disturb too little to be worth learning the fleet anew.
	MarkAfter time.Duration
}

// Options make [Leases].
type Options struct {
	Store      Store
	Marker     Marker          // nil: no marks are made
	Defaults   func() Defaults // read with each request, so that they can be reloaded
	Location   *time.Location  // of the times in reasons
	Logger     *slog.Logger
	Registerer prometheus.Registerer
}

// Leases are the mutes that change runs hold. Their methods may be called from
// many goroutines.
type Leases struct {
	opts    Options
	metrics *metrics

	mu     sync.Mutex // protects the fields below
	live   map[string]*live
	byNode map[string][]*live // those that name nodes
	byPath map[string][]*live // those that name only paths
	rows   []state.LeaseAlarm // not kept yet

	saving sync.Mutex // held while leases are written, so that they are in order; taken before mu
}

// New returns the leases that store has. Runs could not be heard meanwhile: each
// gets its whole TTL from now on.
func New(ctx context.Context, now time.Time, opts Options) (*Leases, error) {
	s := &Leases{opts: opts, live: map[string]*live{}, byNode: map[string][]*live{}, byPath: map[string][]*live{}}
	s.metrics = newMetrics(opts.Registerer, s)
	kept, err := opts.Store.Pending(ctx)
	if err != nil {
		return nil, err
	}
	for _, row := range kept {
		if err := s.resume(ctx, now, row); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (s *Leases) resume(ctx context.Context, now time.Time, row state.Lease) error {
	l, err := decode(row)
	if err != nil {
		return err
	}
	sc, err := revive(&l)
	if err != nil {
		return fmt.Errorf("lease %q: %w", l.ID, err)
	}
	ids, err := s.opts.Store.Hidden(ctx, l.ID)
	if err != nil {
		return err
	}
	if l.Open() {
		l.Heartbeat = now
	}
	v := newLive(l, sc, s.opts.Location)
	for _, id := range ids {
		v.counted[id] = true
	}
	v.Hidden = max(v.Hidden, len(ids)) // they are written before it
	s.addLocked(v)
	return nil
}

// Open opens a lease, or returns the open one of the same run. The error is a
// [faults.List] of the request, [ErrRun] or [ErrTooMany].
func (s *Leases) Open(ctx context.Context, now time.Time, r Request) (Lease, error) {
	d, err := r.read(s.opts.Defaults())
	if err != nil {
		return Lease{}, err
	}
	l := &d.Lease
	if r.Expected == nil {
		if err := s.learn(ctx, l); err != nil {
			return Lease{}, err
		}
	}
	now = now.UTC().Truncate(time.Millisecond)
	l.ID, l.Started, l.Heartbeat, l.Until = strings.ToLower(rand.Text()[:12]), now, now, now.Add(d.limit)
	s.saving.Lock()
	defer s.saving.Unlock()
	if have, err := s.sameRun(l, now); have.ID != "" || err != nil {
		return have, err
	}
	v := newLive(*l, d.scope, s.opts.Location)
	if err := s.keep(ctx, []*live{v}, nil); err != nil {
		return Lease{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.addLocked(v)
	s.opts.Logger.Info("a change has begun", "lease", l.ID, "change", l.Name(), "nodes", len(l.Nodes), "paths", l.Paths, "effect", l.Effect, "expected", l.Expected)
	return v.summary(), nil
}

// sameRun returns the open lease of the run of l, empty if there is none.
func (s *Leases) sameRun(l *Lease, now time.Time) (Lease, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.live) >= MaxLive {
		return Lease{}, ErrTooMany
	}
	for _, v := range s.live {
		if v.expire(now); l.Run == "" || v.Run != l.Run || !v.Open() {
			continue
		}
		if v.Kind != l.Kind || !reflect.DeepEqual([][]string{v.Nodes, v.Paths, v.Effect}, [][]string{l.Nodes, l.Paths, l.Effect}) {
			return Lease{}, fmt.Errorf("run %q, lease %s: %w", l.Run, v.ID, ErrRun)
		}
		return v.summary(), nil
	}
	return Lease{}, nil
}

func (s *Leases) learn(ctx context.Context, l *Lease) error {
	rows, err := s.opts.Store.OfKind(ctx, l.Kind, learnFrom)
	if err != nil {
		return err
	}
	past, err := decodeAll(rows)
	l.expect(past, s.opts.Defaults())
	return err
}

// Beat says that a run goes on. The error is [ErrNoLease], or [ErrOver] if the
// lease has ended.
func (s *Leases) Beat(ctx context.Context, now time.Time, id string) (Lease, error) {
	return s.change(ctx, now, id, func(v *live, now time.Time) error {
		if !v.Open() {
			return fmt.Errorf("lease %q: %w: %s (%s)", id, ErrOver, v.How, v.Result)
		}
		if now.After(v.Heartbeat) {
			v.Heartbeat = now
		}
		return nil
	})
}

// End ends a lease with its run; how is one of [Hows]. One that has ended already
// stays as it is.
func (s *Leases) End(ctx context.Context, now time.Time, id, how, result string) (Lease, error) {
	return s.change(ctx, now, id, func(v *live, now time.Time) error {
		if v.Open() {
			v.Ended, v.How, v.Result = now, how, result
		}
		return nil
	})
}

// change changes a live lease and keeps it before it returns.
func (s *Leases) change(ctx context.Context, now time.Time, id string, do func(v *live, now time.Time) error) (Lease, error) {
	now = now.UTC().Truncate(time.Millisecond)
	s.saving.Lock()
	defer s.saving.Unlock()
	s.mu.Lock()
	v := s.live[id]
	if v == nil {
		s.mu.Unlock()
		l, err := s.load(ctx, id)
		if err != nil {
			return l, err
		}
		return l, do(&live{Lease: l}, now)
	}
	v.expire(now)
	before := v.Lease
	err := do(v, now)
	s.mu.Unlock()
	if err != nil {
		return Lease{}, err
	}
	if err := s.keep(ctx, []*live{v}, nil); err != nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		v.Heartbeat, v.Ended, v.How, v.Result = before.Heartbeat, before.Ended, before.How, before.Result
		return Lease{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return v.summary(), nil
}

func (s *Leases) load(ctx context.Context, id string) (Lease, error) {
	row, err := s.opts.Store.Load(ctx, id)
	if err != nil {
		return Lease{}, err
	}
	return decode(row)
}

// Get returns a lease, or [ErrNoLease].
func (s *Leases) Get(ctx context.Context, now time.Time, id string) (Lease, error) {
	s.mu.Lock()
	if v := s.live[id]; v != nil {
		defer s.mu.Unlock()
		v.expire(now)
		return v.summary(), nil
	}
	s.mu.Unlock()
	return s.load(ctx, id)
}

// Active returns the leases that hide something or may, the newest first.
func (s *Leases) Active(now time.Time) []Lease {
	s.mu.Lock()
	defer s.mu.Unlock()
	active := []Lease{}
	for _, v := range s.live {
		if v.expire(now); v.hides(now) {
			active = append(active, v.summary())
		}
	}
	slices.SortFunc(active, func(a, b Lease) int { return b.Started.Compare(a.Started) })
	return active
}

// List returns at most limit leases, the newest first.
func (s *Leases) List(ctx context.Context, now time.Time, limit int) ([]Lease, error) {
	rows, err := s.opts.Store.Newest(ctx, limit)
	if err != nil {
		return nil, err
	}
	all, err := decodeAll(rows)
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range all {
		if v := s.live[all[i].ID]; v != nil {
			v.expire(now)
			all[i] = v.summary()
		}
	}
	return all, err
}

func decode(row state.Lease) (l Lease, err error) {
	if err := json.Unmarshal(row.Data, &l); err != nil {
		return l, fmt.Errorf("read lease %q: %w", row.ID, err)
	}
	return l, nil
}

func decodeAll(rows []state.Lease) (all []Lease, err error) {
	all = make([]Lease, len(rows))
	for i, row := range rows {
		if all[i], err = decode(row); err != nil {
			return nil, err
		}
	}
	return all, nil
}
