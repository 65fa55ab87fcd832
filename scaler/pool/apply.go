package pool

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"headroom/scaler/allocate"
	"headroom/scaler/policy"
	"headroom/storage/state"
)

// Plan is what a minute decided.
type Plan struct {
	Input  allocate.Input // of [Pool.Input]; its services' Workers are those that they shall have
	Result allocate.Result

	Decisions []state.PoolDecision     // kept in the same transaction
	Memories  map[string]policy.Memory // likewise, by module
}

// Applied is what became of a plan.
type Applied struct {
	Started []Worker `json:"started"`
	Stopped []Worker `json:"stopped"`
	Skipped []string `json:"skipped"` // starts and stops that no longer fit, each with its reason
}

// Apply carries a plan out, all of it in one transaction: with an error nothing has
// changed. What nodes and people did since its input was made goes before it: a start
// or stop that no longer fits is left to the next plan. Services of which decisions
// are only recommended are left as they are. Now is when it was begun to decide.
func (p *Pool) Apply(ctx context.Context, now time.Time, plan Plan) (Applied, error) {
	p.writing.Lock()
	defer p.writing.Unlock()
	c, done := p.planned(now, plan)
	c.decisions, c.memories = plan.Decisions, plan.Memories
	if err := p.save(ctx, &c); err != nil {
		return Applied{}, fmt.Errorf("apply a plan: %w", err)
	}
	p.metrics.starts.Add(float64(len(done.starts)))
	p.metrics.stops.Add(float64(len(done.stops)))
	return p.applied(done), nil
}

// outcome collects what a plan comes to.
type outcome struct {
	starts, stops []string // ids
	skipped       []string
}

func (p *Pool) applied(o outcome) (a Applied) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, id := range o.starts {
		a.Started = append(a.Started, p.workerView(p.workers[id]))
	}
	for _, id := range o.stops {
		a.Stopped = append(a.Stopped, p.workerView(p.workers[id]))
	}
	a.Skipped = o.skipped
	return a
}

func (p *Pool) planned(now time.Time, plan Plan) (c change, o outcome) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, in := range plan.Input.Services {
		s := p.services[in.Module]
		if s == nil || s.mode() != Apply {
			continue
		}
		rec := s.rec
		if rec.Desired = in.Workers + s.takenSince(now); rec.Desired != s.rec.Desired {
			c.services = append(c.services, rec)
		}
	}
	for _, stop := range plan.Result.Stops {
		switch w := p.workers[stop.ID]; {
		case w == nil || !w.wanted():
			o.skipped = append(o.skipped, fmt.Sprintf("stop %s: it is stopped already", stop.ID))
		case w.service.mode() != Apply:
			o.skipped = append(o.skipped, fmt.Sprintf("stop %s: decisions about %s are only recommended", stop.ID, w.rec.Service))
		default:
			c.stop(w, now, stop.Reason)
			o.stops = append(o.stops, stop.ID)
		}
	}
	taken := p.takenPorts(plan)
	for _, start := range plan.Result.Starts {
		rec, why := p.start(now, plan.Input, start, taken)
		if why != "" {
			o.skipped = append(o.skipped, fmt.Sprintf("start a worker of %s on %s: %s",
				plan.Input.Services[start.Service].Module, plan.Input.Nodes[start.Node].Name, why))
			continue
		}
		c.workers = append(c.workers, rec)
		o.starts = append(o.starts, rec.ID)
	}
	return c, o
}

// ports are those that are taken on nodes.
type ports map[*node]map[int]bool

// takenPorts are the ports on the nodes of a plan's starts: of workers that run, and
// of those that were told to stop and are still there.
func (p *Pool) takenPorts(plan Plan) ports {
	taken := ports{}
	for _, s := range plan.Result.Starts {
		n := p.nodes[plan.Input.Nodes[s.Node].Name]
		if n == nil || taken[n] != nil {
			continue
		}
		taken[n] = map[int]bool{}
		for _, w := range n.workers {
			taken[n][w.rec.Port] = true
		}
	}
	return taken
}

// start returns the worker of a start, or why it can't be.
func (p *Pool) start(now time.Time, in allocate.Input, start allocate.Start, taken ports) (rec workerRecord, why string) {
	n, s := p.nodes[in.Nodes[start.Node].Name], p.services[in.Services[start.Service].Module]
	switch {
	case s == nil || s.conf == nil:
		return rec, "the service is gone"
	case s.mode() != Apply:
		return rec, "decisions about it are only recommended"
	case n == nil:
		return rec, "the node is gone"
	case n.state() != Ready:
		return rec, "the node is " + string(n.state())
	}
	if why := cmp.Or(s.closedOn(n, now), p.inconsistent(n, s.rec.Module)); why != "" {
		return rec, why
	}
	rec = workerRecord{ID: newID(), Service: s.rec.Module, Node: n.rec.Name, Created: now.Round(0), Why: start.Why.String()}
	if old := p.workers[start.Instead]; old != nil {
		if !old.counts() {
			return rec, "the worker that it should replace is replaced or stopped already"
		}
		rec.Instead = start.Instead
	}
	if proxies := in.Services[start.Service].Proxies; start.Proxy < len(proxies) {
		rec.Proxy = proxies[start.Proxy]
		if !slices.Contains(s.conf.Proxies, rec.Proxy) {
			return rec, "proxy " + rec.Proxy + " is no longer one of its proxies"
		}
	}
	if s.conf.Ports != [2]int{} {
		if rec.Port = freePort(start.Port, s.conf.Ports, taken[n]); rec.Port == 0 {
			return rec, "no port is free"
		}
		taken[n][rec.Port] = true
	}
	return rec, ""
}

// freePort returns the planned port or, if a worker that goes still has it, the first
// free one of the range; 0: there is none.
func freePort(planned int, within [2]int, taken map[int]bool) int {
	if within[0] <= planned && planned <= within[1] && !taken[planned] {
		return planned
	}
	for port := within[0]; port <= within[1]; port++ {
		if !taken[port] {
			return port
		}
	}
	return 0
}
