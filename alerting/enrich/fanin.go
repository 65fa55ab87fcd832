package enrich

import (
	"headroom/alerting/alarm"
	"headroom/storage/fleet"
)

// fanIn counts what shares a component.
type fanIn struct {
	modules map[*fleet.Node]struct{}
	devices int
}

// FanIn returns how many modules share a component, and how many devices they have
// there; a device counts once for each module that it works for. 0 is unknown. The
// empty component is what all share. A node of the business tree is shared by what
// lies below it: its kind is its level's label, its name its id.
func (s *Stage) FanIn(c alarm.Component) (modules, devices int) {
	f := s.where.shared[c]
	if f == nil {
		return 0, 0
	}
	return len(f.modules), f.devices
}

// share counts a device of a module for everything that it shares with others.
func (w *where) share(module *fleet.Node, components []alarm.Component) {
	count := func(c alarm.Component) {
		f := w.shared[c]
		if f == nil {
			f = &fanIn{modules: map[*fleet.Node]struct{}{}}
			w.shared[c] = f
		}
		f.modules[module] = struct{}{}
		f.devices++
	}
	count(alarm.Component{})
	for i, level := range w.tree.Levels() {
		count(alarm.Component{Kind: level, Name: module.Path[:i+1].ID()})
	}
	for _, c := range components {
		count(c)
	}
}
