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
// it is taken over, so that nothing is stopped only because it was forgotten, unless
// its port is none of its service's: nobody would find it there.
func (p *Pool) join(ctx context.Context, name string, r *wire.Report) error {
	j := &join{rec: nodeRecord{Name: name, First: p.now(), Resources: *r.Resources, Version: r.Version, Boot: r.Boot, Daemon: r.Daemon}}
	for _, st := range r.Workers {
		if st.State != wire.Stopped && st.State != wire.Draining {
			j.workers = append(j.workers, st)
		}
	}
	p.mu.Lock()
	if full := len(p.nodes)+len(p.joins) >= maxNodes; full {
		p.mu.Unlock()
		return fmt.Errorf("%w: there are %d", ErrFull, maxNodes)
	}
	p.joins = append(p.joins, j)
	p.mu.Unlock()
	p.writing.Lock()
	defer p.writing.Unlock()
	if !j.done {
		p.admitAll(ctx)
	}
	return j.err
}

// admitAll writes down all nodes that wait. p.writing must be held.
func (p *Pool) admitAll(ctx context.Context) {
	p.mu.Lock()
	joins := p.joins
	p.joins = nil
	c := p.admitted(joins)
	p.mu.Unlock()
	err := p.save(ctx, &c)
	if err == nil {
		p.tookOver(&c)
	}
	for _, j := range joins {
		j.done = true
		if j.err == nil && err != nil {
			j.err = fmt.Errorf("write down who joins: %w", err)
		}
	}
}

// tookOver remembers for a while which services got workers, see [service.takenSince].
func (p *Pool) tookOver(c *change) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	for _, r := range c.workers {
		s := p.services[r.Service]
		s.taken = slices.DeleteFunc(s.taken, func(t time.Time) bool { return now.Sub(t) > time.Minute })
		s.taken = append(s.taken, now)
	}
}

// takenSince is how many workers were taken over from a time on: whoever decided then
// did not know of them.
func (s *service) takenSince(t time.Time) (n int) {
	for _, at := range s.taken {
		if !at.Before(t) {
			n++
		}
	}
	return n
}

// admitted is the change of nodes that join. A service shall have as many workers more
// as are taken over.
func (p *Pool) admitted(joins []*join) (c change) {
	names := map[string]bool{}
	for _, j := range joins {
		if p.nodes[j.rec.Name] == nil && !names[j.rec.Name] { // otherwise it has joined; which daemon owns the name is judged then
			names[j.rec.Name] = true
			p.admit(&c, j)
		}
	}
	taken := map[string]int{}
	for _, w := range c.workers {
		taken[w.Service]++
	}
	for module, n := range taken {
		rec := p.services[module].rec
		rec.Desired += n
		c.services = append(c.services, rec)
	}
	return c
}

// admit takes a node that joins, and what runs on it. A node that runs what is not
// configured is refused: it would have to stop it.
func (p *Pool) admit(c *change, j *join) {
	var found []workerRecord
	unknown := map[string]bool{}
	for _, st := range j.workers {
		switch {
		case p.services[st.Service] == nil:
			unknown[st.Service] = true
		case p.workers[st.ID] == nil && validID(st.ID) && p.services[st.Service].conf.listens(st.Port):
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
