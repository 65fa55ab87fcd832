package consistency

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"headroom/scaler/flow"
)

// RepairFlow is the flow that repairs a node.
const RepairFlow = "repair-node"

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
	inputs := map[string]any{"module": id, "node": name, "packages": packages, "files": files, "processes": processes}
	if have.rpm() {
		inputs["format"] = "rpm"
	}
	return inputs
}

// rpm tells whether a node's packages are those of rpm, by its system.
func (h *Have) rpm() bool {
	if h.Machine == nil {
		return false
	}
	name, _, _ := strings.Cut(h.Machine.OS, " ")
	switch name {
	case "rhel", "centos", "rocky", "almalinux", "ol", "fedora", "amzn", "sles", "opensuse-leap", "openEuler", "tencentos", "anolis":
		return true
	}
	return false
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
