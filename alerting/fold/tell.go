package fold

import (
	"cmp"
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
	c.alarm.Note(alarm.Event{At: now, Stage: Name, What: alarm.Received, Reason: c.began()})
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
		for i, name := range path {
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
	a, ringing := c.alarm, c.sorted()
	c.written, c.writtenMembers, c.changed = now, len(ringing), false
	a.Cause.Members = c.listed
	a.Cause.Kinds = slices.Sorted(maps.Keys(c.kinds))
	a.Cause.Share = c.share(s.fleet, now, mostlyDevices(ringing))
	labels := a.Labels.Clone()
	if worst := highest(ringing, a.Severity()); worst != "" {
		labels["severity"] = model.LabelValue(worst)
	}
	if _, told := labels["owner"]; !told {
		a.Facts.Owner = commonOwner(ringing, a.Facts.Owner)
	}
	for _, it := range ringing {
		if it.a.StartsAt.Before(a.StartsAt) {
			a.StartsAt = it.a.StartsAt
		}
	}
	a.Labels, a.UpdatedAt = labels, now
	a.Annotations = model.LabelSet{
		"summary":     model.LabelValue(c.summary(ringing, a.Cause.Share)),
		"description": model.LabelValue(describe(ringing)),
	}
	a.Touch()
}

func (c *cause) began() string {
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

func (c *cause) summary(ringing []*item, share int) string {
	kinds := strings.Join(slices.Sorted(maps.Keys(c.kinds)), ", ")
	if c.storm {
		return fmt.Sprintf("alarm storm: %d alarms of %s: %s", len(ringing), nodeName(c.Component), shorten(kinds))
	}
	places := map[uint64]bool{}
	for _, it := range ringing {
		places[it.place] = true
	}
	what := "modules"
	if mostlyDevices(ringing) {
		what = "devices"
	}
	return fmt.Sprintf("%s: %d of %d %s that share it ring: %s", c.component, len(places), max(share, len(places)), what, shorten(kinds))
}

const longest = 200 // bytes of a list of alertnames

func shorten(list string) string {
	if len(list) <= longest {
		return list
	}
	cut := strings.LastIndex(list[:longest], ", ")
	return list[:max(cut, 0)] + ", …"
}

const described = 20 // members that the description names

// describe lists members, one a line.
func describe(ringing []*item) string {
	var b strings.Builder
	for i, it := range ringing {
		if i == described {
			fmt.Fprintf(&b, "and %d more", len(ringing)-i)
			break
		}
		f := it.a.Facts
		fmt.Fprintf(&b, "%s %s\n", it.kind.name, strings.TrimSpace(f.Path.ID()+" "+f.Node))
	}
	return strings.TrimSpace(b.String())
}

func mostlyDevices(items []*item) bool {
	n := 0
	for _, it := range items {
		if it.kind.devices {
			n++
		}
	}
	return 2*n > len(items)
}

// severities in common use, the worst first.
var severities = []string{"page", "critical", "error", "high", "major", "warning", "minor", "low", "info", "none"}

// highest is the worst severity of the members and of what was told before.
func highest(items []*item, before string) string {
	rank := func(severity string) int {
		if i := slices.Index(severities, severity); i >= 0 {
			return i
		}
		return len(severities)
	}
	worst := before
	for _, it := range items {
		s := it.a.Severity()
		if s != "" && (worst == "" || cmp.Or(cmp.Compare(rank(s), rank(worst)), cmp.Compare(s, worst)) < 0) {
			worst = s
		}
	}
	return worst
}

// commonOwner is who is responsible for all members, if that is one; else what was
// said before.
func commonOwner(items []*item, before string) string {
	owner := ""
	for i, it := range items {
		if i > 0 && it.a.Facts.Owner != owner {
			return before
		}
		owner = it.a.Facts.Owner
	}
	return cmp.Or(owner, before)
}
