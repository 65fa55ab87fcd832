package rollup

import (
	"slices"
	"strings"

	"headroom/storage"
	"headroom/storage/fleet"
)

// The series that Headroom writes are named after what they are about: modules,
// or the inner nodes of the tree, which carry only the labels down to their own
// level. Summing over modules therefore never counts anything twice.
const (
	ModulePrefix = "headroom_module_"
	GroupPrefix  = "headroom_group_"
)

// Suffixes of the series that hold the rolled-up minutes.
const (
	LoadPercent    = "load_percent"
	LoadMaxPercent = "load_max_percent"
	Devices        = "devices"
	DevicesSilent  = "devices_silent"
	Processes      = "processes"
	BusySeconds    = "busy_seconds"
	Requests       = "requests"
)

// Suffixes lists the suffixes of a [Value]'s numbers, in the order of Numbers.
var Suffixes = []string{LoadPercent, LoadMaxPercent, Devices, DevicesSilent, Processes, BusySeconds, Requests}

// Numbers returns the value's numbers in the order of [Suffixes].
func (v Value) Numbers() [7]float64 {
	return [7]float64{v.Load, v.LoadMax, v.Devices, v.Silent, v.Processes, v.Busy, v.Requests}
}

// SetNumber sets the number that belongs to Suffixes[i].
func (v *Value) SetNumber(i int, x float64) {
	*[]*float64{&v.Load, &v.LoadMax, &v.Devices, &v.Silent, &v.Processes, &v.Busy, &v.Requests}[i] = x
}

// Metric returns the metric name of a node's series.
func Metric(n *fleet.Node, suffix string) string {
	if n.Module {
		return ModulePrefix + suffix
	}
	return GroupPrefix + suffix
}

// Labels returns the sorted labels of a node's series, with extra ones added.
func Labels(n *fleet.Node, levels []string, suffix string, extra ...storage.Label) []storage.Label {
	return NewNames(levels, suffix, extra...).Of(n)
}

// Select returns the matchers of exactly one node's series: those of the nodes
// below it have more levels.
func Select(n *fleet.Node, levels []string, suffix string) []storage.Matcher {
	ms := []storage.Matcher{storage.Metric(Metric(n, suffix))}
	for i, level := range levels {
		name := ""
		if i < len(n.Path) {
			name = n.Path[i]
		}
		ms = append(ms, storage.Eq(level, name))
	}
	return ms
}

// Names makes the labels of one series of any node. It keeps none of them: those
// of all series of a large fleet would take more memory than the last minutes of
// their samples.
type Names struct {
	module, group string // metric
	labels        []label
}

// label is one of a series' labels.
type label struct {
	name  string
	level int    // of the tree, whose node is the value; −1: the value is
	value string // nothing for the metric's name
}

// NewNames returns the names of the series with a suffix, and with extra
// labels, in a tree with these levels.
func NewNames(levels []string, suffix string, extra ...storage.Label) *Names {
	s := &Names{module: ModulePrefix + suffix, group: GroupPrefix + suffix}
	s.labels = append(s.labels, label{name: storage.MetricName, level: -1})
	for _, l := range extra {
		s.labels = append(s.labels, label{name: l.Name, level: -1, value: l.Value})
	}
	for i, name := range levels {
		s.labels = append(s.labels, label{name: name, level: i})
	}
	slices.SortStableFunc(s.labels, func(a, b label) int { return strings.Compare(a.name, b.name) })
	return s
}

// AllNames returns the names of the rolled-up minutes, in the order of [Suffixes].
func AllNames(levels []string) (all []*Names) {
	for _, suffix := range Suffixes {
		all = append(all, NewNames(levels, suffix))
	}
	return all
}

// Of returns the labels of a node's series, sorted by name.
func (s *Names) Of(n *fleet.Node) []storage.Label {
	out := make([]storage.Label, 0, len(s.labels))
	for i := range s.labels {
		switch l := &s.labels[i]; {
		case l.level >= len(n.Path): // of nodes below this one
		case l.level >= 0:
			out = append(out, storage.Label{Name: l.name, Value: n.Path[l.level]})
		case l.name == storage.MetricName && n.Module:
			out = append(out, storage.Label{Name: l.name, Value: s.module})
		case l.name == storage.MetricName:
			out = append(out, storage.Label{Name: l.name, Value: s.group})
		default:
			out = append(out, storage.Label{Name: l.name, Value: l.value})
		}
	}
	return out
}
