package allocate

// survey looks for workers that have a better place. Starts of this plan are
// moved at once, running workers are listed. Unless all are asked for, services
// that promised nothing the last time are left out.
func (p *plan) survey(all bool) (moves []move, changed bool) {
	for _, s := range p.order {
		if !all && p.calm[s] {
			continue
		}
		p.calm[s] = true
		p.enter(s)
		best := p.tree.find(p.demands[s].cpu, p.demands[s].mem)
		for i := p.first[s]; i >= 0 && best >= 0; i = p.units[i].next {
			u := &p.units[i]
			if !p.movable(u) || !u.fresh && p.moves == 0 || !p.promising(u, best) {
				continue
			}
			p.calm[s] = false
			if u.fresh {
				if p.moveFresh(i) {
					changed = true
					best = p.tree.find(p.demands[s].cpu, p.demands[s].mem)
				}
				continue
			}
			if x, _, m := p.better(i); x >= 0 {
				moves = append(moves, m)
			}
			p.settle(i)
		}
		p.leave()
	}
	return moves, changed
}

// promising is a cheap upper bound: false when no place can be better than the
// worker's own. Best is the best place for one worker more.
func (p *plan) promising(u *unit, best int32) bool {
	t, d, m := p.tree, &p.demands[u.service], &p.machines[u.node]
	x := t.pos[u.node]
	l := &t.leaves[x]
	own := max(share(d.cpu, m.cores), share(d.mem, m.memory))
	if l.room < 0 || min(own, l.load-t.root().low) > p.limits.MinGain {
		return true
	}
	if l.count-1 != t.leaves[best].count {
		return l.count-1 > t.leaves[best].count
	}
	for i := range t.levels {
		mine, other := t.domain[int(x)*t.levels+i], t.domain[int(best)*t.levels+i]
		if i == 0 && t.within[mine]-1 > t.within[other] || i > 0 && t.within[mine] > 1 {
			return true
		}
	}
	return false
}

// better lifts a worker and looks whether another node is better for it than its
// own by more than MinGain; x < 0: none is. The caller settles it, here or there.
func (p *plan) better(i int32) (x, port int32, m move) {
	u := &p.units[i]
	s, own := u.service, p.tree.pos[u.node]
	before := p.machines[u.node].load(0, 0)
	p.lift(i)
	x, port = p.choose(s, p.demands[s].cpu)
	if x < 0 || x == own {
		return -1, 0, m
	}
	m = move{unit: i, what: "balance", gain: p.gain(s, own, x, before)}
	c := p.compareSpread(x, own)
	beyond := p.tree.leaves[own].room < p.demands[s].cpu
	switch {
	case c < 0:
		m.what = "spread"
	case m.gain <= p.limits.MinGain, c > 0 && !beyond, c == 0 && (!p.tree.less(x, own) || p.unevenness(s, own, x) >= 0):
		return -1, 0, m
	}
	return x, port, m
}

// compareSpread tells by sign which of two places has fewer workers of the
// service on the node, then in its domains.
func (p *plan) compareSpread(x, y int32) int {
	if d := p.tree.leaves[x].count - p.tree.leaves[y].count; d != 0 {
		return int(d)
	}
	return p.tree.compareDomains(x, y)
}

// gain is by how much the higher forecast load of the two nodes falls; before
// is the load of the worker's own node with it.
func (p *plan) gain(s, own, x int32, before float64) float64 {
	d := &p.demands[s]
	without := p.machines[p.tree.order[own]].load(0, 0)
	with := p.machines[p.tree.order[x]].load(d.cpu, d.mem)
	return before - max(without, with)
}

// unevenness is by how much the sum over all cores of the squared load grows
// when a worker is put on x instead of its own node.
func (p *plan) unevenness(s, own, x int32) float64 {
	added := func(x int32) float64 {
		m := &p.machines[p.tree.order[x]]
		without, with := m.load(0, 0), m.load(p.demands[s].cpu, p.demands[s].mem)
		return float64(m.cores) * (with*with - without*without)
	}
	return added(x) - added(own)
}

// moveFresh takes a start of this plan to a better node. Where that is the node
// of the worker that it was to replace for balance, neither is moved after all.
func (p *plan) moveFresh(i int32) bool {
	x, port, _ := p.better(i)
	if x < 0 {
		p.settle(i)
		return false
	}
	u := &p.units[i]
	node := p.tree.order[x]
	if old := u.instead; old >= 0 && p.units[old].node == node && u.why.For != "proxy" {
		p.settle(old)
		p.moves++
		return true
	}
	what, gain := u.why.For, u.why.Gain
	u.node, u.port = node, port
	u.why = p.explain(x, what, false)
	u.why.Gain = gain
	p.settle(i)
	return true
}

// moveRunning starts a successor of a running worker on a better node, if it
// still is better now that other moves are made.
func (p *plan) moveRunning(i int32) bool {
	if !p.movable(&p.units[i]) {
		return false
	}
	x, port, m := p.better(i)
	if x < 0 {
		p.settle(i)
		return false
	}
	u := &p.units[i]
	n := p.begin(u.service, x, port, u.proxy, i)
	p.units[n].why = p.explain(x, m.what, false)
	p.units[n].why.Gain = m.gain
	p.settle(n)
	p.moves--
	return true
}
