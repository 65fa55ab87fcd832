package fold

import (
	"cmp"
	"slices"
	"time"

	"headroom/alerting/alarm"
)

// sorted are the members in the order in which they came.
func (c *cause) sorted() []*item {
	all := make([]*item, 0, len(c.members))
	for it := range c.members {
		all = append(all, it)
	}
	slices.SortFunc(all, func(a, b *item) int {
		return cmp.Or(a.since.Compare(b.since), cmp.Compare(a.a.ID, b.a.ID))
	})
	return all
}

// join makes an alarm a member of a cause.
func (s *Stage) join(now time.Time, it *item, c *cause) {
	s.leave(it)
	it.cause, it.passed = c, false
	c.members[it] = true
	c.joined(it, s.listed[it.a.ID] == c)
	if len(c.members) > c.most.alarms {
		c.most = peak{len(c.members), max(c.most.places, len(c.places)), c.mostlyDevices()}
	}
	if len(c.members) >= s.cfg.Least {
		c.few = time.Time{}
	}
	if !it.evidence && !c.storm {
		s.add(it)
	}
	s.keep(now, it)
}

// keep folds an alarm into its cause, unless somebody was told of it. One that
// another stage may have at the moment comes by again for that.
func (s *Stage) keep(now time.Time, it *item) {
	switch a := it.a; {
	case a.Outcome == alarm.Notified:
	case a.Stage == Name:
		a.Stay(now, Name, alarm.Folded, it.cause.id, it.cause.foldedInto(), s.until(it.cause))
	default:
		a.Due = now
	}
}

// leave ends a membership.
func (s *Stage) leave(it *item) {
	if it.cause != nil {
		delete(it.cause.members, it)
		it.cause.left(it)
		it.cause = nil
	}
}

// release lets a member go its own way.
func (s *Stage) release(now time.Time, it *item) {
	s.leave(it)
	it.passed = true
	s.forgetOne(it, now)
	if it.a.Outcome != alarm.Notified {
		it.a.Due = now
	}
}
