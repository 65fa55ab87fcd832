package pool

import (
	"fmt"
	"slices"
	"time"

	"headroom/scaler/node/wire"
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
	Asked    time.Time  `json:"restart_asked,omitzero"` // when somebody last asked for a restart
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

// Worker returns one worker.
func (p *Pool) Worker(id string) (Worker, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	w := p.workers[id]
	if w == nil {
		return Worker{}, fmt.Errorf("%w: %q", ErrUnknownWorker, id)
	}
	return p.workerView(w), nil
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
		Created: w.rec.Created, Why: w.rec.Why, Instead: w.rec.Instead, Stop: w.rec.Stop, Asked: w.rec.Asked,
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

// Keep is how long decisions are kept.
func (p *Pool) Keep() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.settings.Keep
}
