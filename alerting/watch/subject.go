package watch

import (
	"github.com/prometheus/common/model"

	"headroom/storage/fleet"
)

// Subject is what an alarm is about. Equal subjects are the same alarm.
type Subject struct {
	Kind      string // alertname
	Severity  string
	Node      string // id in the business tree; empty for what is about Headroom itself
	Direction string // of a deviation: up or down
	Device    string
	Process   string
	What      string // of Headroom itself: the reason, group or receiver that a metric tells apart
}

// Severities, as routing trees know them.
const (
	warning  = "warning"
	critical = "critical"
)

// names are the labels that subjects are told by.
type names struct {
	Levels  []string // of the hierarchy
	Device  string
	Process string
}

const (
	directionLabel = "direction"
	whatLabel      = "what"
)

// labels returns the labels of a subject's alarm.
func (n names) labels(s Subject) model.LabelSet {
	set := model.LabelSet{model.AlertNameLabel: model.LabelValue(s.Kind), "severity": model.LabelValue(s.Severity)}
	add := func(name, value string) {
		if value != "" {
			set[model.LabelName(name)] = model.LabelValue(value)
		}
	}
	add(directionLabel, s.Direction)
	add(whatLabel, s.What)
	path, _ := fleet.ParseID(s.Node) // our own id
	for i, name := range path {
		add(n.Levels[i], name)
	}
	add(n.Device, s.Device)
	add(n.Process, s.Process)
	return set
}

// subject reads labels that were written by labels.
func (n names) subject(set model.LabelSet) Subject {
	get := func(name string) string { return string(set[model.LabelName(name)]) }
	s := Subject{
		Kind: get(model.AlertNameLabel), Severity: get("severity"), Direction: get(directionLabel),
		Device: get(n.Device), Process: get(n.Process), What: get(whatLabel),
	}
	var path fleet.Path
	for _, level := range n.Levels {
		if get(level) == "" {
			break
		}
		path = append(path, get(level))
	}
	s.Node = path.ID()
	return s
}
