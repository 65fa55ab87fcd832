package consistency

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"headroom/storage/state"
)

// Order is what a person asks of a module.
type Order struct {
	Action string    `json:"action"` // ignore, unignore, adopt, unadopt or repair
	Node   string    `json:"node"`   // of ignore, unignore and repair: empty means all
	Item   string    `json:"item"`   // as package:nginx; of repair: empty means all
	Until  time.Time `json:"until"`  // of ignore; zero: for ever
	Who    string    `json:"who"`    // where nobody has to log in
	Why    string    `json:"why"`
}

const maxWhy = 1000 // bytes

// Do carries out an order. It returns the runs that it started.
func (c *Consistency) Do(ctx context.Context, module string, o Order) (runs []string, err error) {
	if o.Why == "" || len(o.Why) > maxWhy {
		return nil, fmt.Errorf("%w: want why, in up to %d bytes, got %d", ErrBadOrder, maxWhy, len(o.Why))
	}
	c.writing.Lock()
	defer c.writing.Unlock()
	m, err := c.declared(module)
	if err != nil {
		return nil, err
	}
	if o.Action == "repair" {
		return c.repair(ctx, module, m, o)
	}
	key, err := ParseKey(o.Item)
	if err != nil {
		return nil, err
	}
	p, now := place{module, o.Node, key}, c.o.Now().UTC().Truncate(time.Millisecond)
	var changed state.ConsistencyChange
	switch o.Action {
	case "ignore":
		changed, err = c.ignore(p, m, o, now)
	case "unignore":
		changed, err = c.unignore(p)
	case "adopt":
		changed, err = c.adopt(p, m, o, now)
	case "unadopt":
		changed, err = c.unadopt(p, m)
	default:
		err = fmt.Errorf("%w: want action as ignore, unignore, adopt, unadopt or repair, got %q", ErrBadOrder, o.Action)
	}
	if err != nil {
		return nil, err
	}
	if err := c.save(ctx, changed); err != nil {
		return nil, err
	}
	c.mu.Lock()
	m.settle()
	m.fresh = true
	c.mu.Unlock()
	if told := c.gather(); len(told) > 0 {
		c.o.Fleet.Redeclare(told)
	}
	return nil, c.judge(ctx)
}

func (c *Consistency) declared(id string) (*module, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if m := c.modules[id]; m != nil && m.decl != nil {
		return m, nil
	}
	return nil, fmt.Errorf("%w: %q", ErrNoModule, id)
}

func (c *Consistency) ignore(p place, m *module, o Order, now time.Time) (ch state.ConsistencyChange, err error) {
	if !o.Until.IsZero() && !o.Until.After(now) {
		return ch, fmt.Errorf("%w: want until later than now, got %s", ErrBadOrder, o.Until.Format(time.RFC3339))
	}
	if err := m.knows(p); err != nil {
		return ch, err
	}
	ch.Put.Ignores = []state.ConsistencyRow{row(p, Ignore{Who: o.Who, Why: o.Why, At: now, Until: o.Until.UTC()})}
	return ch, nil
}

// knows wants a node that has the module, if one is named, and an item that is declared
// or not as it should be somewhere.
func (m *module) knows(p place) error {
	if _, member := m.members[p.Node]; p.Node != "" && !member {
		return fmt.Errorf("%w: %q", ErrNoNode, p.Node)
	}
	if slices.ContainsFunc(m.wants, func(w Want) bool { return w.Key == p.Key }) {
		return nil
	}
	for _, r := range m.results {
		if slices.ContainsFunc(r.items, func(i Item) bool { return i.key() == p.Key }) {
			return nil
		}
	}
	return fmt.Errorf("%w: %q", ErrNoItem, p.Key)
}

func (c *Consistency) unignore(p place) (ch state.ConsistencyChange, err error) {
	if _, there := c.ignores[p]; !there {
		return ch, fmt.Errorf("%w: %s is not ignored on %s", ErrNoItem, p.Key, nodeWords(p.Node))
	}
	ch.Gone.Ignores = []state.ConsistencyRow{p.row()}
	return ch, nil
}

func nodeWords(node string) string {
	if node == "" {
		return "all nodes"
	}
	return "node " + node
}

// adopt makes what was found on a node what is declared.
func (c *Consistency) adopt(p place, m *module, o Order, now time.Time) (ch state.ConsistencyChange, err error) {
	over, err := c.overrideOf(p, m)
	if err != nil {
		return ch, err
	}
	over.Node, over.Who, over.Why, over.At = p.Node, o.Who, o.Why, now
	p.Node = ""
	ch.Put.Overrides = []state.ConsistencyRow{row(p, over)}
	return ch, nil
}

func (c *Consistency) overrideOf(p place, m *module) (over Override, err error) {
	c.mu.Lock()
	n := c.nodes[p.Node]
	have := &Have{}
	if n != nil && n.have != nil {
		have = n.have
	}
	c.mu.Unlock()
	if _, member := m.members[p.Node]; !member {
		return over, fmt.Errorf("%w: %q", ErrNoNode, p.Node)
	}
	var now Want // as it is declared
	if i := slices.IndexFunc(m.wants, func(w Want) bool { return w.Key == p.Key }); i >= 0 {
		now = m.wants[i]
	}
	over.Key = p.Key
	notKnown := fmt.Errorf("%w: it is not known how %s is on node %s", ErrConflict, p.Key, p.Node)
	switch p.Key.Kind {
	case KindPackage:
		version, looked := have.Packages[p.Key.Name]
		if !looked || strings.Contains(version, " ") {
			return over, notKnown
		}
		if version == "" {
			version = Absent
		}
		over.Package = &Package{Name: p.Key.Name, Version: version}
	case KindFile:
		f, looked := have.Files[p.Key.Name]
		if !looked || f.Error != "" || !f.Missing && f.Kind == "" && f.SHA256 == "" {
			return over, notKnown
		}
		over.File = &File{Path: p.Key.Name, Owner: f.Owner, Group: f.Group, Mode: f.Mode, SHA256: f.SHA256, Absent: f.Missing}
	case KindProcess:
		n, looked := have.Processes[p.Key.Name]
		if !looked {
			return over, notKnown
		}
		over.Process, over.Removed = adoptProcess(p.Key.Name, n, now.Process), n == 0
	case KindPort:
		port, _ := strconv.Atoi(p.Key.Name)
		name, looked := have.Ports[port]
		if !looked || name == "?" {
			return over, notKnown
		}
		name, _, _ = strings.Cut(name, ",")
		over.Port, over.Removed = &Port{Port: port, Process: name}, name == ""
	}
	for _, w := range m.decl.wants() {
		if w.Key == p.Key {
			over.Base, over.Said = w.sign(), yamlOf(w)
		}
	}
	if !over.Removed && now.body() != nil && over.sign() == now.sign() {
		return over, fmt.Errorf("%w: %s is as it is declared already", ErrConflict, p.Key)
	}
	return over, nil
}

// adoptProcess widens what is declared so far to n processes.
func adoptProcess(name string, n int, now *Process) *Process {
	p := &Process{Name: name, Min: n}
	if now != nil {
		p.Min, p.Max = min(now.Min, n), now.Max
		if p.Max > 0 {
			p.Max = max(now.Max, n)
		}
	}
	return p
}

func (c *Consistency) unadopt(p place, m *module) (ch state.ConsistencyChange, err error) {
	p.Node = ""
	if _, there := m.overrides[p.Key]; !there {
		return ch, fmt.Errorf("%w: nothing was adopted of %s", ErrNoItem, p.Key)
	}
	ch.Gone.Overrides = []state.ConsistencyRow{p.row()}
	return ch, nil
}

// yamlOf writes an item as a declaration's file has it: an element of a list.
func yamlOf(w Want) string {
	text, err := yaml.Marshal([]any{w.body()})
	if err != nil {
		panic("BUG: " + err.Error()) // it was read from YAML
	}
	return string(text)
}
