package fold

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/common/model"

	"headroom/alerting/alarm"
	"headroom/storage/fleet"
)

// The alertnames of the stage's own alarms.
const (
	causeKind = "CommonCause"
	stormKind = "AlarmStorm"
)

// open begins a common cause.
func (s *Stage) open(now time.Time, on *component) *cause {
	s.metrics.causes.Inc()
	return s.begin(now, on, false)
}

// begin makes the alarm of a cause or of a storm's node. It is written when it has
// its members.
func (s *Stage) begin(now time.Time, on *component, storm bool) *cause {
	key := causeKey(on.Component, storm)
	c := s.newCause(alarm.ID(key, now), on, storm, "")
	c.opened = now
	c.alarm = &alarm.Alarm{
		ID: c.id, Key: key, Source: alarm.FromFold, StartsAt: now, Received: now, UpdatedAt: now,
		Outcome: alarm.Waiting, Labels: s.labels(on, storm),
		Facts: alarm.Facts{Components: []alarm.Component{on.Component}, Owner: s.owner(on)},
		Cause: &alarm.Cause{Component: on.Component},
	}
	if on.level {
		c.alarm.Facts.Path, _ = fleet.ParseID(on.Name) // it was made by Path.ID
	}
	c.alarm.Note(alarm.Event{At: now, Stage: Name, What: alarm.Received, Reason: c.beginning()})
	s.opened = append(s.opened, c.alarm)
	return c
}

func (s *Stage) owner(on *component) string {
	if s.opts.Owner == nil {
		return ""
	}
	return s.opts.Owner(on.Component)
}

// labels are those of a cause's alarm, but for the severity.
func (s *Stage) labels(on *component, storm bool) model.LabelSet {
	labels := identity(on.Component, storm)
	if owner := s.owner(on); owner != "" {
		labels["owner"] = model.LabelValue(owner)
	}
	if on.level {
		path, _ := fleet.ParseID(on.Name)
		for i, name := range path[:min(len(path), len(s.levels))] {
			labels[model.LabelName(s.levels[i])] = model.LabelValue(name)
		}
	}
	return labels
}

// writeCauses brings the alarms of causes up to date: when there is a tenth more or
// less to tell than before, and at the latest after a wait. They are not written at
// every change, since each has a long list.
func (s *Stage) writeCauses(now time.Time) {
	for _, c := range s.causes {
		if c.alarm == nil || c.into != "" || !c.changed {
			continue
		}
		much := 10*max(len(c.members)-c.writtenMembers, c.writtenMembers-len(c.members)) >= c.writtenMembers
		if much || now.Sub(c.written) >= time.Duration(s.cfg.Wait) {
			s.write(now, c)
		}
	}
}

// write says in the alarm of a cause what it stands for now.
func (s *Stage) write(now time.Time, c *cause) {
	a := c.alarm
	c.written, c.writtenMembers, c.changed = now, len(c.members), false
	a.Cause.Members = c.listed
	a.Cause.Kinds = slices.Sorted(maps.Keys(c.kinds))
	a.Cause.Share = c.known(s.fleet, now, c.mostlyDevices())
	labels := a.Labels.Clone()
	if c.severity != "" {
		labels["severity"] = model.LabelValue(c.severity)
	}
	owners := ""
	if s.owner(c.component) == "" && len(c.owners) > 0 {
		a.Facts.Owner, owners = c.responsible()
	}
	if !c.began.IsZero() && c.began.Before(a.StartsAt) {
		a.StartsAt = c.began
	}
	a.Labels, a.UpdatedAt = labels, now
	a.Annotations = model.LabelSet{
		"summary":     model.LabelValue(c.summary(a.Cause.Share)),
		"description": model.LabelValue(c.description()),
	}
	if owners != "" {
		a.Annotations["headroom_owner"] = model.LabelValue(owners)
	}
	a.Touch()
}

const namedOwners = 5 // of members, if there are several

// responsible is the owner of a cause that has none declared: that of all its
// members, or a list of theirs.
func (t *telling) responsible() (one, list string) {
	all := slices.Sorted(maps.Keys(t.owners))
	if len(all) == 1 {
		return all[0], ""
	}
	all = slices.DeleteFunc(all, func(owner string) bool { return owner == "" })
	list = strings.Join(all[:min(namedOwners, len(all))], ", ")
	if more := len(all) - namedOwners; more > 0 {
		list += fmt.Sprintf(" and %d more", more)
	}
	return "", list
}

func (c *cause) beginning() string {
	if c.storm {
		return "more alarms ring than can be told one by one"
	}
	return "many alarms ring that share " + c.component.String()
}

// foldedInto is the reason of its members.
func (c *cause) foldedInto() string {
	if c.storm {
		return "more alarms ring than can be told one by one: summed up for " + nodeName(c.Component)
	}
	return "one of many alarms of what shares " + c.component.String()
}

func nodeName(c alarm.Component) string {
	if c.Name == "" {
		return "all of unknown place"
	}
	return c.String()
}

func (c *cause) summary(share int) string {
	kinds := shorten(strings.Join(slices.Sorted(maps.Keys(c.kinds)), ", "))
	what := "modules"
	if c.mostlyDevices() {
		what = "devices"
	}
	switch {
	case c.storm && c.over:
		return fmt.Sprintf("alarm storm is over: %d alarms of %s: %s", c.most.alarms, nodeName(c.Component), kinds)
	case c.storm:
		return fmt.Sprintf("alarm storm: %d alarms of %s: %s", len(c.members), nodeName(c.Component), kinds)
	case c.over:
		return fmt.Sprintf("%s: over: %d %s rang: %s", c.component, c.most.places, what, kinds)
	case share == 0: // nobody knows how many do
		return fmt.Sprintf("%s: %d %s that share it ring: %s", c.component, len(c.places), what, kinds)
	}
	return fmt.Sprintf("%s: %d of %d %s that share it ring: %s", c.component, len(c.places), max(share, len(c.places)), what, kinds)
}

const longest = 200 // bytes of a list of alertnames

func shorten(list string) string {
	if len(list) <= longest {
		return list
	}
	cut := strings.LastIndex(list[:longest], ", ")
	return list[:max(cut, 0)] + ", …"
}

// description says why one message stands for many alarms. Which they are is said
// elsewhere in it.
func (c *cause) description() string {
	if c.storm {
		return "so many alarms come at a time that nobody could read them one by one: these are summed up, and listed with this one"
	}
	return "most likely " + c.component.String() + " is why: what shares it rings, and little else like it; they are listed with this one"
}
