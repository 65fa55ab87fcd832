package enrich

import (
	"net"
	"time"

	"github.com/prometheus/common/model"

	"headroom/alerting/alarm"
	"headroom/ingest/rollup"
	"headroom/storage/fleet"
)

// where knows which modules a device works for and where it stands.
type where struct {
	tree    *fleet.Tree
	at      time.Time
	devices map[string]*device
	byName  map[string]*fleet.Node // modules by their last name; nil where several have it
	nodes   int                    // of the tree, when byName was made
	shared  map[alarm.Component]*fanIn
}

type device struct {
	modules []*fleet.Node
	domains []rollup.DomainValue
}

// stale is how old the knowledge of devices may be.
const stale = time.Minute

func (w *where) refresh(opts Options, now time.Time) {
	w.tree = opts.Tree
	if all := opts.Tree.Nodes(); len(all) != w.nodes {
		w.nodes, w.byName = len(all), map[string]*fleet.Node{}
		for _, n := range all {
			w.name(n)
		}
	}
	if w.devices != nil && now.Sub(w.at) < stale {
		return
	}
	w.at, w.devices, w.shared = now, map[string]*device{}, map[alarm.Component]*fanIn{}
	opts.Devices(func(d rollup.Device) {
		have := w.devices[d.Name]
		if have == nil {
			have = &device{domains: d.At}
			w.devices[d.Name] = have
		}
		have.modules = append(have.modules, d.Module)
		shared := w.components(nil, nil, d.Name)
		if opts.Declared != nil {
			shared = union(shared, opts.Declared(nil, d.Module.Path, d.Name))
		}
		w.share(d.Module, shared)
	})
}

func (w *where) name(n *fleet.Node) {
	if !n.Module {
		return
	}
	name := n.Path[len(n.Path)-1]
	if _, taken := w.byName[name]; taken {
		w.byName[name] = nil
		return
	}
	w.byName[name] = n
}

// path finds the node of the business tree at which labels point, as deep as they
// tell; nil if they tell nothing.
func (w *where) path(labels model.LabelSet, node string) fleet.Path {
	levels := w.tree.Levels()
	path := make(fleet.Path, 0, len(levels))
	for _, level := range levels {
		name := labels[model.LabelName(level)]
		if name == "" {
			break
		}
		path = append(path, string(name))
	}
	if len(path) == len(levels) {
		return path
	}
	if n := w.byName[string(labels[model.LabelName(levels[len(levels)-1])])]; n != nil && n.Path.Under(path) {
		return n.Path
	}
	if d := w.devices[node]; d != nil {
		if shared := common(d.modules); len(shared) > len(path) && shared.Under(path) {
			return shared
		}
	}
	if len(path) == 0 {
		return nil
	}
	return path
}

// common is the deepest path above all modules.
func common(modules []*fleet.Node) fleet.Path {
	shared := modules[0].Path
	for _, m := range modules[1:] {
		for !m.Path.Under(shared) {
			shared = shared[:len(shared)-1]
		}
	}
	return shared
}

// components are the failure domains that the labels name, and those of the device.
func (w *where) components(labels model.LabelSet, names []string, node string) (all []alarm.Component) {
	for _, name := range names {
		if v := labels[model.LabelName(name)]; v != "" {
			all = append(all, alarm.Component{Kind: name, Name: string(v)})
		}
	}
	if d := w.devices[node]; d != nil {
		for _, at := range d.domains {
			all = union(all, []alarm.Component{{Kind: at.Label, Name: at.Value}})
		}
	}
	return all
}

// nodeOf is the device that labels name, without a port.
func nodeOf(labels model.LabelSet, names []string) string {
	name := first(labels, names)
	if host, _, err := net.SplitHostPort(name); err == nil {
		return host
	}
	return name
}
