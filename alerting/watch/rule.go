package watch

import (
	"time"

	"github.com/prometheus/common/model"

	"headroom/analytics"
	"headroom/ingest/rollup"
	"headroom/internal/config"
	"headroom/storage/fleet"
)

// Input is one minute as the rules see it.
type Input struct {
	Now      time.Time
	Config   config.Watch
	Lead     time.Duration // from a request to a machine in service
	Settled  bool          // senders have had the time to reach us since the start
	Snapshot *analytics.Snapshot
	Silent   map[string][]rollup.Device // devices that have stopped, by the module's id
	Stopped  map[sender]rollup.Stopped

	// Reports tells whether a device, or a process on it, reports to a module now;
	// Renewed whether a process on it has begun to since the time that senders were
	// given to reach us after the start.
	Reports func(n *fleet.Node, device, process string) bool
	Renewed func(n *fleet.Node, device string) bool

	Metrics, MetricsBefore Metrics // Headroom's own, of this minute and of the one before
}

// sender is a process on a device of a module.
type sender struct{ node, device, process string }

// Text is what people read of an alarm.
type Text struct {
	Summary     string
	Description string
	Numbers     map[string]string
}

// annotations are a text as an alarm carries it.
func (t Text) annotations() model.LabelSet {
	set := model.LabelSet{"summary": model.LabelValue(t.Summary), "description": model.LabelValue(t.Description)}
	for name, value := range t.Numbers {
		set[model.LabelName(name)] = model.LabelValue(value)
	}
	return set
}

// rule is one kind of alarm.
type rule struct {
	kind   string
	limits func(config.Watch) config.WatchRule
	// find calls found with each subject whose condition holds.
	find func(in *Input, found func(Subject, Text))
	// over tells whether the condition of a subject that was not found surely does
	// not hold. If not, nothing is known of it.
	over func(in *Input, s Subject) bool
	// greater names the subject whose alarm says all that this one would: while it
	// fires, this one does not begin. nil: none.
	greater func(Subject) Subject
}

// tableRules are about the minute's table, the greater ones first.
var tableRules = []rule{loadDeviates, peakAboveTarget, runwayShort, moduleSilent, deviceSilent, processDead}

// row returns a subject's row, nil if its node is unknown.
func (in *Input) row(s Subject) *analytics.Row {
	if i := in.Snapshot.Find(s.Node); i >= 0 {
		return &in.Snapshot.Rows[i]
	}
	return nil
}

// judged tells whether what was learned counts: the row can be judged, and by the
// configured model. The first tables after a start may be by another one.
func (in *Input) judged(r *analytics.Row) bool {
	return r.State == analytics.OK && !in.Snapshot.StandIn()
}

// lasting tells whether a module was there on a day before: what has only come
// today is not missed when it goes.
func (in *Input) lasting(i int) bool { return i >= 0 && in.Snapshot.Growth[i].Days > 0 }

// eachJudged calls f with the rows of the watched levels that are judged.
func (in *Input) eachJudged(f func(i int, r *analytics.Row)) {
	levels := in.Config.Levels
	if len(levels) == 0 {
		levels = in.Snapshot.Levels[len(in.Snapshot.Levels)-1:]
	}
	watched := map[string]bool{}
	for _, level := range levels {
		watched[level] = true
	}
	for i := range in.Snapshot.Rows {
		if r := &in.Snapshot.Rows[i]; watched[r.Level] && in.judged(r) {
			f(i, r)
		}
	}
}
