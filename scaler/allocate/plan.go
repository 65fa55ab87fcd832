package allocate

// Plan makes a plan. The same input gives the same plan; in is not changed.
//
// First the workers to stop are chosen, then the nodes of those to start, then
// what is worth moving. A plan made right after another one was carried out is
// empty, unless that one used up its Moves or had to wait for a place that a
// stopping worker held.
func Plan(in Input) Result {
	p := newPlan(in)
	for s := range p.in.Services {
		p.shrink(int32(s))
	}
	for _, s := range p.order {
		p.grow(s)
	}
	for _, s := range p.order {
		p.evenProxies(s)
	}
	for p.rebalance() && p.growShort() {
	}
	p.collect()
	return p.result
}

// collect writes down the starts that are left.
func (p *plan) collect() {
	n := 0
	for i := range p.units {
		if u := &p.units[i]; u.fresh && u.holds {
			n++
		}
	}
	p.result.Starts = make([]Start, 0, n)
	for i := range p.units {
		u := &p.units[i]
		if !u.fresh || !u.holds {
			continue
		}
		start := Start{Service: int(u.service), Node: int(u.node), Proxy: int(u.proxy), Port: int(u.port), Why: u.why}
		if u.instead >= 0 {
			start.Instead = p.in.Workers[u.instead].ID
		}
		p.result.Starts = append(p.result.Starts, start)
	}
}
