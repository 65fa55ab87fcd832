package consistency

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/alertmanager/pkg/labels"
	"github.com/prometheus/common/model"

	"headroom/internal/config"
	"headroom/scaler/node/wire"
	"headroom/storage/fleet"
)

// Rule is the standard that machines are built to. What it does not name may be anything.
type Rule struct {
	Path            string // id of a tree node; empty: all
	nodes           labels.Matchers
	kernel, os, cpu []string
	cores           []int
	memory          []config.MemoryRange
	sizes           []string // the same, in the user's words
	clockOffset     time.Duration
	block           bool
}

// property is one thing that a machine is built to.
type property struct {
	name    string
	found   func(*wire.Environment) string // empty: it is not known
	names   func(*Rule) bool
	allowed func(*Rule, *wire.Environment) bool
	want    func(*Rule) string
}

// patterns is a property that is a text, allowed by patterns.
func patterns(name string, found func(*wire.Environment) string, allowed func(*Rule) []string) property {
	return property{
		name: name, found: found,
		names: func(r *Rule) bool { return len(allowed(r)) > 0 },
		allowed: func(r *Rule, e *wire.Environment) bool {
			return slices.ContainsFunc(allowed(r), func(p string) bool {
				ok, err := path.Match(strings.ReplaceAll(p, "/", " "), strings.ReplaceAll(found(e), "/", " ")) // a star stands for a slash too
				return err == nil && ok || p == found(e)
			})
		},
		want: func(r *Rule) string { return strings.Join(allowed(r), " or ") },
	}
}

var properties = []property{
	patterns("kernel", func(e *wire.Environment) string { return e.Kernel }, func(r *Rule) []string { return r.kernel }),
	patterns("os", func(e *wire.Environment) string { return e.OS }, func(r *Rule) []string { return r.os }),
	patterns("cpu", func(e *wire.Environment) string { return e.CPU }, func(r *Rule) []string { return r.cpu }),
	{
		name:    "cores",
		found:   func(e *wire.Environment) string { return strconv.Itoa(e.Cores) },
		names:   func(r *Rule) bool { return len(r.cores) > 0 },
		allowed: func(r *Rule, e *wire.Environment) bool { return slices.Contains(r.cores, e.Cores) },
		want:    func(r *Rule) string { return strings.Trim(strings.ReplaceAll(fmt.Sprint(r.cores), " ", " or "), "[]") },
	},
	{
		name:  "memory",
		found: func(e *wire.Environment) string { return fmt.Sprintf("%.1fGiB", float64(e.Memory)/(1<<30)) },
		names: func(r *Rule) bool { return len(r.memory) > 0 },
		allowed: func(r *Rule, e *wire.Environment) bool {
			return slices.ContainsFunc(r.memory, func(m config.MemoryRange) bool { return m.Low <= e.Memory && e.Memory <= m.High })
		},
		want: func(r *Rule) string { return strings.Join(r.sizes, " or ") },
	},
	{
		name: "clock_offset",
		found: func(e *wire.Environment) string {
			if e.ClockOffset == nil {
				return ""
			}
			return fmt.Sprintf("%+.3fs", *e.ClockOffset)
		},
		names:   func(r *Rule) bool { return r.clockOffset > 0 },
		allowed: func(r *Rule, e *wire.Environment) bool { return math.Abs(*e.ClockOffset) <= r.clockOffset.Seconds() },
		want:    func(r *Rule) string { return "at most " + r.clockOffset.String() },
	},
}

// Outlier is a property of a node that its standard does not allow.
type Outlier struct {
	Node     string `json:"node"`
	Property string `json:"property"` // kernel, os, cpu, cores, memory or clock_offset
	Found    string `json:"found"`
	Allowed  string `json:"allowed"`
	Path     string `json:"path"`             // of the rule; empty: it is for all
	Blocks   bool   `json:"blocks"`           // the node gets no new workers
	Module   string `json:"module,omitempty"` // that the rule is for
}

// Judge lists what of a machine the rules do not allow. Of the rules that name a property
// and hold for a module of the node, the one of the deepest tree node counts; what is not
// known is no outlier.
func Judge(rules []Rule, at Place, modules []string, e *wire.Environment) (all []Outlier) {
	if len(modules) == 0 {
		modules = []string{""}
	}
	for _, p := range properties {
		found := p.found(e)
		if found == "" {
			continue
		}
		seen := map[*Rule]bool{}
		for _, module := range slices.Sorted(slices.Values(modules)) {
			r := deepest(rules, at, module, p)
			if r == nil || seen[r] || p.allowed(r, e) {
				continue
			}
			seen[r] = true
			o := Outlier{Node: at.Node, Property: p.name, Found: found, Allowed: p.want(r), Path: r.Path, Blocks: r.block}
			if r.Path != "" {
				o.Module = module
			}
			all = append(all, o)
		}
	}
	return all
}

// deepest is the rule that counts; of equally deep ones the last. nil: there is none.
func deepest(rules []Rule, at Place, module string, p property) (best *Rule) {
	depth := -1
	for i := range rules {
		r := &rules[i]
		d := strings.Count(r.Path, "/") + 1
		if r.Path == "" {
			d = 0
		}
		if d >= depth && p.names(r) && below(module, r.Path) && r.takes(at.Labels) {
			best, depth = r, d
		}
	}
	return best
}

// below tells whether a module lies at a tree node or below it.
func below(module, id string) bool {
	return id == "" || module == id || strings.HasPrefix(module, id+"/")
}

func (r *Rule) takes(set map[string]string) bool {
	if len(r.nodes) == 0 {
		return true
	}
	all := make(model.LabelSet, len(set))
	for name, value := range set {
		all[model.LabelName(name)] = model.LabelValue(value)
	}
	return r.nodes.Matches(all)
}

// outlying tells which nodes get no new workers for what they are built to. c.mu must be
// held.
func (c *Consistency) outlying() map[string]string {
	all := map[string]string{}
	for name, n := range c.nodes {
		for _, o := range c.outliersOf(n) {
			if o.Blocks && all[name] == "" {
				all[name] = fmt.Sprintf("it is built otherwise (%s %s instead of %s)", o.Property, o.Found, o.Allowed)
			}
		}
	}
	return all
}

func (c *Consistency) outliersOf(n *node) []Outlier {
	if n.have == nil || n.have.Machine == nil {
		return nil
	}
	return Judge(c.settings.Environment, Place{n.host.Name, n.host.Labels}, n.modules, n.have.Machine)
}

// EnvironmentView is what the machines are built to.
type EnvironmentView struct {
	Path       string          `json:"path"`
	Nodes      int             `json:"nodes"`
	Unknown    int             `json:"unknown"`    // of these nothing is known
	Properties []PropertyView  `json:"properties"` // how many nodes have which value
	Outliers   []Outlier       `json:"outliers"`
	Machines   []MachineOfNode `json:"machines"`
}

// PropertyView are the values of a property.
type PropertyView struct {
	Name   string      `json:"name"`
	Values []ValueView `json:"values"` // the most frequent first
}

// ValueView is a value with how many nodes have it.
type ValueView struct {
	Value    string `json:"value"`
	Nodes    int    `json:"nodes"`
	Outliers int    `json:"outliers"` // of these, those for which it is not allowed
}

// MachineOfNode is what a node is built to.
type MachineOfNode struct {
	Node        string            `json:"node"`
	Environment *wire.Environment `json:"environment"` // null: it is not known
	Outlier     bool              `json:"outlier"`
}

// Environment shows what the nodes are built to that work for a part of the business
// tree; empty: all nodes.
func (c *Consistency) Environment(path fleet.Path) EnvironmentView {
	id := path.ID()
	v := EnvironmentView{Path: id, Outliers: []Outlier{}, Machines: []MachineOfNode{}}
	counts := make([]map[string]*ValueView, len(properties))
	for i := range counts {
		counts[i] = map[string]*ValueView{}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, name := range slices.Sorted(maps.Keys(c.nodes)) {
		n := c.nodes[name]
		if id != "" && !slices.ContainsFunc(n.modules, func(m string) bool { return below(m, id) }) {
			continue
		}
		v.Nodes++
		outliers := c.outliersOf(n)
		v.Outliers = append(v.Outliers, outliers...)
		m := MachineOfNode{Node: name, Outlier: len(outliers) > 0}
		if n.have == nil || n.have.Machine == nil {
			v.Unknown++
			v.Machines = append(v.Machines, m)
			continue
		}
		m.Environment = n.have.Machine
		v.Machines = append(v.Machines, m)
		for i, p := range properties {
			count(counts[i], p, n.have.Machine, outliers)
		}
	}
	for i, p := range properties {
		values := []ValueView{}
		for _, value := range counts[i] {
			values = append(values, *value)
		}
		slices.SortFunc(values, func(a, b ValueView) int { return cmp.Or(b.Nodes-a.Nodes, strings.Compare(a.Value, b.Value)) })
		v.Properties = append(v.Properties, PropertyView{p.name, values})
	}
	return v
}

func count(into map[string]*ValueView, p property, e *wire.Environment, outliers []Outlier) {
	value := p.found(e)
	if value == "" {
		return
	}
	if into[value] == nil {
		into[value] = &ValueView{Value: value}
	}
	into[value].Nodes++
	if slices.ContainsFunc(outliers, func(o Outlier) bool { return o.Property == p.name }) {
		into[value].Outliers++
	}
}
