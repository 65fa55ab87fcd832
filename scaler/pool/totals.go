package pool

import (
	"slices"
	"strings"
)

// Total is a part of the pool, or the whole.
type Total struct {
	Path     string        `json:"path,omitempty"`  // of the business tree
	Label    string        `json:"label,omitempty"` // of nodes, and its value
	Value    string        `json:"value,omitempty"`
	Services int           `json:"services"`
	Nodes    map[State]int `json:"nodes"`    // by state; of a path: those that run its workers
	Cores    float64       `json:"cores"`    // of nodes that are not lost
	CPUUsed  float64       `json:"cpu_used"` // cores
	CPUOurs  float64       `json:"cpu_ours"` // cores that the workers counted here are expected to use
	Memory   int64         `json:"memory"`   // bytes
	MemUsed  int64         `json:"mem_used"` // bytes
	Slots    int           `json:"slots"`    // workers that fit on the nodes by their number
	Desired  int           `json:"desired"`  // workers, by the last decisions that were carried out
	Wanted   int           `json:"wanted"`   // workers that shall run
	Serving  int           `json:"serving"`  //
	Lost     int           `json:"lost"`     // workers that shall run on nodes that are lost
	Stopping int           `json:"stopping"` //
}

// Total returns the whole pool or, with the id of a node of the business tree, the
// part of the services below it.
func (p *Pool) Total(path string) Total {
	p.mu.Lock()
	defer p.mu.Unlock()
	t := Total{Path: path, Nodes: map[State]int{}}
	on := map[*node]bool{}
	for _, s := range p.services {
		if s.conf == nil || !Below(s.rec.Module, path) {
			continue
		}
		t.Services++
		t.Desired += s.rec.Desired
		for _, w := range s.workers {
			t.worker(w)
			on[w.node] = true
		}
	}
	for _, n := range p.nodes {
		if path == "" || on[n] {
			t.node(p, n)
		}
	}
	return t
}

// By returns the parts of the pool by the values of a label of its nodes, such as the
// cluster.
func (p *Pool) By(label string) []Total {
	p.mu.Lock()
	defer p.mu.Unlock()
	parts := map[string]*Total{}
	services := map[string]map[*service]bool{}
	for _, n := range p.nodes {
		value := n.rec.Resources.Labels[label]
		t := parts[value]
		if t == nil {
			t = &Total{Label: label, Value: value, Nodes: map[State]int{}}
			parts[value], services[value] = t, map[*service]bool{}
		}
		t.node(p, n)
		for _, w := range n.workers {
			t.worker(w)
			services[value][w.service] = true
		}
		t.Services = len(services[value])
	}
	all := make([]Total, 0, len(parts))
	for _, t := range parts {
		all = append(all, *t)
	}
	slices.SortFunc(all, func(a, b Total) int { return strings.Compare(a.Value, b.Value) })
	return all
}

// Below tells whether a module is the node of the business tree with the id path, or
// lies below it. Everything lies below the empty path.
func Below(module, path string) bool {
	return path == "" || module == path || strings.HasPrefix(module, path+"/")
}

func (t *Total) node(p *Pool, n *node) {
	t.Nodes[n.state()]++
	if n.state() == Lost {
		return
	}
	t.Cores += n.rec.Resources.Cores
	t.CPUUsed += n.load.CPU / 100 * n.rec.Resources.Cores
	t.Memory += n.rec.Resources.Memory
	t.MemUsed += n.load.MemoryUsed
	t.Slots += p.slots(n)
}

// slots is how many workers a node may run.
func (p *Pool) slots(n *node) int {
	most := p.settings.Limits.MaxWorkers
	if own := n.rec.Resources.MaxWorkers; own > 0 {
		most = min(most, own)
	}
	return most
}

func (t *Total) worker(w *worker) {
	if !w.wanted() {
		t.Stopping++
		return
	}
	t.Wanted++
	switch {
	case !w.node.rec.Lost.IsZero():
		t.Lost++
	case w.serves():
		t.Serving++
	}
	if w.service.conf != nil && w.node.rec.Lost.IsZero() {
		t.CPUOurs += w.service.conf.CPU
	}
}
