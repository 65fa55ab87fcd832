package pool

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"headroom/scaler/allocate"
)

// Input is what a plan can be made of at a time: nodes by name, services by module.
// Each service's Workers is the number that it shall have by the last decision, if
// decisions about it are carried out; otherwise the number that it has.
//
// Workers that are being stopped, or only run until another one serves, are not in it:
// what they use counts as used by others, and [Pool.Apply] keeps their ports free.
func (p *Pool) Input(now time.Time) allocate.Input {
	p.mu.Lock()
	defer p.mu.Unlock()
	in := allocate.Input{Limits: p.settings.Limits}
	at := make(map[*node]int, len(p.nodes))
	for i, n := range p.sortedLocked() {
		at[n] = i
		in.Nodes = append(in.Nodes, p.nodeInput(n, now))
	}
	for i, s := range p.servicesLocked() {
		in.Services = append(in.Services, p.serviceInput(s, now))
		one := &in.Services[i]
		for _, w := range s.sorted() {
			if !w.counts() {
				continue
			}
			in.Workers = append(in.Workers, allocate.Worker{
				ID: w.rec.ID, Service: i, Node: at[w.node], Proxy: max(0, slices.Index(one.Proxies, w.rec.Proxy)), Port: w.rec.Port,
				Ready: w.ready(), Lost: w.node.goneFor(p.settings.Grace, now),
			})
		}
	}
	return in
}

// servicesLocked returns the services that are known well enough to be placed, by
// module. p.mu must be held.
func (p *Pool) servicesLocked() (all []*service) {
	for _, s := range p.services {
		if s.conf != nil {
			all = append(all, s)
		}
	}
	slices.SortFunc(all, func(a, b *service) int { return cmp.Compare(a.rec.Module, b.rec.Module) })
	return all
}

func (s *service) sorted() []*worker {
	return slices.SortedFunc(maps.Values(s.workers), func(a, b *worker) int { return cmp.Compare(a.rec.ID, b.rec.ID) })
}

func (p *Pool) nodeInput(n *node, now time.Time) allocate.Node {
	res := &n.rec.Resources
	out := allocate.Node{
		Name: n.rec.Name, Cores: res.Cores, Memory: res.Memory,
		Open: n.state() == Ready, Leaving: n.rec.Drain != nil || n.goneFor(p.settings.Grace, now),
		MaxWorkers: p.settings.Limits.MaxWorkers,
	}
	if res.MaxWorkers > 0 {
		out.MaxWorkers = min(out.MaxWorkers, res.MaxWorkers)
	}
	out.Load = n.expected / 100 * res.Cores
	used := n.load.MemoryUsed
	for _, w := range n.workers {
		switch {
		case !w.counts():
			out.MaxWorkers--
		case w.serves() && w.service.conf != nil:
			out.Load -= w.service.conf.CPU
			used -= w.service.conf.Memory
		}
	}
	out.Load, out.MemoryUsed = max(0, out.Load), max(0, used)
	if out.MaxWorkers <= 0 { // 0 would mean the pool's own limit
		out.MaxWorkers, out.Open = 1, false
	}
	for _, label := range p.settings.Domains {
		out.Domains = append(out.Domains, res.Labels[label])
	}
	return out
}

func (p *Pool) serviceInput(s *service, now time.Time) allocate.Service {
	out := allocate.Service{
		Module: s.rec.Module, CPU: s.conf.CPU, Memory: s.conf.Memory, Proxies: s.conf.Proxies, Ports: s.conf.Ports, PerCore: s.conf.PerCore,
	}
	if s.mode() == Apply {
		out.Workers = s.rec.Desired
	} else {
		out.Workers = s.count()
	}
	for i, n := range p.sortedLocked() {
		if why := s.closedOn(n, now); why != "" {
			if out.Closed == nil {
				out.Closed = map[int]string{}
			}
			out.Closed[i] = why
		}
	}
	return out
}

// count is how many workers the service has.
func (s *service) count() (n int) {
	for _, w := range s.workers {
		if w.counts() {
			n++
		}
	}
	return n
}

// closedOn tells why a node gets no new worker of the service; empty: it may.
func (s *service) closedOn(n *node, now time.Time) string {
	if len(n.closed) > 0 {
		if c, ok := n.closed[s.rec.Module]; ok && now.Before(c.until) {
			return c.why
		}
	}
	if !s.current {
		return "the service is no longer configured"
	}
	return s.conf.takes(n.rec.Resources.Labels)
}
