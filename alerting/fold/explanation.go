package fold

import (
	"slices"

	"headroom/alerting/alarm"
)

// explanation is what explains the alarms of one kind.
type explanation struct {
	components []*component  // that have failed, as it seems
	chance     []float64     // of each: that a place which shares it rings
	of         map[*item]int // which one is most likely why an alarm rings
	places     []int         // of each: places that ring most likely for it
	free       []int         // of each: alarms that could become members of its cause
	untold     []bool        // of each: somebody would have to be told of one of them
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

// assign says which of the alarms of a kind each component explains.
func (e *explanation) assign(ringing []*item) {
	if len(e.components) == 0 {
		return
	}
	n := len(e.components)
	e.of, e.places, e.free, e.untold = map[*item]int{}, make([]int, n), make([]int, n), make([]bool, n)
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
		if it.free() {
			e.free[best]++
		}
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
