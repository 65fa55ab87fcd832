package rollup

import (
	"math"
	"sync"
	"sync/atomic"
	"time"

	"headroom/storage"
	"headroom/storage/fleet"
)

// Options say which samples are signals and when a minute is complete.
type Options struct {
	Tree         *fleet.Tree // its levels are the hierarchy's labels
	NodeLabel    string      // tells devices of a module apart
	ProcessLabel string      // tells processes of a device apart

	// The matchers of the three signals; a signal without matchers is not
	// taken from samples.
	Load, Busy, Requests []storage.Matcher
	LoadAggregate        Aggregate

	Domains []string // labels whose values are failure domains, such as rack and site

	DeviceTimeout time.Duration // how long a silent sender's last value counts, see [reach]

	// Late is called when a sample belongs to a minute that is closed already,
	// about once for each module and hour. It must not block.
	Late func(module *fleet.Node, hour int64)
}

// Rollup sums up minutes. All methods may be called from many goroutines;
// samples of one series must come from one at a time.
type Rollup struct {
	opts Options

	closed     atomic.Int64 // start of the newest closed minute, Unix seconds
	lateEpoch  atomic.Int64 // raised by ForgetLate, so that every cell reports again
	places     places
	replayed   replayed
	began      int64        // the minute before the first open one; immutable
	unassigned atomic.Int64 // series that match a signal and lie outside the tree

	mu      sync.Mutex // protects modules, taken before a module's own lock
	modules []*module  // by fleet.Node.Index; nil for inner nodes
	domains [][]Domain // of the newest closed minute, by fleet.Node.Index
}

// New returns a rollup whose first open minute is the one of now; samples of
// earlier minutes are reported as late.
func New(opts Options, now time.Time) *Rollup {
	r := &Rollup{opts: opts, places: places{labels: opts.Domains}}
	r.began = minuteOf(now.Unix()) - 60
	r.closed.Store(r.began)
	return r
}

// Unassigned is the number of series that carry a signal, but none of the
// hierarchy's labels, so that they belong to no module.
func (r *Rollup) Unassigned() int64 { return r.unassigned.Load() }

// Closed returns the start of the newest closed minute in Unix seconds.
func (r *Rollup) Closed() int64 { return r.closed.Load() }

// ForgetLate makes every series report late samples again, also for hours that
// it has reported before. Whoever takes up the reported hours calls it first.
func (r *Rollup) ForgetLate() { r.lateEpoch.Add(1) }

// Close ends the minute that starts at minute (Unix seconds) and returns its
// frame. Minutes must be closed in increasing order.
func (r *Rollup) Close(minute int64) *Frame {
	r.closed.Store(minute)
	if (minute-r.began)*1000 > forgetAfter {
		r.replayed.forget()
	}
	nodes := r.opts.Tree.Nodes()
	sums := make([]sum, len(nodes))
	var moved []int
	r.mu.Lock()
	modules := r.modules[:min(len(r.modules), len(nodes))]
	r.mu.Unlock()
	for i, m := range modules {
		if m != nil {
			sums[i] = m.close(minute, r.opts.DeviceTimeout, r.opts.LoadAggregate)
			if m.countDomains(&r.places) {
				moved = append(moved, i)
			}
		}
	}
	for i := len(nodes) - 1; i >= 0; i-- { // children come after their parents
		if p := nodes[i].Parent; p >= 0 {
			sums[p].add(&sums[i])
		}
	}
	r.domains = domains(r.domains, nodes, modules, moved)
	f := &Frame{Minute: minute, Values: make([]Value, len(nodes)), domains: r.domains}
	for i := range sums {
		f.Values[i] = sums[i].value()
	}
	return f
}

// module returns the module of a node, adding it if it is new.
func (r *Rollup) module(n *fleet.Node) *module {
	r.mu.Lock()
	defer r.mu.Unlock()
	for len(r.modules) <= n.Index {
		r.modules = append(r.modules, nil)
	}
	if r.modules[n.Index] == nil {
		r.modules[n.Index] = newModule(n)
	}
	return r.modules[n.Index]
}

// sum adds up devices and processes; it is what a parent gets from a child.
type sum struct {
	load, max       float64
	devices, silent int
	processes       int // that told busy seconds or requests
	waiting         int // processes that report, but have told neither yet
	busy, requests  growths
}

func (s *sum) add(c *sum) {
	s.max = maxOf(s.max, c.max, s.devices > 0, c.devices > 0)
	s.load += c.load
	s.devices += c.devices
	s.silent += c.silent
	if c.busy.known() || c.requests.known() { // otherwise they are in no sum
		s.processes += c.processes
	}
	s.waiting += c.waiting
	s.busy.add(&c.busy)
	s.requests.add(&c.requests)
}

func maxOf(a, b float64, aKnown, bKnown bool) float64 {
	switch {
	case !aKnown:
		return b
	case !bKnown:
		return a
	}
	return math.Max(a, b)
}

func (s *sum) value() Value {
	v := Unknown()
	if s.devices > 0 {
		v.Load, v.LoadMax, v.Devices = s.load/float64(s.devices), s.max, float64(s.devices)
	}
	if s.devices > 0 || s.silent > 0 {
		v.Silent = float64(s.silent)
	}
	if s.processes > 0 {
		v.Processes = float64(s.processes)
	}
	v.Waiting = s.waiting
	v.Busy, v.Requests = s.busy.value(), s.requests.value()
	return v
}

func minuteOf(t int64) int64 { return t - t%60 }
