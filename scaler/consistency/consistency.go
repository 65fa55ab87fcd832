package consistency

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"headroom/scaler/flow"
	"headroom/scaler/node/wire"
	"headroom/storage"
	"headroom/storage/state"
)

// Errors of what is asked.
var (
	ErrNoModule = errors.New("nothing is declared for the module")
	ErrNoNode   = errors.New("the module does not run on the node")
	ErrNoItem   = errors.New("no such item")
	ErrBadOrder = errors.New("bad order")
	ErrConflict = errors.New("not possible now")
)

// Host is a node of the pool.
type Host struct {
	Name    string
	Labels  map[string]string
	Seen    time.Time // last sign of life
	Lost    time.Time // since when it is silent; zero: it is not
	Modules []string  // whose workers shall run there
}

// Fleet knows which nodes there are, and for whom they work.
type Fleet interface {
	// Hosts returns all nodes of the pool.
	Hosts() []Host
	// Seen returns the nodes that report samples of modules, by module.
	Seen() map[string][]string
	// Redeclare has nodes be told what to look for now.
	Redeclare(nodes []string)
}

// Runs knows the runs of flows.
type Runs interface {
	// RunsAt returns the runs that were under way for a module on a node at some time of
	// from … to, the newest first.
	RunsAt(ctx context.Context, module, node string, from, to time.Time) ([]flow.Run, error)
}

// StartFlow starts a run of a flow and returns its id.
type StartFlow func(ctx context.Context, s flow.Start) (run string, err error)

// Options are what a [Consistency] works with.
type Options struct {
	DB     *state.DB
	Fleet  Fleet
	Runs   Runs      // nil: what has changed an item is not known
	Start  StartFlow // nil: nothing can be repaired
	Store  Store     // of series; nil: none are written
	Now    func() time.Time
	Logger *slog.Logger

	Hierarchy  []string // labels of the series
	Registerer prometheus.Registerer
}

// Store takes series.
type Store interface {
	Write(ctx context.Context, rows []storage.Series) error
}

// Settings are what a configuration says.
type Settings struct {
	Declarations []*Declaration
	Block        bool // an inconsistent node gets no new workers
	Environment  []Rule
}

// Consistency compares what is declared with what is found. Its methods may be called
// from many goroutines; those that change something return once it is written down.
type Consistency struct {
	o       Options
	metrics *metrics
	wake    chan struct{}

	// writing is held while something is judged or ordered: from what it is made of, over
	// the state database, to memory. mu may be taken while it is held, not the other way
	// round; the fleet is asked while neither is but writing.
	writing sync.Mutex

	mu       sync.Mutex // protects everything below
	settings Settings
	modules  map[string]*module
	nodes    map[string]*node
	ignores  map[place]Ignore
	standing map[pair]map[Key]Standing
	pantry   pantry
	closed   map[string]map[string]string // reasons by module and node
	stale    bool                         // closed is of other settings
	pruned   time.Time                    // when what nobody asks for any more was last removed
	outliers map[string]string            // reasons by node, of rules that block
}

// place names an item on a node; Node is empty where all are meant.
type place struct {
	Module, Node string
	Key          Key
}

func (p place) row() state.ConsistencyRow {
	return state.ConsistencyRow{Module: p.Module, Node: p.Node, Item: p.Key.String()}
}

// pair is a module on a node.
type pair struct{ Module, Node string }

// module is what is declared for one.
type module struct {
	decl      *Declaration
	wants     []Want // with what was adopted
	overrides map[Key]Override
	members   map[string]string // the nodes that shall have it, with why
	results   map[string]*result
	looks     string         // names what nodes look for because of it
	conflicts map[Key]string // of overrides, with what the file says now
	merged    []Key          // overrides that the file has taken over
	fresh     bool           // it is declared otherwise than when its nodes were judged last
}

// node is what is known of one.
type node struct {
	host     Host
	inPool   bool
	declared wire.Declared // what it shall look for
	of       string        // what that was made of
	have     *Have         // nil: it has told nothing yet
	told     time.Time     // when it has told something last
	modules  []string      // for which it works
	away     time.Time     // since when it was silent before it changed
	changed  bool          // since it was judged last
}

// result is how a module stands on a node.
type result struct {
	items   []Item // those that are not ok
	ok      int
	ignored int
	state   NodeState
	reason  string // of unknown
	sum     string // of what was found
	version string // of what it looked for
	looked  bool   // it was judged by something that was found, at least once
}

// New returns what the state database has kept. Configure it before nodes sync.
func New(ctx context.Context, o Options) (*Consistency, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	c := &Consistency{
		o: o, wake: make(chan struct{}, 1), modules: map[string]*module{}, nodes: map[string]*node{},
		ignores: map[place]Ignore{}, standing: map[pair]map[Key]Standing{}, pruned: o.Now(),
	}
	kept, err := o.DB.Consistency().Load(ctx)
	if err != nil {
		return nil, err
	}
	if err := c.restore(kept); err != nil {
		return nil, fmt.Errorf("read what is kept about consistency: %w", err)
	}
	c.metrics = newMetrics(o.Registerer, c)
	return c, nil
}

func (c *Consistency) restore(kept state.ConsistencyState) error {
	return errors.Join(
		each(kept.Standings, func(p place, s Standing) { c.stand(p, s) }),
		each(kept.Ignores, func(p place, i Ignore) { c.ignores[p] = i }),
		each(kept.Overrides, func(p place, o Override) { c.module(p.Module).overrides[p.Key] = o }),
	)
}

// each reads rows.
func each[T any](rows []state.ConsistencyRow, take func(place, T)) (errs error) {
	for _, r := range rows {
		var v T
		key, err := ParseKey(r.Item)
		if err == nil {
			err = json.Unmarshal(r.Data, &v)
		}
		if err != nil {
			errs = errors.Join(errs, fmt.Errorf("%s on %s of %s: %w", r.Item, r.Node, r.Module, err))
			continue
		}
		take(place{r.Module, r.Node, key}, v)
	}
	return errs
}

// row is a row with its data.
func row(p place, v any) state.ConsistencyRow {
	r := p.row()
	var err error
	if r.Data, err = json.Marshal(v); err != nil {
		panic("BUG: " + err.Error()) // it was made by us
	}
	return r
}

func (c *Consistency) module(id string) *module {
	m := c.modules[id]
	if m == nil {
		m = &module{overrides: map[Key]Override{}, members: map[string]string{}, results: map[string]*result{}}
		c.modules[id] = m
	}
	return m
}

// Configure puts other settings in force.
func (c *Consistency) Configure(s Settings) {
	c.writing.Lock()
	defer c.writing.Unlock()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.settings, c.stale = s, true
	declared := map[string]*Declaration{}
	for _, d := range s.Declarations {
		declared[d.Module] = d
		c.module(d.Module)
	}
	for id, m := range c.modules {
		before := m.wants
		m.decl = declared[id]
		m.settle()
		m.fresh = m.fresh || !sameWants(before, m.wants)
	}
	c.awake()
}

func sameWants(a, b []Want) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].Key != b[i].Key || a[i].sign() != b[i].sign() {
			return false
		}
	}
	return true
}

// awake has Run look at once.
func (c *Consistency) awake() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

const (
	beat   = 5 * time.Second        // between looks at which nodes there are
	moment = 200 * time.Millisecond // so that many reports at once are judged at once
)

// Run judges what nodes report, and stores series, until ctx is done.
func (c *Consistency) Run(ctx context.Context) error {
	ticker, minute := time.NewTicker(beat), time.NewTicker(time.Minute)
	defer ticker.Stop()
	defer minute.Stop()
	for {
		if err := c.Settle(ctx); err != nil && ctx.Err() == nil {
			c.o.Logger.Error("what is consistent was not written down; it is tried again", "err", err)
			c.metrics.failures.Inc()
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		case now := <-minute.C:
			if err := c.Record(ctx, now); err != nil && ctx.Err() == nil {
				c.o.Logger.Error("how consistent the modules are was not stored", "err", err)
			}
		case <-c.wake:
			select {
			case <-ctx.Done():
				return nil
			case <-time.After(moment):
			}
		}
	}
}

// Settle finds out which nodes have which modules and judges what has changed since the
// last time. Run does it.
func (c *Consistency) Settle(ctx context.Context) error {
	c.writing.Lock()
	defer c.writing.Unlock()
	if told := c.gather(); len(told) > 0 {
		c.o.Fleet.Redeclare(told)
	}
	return c.judge(ctx)
}
