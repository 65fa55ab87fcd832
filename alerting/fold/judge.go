package fold

import (
	"cmp"
	"encoding/binary"
	"slices"
	"time"

	"headroom/alerting/alarm"
	"headroom/internal/config"
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
const flood = 1000

// mustJudge tells whether a kind is judged again: whenever something has changed,
// but in a flood of alarms only when a tenth has, or soon enough for those that wait.
func (s *Stage) mustJudge(k *kind, now time.Time) bool {
	if k.dirty.IsZero() {
		return false
	}
	return len(k.ringing) <= flood || 10*k.fresh >= len(k.ringing) || now.Sub(k.dirty) >= time.Duration(s.cfg.Wait)/2
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

// places are the ringing places of a kind: each once, with its alarms.
type places struct {
	items      map[uint64][]*item
	candidates []*component
}

func (s *Stage) explain(now time.Time, k *kind) explanation {
	at := s.places(k)
	p := at.problem(s.fleet, now, k, s.cfg)
	all := s.fleetSize(k)
	p.base = base(len(at.items), all)
	set := p.cover()
	for range 2 { // what is explained is no background
		p.base = base(p.unexplained(set), all)
		set = p.cover()
	}
	return at.explanation(p, set)
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

// places collects where a kind rings, and the components that could be why.
func (s *Stage) places(k *kind) places {
	at := places{items: map[uint64][]*item{}}
	known := map[*component]bool{}
	for _, it := range k.ringing {
		if !it.rings() {
			continue
		}
		at.items[it.place] = append(at.items[it.place], it)
		for _, c := range it.components {
			if !known[c] {
				known[c] = true
				if c.ringing(k) >= s.cfg.Least {
					at.candidates = append(at.candidates, c)
				}
			}
		}
	}
	slices.SortFunc(at.candidates, func(a, b *component) int {
		return cmp.Or(cmp.Compare(a.cost(), b.cost()), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name))
	})
	return at
}

// problem puts the question. Of candidates for which too few ring it says that
// they cost more than anything can gain.
func (at places) problem(fleet Fleet, now time.Time, k *kind, cfg config.Fold) problem {
	var p problem
	for i, c := range at.candidates {
		c.index = i
	}
	classes := map[string]int{}
	candidates := make([]candidate, len(at.candidates))
	for _, items := range at.items {
		of := candidatesOf(items, at.candidates)
		if len(of) == 0 {
			p.apart++
			continue
		}
		key := keyOf(of)
		i, known := classes[key]
		if !known {
			i = len(p.classes)
			classes[key] = i
			p.classes = append(p.classes, class{candidates: of})
		}
		p.classes[i].places++
		for _, j := range of {
			candidates[j].rings++
		}
	}
	p.candidates = candidates
	for i, c := range at.candidates {
		n := &p.candidates[i]
		n.share, n.cost = max(n.rings, c.share(fleet, now, k.devices)), c.cost()
		if n.rings < cfg.Least || float64(n.rings) < cfg.Share*float64(n.share) {
			n.cost = tooDear
		}
	}
	slices.SortFunc(p.classes, func(a, b class) int { return slices.Compare(a.candidates, b.candidates) })
	return p
}

// tooDear is a cost that no gain outweighs.
const tooDear = 1e12

// candidatesOf returns the indexes of the candidates that a place shares.
func candidatesOf(items []*item, all []*component) (of []int) {
	for _, it := range items {
		for _, c := range it.components {
			if c.index < len(all) && all[c.index] == c && !slices.Contains(of, c.index) {
				of = append(of, c.index)
			}
		}
	}
	slices.Sort(of)
	return of
}

func keyOf(indexes []int) string {
	key := make([]byte, 0, 2*len(indexes))
	for _, i := range indexes {
		key = binary.AppendUvarint(key, uint64(i))
	}
	return string(key)
}

// unexplained counts the places that share nothing of a set.
func (p problem) unexplained(set []int) int {
	n := p.apart
	for _, k := range p.classes {
		if !slices.ContainsFunc(k.candidates, func(c int) bool { return slices.Contains(set, c) }) {
			n += k.places
		}
	}
	return n
}

func (at places) explanation(p problem, set []int) explanation {
	e := explanation{of: map[*item]int{}, places: make([]int, len(set)), untold: make([]bool, len(set))}
	for _, j := range set {
		e.components = append(e.components, at.candidates[j])
		e.chance = append(e.chance, p.candidates[j].chance())
	}
	for _, items := range at.items {
		var counted []int
		for _, it := range items {
			best := e.likeliest(it)
			if best < 0 {
				continue
			}
			if !slices.Contains(counted, best) {
				counted = append(counted, best)
				e.places[best]++
			}
			e.of[it] = best
			e.untold[best] = e.untold[best] || it.a.Outcome != alarm.Notified
		}
	}
	return e
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
