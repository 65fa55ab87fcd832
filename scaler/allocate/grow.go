package allocate

import "math"

// grow starts the workers that a service lacks, first for those whose nodes leave.
func (p *plan) grow(s int32) {
	have, drains := p.tallyProxies(s)
	missing := p.demands[s].workers - have
	if missing <= 0 {
		return
	}
	p.enter(s)
	for missing > 0 {
		instead := int32(-1)
		if len(drains) > 0 {
			instead = drains[0]
		}
		if p.start(s, leastProxy(p.perProxy), instead, "more") < 0 {
			break
		}
		if instead >= 0 {
			p.units[instead].drains = false
			drains = drains[1:]
		}
		missing--
	}
	if missing > 0 {
		p.short(s, missing, len(drains))
	}
	p.leave()
}

// growShort tries again for services that lack workers, since moves have made
// room, and tells whether it helped.
func (p *plan) growShort() bool {
	shorts, n := p.result.Shorts, len(p.units)
	p.result.Shorts = nil
	for _, s := range shorts {
		p.grow(int32(s.Service))
	}
	return len(p.units) > n
}

// tallyProxies counts a service's workers, all and behind each proxy, and lists
// those whose nodes leave and that have no successor yet.
func (p *plan) tallyProxies(s int32) (have int, drains []int32) {
	p.perProxy = append(p.perProxy[:0], make([]int32, p.demands[s].proxies)...)
	for i := p.first[s]; i >= 0; i = p.units[i].next {
		u := &p.units[i]
		if u.drains {
			drains = append(drains, i)
		}
		if !u.counts {
			continue
		}
		have++
		if p.behind(u) {
			p.perProxy[u.proxy]++
		}
	}
	return have, drains
}

// behind is false for a worker whose proxy is not there any more.
func (p *plan) behind(u *unit) bool {
	return 0 <= u.proxy && int(u.proxy) < p.demands[u.service].proxies
}

func leastProxy(workers []int32) int32 {
	least := 0
	for i, n := range workers {
		if n < workers[least] {
			least = i
		}
	}
	return int32(least)
}

// start starts a worker of the service at hand on the best node, and returns
// its unit; -1: there is no place. A node that goes beyond its full load is
// better than none.
func (p *plan) start(s, proxy, instead int32, what string) int32 {
	x, port, beyond := p.chooseAny(s)
	if x < 0 {
		return -1
	}
	if instead >= 0 && p.units[instead].drains {
		what = "leaving"
	}
	i := p.begin(s, x, port, proxy, instead)
	p.units[i].why = p.explain(x, what, beyond)
	p.settle(i)
	p.perProxy[proxy]++
	return i
}

// chooseAny finds the best node with room; if there is none, that with the most
// room left; if there is no room anywhere, the best of all.
func (p *plan) chooseAny(s int32) (x, port int32, beyond bool) {
	if len(p.in.Nodes) == 0 {
		return -1, 0, false
	}
	if x, port = p.choose(s, p.demands[s].cpu); x >= 0 {
		return x, port, false
	}
	if most := p.tree.root().room; most > 0 {
		if x, port = p.choose(s, most); x >= 0 {
			return x, port, true
		}
	}
	x, port = p.choose(s, math.MinInt64)
	return x, port, true
}

// begin makes the unit of a start; the caller settles it.
func (p *plan) begin(s, x, port, proxy, instead int32) int32 {
	i := int32(len(p.units))
	p.units = append(p.units, unit{
		service: s, node: p.tree.order[x], proxy: proxy, port: port, next: p.first[s], instead: instead, fresh: true,
	})
	p.first[s] = i
	return i
}

// explain notes the numbers by which a node is chosen, before it gets the worker.
func (p *plan) explain(x int32, what string, beyond bool) Why {
	t := p.tree
	w := Why{For: what, May: t.tally[0], Load: t.leaves[x].load, Others: int(t.leaves[x].count), Beyond: beyond}
	w.Domains = p.in.Nodes[t.order[x]].Domains
	if n := len(w.Domains); n > 0 {
		if len(p.within)+n > cap(p.within) {
			p.within = make([]int32, 0, 4096+n)
		}
		from := len(p.within)
		for i := range n {
			p.within = append(p.within, t.within[t.domain[int(x)*t.levels+i]])
		}
		w.Within = p.within[from:len(p.within):len(p.within)]
	}
	return w
}
