package fold

import (
	"time"

	"github.com/prometheus/common/model"

	"headroom/alerting/alarm"
)

// recall meets the alarms of causes: those that were open before a restart are
// found again, and those that somebody else has ended let their members go.
func (s *Stage) recall(now time.Time, alarms []*alarm.Alarm) {
	for _, a := range alarms {
		if a.Cause == nil {
			continue
		}
		c := s.causes[a.ID]
		switch {
		case a.Ended:
			if c != nil {
				s.end(now, c)
			}
		case c == nil:
			s.resume(a)
		case c.alarm == nil:
			s.meet(c, a)
		}
	}
}

// resume takes up a cause that was open before the restart.
func (s *Stage) resume(a *alarm.Alarm) {
	into := ""
	if a.Stage == Name {
		into = a.By
	}
	on := s.component(a.Cause.Component, s.isLevel(a.Cause.Component.Kind))
	c := s.newCause(a.ID, on, a.Kind() == stormKind, into)
	c.opened = a.Received
	s.meet(c, a)
}

func (s *Stage) meet(c *cause, a *alarm.Alarm) {
	c.alarm, c.listed, c.severity = a, a.Cause.Members, a.Severity()
	for _, kind := range a.Cause.Kinds {
		c.fold(kind)
	}
	for _, id := range a.Cause.Members {
		s.listed[id] = c
	}
}

// newCause enters a cause.
func (s *Stage) newCause(id string, on *component, storm bool, into string) *cause {
	c := &cause{id: id, component: on, storm: storm, into: into, kinds: map[string]float64{}, members: map[*item]bool{}, telling: telling{places: map[uint64]int{}, owners: map[string]bool{}}}
	s.causes[id] = c
	switch {
	case storm:
		s.storm.nodes[on.Component], s.storm.on = c, true
	case into == "":
		on.cause = c
	}
	return c
}

// story reads from the trail of an alarm when it came to this stage, zero if it did
// not, and whether it went on by itself.
func story(a *alarm.Alarm) (since time.Time, passed bool) {
	for _, e := range a.Trail {
		if e.Stage != Name {
			continue
		}
		if since.IsZero() {
			since = e.At
		}
		passed = e.What == alarm.Passed
	}
	return since, passed || a.Outcome == alarm.Notified
}

// causeOf is the cause in which an alarm was before a restart: the one that it
// names, or that lists it if somebody was told of it. The alarm of the cause itself
// may be kept by another stage, as by a mute; its id tells then what it is for.
func (s *Stage) causeOf(now time.Time, it *item) *cause {
	a := it.a
	if a.Outcome == alarm.Notified {
		return s.listed[a.ID]
	}
	if a.Stage != Name || a.Outcome != alarm.Folded {
		return nil
	}
	if c := s.causes[a.By]; c != nil {
		return c
	}
	for _, c := range it.components {
		for _, storm := range []bool{false, true} {
			if alarm.ID(causeKey(c.Component, storm), now)[:keyLength] == a.By[:min(keyLength, len(a.By))] {
				found := s.newCause(a.By, c, storm, "")
				found.opened = it.since
				return found
			}
		}
	}
	return nil
}

const keyLength = 16 // digits of an [alarm.Key] at the front of an id

// causeKey is what makes it the same common cause when it comes again.
func causeKey(c alarm.Component, storm bool) alarm.Key {
	return alarm.KeyOf(identity(c, storm))
}

// identity are the labels that tell causes apart.
func identity(c alarm.Component, storm bool) model.LabelSet {
	name := causeKind
	if storm {
		name = stormKind
	}
	labels := model.LabelSet{model.AlertNameLabel: model.LabelValue(name), "component_kind": model.LabelValue(c.Kind)}
	if c.Name != "" {
		labels["component"] = model.LabelValue(c.Name)
	}
	return labels
}
