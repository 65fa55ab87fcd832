package allocate

import (
	"cmp"
	"slices"
)

// rounds bounds how often all workers are looked at for better places, and with
// it the time of a plan; what is left then is for the next minute. Every move
// makes the whole strictly better, so it comes to rest by itself: on random
// pools and on the fleet of the benchmarks within 4 rounds.
const rounds = 8

// evenProxies moves workers whose proxy is gone, and then from the proxy with
// the most to that with the least until they are even.
func (p *plan) evenProxies(s int32) {
	if p.moves == 0 {
		return
	}
	p.tallyProxies(s)
	behind := p.movableByProxy(s)
	if behind == nil {
		return
	}
	p.enter(s)
	for p.moves > 0 {
		from, to := p.unevenPair(behind)
		if from < 0 || len(behind[from]) == 0 {
			break
		}
		i := behind[from][0]
		behind[from] = behind[from][1:]
		p.changeProxy(s, i, to)
	}
	p.leave()
}

// movableByProxy lists the running workers that may move, behind each proxy and,
// last, behind none; nil: the proxies are even already.
func (p *plan) movableByProxy(s int32) [][]int32 {
	even := slices.Max(p.perProxy) <= slices.Min(p.perProxy)+1
	for i := p.first[s]; i >= 0 && even; i = p.units[i].next {
		even = !p.units[i].counts || p.behind(&p.units[i])
	}
	if even {
		return nil
	}
	behind := make([][]int32, len(p.perProxy)+1)
	for i := p.first[s]; i >= 0; i = p.units[i].next {
		u := &p.units[i]
		if !p.movable(u) || u.fresh {
			continue
		}
		q := len(p.perProxy)
		if p.behind(u) {
			q = int(u.proxy)
		}
		behind[q] = append(behind[q], i)
	}
	return behind
}

// unevenPair is from where to where the next worker goes; from < 0: all is even.
func (p *plan) unevenPair(behind [][]int32) (from, to int32) {
	to = leastProxy(p.perProxy)
	if last := len(behind) - 1; len(behind[last]) > 0 {
		return int32(last), to
	}
	for i, n := range p.perProxy {
		if n > p.perProxy[max(from, 0)] {
			from = int32(i)
		}
	}
	if p.perProxy[from] <= p.perProxy[to]+1 {
		return -1, to
	}
	return from, to
}

// changeProxy starts a successor behind another proxy.
func (p *plan) changeProxy(s, i, to int32) {
	p.lift(i)
	if p.start(s, to, i, "proxy") < 0 {
		p.settle(i)
		return
	}
	p.moves--
	if u := &p.units[i]; p.behind(u) {
		p.perProxy[u.proxy]--
	}
}

// movable tells whether a worker may go elsewhere: it serves and is no half of
// a pair, or it is not started yet.
func (p *plan) movable(u *unit) bool {
	return u.counts && (u.fresh || u.ready && u.instead < 0)
}

// move is a worker that has a better place.
type move struct {
	unit int32
	what string // "spread" or "balance"
	gain float64
}

// rebalance moves workers to better places until there is none or Moves are
// used up, and tells whether any moved. Starts of this plan move freely, as
// nothing runs yet.
func (p *plan) rebalance() (any bool) {
	all := true
	for range rounds {
		if p.moves == 0 && len(p.units) == len(p.in.Workers) {
			return any
		}
		moves, changed := p.survey(all)
		slices.SortFunc(moves, func(a, b move) int {
			return cmp.Or(-cmp.Compare(a.what, b.what), -cmp.Compare(a.gain, b.gain), cmp.Compare(a.unit, b.unit))
		})
		changed = p.carryOut(moves[:min(len(moves), p.moves)]) || changed
		if !changed && all {
			return any
		}
		any, all = any || changed, !changed
	}
	return any
}

// carryOut makes those moves that are still worth it. They are sorted anew, as
// every change of class costs a pass over the nodes.
func (p *plan) carryOut(moves []move) (changed bool) {
	slices.SortFunc(moves, func(a, b move) int {
		s, z := p.units[a.unit].service, p.units[b.unit].service
		return cmp.Or(cmp.Compare(p.classOf(s), p.classOf(z)), cmp.Compare(s, z), cmp.Compare(a.unit, b.unit))
	})
	for _, m := range moves {
		p.enter(p.units[m.unit].service)
		changed = p.moveRunning(m.unit) || changed
		p.leave()
	}
	return changed
}
