package fleet

import (
	"maps"
	"slices"
	"time"
)

// FactChange is that a fact of a node was not what it was before.
type FactChange struct {
	Seq    int64     // set by who keeps it
	At     time.Time // when Headroom saw it
	ID     string    // of the node for which it is declared
	Field  string
	Before string // empty: there was none
	After  string // empty: there is none any more
	Source string // the one that says something else than before
	By     string // who wrote that, as far as it is known
	Commit string
	Why    string
}

// Changes are the facts that a view has otherwise than the one before, in order of ids
// and fields. Only what counts is compared: that a source says something which another
// one overrules changes nothing. source is the one that says something else than
// before; by is who took away what it does not say any more.
func Changes(before, after *View, source string, at time.Time, by Declared) (all []FactChange) {
	for _, id := range union(before.ids, after.ids) {
		was, is := before.nodes[id], after.nodes[id]
		fields := slices.AppendSeq(slices.Collect(maps.Keys(was)), maps.Keys(is))
		SortFields(fields)
		for _, field := range slices.Compact(fields) {
			if was[field].Value != is[field].Value {
				d := is[field].Declared
				if is[field].Source != source {
					d = &by
				}
				all = append(all, FactChange{
					At: at, ID: id, Field: field, Before: was[field].Value, After: is[field].Value, Source: source, By: d.By, Commit: d.Commit, Why: d.Why,
				})
			}
		}
	}
	return all
}

// union merges two sorted lists.
func union(a, b []string) []string {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}
