package pool

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"headroom/scaler/node/wire"
)

// join is a node that is not known yet and waits until it is written down.
type join struct {
	rec     nodeRecord
	workers []wire.Status
	err     error
	done    bool
}

// join writes down a node that is new here. Nodes that join at once are written down
// together. What already runs on it belongs to an earlier life of this server's state:
// it is taken over, so that nothing is stopped only because it was forgotten.
func (p *Pool) join(ctx context.Context, name string, r *wire.Report) error {
	j := &join{rec: nodeRecord{Name: name, First: p.now(), Resources: *r.Resources, Version: r.Version, Boot: r.Boot, Daemon: r.Daemon}}
	for _, st := range r.Workers {
		if st.State != wire.Stopped && st.State != wire.Draining {
			j.workers = append(j.workers, st)
		}
	}
	p.mu.Lock()
	p.joins = append(p.joins, j)
	p.mu.Unlock()
	p.writing.Lock()
	defer p.writing.Unlock()
	if !j.done {
		if err := p.settle(ctx); err != nil {
			return err
		}
	}
	return j.err
}

// Settle judges which nodes are lost, and writes down what follows from the reports
// of nodes: who joined, which workers are replaced, which are gone. Run does it.
func (p *Pool) Settle(ctx context.Context) error {
	p.writing.Lock()
	defer p.writing.Unlock()
	return p.settle(ctx)
}

// settle is Settle. p.writing must be held.
func (p *Pool) settle(ctx context.Context) error {
	c, joins := p.due()
	err := p.save(ctx, &c)
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, j := range joins {
		j.done = true
		if j.err == nil {
			j.err = err
		}
	}
	if err != nil {
		for _, r := range c.nodes { // to be tried again
			if n := p.nodes[r.Name]; n != nil {
				n.changed = true
			}
		}
		return fmt.Errorf("write down what nodes report: %w", err)
	}
	p.shareLocked()
	return nil
}

// due collects what has to be written down.
func (p *Pool) due() (c change, joins []*join) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	p.judge(now)
	for _, j := range p.joins {
		p.admit(&c, j)
	}
	joins, p.joins = p.joins, nil
	for _, n := range p.sortedLocked() {
		if p.forgotten(n, now) {
			c.goneNodes = append(c.goneNodes, n.rec.Name)
			for _, w := range n.workers {
				c.goneWorkers = append(c.goneWorkers, w.rec.ID)
			}
			continue
		}
		if n.changed {
			n.changed = false
			c.nodes = append(c.nodes, n.rec)
		}
		for _, w := range n.workers {
			p.follow(&c, w, now)
		}
	}
	p.dueOfServices(&c)
	return c, joins
}

// dueOfServices forgets services that were retired, and has the number of workers that
// a service shall have follow the number that it has while nothing is decided about
// it, or by as many as were taken over: what is switched to apply goes on from there.
func (p *Pool) dueOfServices(c *change) {
	taken := map[string]int{}
	for _, w := range c.workers {
		if p.workers[w.ID] == nil {
			taken[w.Service]++
		}
	}
	for module, s := range p.services {
		rec := s.rec
		if rec.Desired += taken[module]; s.mode() != Apply {
			rec.Desired = s.count() + taken[module]
		}
		switch {
		case rec.Retiring != nil && !s.current && len(s.workers) == 0:
			c.goneServices = append(c.goneServices, module)
		case rec.Desired != s.rec.Desired:
			c.services = append(c.services, rec)
		}
	}
}

// judge finds the nodes that are lost. When the server itself stood still, or its
// clock jumped, nobody is: all get the time anew.
func (p *Pool) judge(now time.Time) {
	gap := now.Sub(p.judged)
	p.judged = now
	if gap < 0 || gap > pause {
		p.shift(gap, now)
		return
	}
	for _, n := range p.nodes {
		if n.rec.Lost.IsZero() && p.settings.LostAfter > 0 && now.Sub(n.seen) >= p.settings.LostAfter {
			p.log.Warn("a node is lost", "node", n.rec.Name, "silent", now.Sub(n.seen).Round(time.Second), "workers", len(n.workers))
			n.rec.Lost, n.changed = now, true
			n.affect()
		}
		if replaced := !n.rec.Lost.IsZero() && now.Sub(n.rec.Lost) >= p.settings.Grace; replaced != n.replaced {
			n.replaced = replaced
			n.affect()
		}
	}
}

// shift leaves out a time in which the server heard nobody.
func (p *Pool) shift(gap time.Duration, now time.Time) {
	p.log.Warn("the server stood still, or its clock jumped: no node is lost for that", "by", gap)
	for _, n := range p.nodes {
		n.seen = now
		if !n.rec.Lost.IsZero() {
			n.rec.Lost, n.changed = n.rec.Lost.Add(gap), true
		}
	}
}

func (p *Pool) forgotten(n *node, now time.Time) bool {
	return !n.rec.Lost.IsZero() && p.settings.ForgetAfter > 0 && now.Sub(n.rec.Lost) >= p.settings.ForgetAfter
}

// admit takes a node that joins, and what runs on it. A node that runs what is not
// configured is refused: it would have to stop it.
func (p *Pool) admit(c *change, j *join) {
	if p.nodes[j.rec.Name] != nil || slices.ContainsFunc(c.nodes, func(r nodeRecord) bool { return r.Name == j.rec.Name }) {
		return // it has joined already; which daemon owns the name is judged then
	}
	var found []workerRecord
	unknown := map[string]bool{}
	for _, st := range j.workers {
		switch {
		case p.services[st.Service] == nil:
			unknown[st.Service] = true
		case p.workers[st.ID] == nil && validID(st.ID):
			found = append(found, workerRecord{
				ID: st.ID, Service: st.Service, Node: j.rec.Name, Port: st.Port, Proxy: st.Proxy, Created: j.rec.First,
				Why: "it ran when the node joined",
			})
		}
	}
	if len(unknown) > 0 {
		j.err = fmt.Errorf("%w: %q runs workers of services that are not configured: %s", ErrUnknownService, j.rec.Name, words(unknown))
		return
	}
	c.nodes = append(c.nodes, j.rec)
	c.workers = append(c.workers, found...)
	p.log.Info("a node joins", "node", j.rec.Name, "cores", j.rec.Resources.Cores, "memory", j.rec.Resources.Memory, "workers", len(found))
}

// ErrUnknownService means that a node or a person speaks of a service that is not
// configured.
var ErrUnknownService = errors.New("no such service")

func validID(id string) bool {
	return 0 < len(id) && len(id) <= 64 && strings.IndexFunc(id, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && r != '-' && r != '_'
	}) < 0
}

func words(set map[string]bool) string {
	var all []string
	for w := range set {
		all = append(all, w)
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}

// follow writes down what follows from a worker's state.
func (p *Pool) follow(c *change, w *worker, now time.Time) {
	switch {
	case p.gone(w):
		c.goneWorkers = append(c.goneWorkers, w.rec.ID)
	case w.instead != nil && w.ready() && w.instead.wanted():
		c.stop(w.instead, now, fmt.Sprintf("worker %s serves in its place", w.rec.ID))
	case w.wanted() && w.known && w.status.State == wire.Refused:
		w.service.closed[w.node] = closure{now.Add(refusal), "the node refused a worker: " + w.status.Reason}
		if w.service.mode() == Apply {
			c.stop(w, now, "the node refused it: "+w.status.Reason)
		}
	}
}

// stop has a worker told to stop.
func (c *change) stop(w *worker, now time.Time, why string) {
	r := w.rec
	r.Stop = &Stop{At: now.Round(0), Why: why}
	c.workers = append(c.workers, r)
}
