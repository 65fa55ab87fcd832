package pool

import (
	"slices"
	"time"

	"headroom/scaler/allocate"
	"headroom/scaler/node/wire"
)

// Declarer knows what nodes shall have besides workers, and what they have. It is called
// while the pool is locked: it must not call the pool, and must not wait.
type Declarer interface {
	// Declared is what a node shall look for; its version is empty if that is nothing.
	Declared(node string) *wire.Declared
	// Found takes what a node has found. It returns false if that is a change of what is
	// not known here: the node has to tell all of it.
	Found(node string, f *wire.Found) bool
	// Closed tells which nodes get no new workers of a module, with the reason. Nobody
	// changes it.
	Closed(module string) map[string]string
}

// Declare has nodes look for what is declared. Call it before anybody syncs.
func (p *Pool) Declare(d Declarer) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.declares = d
}

// Redeclare has nodes be told at once that something else is declared for them.
func (p *Pool) Redeclare(nodes []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, name := range nodes {
		if n := p.nodes[name]; n != nil {
			n.touch()
		}
	}
}

// declaredLocked is what a node shall look for; nil: nothing. p.mu must be held.
func (p *Pool) declaredLocked(n *node) *wire.Declared {
	if p.declares == nil {
		return nil
	}
	return p.declares.Declared(n.rec.Name)
}

// hearFound takes what a node has found; false: it has to tell all of it.
func (p *Pool) hearFound(n *node, r *wire.Report) bool {
	n.declared = r.Declared
	return r.Found == nil || p.declares == nil || p.declares.Found(n.rec.Name, r.Found)
}

// inconsistent tells why a node gets no new workers of a module by what it has; empty:
// it may. p.mu must be held.
func (p *Pool) inconsistent(n *node, module string) string {
	if p.declares == nil {
		return ""
	}
	return p.declares.Closed(module)[n.rec.Name]
}

// closeInconsistent closes the nodes to a service that do not have what it needs.
func (p *Pool) closeInconsistent(module string, at map[*node]int, out *allocate.Service) {
	if p.declares == nil {
		return
	}
	for name, why := range p.declares.Closed(module) {
		if i, ok := at[p.nodes[name]]; ok {
			if out.Closed == nil {
				out.Closed = map[int]string{}
			}
			out.Closed[i] = why
		}
	}
}

// Host is a node with the modules whose workers shall run there.
type Host struct {
	Name    string
	Labels  map[string]string // must not be changed
	Seen    time.Time
	Lost    time.Time // zero: it is not
	Modules []string
}

// Hosts returns all nodes by name.
func (p *Pool) Hosts() []Host {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := make([]Host, 0, len(p.nodes))
	for _, n := range p.sortedLocked() {
		h := Host{Name: n.rec.Name, Labels: n.rec.Resources.Labels, Seen: n.seen, Lost: n.rec.Lost}
		for _, w := range n.workers {
			if w.wanted() && !slices.Contains(h.Modules, w.rec.Service) {
				h.Modules = append(h.Modules, w.rec.Service)
			}
		}
		all = append(all, h)
	}
	return all
}
