package allocate

import (
	"container/heap"
	"fmt"
	"slices"
)

// shrink stops what a service has too many of: those whose successors serve,
// surplus ones, and those on leaving nodes for which others serve.
func (p *plan) shrink(s int32) {
	have, ready := 0, 0
	p.leaving = p.leaving[:0]
	for i := p.first[s]; i >= 0; i = p.units[i].next {
		u := &p.units[i]
		if u.instead >= 0 && u.ready {
			p.stop(u.instead, "its successor serves")
			u.instead = -1
		}
		if !u.counts {
			continue
		}
		if p.in.Nodes[u.node].Leaving {
			p.leaving = append(p.leaving, i)
			u.counts = false
			p.forecast(u, -1)
			continue
		}
		have++
		if u.ready {
			ready++
		}
	}
	wanted := p.demands[s].workers
	if have > wanted {
		ready -= p.stopSurplus(s, have-wanted)
	}
	p.drain(max(wanted-have, wanted-ready, 0))
	for _, i := range p.leaving {
		p.rekey(p.tree.pos[p.units[i].node])
	}
}

// drain keeps so many of the workers on leaving nodes, those that serve first.
func (p *plan) drain(keep int) {
	slices.SortStableFunc(p.leaving, func(a, b int32) int {
		switch x, y := p.units[a].ready, p.units[b].ready; {
		case x == y:
			return 0
		case x:
			return -1
		}
		return 1
	})
	for n, i := range p.leaving {
		if n < keep {
			p.units[i].drains = true
			continue
		}
		p.stop(i, fmt.Sprintf("node %s is leaving, and enough others serve", p.in.Nodes[p.units[i].node].Name))
	}
}

// stop stops a worker of the input, and whom it was to replace.
func (p *plan) stop(i int32, reason string) {
	u := &p.units[i]
	if u.stopped {
		return
	}
	u.stopped = true
	if u.counts {
		u.counts = false
		p.forecast(u, -1)
	}
	if w := &p.in.Workers[i]; !w.Stopping {
		p.result.Stops = append(p.result.Stops, Stop{ID: w.ID, Reason: reason})
	}
	if u.instead >= 0 {
		p.stop(u.instead, "the one that was to replace it is not needed any more")
	}
}

// stopSurplus stops n workers of a service, and tells how many of them served.
// They come from the proxy with the most; of these, one that does not serve
// yet; then from the node and the domains with the most; then from the fullest node.
func (p *plan) stopSurplus(s int32, n int) (ready int) {
	p.enter(s)
	queues := p.queues(s)
	for range n {
		q := p.longest(queues)
		v := heap.Pop(q).(victim)
		u := &p.units[v.unit]
		x := p.tree.pos[u.node]
		if u.ready {
			ready++
		}
		p.stop(v.unit, surplus(p.in.Nodes[u.node].Name, v, u.ready))
		p.count(x, -1)
		p.rekey(x)
		p.tree.update(x)
	}
	p.leave()
	return ready
}

func surplus(node string, v victim, ready bool) string {
	if !ready {
		return "one too many; it does not serve yet"
	}
	return fmt.Sprintf("one too many; node %s has %d of the service and %.0f %% forecast load", node, v.count, 100*v.load)
}

// victim is a worker that may be stopped, by what it was when it was looked at.
type victim struct {
	unit   int32
	ready  bool
	count  int32
	within []int32
	load   float64
}

// queue holds the workers behind one proxy, the first to stop on top. What it
// knows of a worker may be old, but stopping others only makes a worker less
// due: see freshen.
type queue []victim

func (q queue) Len() int           { return len(q) }
func (q queue) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q queue) Less(i, j int) bool { return q[i].before(&q[j]) }
func (q *queue) Push(v any)        { *q = append(*q, v.(victim)) }
func (q *queue) Pop() any {
	last := len(*q) - 1
	v := (*q)[last]
	*q = (*q)[:last]
	return v
}

func (v *victim) before(w *victim) bool {
	if v.ready != w.ready {
		return !v.ready
	}
	if v.count != w.count {
		return v.count > w.count
	}
	if c := slices.Compare(v.within, w.within); c != 0 {
		return c > 0
	}
	if v.load != w.load {
		return v.load > w.load
	}
	return v.unit < w.unit
}

// queues are the workers of a service that count, by proxy; the last queue is
// of those whose proxy is gone.
func (p *plan) queues(s int32) []queue {
	proxies := p.demands[s].proxies
	queues := make([]queue, proxies+1)
	for i := p.first[s]; i >= 0; i = p.units[i].next {
		u := &p.units[i]
		if !u.counts {
			continue
		}
		q := proxies
		if p.behind(u) {
			q = int(u.proxy)
		}
		v := victim{unit: i, ready: u.ready, within: make([]int32, p.tree.levels)}
		p.look(&v)
		queues[q] = append(queues[q], v)
	}
	for i := range queues {
		heap.Init(&queues[i])
	}
	return queues
}

// look brings a victim up to date.
func (p *plan) look(v *victim) (changed bool) {
	t := p.tree
	x := t.pos[p.units[v.unit].node]
	l := &t.leaves[x]
	changed = v.count != l.count || v.load != l.load
	v.count, v.load = l.count, l.load
	for i := range v.within {
		n := t.within[t.domain[int(x)*t.levels+i]]
		changed = changed || v.within[i] != n
		v.within[i] = n
	}
	return changed
}

// longest is the queue to stop from: of those whose proxy is gone, else the
// longest; of equal ones that with the first to stop. Its top is up to date.
func (p *plan) longest(queues []queue) *queue {
	if last := &queues[len(queues)-1]; len(*last) > 0 {
		p.freshen(last)
		return last
	}
	var best *queue
	for i := range queues {
		q := &queues[i]
		if best != nil && len(*q) < len(*best) || len(*q) == 0 {
			continue
		}
		p.freshen(q)
		if best == nil || len(*q) > len(*best) || (*q)[0].before(&(*best)[0]) {
			best = q
		}
	}
	return best
}

// freshen brings the top up to date until it stays the top.
func (p *plan) freshen(q *queue) {
	for p.look(&(*q)[0]) {
		heap.Fix(q, 0)
	}
}
