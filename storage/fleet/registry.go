package fleet

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"time"
)

// Declared is what a source says of one node.
type Declared struct {
	ID     string    `json:"id"`
	Fields Fields    `json:"fields"`
	Where  string    `json:"where,omitempty"`  // as "modules/qzone.yml:12"
	By     string    `json:"by,omitempty"`     // who wrote it, as a commit's author
	Commit string    `json:"commit,omitempty"` // that it came by
	At     time.Time `json:"at,omitzero"`      // when it was written
	Why    string    `json:"why,omitempty"`
}

// Source is all that one source says.
type Source struct {
	Name     string
	Declared []Declared // each node once
}

// Value is one fact with where it is from.
type Value struct {
	Field  string
	Value  string
	Source string
	From   string // id of the node that it was declared for: the node itself or one above
	*Declared
}

// View is what all sources together say. It is never changed.
type View struct {
	nodes     map[string]map[string]Value // by id and field; what was declared for the node itself
	ids       []string                    // sorted
	conflicts []Conflict
	callers   map[string][]string // ids of nodes by the id that they depend on
}

// Conflict is that sources disagree about a fact.
type Conflict struct {
	ID     string
	Field  string
	Values []Value // of each source that says something, the one that counts first
}

// NewView joins what sources say, the most important one first: of what two of them
// say of the same fact of the same node, the first one's counts. A source that has an
// empty value says that there is none.
func NewView(sources []Source) *View {
	v := &View{nodes: map[string]map[string]Value{}, callers: map[string][]string{}}
	said := map[[2]string][]Value{}
	for _, s := range sources {
		for i := range s.Declared {
			d := &s.Declared[i]
			v.add(s.Name, d, said)
		}
	}
	v.ids = slices.Sorted(maps.Keys(v.nodes))
	for key, values := range said {
		if slices.ContainsFunc(values, func(o Value) bool { return o.Value != values[0].Value }) {
			v.conflicts = append(v.conflicts, Conflict{key[0], key[1], values})
		}
	}
	slices.SortFunc(v.conflicts, func(a, b Conflict) int { return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.Field, b.Field)) })
	v.turn()
	return v
}

func (v *View) add(source string, d *Declared, said map[[2]string][]Value) {
	own := v.nodes[d.ID]
	if own == nil {
		own = map[string]Value{}
		v.nodes[d.ID] = own
	}
	for field, text := range d.Fields {
		value := Value{field, text, source, d.ID, d}
		key := [2]string{d.ID, field}
		said[key] = append(said[key], value)
		if _, taken := own[field]; !taken {
			own[field] = value
		}
	}
}

// turn finds who depends on each node.
func (v *View) turn() {
	for _, id := range v.ids {
		for _, on := range SplitList(v.nodes[id]["dependencies"].Value) {
			v.callers[on] = append(v.callers[on], id)
		}
	}
}

// IDs are the nodes of which something was declared, in order. The slice must not be
// changed.
func (v *View) IDs() []string { return v.ids }

// Conflicts are the facts about which sources disagree, in order of ids. The slice
// must not be changed.
func (v *View) Conflicts() []Conflict { return v.conflicts }

// Own returns what was declared for a node itself, by field. The map must not be
// changed.
func (v *View) Own(id string) map[string]Value { return v.nodes[id] }

// Of returns what is known of a node by field: what was declared for it and, of what
// was not, for the nearest node above it.
func (v *View) Of(id string) map[string]Value {
	all := map[string]Value{}
	for at := id; at != ""; at = above(at) {
		for field, value := range v.nodes[at] {
			if _, known := all[field]; !known && (at == id || inherited(field)) {
				all[field] = value
			}
		}
	}
	maps.DeleteFunc(all, func(_ string, value Value) bool { return value.Value == "" })
	return all
}

// Facts are those of [View.Of].
func (v *View) Facts(id string) Facts {
	all := Fields{}
	for field, value := range v.Of(id) {
		all[field] = value.Value
	}
	return all.Facts(id)
}

// Text returns one fact of a node, its own or that of the nearest node above.
func (v *View) Text(id, field string) string {
	for at := id; at != ""; at = above(at) {
		if value, known := v.nodes[at][field]; known && (at == id || inherited(field)) {
			return value.Value
		}
	}
	return ""
}

// Dependencies are the ids of what a node calls.
func (v *View) Dependencies(id string) []string { return SplitList(v.Text(id, "dependencies")) }

// Callers are the ids of the nodes of which it was declared that they call this one or
// one above it, in order.
func (v *View) Callers(id string) (all []string) {
	for at := id; at != ""; at = above(at) {
		all = append(all, v.callers[at]...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Called tells whether any node depends on this very one.
func (v *View) Called(id string) bool { return len(v.callers[id]) > 0 }

// above is the id of the node above, empty for one of the first level: a slash in a
// name is never written as one.
func above(id string) string { return id[:max(strings.LastIndexByte(id, '/'), 0)] }

// Registry has the view that counts now. The zero value has an empty one, and so has nil.
type Registry struct{ view atomic.Pointer[View] }

var emptyView = NewView(nil)

// View returns what is known now.
func (r *Registry) View() *View {
	if r != nil {
		if v := r.view.Load(); v != nil {
			return v
		}
	}
	return emptyView
}

// Publish replaces what is known.
func (r *Registry) Publish(v *View) { r.view.Store(v) }
