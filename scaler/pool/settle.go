package pool

import (
	"context"
	"fmt"
	"time"

	"headroom/scaler/node/wire"
)

// Settle judges which nodes are lost, and writes down what follows from the reports
// of nodes: which workers are replaced, which are gone. Run does it.
func (p *Pool) Settle(ctx context.Context) error {
	p.writing.Lock()
	defer p.writing.Unlock()
	return p.settle(ctx)
}

// settle is Settle. p.writing must be held.
func (p *Pool) settle(ctx context.Context) error {
	c := p.due()
	err := p.save(ctx, &c)
	p.mu.Lock()
	defer p.mu.Unlock()
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
func (p *Pool) due() (c change) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	p.judge(now)
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
	return c
}

// dueOfServices forgets services that were retired, and has the number of workers that
// a service shall have follow the number that it has while nothing is decided about
// it: what is switched to apply goes on from there.
func (p *Pool) dueOfServices(c *change) {
	for module, s := range p.services {
		rec := s.rec
		if s.mode() != Apply {
			rec.Desired = s.count()
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

// portTime is how long a port of a node is not tried again after it was taken.
const portTime = 10 * time.Minute

// portTaken tells whether a worker cannot start for its port.
func (w *worker) portTaken() bool {
	return w.known && w.status.State == wire.Backoff && w.status.PortTaken
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
	case w.wanted() && w.portTaken() && w.service.mode() == Apply:
		w.service.foreign[takenPort{w.node, w.rec.Port}] = now.Add(portTime)
		c.stop(w, now, fmt.Sprintf("a process of somebody else listens at its port %d; another port will do", w.rec.Port))
	}
}

// stop has a worker told to stop.
func (c *change) stop(w *worker, now time.Time, why string) {
	r := w.rec
	r.Stop = &Stop{At: now.Round(0), Why: why}
	c.workers = append(c.workers, r)
}
