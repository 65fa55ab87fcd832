package fold

import (
	"slices"

	"github.com/prometheus/alertmanager/matcher/parse"
	"github.com/prometheus/alertmanager/pkg/labels"
	"github.com/prometheus/common/model"

	"headroom/alerting/alarm"
	"headroom/internal/config"
	"headroom/storage/fleet"
)

// Index finds the shared components that are declared for where an alarm rings, by
// looking up the nodes of its path and its labels, not by trying all declarations.
// It is never changed, so it may be used by many goroutines.
type Index struct {
	names  []model.LabelName // labels that name a component
	byNode map[string][]alarm.Component
	byPair map[pair][]matched // by a label that its matchers demand
	others []matched          // that demand no label in particular
	owners map[alarm.Component]string
}

type pair struct {
	name  model.LabelName
	value model.LabelValue
}

// matched is a component of the alarms that match.
type matched struct {
	alarm.Component
	labels.Matchers
}

// NewIndex returns the index of what is declared, and of components that were
// learned. The configuration was checked.
func NewIndex(c config.Fold, learned []Learned) *Index {
	x := &Index{byNode: map[string][]alarm.Component{}, byPair: map[pair][]matched{}, owners: map[alarm.Component]string{}}
	for _, name := range c.Labels {
		x.names = append(x.names, model.LabelName(name))
	}
	for _, d := range c.Components {
		on := alarm.Component{Kind: d.Kind, Name: d.Name}
		x.owners[on] = d.Owner
		x.atNodes(on, d.Modules)
		if d.Kind == kindUpstream {
			x.atNodes(on, []string{d.Name}) // when it fails it rings itself, too
		}
		x.match(on, d.Match)
	}
	for _, l := range learned {
		x.atNodes(l.Component(), l.Modules)
	}
	return x
}

// kindUpstream is the kind of a module that others call, named by its id.
const kindUpstream = "upstream"

func (x *Index) atNodes(c alarm.Component, ids []string) {
	for _, id := range ids {
		if !slices.Contains(x.byNode[id], c) {
			x.byNode[id] = append(x.byNode[id], c)
		}
	}
}

func (x *Index) match(c alarm.Component, text string) {
	if text == "" {
		return
	}
	ms, err := parse.Matchers(text)
	if err != nil {
		return
	}
	for _, m := range ms {
		if m.Type == labels.MatchEqual && m.Value != "" {
			p := pair{model.LabelName(m.Name), model.LabelValue(m.Value)}
			x.byPair[p] = append(x.byPair[p], matched{c, ms})
			return
		}
	}
	x.others = append(x.others, matched{c, ms})
}

// Of returns the components of an alarm with these labels, at a node of the business
// tree and on a device; either may be empty.
func (x *Index) Of(set model.LabelSet, path fleet.Path, node string) (all []alarm.Component) {
	add := func(c alarm.Component) {
		if !slices.Contains(all, c) {
			all = append(all, c)
		}
	}
	for _, name := range x.names {
		if v := set[name]; v != "" {
			add(alarm.Component{Kind: string(name), Name: string(v)})
		}
	}
	id := path.ID()
	for end := range len(id) + 1 {
		if end == len(id) || id[end] == '/' { // the id of a node above
			for _, c := range x.byNode[id[:end]] {
				add(c)
			}
		}
	}
	for _, m := range x.others {
		if m.Matches(set) {
			add(m.Component)
		}
	}
	if len(x.byPair) == 0 {
		return all
	}
	for _, name := range sortedNames(set) {
		for _, m := range x.byPair[pair{name, set[name]}] {
			if m.Matches(set) {
				add(m.Component)
			}
		}
	}
	return all
}

func sortedNames(set model.LabelSet) []model.LabelName {
	names := make([]model.LabelName, 0, len(set))
	for name := range set {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Owner returns who is responsible for a component; "" if nobody is declared.
func (x *Index) Owner(c alarm.Component) string { return x.owners[c] }
