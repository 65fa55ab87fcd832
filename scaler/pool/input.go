package pool

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"time"

	"headroom/scaler/allocate"
)

// Input is what a plan can be made of at a time: nodes by name, and by module the
// services of which decisions are carried out, with all their workers. A service's
// Workers is the number that it shall have by the last decision. Workers of other
// services count as what else the nodes do.
func (p *Pool) Input(now time.Time) allocate.Input {
	p.mu.Lock()
	defer p.mu.Unlock()
	in := allocate.Input{Limits: p.settings.Limits}
	at := make(map[*node]int, len(p.nodes))
	for i, n := range p.sortedLocked() {
		at[n] = i
		in.Nodes = append(in.Nodes, p.nodeInput(n))
	}
	classes := map[string]int{}
	for _, s := range p.servicesLocked() {
		if s.mode() != Apply {
			continue
		}
		one, i := p.serviceInput(s, at, now), len(in.Services)
		if needs := s.conf.nodes.String(); len(s.conf.nodes) > 0 {
			if classes[needs] == 0 {
				in.Classes = append(in.Classes, p.class(s.conf))
				classes[needs] = len(in.Classes)
			}
			one.Class = classes[needs]
		}
		in.Services = append(in.Services, one)
		for _, w := range s.sorted() {
			in.Workers = append(in.Workers, allocate.Worker{
				ID: w.rec.ID, Service: i, Node: at[w.node], Proxy: max(0, slices.Index(one.Proxies, w.rec.Proxy)), Port: w.rec.Port,
				Ready: w.ready(), Lost: w.node.gone(), Stopping: !w.wanted(), Instead: w.replaces(),
			})
		}
		s.takenPorts(&in, at, now)
	}
	return in
}

// takenPorts tells at which ports processes of others listen where workers of the
// service might.
func (s *service) takenPorts(in *allocate.Input, at map[*node]int, now time.Time) {
	for t, until := range s.foreign {
		if i, known := at[t.node]; known && now.Before(until) {
			n := &in.Nodes[i]
			n.TakenPorts = append(n.TakenPorts, t.port)
			slices.Sort(n.TakenPorts)
			continue
		}
		delete(s.foreign, t)
	}
}

// class says which nodes have the labels that a service needs.
func (p *Pool) class(conf *Service) allocate.Class {
	c := allocate.Class{Closed: make([]string, 0, len(p.nodes))}
	for _, n := range p.sortedLocked() {
		c.Closed = append(c.Closed, conf.takes(n.rec.Resources.Labels))
	}
	return c
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

// nodeInput tells what the pool does not place on a node by what it reports, less what
// the workers there are expected to use.
func (p *Pool) nodeInput(n *node) allocate.Node {
	res := &n.rec.Resources
	out := allocate.Node{
		Name: n.rec.Name, Cores: res.Cores, Memory: res.Memory,
		Open: n.state() == Ready, Leaving: n.rec.Drain != nil || n.gone(),
		MaxWorkers: p.settings.Limits.MaxWorkers,
	}
	if res.MaxWorkers > 0 {
		out.MaxWorkers = min(out.MaxWorkers, res.MaxWorkers)
	}
	out.Load, out.MemoryUsed = n.expected/100*res.Cores, n.load.MemoryUsed
	for _, w := range n.workers {
		if w.service.mode() != Apply {
			out.MaxWorkers--
			continue
		}
		if w.serves() {
			out.Load -= w.service.conf.CPU
		}
		if w.known && w.status.PID > 0 {
			out.MemoryUsed -= w.service.conf.Memory
		}
	}
	if out.MaxWorkers <= 0 { // 0 would stand for the pool's own limit
		out.MaxWorkers, out.Open = 1, false
	}
	out.Load, out.MemoryUsed = max(0, out.Load), max(0, out.MemoryUsed)
	if !n.spoke {
		out.Load = math.NaN()
	}
	for _, label := range p.settings.Domains {
		out.Domains = append(out.Domains, res.Labels[label])
	}
	return out
}

func (p *Pool) serviceInput(s *service, at map[*node]int, now time.Time) allocate.Service {
	out := allocate.Service{
		Module: s.rec.Module, Workers: s.rec.Desired, CPU: s.conf.CPU, Memory: s.conf.Memory,
		Proxies: s.conf.Proxies, Ports: s.conf.Ports, PerCore: s.conf.PerCore,
	}
	for n, c := range s.closed {
		if i, ok := at[n]; ok && now.Before(c.until) {
			if out.Closed == nil {
				out.Closed = map[int]string{}
			}
			out.Closed[i] = c.why
		}
	}
	p.closeInconsistent(s.rec.Module, at, &out)
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
	if c, ok := s.closed[n]; ok && now.Before(c.until) {
		return c.why
	}
	return s.conf.takes(n.rec.Resources.Labels)
}
