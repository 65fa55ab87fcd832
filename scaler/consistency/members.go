package consistency

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/prometheus/common/model"

	"headroom/scaler/node/wire"
)

// Why a node shall have what a module declares.
const (
	byWorkers  = "its workers run there"
	bySeries   = "it reports samples of the module"
	bySelector = "the declaration names it"
)

// gather asks which nodes there are, finds out for which modules each shall have what is
// declared, and returns those that shall look for something else than before. c.writing
// must be held.
func (c *Consistency) gather() (told []string) {
	hosts, seen := c.o.Fleet.Hosts(), c.o.Fleet.Seen()
	members := c.membersOf(hosts, seen)
	of := map[string][]string{} // modules by node
	for id, all := range members {
		for name := range all {
			of[name] = append(of[name], id)
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.takeHosts(hosts)
	for id, m := range c.modules {
		m.members = members[id]
	}
	for name := range of {
		if c.nodes[name] == nil {
			c.nodes[name] = &node{host: Host{Name: name}}
		}
	}
	c.takeModules(hosts, seen)
	for name, n := range c.nodes {
		if !n.inPool && of[name] == nil {
			delete(c.nodes, name)
			continue
		}
		if c.declare(n, of[name]) {
			told = append(told, name)
		}
	}
	slices.Sort(told)
	return told
}

// membersOf are the nodes of each module that is declared, with why they shall have what
// it declares. What is declared changes only while c.writing is held.
func (c *Consistency) membersOf(hosts []Host, seen map[string][]string) map[string]map[string]string {
	members := map[string]map[string]string{}
	for id, m := range c.modules {
		members[id] = map[string]string{}
		if m.decl == nil {
			continue
		}
		for _, name := range seen[id] {
			members[id][name] = bySeries
		}
		if len(m.decl.Nodes)+len(m.decl.matchers) == 0 {
			continue
		}
		for i := range hosts {
			if m.decl.selects(&hosts[i]) {
				members[id][hosts[i].Name] = bySelector
			}
		}
	}
	for i := range hosts {
		for _, id := range hosts[i].Modules {
			if m := c.modules[id]; m != nil && m.decl != nil {
				members[id][hosts[i].Name] = byWorkers
			}
		}
	}
	return members
}

// takeHosts notes which nodes there are, and which have become silent or came back.
func (c *Consistency) takeHosts(hosts []Host) {
	for _, n := range c.nodes {
		n.inPool = false
	}
	for _, h := range hosts {
		n := c.nodes[h.Name]
		if n == nil {
			n = &node{}
			c.nodes[h.Name] = n
		}
		n.changed = n.changed || n.host.Lost.IsZero() != h.Lost.IsZero()
		if !h.Lost.IsZero() {
			n.away = h.Lost
		}
		n.host, n.inPool = h, true
	}
	for _, n := range c.nodes {
		if !n.inPool && n.have != nil {
			n.have, n.changed = nil, true
		}
	}
}

// takeModules notes for which modules each node works, declared or not.
func (c *Consistency) takeModules(hosts []Host, seen map[string][]string) {
	for _, n := range c.nodes {
		n.modules = nil
	}
	for i := range hosts {
		c.nodes[hosts[i].Name].modules = slices.Clone(hosts[i].Modules)
	}
	for id, names := range seen {
		for _, name := range names {
			if n := c.nodes[name]; n != nil && !slices.Contains(n.modules, id) {
				n.modules = append(n.modules, id)
			}
		}
	}
}

// selects tells whether a declaration names a node, wherever the module runs.
func (d *Declaration) selects(h *Host) bool {
	for _, p := range d.Nodes {
		if ok, err := path.Match(p, h.Name); err == nil && ok {
			return true
		}
	}
	if len(d.matchers) == 0 {
		return false
	}
	set := make(model.LabelSet, len(h.Labels))
	for name, value := range h.Labels {
		set[model.LabelName(name)] = model.LabelValue(value)
	}
	return d.matchers.Matches(set)
}

// declare finds out what a node shall look for, and tells whether that is something else
// than before.
func (c *Consistency) declare(n *node, modules []string) bool {
	slices.Sort(modules)
	var of strings.Builder
	for _, id := range modules {
		of.WriteString(id + "\n" + c.modules[id].looks + "\n")
	}
	if of.String() == n.of {
		return false
	}
	n.of = of.String()
	was := n.declared.Version
	n.declared = c.looksOf(modules)
	return n.declared.Version != was
}

// looksOf is what a node looks for that has some modules.
func (c *Consistency) looksOf(modules []string) (d wire.Declared) {
	packages, files, processes, ports := map[string]bool{}, map[string]bool{}, map[string]bool{}, map[int]bool{}
	for _, id := range modules {
		m := c.modules[id]
		for _, w := range m.wants {
			switch w.Kind {
			case KindPackage:
				packages[w.Name] = true
			case KindFile:
				files[w.Name] = true
			case KindProcess:
				processes[w.Name] = true
			case KindPort:
				port, _ := strconv.Atoi(w.Name) // it is a port's key
				ports[port] = true
			}
		}
		for _, p := range m.decl.PackagesExtra {
			packages[p] = true
		}
	}
	d.Packages, d.Files = slices.Sorted(maps.Keys(packages)), slices.Sorted(maps.Keys(files))
	d.Processes, d.Ports = slices.Sorted(maps.Keys(processes)), slices.Sorted(maps.Keys(ports))
	if len(packages)+len(files)+len(processes)+len(ports) == 0 {
		return wire.Declared{}
	}
	text, err := json.Marshal(d)
	if err != nil {
		panic("BUG: " + err.Error()) // it was made by us
	}
	sum := sha256.Sum256(text)
	d.Version = hex.EncodeToString(sum[:8])
	return d
}
