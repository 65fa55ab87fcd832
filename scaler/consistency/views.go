package consistency

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"headroom/storage/fleet"
)

// Declarations returns what the files declare, by module. Nobody may change it.
func (c *Consistency) Declarations() []*Declaration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.settings.Declarations
}

// Total is how the modules of a part of the business tree stand.
type Total struct {
	Path         string    `json:"path"`
	Modules      int       `json:"modules"`      // for which something is declared
	Affected     int       `json:"affected"`     // of these, with inconsistent nodes
	Nodes        int       `json:"nodes"`        // each as often as it has one of the modules
	Inconsistent int       `json:"inconsistent"` // of these
	Unknown      int       `json:"unknown"`      // likewise
	List         []Summary `json:"list"`         // by module
}

// Summary is how a module stands.
type Summary struct {
	Module       string    `json:"module"`
	File         string    `json:"file"` // of its declaration
	Line         int       `json:"line"`
	Nodes        int       `json:"nodes"`
	Inconsistent int       `json:"inconsistent"`
	Unknown      int       `json:"unknown"`
	Text         string    `json:"text"`           // "7 of 16 inconsistent"
	Since        time.Time `json:"since,omitzero"` // of what is inconsistent for the longest time
	Items        int       `json:"items"`          // that are declared
	Bad          int       `json:"bad"`            // items on nodes that are not as declared
	Ignored      int       `json:"ignored"`        // likewise, and that is all right
	Adopted      int       `json:"adopted"`        // items
	Conflicts    int       `json:"conflicts"`      // of these, of which the file says something else by now
}

// Detail is a module with its nodes and items.
type Detail struct {
	Summary
	List      []NodeView     `json:"list"`      // the inconsistent ones first, then those that are unknown
	ByItem    []ItemView     `json:"by_item"`   // items that are not ok somewhere
	Overrides []OverrideView `json:"overrides"` // what was adopted
}

// NodeView is how a module stands on a node.
type NodeView struct {
	Node    string    `json:"node"`
	State   NodeState `json:"state"`
	Reason  string    `json:"reason,omitempty"` // of unknown
	Why     string    `json:"why"`              // it shall have what the module declares
	Closed  string    `json:"closed,omitempty"` // why it gets no new workers of the module
	Since   time.Time `json:"since,omitzero"`   // that something is inconsistent
	Told    time.Time `json:"told,omitzero"`    // when it has told a change last
	OK      int       `json:"ok"`               // items
	Ignored int       `json:"ignored"`          // likewise
	Items   []Item    `json:"items"`            // that are not ok; of one node all of them
}

// ItemView is how an item stands on all nodes.
type ItemView struct {
	Item     string        `json:"item"`
	Declared string        `json:"declared,omitempty"` // on the first of the nodes
	Nodes    int           `json:"nodes"`              // on which it is not ok
	States   map[State]int `json:"states"`
	Found    []FoundView   `json:"found"` // the most frequent first
}

// FoundView is what some nodes have.
type FoundView struct {
	Found string   `json:"found"`
	Nodes []string `json:"nodes"` // some of them
	Count int      `json:"count"`
}

// OverrideView is something that was adopted, and how to put it into the file.
type OverrideView struct {
	Item     string    `json:"item"`
	Node     string    `json:"node"` // where it was found
	Who      string    `json:"who"`
	Why      string    `json:"why"`
	At       time.Time `json:"at"`
	File     string    `json:"file"`
	Line     int       `json:"line"`               // of the item, or of the module where the file does not have it
	Patch    string    `json:"patch"`              // as a difference of the file's YAML
	Conflict string    `json:"conflict,omitempty"` // what the file says instead of what it said then
}

// Total shows how the modules at a tree node and below it stand.
func (c *Consistency) Total(path fleet.Path) Total {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := Total{Path: path.ID(), List: []Summary{}}
	for _, id := range slices.Sorted(maps.Keys(c.modules)) {
		m := c.modules[id]
		if m.decl == nil || !below(id, t.Path) {
			continue
		}
		s := m.summary(id)
		t.Modules++
		t.Nodes += s.Nodes
		t.Inconsistent += s.Inconsistent
		t.Unknown += s.Unknown
		if s.Inconsistent > 0 {
			t.Affected++
		}
		t.List = append(t.List, s)
	}
	return t
}

func (m *module) summary(id string) Summary {
	s := Summary{
		Module: id, File: m.decl.file, Line: m.decl.lines["module"], Nodes: len(m.members), Items: len(m.wants),
		Adopted: len(m.overrides), Conflicts: len(m.conflicts),
	}
	for name := range m.members {
		r := m.results[name]
		switch {
		case r == nil || r.state == NodeUnknown:
			s.Unknown++
		case r.state == Inconsistent:
			s.Inconsistent++
		}
		if r == nil {
			continue
		}
		s.Ignored += r.ignored
		for i := range r.items {
			if r.items[i].State.Bad() {
				s.Bad++
				s.Since = earlier(s.Since, r.items[i].Since)
			}
		}
	}
	s.Text = fmt.Sprintf("%d of %d inconsistent", s.Inconsistent, s.Nodes)
	if s.Unknown > 0 {
		s.Text += fmt.Sprintf(", %d unknown", s.Unknown)
	}
	return s
}

// earlier is the earlier of two times, of which a zero one is none.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// Module shows a module. With the name of a node only that one is shown, with all its
// items.
func (c *Consistency) Module(id, only string) (Detail, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	m := c.modules[id]
	if m == nil || m.decl == nil {
		return Detail{}, fmt.Errorf("%w: %q", ErrNoModule, id)
	}
	if _, member := m.members[only]; only != "" && !member {
		return Detail{}, fmt.Errorf("%w: %q", ErrNoNode, only)
	}
	d := Detail{Summary: m.summary(id), List: []NodeView{}, ByItem: m.byItem(), Overrides: m.overrideViews()}
	for name, why := range m.members {
		if only == "" || name == only {
			d.List = append(d.List, c.nodeView(id, m, name, why, only != ""))
		}
	}
	order := map[NodeState]int{Inconsistent: 0, NodeUnknown: 1, Consistent: 2}
	slices.SortFunc(d.List, func(a, b NodeView) int {
		return cmp.Or(order[a.State]-order[b.State], strings.Compare(a.Node, b.Node))
	})
	return d, nil
}

func (c *Consistency) nodeView(id string, m *module, name, why string, all bool) NodeView {
	v := NodeView{Node: name, State: NodeUnknown, Reason: "it was not looked at yet", Why: why, Items: []Item{}}
	n := c.nodes[name]
	if n != nil {
		v.Told = n.told
	}
	if closed, declared := c.closed[id]; declared {
		v.Closed = closed[name]
	}
	r := m.results[name]
	if r == nil {
		return v
	}
	v.State, v.Reason, v.OK, v.Ignored = r.state, r.reason, r.ok, r.ignored
	v.Items = append(v.Items, r.items...)
	for _, i := range r.items {
		if i.State.Bad() {
			v.Since = earlier(v.Since, i.Since)
		}
	}
	if all && n != nil && n.have != nil && r.sum != "" {
		for _, i := range Compare(id, m.wants, nil, Place{name, n.host.Labels}, n.have) {
			if i.State == OK {
				v.Items = append(v.Items, i)
			}
		}
	}
	return v
}

const fewNodes = 20 // that are named of those that have the same

func (m *module) byItem() []ItemView {
	views := map[Key]*ItemView{}
	founds := map[Key]map[string]*FoundView{}
	for _, name := range slices.Sorted(maps.Keys(m.results)) {
		for _, i := range m.results[name].items {
			k := i.key()
			if views[k] == nil {
				views[k] = &ItemView{Item: k.String(), Declared: i.Declared, States: map[State]int{}, Found: []FoundView{}}
				founds[k] = map[string]*FoundView{}
			}
			views[k].Nodes++
			views[k].States[i.State]++
			f := founds[k][i.Found]
			if f == nil {
				f = &FoundView{Found: i.Found}
				founds[k][i.Found] = f
			}
			if f.Count++; len(f.Nodes) < fewNodes {
				f.Nodes = append(f.Nodes, name)
			}
		}
	}
	all := []ItemView{}
	for k, v := range views {
		for _, f := range founds[k] {
			v.Found = append(v.Found, *f)
		}
		slices.SortFunc(v.Found, func(a, b FoundView) int { return cmp.Or(b.Count-a.Count, strings.Compare(a.Found, b.Found)) })
		all = append(all, *v)
	}
	slices.SortFunc(all, func(a, b ItemView) int { return cmp.Or(b.Nodes-a.Nodes, strings.Compare(a.Item, b.Item)) })
	return all
}

func (m *module) overrideViews() []OverrideView {
	all := []OverrideView{}
	for key, o := range m.overrides {
		v := OverrideView{Item: key.String(), Node: o.Node, Who: o.Who, Why: o.Why, At: o.At, File: m.decl.file, Line: m.decl.lines["module"]}
		said := o.Said
		if now, conflict := m.conflicts[key]; conflict {
			said = now
			v.Conflict = cmp.Or(strings.TrimSpace(now), "the file does not have it any more")
		}
		section := map[Kind]string{KindPackage: "packages", KindFile: "files", KindProcess: "processes", KindPort: "ports"}[key.Kind]
		for i, w := range m.decl.wants() {
			if w.Key == key {
				v.Line = m.decl.lines[fmt.Sprintf("%s[%d]", section, i-m.first(key.Kind))]
			}
		}
		v.Patch = patch(section, said, o)
		all = append(all, v)
	}
	slices.SortFunc(all, func(a, b OverrideView) int { return strings.Compare(a.Item, b.Item) })
	return all
}

// first is where the items of a kind begin among all that the file declares.
func (m *module) first(k Kind) int {
	return slices.IndexFunc(m.decl.wants(), func(w Want) bool { return w.Kind == k })
}

// patch writes what to change in the file, in the section of the module.
func patch(section, said string, o Override) string {
	var b strings.Builder
	fmt.Fprintf(&b, " %s:\n", section)
	lines := func(sign, text string) {
		for line := range strings.Lines(text) {
			b.WriteString(sign + "   " + line)
		}
	}
	lines("-", said)
	if !o.Removed {
		lines("+", yamlOf(o.Want))
	}
	return b.String()
}
