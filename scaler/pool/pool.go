package pool

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"headroom/scaler/node/wire"
	"headroom/scaler/policy"
	"headroom/storage/state"
)

// Options are what a pool works with.
type Options struct {
	DB         *state.DB
	Now        func() time.Time // nil: time.Now, whose differences no jump of the clock changes
	Logger     *slog.Logger     // nil: none
	Registerer prometheus.Registerer
}

// Pool is the pool of nodes and workers. Its methods may be called from many
// goroutines.
type Pool struct {
	db      *state.DB
	now     func() time.Time
	log     *slog.Logger
	metrics *metrics

	// writing is held while a change is made: from what it is made of, over the state
	// database, to memory. mu may be taken while it is held, not the other way round.
	writing sync.Mutex
	saved   func(error) error // of tests: sees each change after it was written

	mu       sync.Mutex // protects everything below
	settings Settings
	declares Declarer // nil: nothing is declared
	nodes    map[string]*node
	order    []*node // by name; nil: to be sorted anew
	services map[string]*service
	workers  map[string]*worker
	memories map[string]policy.Memory
	onTasks  func(node string, told []wire.TaskStatus)
	keeping  bool          // of tasks that this server does not know, see KeepTasks
	joins    []*join       // nodes that wait to be written down
	judged   time.Time     // when it was last seen which nodes are lost
	marks    uint64        // reports with workers so far
	awake    chan struct{} // has one element if there is something to settle
	closed   chan struct{} // when the pool is
	closing  sync.Once
}

// New returns the pool as the state database has it. A node that was not lost is
// given the whole time to be heard of again. Configure it before anybody syncs.
func New(ctx context.Context, o Options) (*Pool, error) {
	p := &Pool{
		db: o.DB, now: o.Now, log: o.Logger,
		nodes: map[string]*node{}, services: map[string]*service{}, workers: map[string]*worker{}, memories: map[string]policy.Memory{},
		awake: make(chan struct{}, 1), closed: make(chan struct{}),
	}
	if p.now == nil {
		p.now = time.Now
	}
	if p.log == nil {
		p.log = slog.New(slog.DiscardHandler)
	}
	p.metrics = newMetrics(o.Registerer, p)
	p.judged = p.now()
	if err := p.load(ctx); err != nil {
		return nil, fmt.Errorf("open the pool: %w", err)
	}
	return p, nil
}

// Close lets everybody who waits for a change go.
func (p *Pool) Close() { p.closing.Do(func() { close(p.closed) }) }

// The pool looks at its clock each beat. A much longer pause means that the server
// itself stood still, and heard nobody. What nodes report is settled after a moment, so
// that many of them at once cost one look at the pool, which takes milliseconds.
const (
	beat   = time.Second
	pause  = 5 * beat
	moment = 50 * time.Millisecond
)

// Run judges which nodes are lost and writes down what nodes have reported, until ctx
// is done.
func (p *Pool) Run(ctx context.Context) error {
	ticker := time.NewTicker(beat)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		case <-p.awake:
			time.Sleep(moment)
		}
		if err := p.Settle(ctx); err != nil && ctx.Err() == nil {
			p.log.Error("what the nodes report was not written down; it is tried again", "err", err)
			p.metrics.failures.Inc()
		}
	}
}

// wakeLocked has Run settle at once. p.mu must be held.
func (p *Pool) wakeLocked() {
	select {
	case p.awake <- struct{}{}:
	default:
	}
}

// sortedLocked returns the nodes by name. p.mu must be held.
func (p *Pool) sortedLocked() []*node {
	if p.order == nil {
		p.order = make([]*node, 0, len(p.nodes))
		for _, n := range p.nodes {
			p.order = append(p.order, n)
		}
		slices.SortFunc(p.order, func(a, b *node) int { return strings.Compare(a.rec.Name, b.rec.Name) })
	}
	return p.order
}
