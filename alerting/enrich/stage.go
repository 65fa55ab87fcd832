package enrich

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/prometheus/common/model"

	"headroom/alerting/alarm"
	"headroom/ingest/rollup"
	"headroom/storage/fleet"
)

// Name is the stage's.
const Name = "enrich"

// Options make a [Stage]. The functions are asked anew, since what they answer can
// change; each but Devices is called once for every alarm.
type Options struct {
	Tree    *fleet.Tree
	Devices func(func(rollup.Device)) // calls back for every device of every module
	Labels  func() Labels

	// Facts returns the numbers of a node of the business tree for people to read;
	// nil if nothing is known. May be nil.
	Facts func(path fleet.Path) map[string]string
	// Known returns what the registry knows of a node: its owner, runbook and level
	// count where the alarm says nothing itself. May be nil.
	Known func(path fleet.Path) fleet.Facts
	// Declared returns the shared components that are declared for where an alarm
	// rings. May be nil.
	Declared func(labels model.LabelSet, path fleet.Path, node string) []alarm.Component
	// Changes returns the ids of the change runs that touch a place now. May be nil.
	Changes func(now time.Time, node string, path fleet.Path) []string
}

// maxChanges is how many change runs an alarm remembers, those that touched it first.
const maxChanges = 10

// Labels are the labels of alarms that have a meaning.
type Labels struct {
	Node    []string // name the device; the first that is there counts
	Owner   []string // name who is responsible; likewise
	Process string
	Domains []string // name failure domains
}

// Stage is the pipeline's stage that enriches alarms. It keeps none.
type Stage struct {
	opts  Options
	where where
}

// New returns the stage.
func New(opts Options) *Stage { return &Stage{opts: opts} }

// Name implements [alarm.Stage].
func (s *Stage) Name() string { return Name }

// Run implements [alarm.Stage].
func (s *Stage) Run(_ context.Context, now time.Time, alarms []*alarm.Alarm) []*alarm.Alarm {
	if len(alarms) > 0 {
		s.where.refresh(s.opts, now)
	}
	labels := s.opts.Labels()
	for _, a := range alarms {
		if !a.Ended { // as it was when it rang
			s.enrich(a, labels)
			s.changes(a, now)
		}
	}
	return alarms
}

func (s *Stage) enrich(a *alarm.Alarm, labels Labels) {
	f := &a.Facts
	if a.Cause == nil {
		f.Node = nodeOf(a.Labels, labels.Node)
		f.Path = s.where.path(a.Labels, f.Node)
		f.Process = string(a.Labels[model.LabelName(labels.Process)])
		f.Components = s.where.components(a.Labels, labels.Domains, f.Node)
	}
	if owner := first(a.Labels, labels.Owner); owner != "" {
		f.Owner = owner
	}
	if s.opts.Declared != nil && a.Cause == nil {
		f.Components = union(f.Components, s.opts.Declared(a.Labels, f.Path, f.Node))
	}
	f.Runbook = string(a.Annotations["runbook_url"])
	if s.opts.Facts != nil && len(f.Path) > 0 {
		f.More = s.opts.Facts(f.Path)
	}
	if s.opts.Known != nil && len(f.Path) > 0 {
		known(f, s.opts.Known(f.Path))
	}
}

// known adds what the registry knows, where an alarm says nothing itself.
func known(f *alarm.Facts, from fleet.Facts) {
	f.Owner, f.Runbook, f.Level = cmp.Or(f.Owner, from.Owner), cmp.Or(f.Runbook, from.Runbook), from.Level
}

// changes adds the change runs that touch where an alarm rings: one that is over
// may have caused it, too.
func (s *Stage) changes(a *alarm.Alarm, now time.Time) {
	if s.opts.Changes == nil || a.Cause != nil {
		return
	}
	for _, id := range s.opts.Changes(now, a.Facts.Node, a.Facts.Path) {
		if have := a.Facts.Changes; len(have) < maxChanges && !slices.Contains(have, id) {
			a.Facts.Changes = append(slices.Clip(have), id)
			a.Touch()
		}
	}
}

func first(labels model.LabelSet, names []string) string {
	for _, name := range names {
		if v := labels[model.LabelName(name)]; v != "" {
			return string(v)
		}
	}
	return ""
}

// union appends the components of more that are not there yet.
func union(have, more []alarm.Component) []alarm.Component {
next:
	for _, c := range more {
		for _, h := range have {
			if h == c {
				continue next
			}
		}
		have = append(have, c)
	}
	return have
}
