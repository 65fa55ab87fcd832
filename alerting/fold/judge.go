package fold

import (
	"cmp"
	"encoding/binary"
	"slices"
	"time"

	"headroom/alerting/alarm"
)

// judge looks for common causes of the kinds of alarms of which one has waited long
// enough: as late as possible, so that most is known.
func (s *Stage) judge(now time.Time, alarms []*alarm.Alarm) {
	var due []*kind
	for _, a := range alarms {
		it := s.items[a.ID]
		if it != nil && it.cause == nil && !it.passed && !now.Before(s.patience(it)) && !slices.Contains(due, it.kind) {
			due = append(due, it.kind)
		}
	}
	slices.SortFunc(due, func(a, b *kind) int {
		return cmp.Or(cmp.Compare(a.name, b.name), compareBool(a.devices, b.devices))
	})
	for _, k := range due {
		s.decide(now, k, s.explain(now, k))
	}
}

// patience is until when an alarm waits for others.
func (s *Stage) patience(it *item) time.Time { return it.since.Add(time.Duration(s.cfg.Wait)) }

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// rounds is how often what is left is asked about again.
const rounds = 4

// explain asks why a kind rings. What is explained is no background, so that fainter
// causes come out of the rest in the next round. Most of the time nothing stands out,
// and the question need not be put at all.
func (s *Stage) explain(now time.Time, k *kind) (e explanation) {
	rest, tallies, places := k.ringing, k.tallies, len(k.places)
	for range rounds {
		candidates := s.candidates(now, k, tallies, places)
		if len(candidates) == 0 {
			break
		}
		var p problem
		s.put(&p, now, k, rest, candidates, places)
		set := p.cover()
		for _, c := range candidates {
			c.index = -1
		}
		if len(set) == 0 {
			break
		}
		for _, j := range set {
			e.components = append(e.components, candidates[j])
			e.chance = append(e.chance, p.candidates[j].chance())
		}
		rest = e.unexplained(rest)
		tallies, places = talliesOf(rest)
	}
	e.assign(k.ringing)
	return e
}

// talliesOf counts alarms by component, and the places where they ring.
func talliesOf(items []*item) (tallies []*tally, places int) {
	of, at := map[*component]*tally{}, map[uint64]bool{}
	for _, it := range items {
		at[it.place] = true
		for _, c := range it.components {
			t := of[c]
			if t == nil {
				t = &tally{component: c}
				of[c] = t
				tallies = append(tallies, t)
			}
			t.n++
		}
	}
	return tallies, len(at)
}

// fleetSize is how many places there are in all; 0: unknown.
func (s *Stage) fleetSize(k *kind) int {
	if s.fleet == nil {
		return 0
	}
	modules, devices := s.fleet.FanIn(alarm.Component{})
	if k.devices {
		return devices
	}
	return modules
}

// base is the chance that a place rings within the window for a reason of its own,
// from how many of all do, as far as nothing explains them. Half a place more and 50
// silent ones keep it from 0 and 1, since a quiet minute does not prove that nothing
// ever rings.
func base(ringing, all int) float64 {
	return min(0.5, max(0.001, (float64(ringing)+0.5)/float64(max(all, 0)+50)))
}

// candidates are the components of which so much more rings of a kind than of the
// rest of the fleet that it is worth their cost, the cheapest first.
func (s *Stage) candidates(now time.Time, k *kind, tallies []*tally, places int) (all []*component) {
	fleet := s.fleetSize(k)
	for _, t := range tallies {
		if t.n < s.cfg.Least {
			continue
		}
		if c := s.candidate(now, t.component, k, t.n); c.excess(places, fleet) > c.cost {
			all = append(all, t.component)
		}
	}
	slices.SortFunc(all, func(a, b *component) int {
		return cmp.Or(cmp.Compare(a.cost(k.name), b.cost(k.name)), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name))
	})
	return all
}

// candidate is a component of which so many alarms or places of a kind ring. If they
// are too few, it costs more than anything can gain.
func (s *Stage) candidate(now time.Time, c *component, k *kind, rings int) candidate {
	share := c.share(s.fleet, now, k.devices)
	n := candidate{share: max(share, 1), rings: min(rings, max(share, 1)), cost: c.cost(k.name)}
	few := c.cause == nil && float64(n.rings) < s.cfg.Share*float64(n.share)
	if n.rings < s.cfg.Least || few {
		n.cost = tooDear
	}
	return n
}

// put puts the question, against the background of the places that share none of the
// candidates.
func (s *Stage) put(p *problem, now time.Time, k *kind, ringing []*item, all []*component, places int) {
	p.candidates = make([]candidate, len(all))
	for i, c := range all {
		c.index = i
	}
	of := map[uint64][]int{} // by place: its candidates
	for _, it := range ringing {
		if mine := it.candidates(of[it.place]); len(mine) > 0 && it.rings() {
			of[it.place] = mine
		}
	}
	classes := map[string]int{}
	for _, mine := range of {
		slices.Sort(mine)
		key := keyOf(mine)
		i, known := classes[key]
		if !known {
			i = len(p.classes)
			classes[key] = i
			p.classes = append(p.classes, class{candidates: mine})
		}
		p.classes[i].places++
		for _, j := range mine {
			p.candidates[j].rings++
		}
	}
	for i, c := range all {
		p.candidates[i] = s.candidate(now, c, k, p.candidates[i].rings)
	}
	p.base = base(places-len(of), s.fleetSize(k))
	slices.SortFunc(p.classes, func(a, b class) int { return slices.Compare(a.candidates, b.candidates) })
}

// tooDear is a cost that no gain outweighs.
const tooDear = 1e12

// candidates adds to the candidates of a place those that an alarm shares.
func (it *item) candidates(of []int) []int {
	for _, c := range it.components {
		if c.index >= 0 && !slices.Contains(of, c.index) {
			of = append(of, c.index)
		}
	}
	return of
}

func keyOf(indexes []int) string {
	key := make([]byte, 0, 2*len(indexes))
	for _, i := range indexes {
		key = binary.AppendUvarint(key, uint64(i))
	}
	return string(key)
}
