package fleet

import (
	"fmt"
	"slices"
	"strings"
)

// DependencyFault is something odd about what nodes depend on. It keeps nothing from
// working.
type DependencyFault struct {
	ID      string // of the node, or of the first one in a cycle
	Problem string
}

// DependencyFaults finds dependencies on nodes that neither the registry nor known has,
// and cycles, in order of ids.
func (v *View) DependencyFaults(known func(id string) bool) (all []DependencyFault) {
	for _, id := range v.ids {
		for _, on := range SplitList(v.nodes[id]["dependencies"].Value) {
			switch {
			case on == id:
				all = append(all, DependencyFault{id, "depends on itself"})
			case v.nodes[on] == nil && !known(on):
				all = append(all, DependencyFault{id, fmt.Sprintf("depends on %q, which is no node of the business tree", on)})
			}
		}
	}
	for _, cycle := range v.cycles() {
		all = append(all, DependencyFault{cycle[0], "is in a cycle of dependencies: " + shown(cycle)})
	}
	slices.SortStableFunc(all, func(a, b DependencyFault) int { return strings.Compare(a.ID, b.ID) })
	return all
}

// shown names the nodes of a cycle, the first few of a large one.
func shown(cycle []string) string {
	const most = 10
	if len(cycle) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(cycle[:most], ", "), len(cycle)-most)
	}
	return strings.Join(cycle, ", ")
}

// cycles returns the groups of nodes that depend on each other, directly or by way of
// others (Tarjan 1972, without recursion: a chain may be long). Each is in order.
func (v *View) cycles() (all [][]string) {
	t := tarjan{view: v, index: map[string]int{}, low: map[string]int{}, on: map[string]bool{}}
	for _, id := range v.ids {
		if t.index[id] == 0 {
			t.visit(id)
		}
	}
	slices.SortFunc(t.found, slices.Compare)
	return t.found
}

type tarjan struct {
	view  *View
	index map[string]int // from 1, in the order of visits
	low   map[string]int
	on    map[string]bool // on the stack
	stack []string
	found [][]string
}

// step is a node whose dependencies are being looked at.
type step struct {
	id   string
	next []string
}

func (t *tarjan) enter(id string) step {
	n := len(t.index) + 1
	t.index[id], t.low[id], t.on[id] = n, n, true
	t.stack = append(t.stack, id)
	return step{id, SplitList(t.view.nodes[id]["dependencies"].Value)}
}

func (t *tarjan) visit(id string) {
	way := []step{t.enter(id)}
	for len(way) > 0 {
		at := &way[len(way)-1]
		if len(at.next) > 0 {
			on := at.next[0]
			at.next = at.next[1:]
			switch {
			case t.index[on] == 0:
				way = append(way, t.enter(on))
			case t.on[on]:
				t.low[at.id] = min(t.low[at.id], t.index[on])
			}
			continue
		}
		done := at.id
		way = way[:len(way)-1]
		if len(way) > 0 {
			up := way[len(way)-1].id
			t.low[up] = min(t.low[up], t.low[done])
		}
		t.close(done)
	}
}

// close takes a finished group off the stack.
func (t *tarjan) close(id string) {
	if t.low[id] != t.index[id] {
		return
	}
	i := slices.Index(t.stack, id)
	group := slices.Clone(t.stack[i:])
	t.stack = t.stack[:i]
	for _, member := range group {
		t.on[member] = false
	}
	if len(group) > 1 {
		slices.Sort(group)
		t.found = append(t.found, group)
	}
}
