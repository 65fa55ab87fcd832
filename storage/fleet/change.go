package fleet

import (
	"cmp"
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
	Source string // the one that says it now or, if none does, said it
	By     string // who wrote it, as far as the source knows
	Commit string
	Why    string
}

// Changes are the facts that a view has otherwise than the one before, in order of ids
// and fields. Only what counts is compared: that a source says something which another
// one overrules changes nothing. by stands for who took a fact away, of which nobody
// is known by the fact itself.
func Changes(before, after *View, at time.Time, by Declared) (all []FactChange) {
	for _, id := range union(before.ids, after.ids) {
		was, is := before.nodes[id], after.nodes[id]
		fields := slices.AppendSeq(slices.Collect(maps.Keys(was)), maps.Keys(is))
		SortFields(fields)
		for _, field := range slices.Compact(fields) {
			if was[field].Value != is[field].Value {
				all = append(all, change(id, field, was[field], is[field], at, by))
			}
		}
	}
	return all
}

func change(id, field string, was, is Value, at time.Time, by Declared) FactChange {
	c := FactChange{At: at, ID: id, Field: field, Before: was.Value, After: is.Value, Source: cmp.Or(is.Source, was.Source)}
	d := is.Declared
	if d == nil || was.Declared != nil && d.At.Before(was.Declared.At) {
		d = &by // what had overruled it was taken away
	}
	c.By, c.Commit, c.Why = d.By, d.Commit, d.Why
	return c
}

// union merges two sorted lists.
func union(a, b []string) []string {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}
