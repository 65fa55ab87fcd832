package rollup

import (
	"slices"
	"strings"
	"sync"

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
	labels := append([]storage.Label{{Name: storage.MetricName, Value: Metric(n, suffix)}}, extra...)
	for i, name := range n.Path {
		labels = append(labels, storage.Label{Name: levels[i], Value: name})
	}
	slices.SortFunc(labels, func(a, b storage.Label) int { return strings.Compare(a.Name, b.Name) })
	return labels
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

// Names keeps the label sets of one series of every node, so that a minute is
// written without building them again. It may be used from many goroutines.
type Names struct {
	levels []string
	suffix string
	extra  []storage.Label

	mu   sync.Mutex
	sets [][]storage.Label // by node index
}

// NewNames returns the names of the series with a suffix, and with extra
// labels, in a tree with these levels.
func NewNames(levels []string, suffix string, extra ...storage.Label) *Names {
	return &Names{levels: levels, suffix: suffix, extra: extra}
}

// AllNames returns the names of the rolled-up minutes, in the order of [Suffixes].
func AllNames(levels []string) (all []*Names) {
	for _, suffix := range Suffixes {
		all = append(all, NewNames(levels, suffix))
	}
	return all
}

// Of returns the labels of a node's series. They must not be changed.
func (s *Names) Of(n *fleet.Node) []storage.Label {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.sets) <= n.Index {
		s.sets = append(s.sets, nil)
	}
	if s.sets[n.Index] == nil {
		s.sets[n.Index] = Labels(n, s.levels, s.suffix, s.extra...)
	}
	return s.sets[n.Index]
}
