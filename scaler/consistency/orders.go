package consistency

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"headroom/scaler/flow"
	"headroom/storage/state"
)

// RepairFlow is the flow that repairs a node.
const RepairFlow = "repair-node"

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

// repair starts a run for each node that is to be repaired.
func (c *Consistency) repair(ctx context.Context, id string, m *module, o Order) (runs []string, err error) {
	if c.o.Start == nil {
		return nil, fmt.Errorf("%w: this server runs no flows", ErrConflict)
	}
	var key Key
	if o.Item != "" {
		if key, err = ParseKey(o.Item); err != nil {
			return nil, err
		}
	}
	if _, member := m.members[o.Node]; o.Node != "" && !member {
		return nil, fmt.Errorf("%w: %q", ErrNoNode, o.Node)
	}
	var errs []string
	for _, name := range slices.Sorted(maps.Keys(m.results)) {
		if o.Node != "" && name != o.Node {
			continue
		}
		inputs := c.repairInputs(id, m, name, key)
		if inputs == nil {
			continue
		}
		run, err := c.o.Start(ctx, flow.Start{Flow: RepairFlow, Inputs: inputs, Who: o.Who, Why: o.Why, Source: flow.Source{Kind: "person"}})
		if err != nil {
			errs = append(errs, name+": "+err.Error())
			continue
		}
		runs = append(runs, run)
	}
	switch {
	case len(errs) > 0 && len(runs) == 0:
		return nil, fmt.Errorf("%w: no run was started: %s", ErrConflict, strings.Join(errs, "; "))
	case len(errs) > 0:
		c.o.Logger.Warn("some nodes are not being repaired", "module", id, "faults", errs)
	case len(runs) == 0:
		return nil, fmt.Errorf("%w: nothing is inconsistent there that can be repaired", ErrConflict)
	}
	return runs, nil
}

// repairInputs are the inputs of the flow for a node; nil: there is nothing to repair.
func (c *Consistency) repairInputs(id string, m *module, name string, only Key) map[string]any {
	c.mu.Lock()
	at, have := Place{Node: name}, &Have{}
	if n := c.nodes[name]; n != nil {
		at.Labels, have = n.host.Labels, cmp.Or(n.have, have)
	}
	c.mu.Unlock()
	packages, files, processes := []any{}, []any{}, []any{}
	for _, i := range m.results[name].items {
		if !i.State.Bad() || only != (Key{}) && i.key() != only {
			continue
		}
		w := Want{Key: i.key(), Package: &Package{Name: i.Name, Version: Absent}} // of one that is not declared
		if at := slices.IndexFunc(m.wants, func(w Want) bool { return w.Key == i.key() }); at >= 0 {
			w = m.wants[at]
		}
		switch w.Kind {
		case KindPackage:
			packages = append(packages, packageInput(w.Package))
		case KindFile:
			if w.File.repairable(have) {
				files = append(files, fileInput(w.File, id, at))
			}
		case KindProcess:
			processes = append(processes, w.Name)
		case KindPort:
			if w.Port.Process != "" && !slices.Contains(processes, any(w.Port.Process)) {
				processes = append(processes, w.Port.Process)
			}
		}
	}
	if len(packages)+len(files)+len(processes) == 0 {
		return nil
	}
	return map[string]any{"module": id, "node": name, "packages": packages, "files": files, "processes": processes}
}

// packageInput is a package as a step gets it: the version is empty for any.
func packageInput(p *Package) map[string]any {
	version := strings.TrimPrefix(p.Version, atLeast+" ")
	if p.Version == AnyVersion || p.Version == Absent || version != p.Version {
		version = "" // of a least one the newest is wanted
	}
	return map[string]any{"name": p.Name, "version": version, "absent": p.Version == Absent}
}

// repairable tells whether it is known how to make a file as it is declared: of a mere
// checksum there is no content.
func (f *File) repairable(h *Have) bool {
	if f.Absent || f.Source != "" || f.form != nil {
		return true
	}
	found := h.Files[f.Path]
	return found != nil && !found.Missing && (f.SHA256 == "" || found.SHA256 == f.SHA256)
}

// fileInput is a file as a step gets it: source is below the files' directory, text is
// what the template has made for the node.
func fileInput(f *File, module string, at Place) map[string]any {
	in := map[string]any{
		"path": f.Path, "owner": f.Owner, "group": f.Group, "mode": f.Mode, "source": f.Source, "sha256": f.SHA256, "absent": f.Absent,
	}
	if f.Source != "" {
		in["sha256"] = f.sum
	}
	if f.form != nil {
		if text, err := f.text(module, at); err == nil { // otherwise it is unknown, not bad
			in["text"] = text
		}
	}
	return in
}

// yamlOf writes an item as a declaration's file has it: an element of a list.
func yamlOf(w Want) string {
	text, err := yaml.Marshal([]any{w.body()})
	if err != nil {
		panic("BUG: " + err.Error()) // it was read from YAML
	}
	return string(text)
}
