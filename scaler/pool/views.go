package pool

import (
	"fmt"
	"slices"
	"time"

	"headroom/scaler/node/wire"
	"headroom/scaler/policy"
)

// Node is how a node is. Services and Workers are only in the answer about one node.
type Node struct {
	Name      string         `json:"name"`
	State     State          `json:"state"`
	Reason    string         `json:"reason,omitempty"` // why it is not ready
	First     time.Time      `json:"first_seen"`
	Seen      time.Time      `json:"last_seen"`
	Lost      time.Time      `json:"lost_since,omitzero"`
	Version   string         `json:"version"`
	Resources wire.Resources `json:"resources"`
	Load      wire.Load      `json:"load"`
	Expected  float64        `json:"expected_cpu"` // percent of all cores, by which workers are placed
	Cordon    *Order         `json:"cordon,omitempty"`
	Drain     *Order         `json:"drain,omitempty"`
	Rival     string         `json:"rival,omitempty"` // another daemon syncs under its name
	Synced    bool           `json:"synced"`          // it works on the newest version of what shall run
	Wanted    int            `json:"wanted"`          // workers that shall run
	Serving   int            `json:"serving"`
	Stopping  int            `json:"stopping"`
	Extra     int            `json:"extra,omitempty"` // workers that it runs and shall not
	Workers   []Worker       `json:"workers,omitempty"`
}

// Worker is how a worker is.
type Worker struct {
	ID       string     `json:"id"`
	Service  string     `json:"service"`
	Node     string     `json:"node"`
	Address  string     `json:"address,omitempty"` // with its port
	Port     int        `json:"port"`
	Proxy    string     `json:"proxy,omitempty"`
	State    wire.State `json:"state"` // what its node says; "pending" before that, "lost" with its node
	Since    time.Time  `json:"since,omitzero"`
	PID      int        `json:"pid,omitempty"`
	Restarts int        `json:"restarts"`
	Reason   string     `json:"reason,omitempty"`
	Weight   int        `json:"weight"`
	Overload string     `json:"overload,omitempty"`
	Created  time.Time  `json:"created"`
	Why      string     `json:"why"`
	Instead  string     `json:"instead,omitempty"` // the worker that it replaces
	Stop     *Stop      `json:"stop,omitempty"`
}

// States of workers that no node reports.
const (
	Pending    wire.State = "pending" // its node has not told of it yet
	WorkerLost wire.State = "lost"    // its node is lost
)

// ServiceView is how a service is. Workers are only in the answer about one service.
type ServiceView struct {
	Module     string          `json:"module"`
	Configured bool            `json:"configured"` // false: it is kept as it was
	Mode       Mode            `json:"mode"`
	ModeOrder  *ModeOrder      `json:"mode_order,omitempty"`
	Hold       *HoldOrder      `json:"hold,omitempty"`
	Manual     *ManualOrder    `json:"manual,omitempty"`
	Retiring   *Order          `json:"retiring,omitempty"`
	Desired    int             `json:"desired"` // by the last decision that was carried out
	Wanted     int             `json:"wanted"`  // workers that shall run
	Serving    int             `json:"serving"`
	Starting   int             `json:"starting"`
	Failing    int             `json:"failing"`           // of those that start: that ended or never served, and are started again
	Failure    string          `json:"failure,omitempty"` // why, of one of them
	Unhealthy  int             `json:"unhealthy"`
	Overloaded int             `json:"overloaded"`
	Lost       int             `json:"lost"`
	Stopping   int             `json:"stopping"`
	Nodes      int             `json:"nodes"`
	Proxies    []string        `json:"proxies"`
	Behind     map[string]int  `json:"behind,omitempty"` // workers that shall run, by proxy
	Scheduled  int             `json:"scheduled"`        // minimum by its schedule, now
	Policy     policy.Settings `json:"policy"`
	Spec       *wire.Service   `json:"spec,omitempty"` // its environment without the values
	Workers    []Worker        `json:"workers,omitempty"`
}

// Nodes returns all nodes by name.
func (p *Pool) Nodes() []Node {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := make([]Node, 0, len(p.nodes))
	for _, n := range p.sortedLocked() {
		all = append(all, p.nodeView(n))
	}
	return all
}

// Node returns one node with its workers.
func (p *Pool) Node(name string) (Node, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := p.nodes[name]
	if n == nil {
		return Node{}, fmt.Errorf("%w: %q", ErrUnknownNode, name)
	}
	v := p.nodeView(n)
	for _, w := range n.workers {
		v.Workers = append(v.Workers, p.workerView(w))
	}
	slices.SortFunc(v.Workers, compareWorkers)
	return v, nil
}

func (p *Pool) nodeView(n *node) Node {
	v := Node{
		Name: n.rec.Name, State: n.state(), First: n.rec.First, Seen: n.seen.Round(0), Lost: n.rec.Lost, Version: n.rec.Version,
		Resources: n.rec.Resources, Load: n.load, Expected: n.expected, Cordon: n.rec.Cordon, Drain: n.rec.Drain,
		Synced: n.have != "" && n.have == n.version, Extra: n.extra,
	}
	if p.now().Sub(n.refused) < refusal {
		v.Rival = n.rival
	}
	switch v.State {
	case Lost:
		v.Reason = "it has not synced since " + v.Lost.UTC().Format(time.RFC3339)
	case Draining:
		v.Reason = v.Drain.Why
	case Cordoned:
		v.Reason = v.Cordon.Why
	}
	for _, w := range n.workers {
		switch {
		case !w.wanted():
			v.Stopping++
		default:
			v.Wanted++
		}
		if w.wanted() && w.serves() {
			v.Serving++
		}
	}
	return v
}

func compareWorkers(a, b Worker) int {
	return slices.Compare([]string{a.Service, a.Node, a.ID}, []string{b.Service, b.Node, b.ID})
}

func (p *Pool) workerView(w *worker) Worker {
	v := Worker{
		ID: w.rec.ID, Service: w.rec.Service, Node: w.rec.Node, Address: w.address(), Port: w.rec.Port, Proxy: w.rec.Proxy, State: w.state(),
		Created: w.rec.Created, Why: w.rec.Why, Instead: w.rec.Instead, Stop: w.rec.Stop,
	}
	if w.known {
		st := &w.status
		v.Since, v.PID, v.Restarts, v.Reason, v.Weight, v.Overload = st.Since, st.PID, st.Restarts, st.Reason, st.Weight, st.Overload
	}
	return v
}

func (w *worker) state() wire.State {
	switch {
	case !w.node.rec.Lost.IsZero():
		return WorkerLost
	case !w.known:
		return Pending
	default:
		return w.status.State
	}
}

// Services returns all services by module.
func (p *Pool) Services() []ServiceView {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	all := make([]ServiceView, 0, len(p.services))
	for _, s := range p.servicesLocked() {
		all = append(all, p.serviceView(s, now))
	}
	return all
}

// Service returns one service with its workers.
func (p *Pool) Service(module string) (ServiceView, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.services[module]
	if s == nil || s.conf == nil {
		return ServiceView{}, fmt.Errorf("%w: %q", ErrUnknownService, module)
	}
	v := p.serviceView(s, p.now())
	spec := s.conf.Spec
	spec.Env = concealed(spec.Env)
	v.Spec = &spec
	for _, w := range s.workers {
		v.Workers = append(v.Workers, p.workerView(w))
	}
	slices.SortFunc(v.Workers, compareWorkers)
	return v, nil
}

// concealed is an environment without its values: passwords are handed to workers that
// way, and who looks at a service need not be who may run it.
func concealed(env map[string]string) map[string]string {
	names := make(map[string]string, len(env))
	for name := range env {
		names[name] = "<secret>"
	}
	return names
}

func (p *Pool) serviceView(s *service, now time.Time) ServiceView {
	v := ServiceView{
		Module: s.rec.Module, Configured: s.current, Mode: s.mode(), ModeOrder: s.rec.Mode, Hold: s.rec.Hold, Manual: s.rec.Manual,
		Retiring: s.rec.Retiring, Desired: s.rec.Desired, Proxies: s.conf.Proxies, Scheduled: s.conf.Scheduled(now), Policy: s.conf.Policy, Behind: map[string]int{},
	}
	for _, proxy := range v.Proxies {
		v.Behind[proxy] = 0
	}
	on := map[*node]bool{}
	for _, w := range s.workers {
		if !w.wanted() {
			v.Stopping++
			continue
		}
		v.Wanted++
		on[w.node] = true
		v.count(w)
	}
	v.Nodes = len(on)
	return v
}

func (v *ServiceView) count(w *worker) {
	if w.rec.Proxy != "" {
		v.Behind[w.rec.Proxy]++
	}
	switch state := w.state(); state {
	case WorkerLost:
		v.Lost++
	case Pending, wire.Starting, wire.Backoff:
		v.Starting++
		if state != Pending && w.status.Restarts > 0 {
			v.Failing++
			if why := w.status.Reason; v.Failure == "" || why != "" && why < v.Failure {
				v.Failure = why
			}
		}
	case wire.Unhealthy:
		v.Unhealthy++
		v.Serving++
	case wire.Ready:
		v.Serving++
	}
	if w.known && overloaded(&w.status) {
		v.Overloaded++
	}
}

// Standing is what the policy has to know of a service from the pool.
type Standing struct {
	Module    string
	Mode      Mode
	Policy    policy.Settings
	Memory    policy.Memory
	Running   int    // workers that serve
	Current   int    // that shall run by the last decision
	Scheduled int    // minimum by its schedule
	Held      string // why nothing may change; empty: it may
	Manual    int    // that a person asked for; 0: nobody did
}

// Standings returns what the policy has to know of every service that is configured,
// by module.
func (p *Pool) Standings(now time.Time) (all []Standing) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, s := range p.servicesLocked() {
		if !s.current {
			continue
		}
		one := Standing{
			Module: s.rec.Module, Mode: s.mode(), Policy: s.conf.Policy, Memory: p.memories[s.rec.Module],
			Running: s.serving(), Current: s.rec.Desired, Scheduled: s.conf.Scheduled(now), Held: s.held(now),
		}
		if s.mode() != Apply {
			one.Current = s.count()
		}
		if s.rec.Manual != nil {
			one.Manual = s.rec.Manual.Workers
		}
		all = append(all, one)
	}
	return all
}

// serving is how many workers do work, those included that are to stop once another
// one serves.
func (s *service) serving() (n int) {
	for _, w := range s.workers {
		if w.wanted() && w.serves() {
			n++
		}
	}
	return n
}

// Keep is how long decisions are kept.
func (p *Pool) Keep() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.settings.Keep
}
