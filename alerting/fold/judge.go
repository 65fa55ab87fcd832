package fold

import (
	"cmp"
	"encoding/binary"
	"math"
	"slices"
	"time"

	"headroom/alerting/alarm"
)

// judge looks for common causes of the kinds of alarms of which others ring than
// before.
func (s *Stage) judge(now time.Time) {
	var due []*kind
	for _, k := range s.kinds {
		if s.mustJudge(k, now) {
			due = append(due, k)
		}
	}
	slices.SortFunc(due, func(a, b *kind) int {
		return cmp.Or(cmp.Compare(a.name, b.name), compareBool(a.devices, b.devices))
	})
	for _, k := range due {
		k.fresh, k.dirty = 0, time.Time{}
		s.decide(now, k, s.explain(now, k))
	}
}

// flood is how many alarms of one kind must ring for its judgement to wait.
const flood = 500

// mustJudge tells whether a kind is judged again: whenever something has changed,
// but in a flood of alarms only when a tenth has, or soon enough for those that wait.
func (s *Stage) mustJudge(k *kind, now time.Time) bool {
	if k.fresh == 0 {
		return false
	}
	waits := !k.dirty.IsZero() && now.Sub(k.dirty) >= time.Duration(s.cfg.Wait)/2
	return len(k.ringing) <= flood || 10*k.fresh >= len(k.ringing) || waits
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// explanation is what explains the alarms of one kind.
type explanation struct {
	components []*component  // that have failed, as it seems
	chance     []float64     // of each: that a place which shares it rings
	of         map[*item]int // which one is most likely why an alarm rings
	places     []int         // of each: places that ring most likely for it
	untold     []bool        // of each: somebody would have to be told of one of them
}

// rounds is how often what is left is asked about again.
const rounds = 4

// explain asks why a kind rings. At first all of it counts as background; what is
// explained is none, so that fainter causes come out of the rest in the next round.
// Most of the time nothing stands out, and the question need not be put at all.
func (s *Stage) explain(now time.Time, k *kind) (e explanation) {
	rest, tallies, places := k.ringing, k.tallies, len(k.places)
	for range rounds {
		p := problem{base: base(places, s.fleetSize(k))}
		candidates := s.candidates(now, k, tallies, p.base)
		if len(candidates) == 0 {
			break
		}
		s.put(&p, now, k, rest, candidates)
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
		tallies, places = talliesOf(rest, k)
	}
	e.assign(k.ringing)
	return e
}

// unexplained are the alarms that share none of the components.
func (e explanation) unexplained(items []*item) (rest []*item) {
	for _, it := range items {
		if e.likeliest(it) < 0 {
			rest = append(rest, it)
		}
	}
	return rest
}

// talliesOf counts alarms of a kind by component, and the places where they ring.
func talliesOf(items []*item, k *kind) (tallies []*tally, places int) {
	of, at := map[*component]*tally{}, map[uint64]bool{}
	for _, it := range items {
		at[it.place] = true
		for _, c := range it.components {
			t := of[c]
			if t == nil {
				t = &tally{component: c, kind: k}
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
// from how many do. It is bounded, since a quiet minute does not prove that nothing
// ever rings, and since a fleet that rings as a whole has a common cause.
func base(unexplained, all int) float64 {
	if all == 0 {
		return 0.01
	}
	return min(0.05, max(0.001, float64(unexplained+1)/float64(all)))
}

// candidates are the components that by themselves could explain something of a
// kind against a background, the cheapest first. None that is left out could gain
// anything beside others: they only take away what it explains.
func (s *Stage) candidates(now time.Time, k *kind, tallies []*tally, base float64) (all []*component) {
	for _, t := range tallies {
		if t.n < s.cfg.Least {
			continue
		}
		share := t.share(s.fleet, now, k.devices)
		c := candidate{share: max(share, 1), rings: min(t.n, max(share, 1)), cost: t.cost()}
		gain := float64(c.rings)*math.Log(c.chance()/base) + c.silence() - c.cost
		if float64(t.n) >= s.cfg.Share*float64(share) && gain > 0 {
			all = append(all, t.component)
		}
	}
	slices.SortFunc(all, func(a, b *component) int {
		return cmp.Or(cmp.Compare(a.cost(), b.cost()), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name))
	})
	return all
}

// put puts the question. Of candidates for which too few places ring it says that
// they cost more than anything can gain.
func (s *Stage) put(p *problem, now time.Time, k *kind, ringing []*item, all []*component) {
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
		n := &p.candidates[i]
		n.share, n.cost = max(n.rings, c.share(s.fleet, now, k.devices)), c.cost()
		if n.rings < s.cfg.Least || float64(n.rings) < s.cfg.Share*float64(n.share) {
			n.cost = tooDear
		}
	}
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

// assign says which of the alarms of a kind each component explains.
func (e *explanation) assign(ringing []*item) {
	if len(e.components) == 0 {
		return
	}
	e.of, e.places, e.untold = map[*item]int{}, make([]int, len(e.components)), make([]bool, len(e.components))
	type pair struct {
		place uint64
		of    int
	}
	counted := map[pair]bool{}
	for _, it := range ringing {
		best := e.likeliest(it)
		if best < 0 || !it.rings() {
			continue
		}
		if at := (pair{it.place, best}); !counted[at] {
			counted[at] = true
			e.places[best]++
		}
		e.of[it] = best
		e.untold[best] = e.untold[best] || it.a.Outcome != alarm.Notified
	}
}

// likeliest is the failed component that most likely makes an alarm ring; -1 if it
// shares none of them.
func (e explanation) likeliest(it *item) int {
	best := -1
	for i, c := range e.components {
		if slices.Contains(it.components, c) && (best < 0 || e.chance[i] > e.chance[best]) {
			best = i
		}
	}
	return best
}
