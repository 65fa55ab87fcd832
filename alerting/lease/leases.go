package lease

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
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
