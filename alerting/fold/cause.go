package fold

import (
	"cmp"
	"slices"
	"time"

	"headroom/alerting/alarm"
)

// cause is the alarm of a common cause, or of a node of the business tree in a storm.
type cause struct {
	id    string
	alarm *alarm.Alarm // nil: a later stage has not shown it since the restart
	*component
	storm   bool
	kinds   map[string]float64 // alertnames that are folded, with the chance that a place rings
	members map[*item]bool     // that ring
	into    string             // id of the wider cause that has taken its place
	few     time.Time          // since when too few are left; zero: enough are
	opened  time.Time
	over    bool
	telling
}

// decide acts on what explains the alarms of a kind.
func (s *Stage) decide(now time.Time, k *kind, e explanation) {
	if len(e.components) == 0 {
		return
	}
	narrow := map[*cause]int{}
	for _, c := range s.openCauses() {
		if c.folds(k.name) && !c.storm && !slices.Contains(e.components, c.component) {
			narrow[c] = e.wider(c)
		}
	}
	for i, c := range e.components {
		if c.cause == nil && e.places[i] >= s.cfg.Least && e.untold[i] && e.joining(i, narrow) >= s.cfg.Least {
			s.open(now, c)
		}
		if c.cause != nil {
			c.cause.fold(k.name)
			c.cause.kinds[k.name] = e.chance[i]
		}
	}
	for _, c := range s.openCauses() {
		if i, ok := narrow[c]; ok && i >= 0 && e.components[i].cause != nil {
			s.widen(now, c, e.components[i].cause)
		}
	}
	for _, it := range slices.Clone(k.ringing) {
		i, explained := e.of[it]
		if explained && e.components[i].cause != nil && it.free() {
			s.join(now, it, e.components[i].cause)
		}
	}
}

func (c *cause) folds(kind string) bool {
	_, ok := c.kinds[kind]
	return ok
}

// fold adds a kind of alarm. That is written at once, since a restart has to know it.
func (c *cause) fold(kind string) {
	if !c.folds(kind) {
		c.kinds[kind], c.changed, c.written = 0, true, time.Time{}
	}
}

// free tells whether an alarm may become a member of a common cause.
func (it *item) free() bool { return it.cause == nil || it.cause.storm }

// joining counts the alarms that would be members of a component's cause.
func (e explanation) joining(i int, narrow map[*cause]int) int {
	n := e.free[i]
	for c, into := range narrow {
		if into == i {
			n += len(c.members)
		}
	}
	return n
}

// nearlyAll is the share of a cause's members that a wider component has to share
// in order to take its place.
const nearlyAll = 0.9

// wider is the component that can take the place of a cause: of those that explain
// what rings now the one that shares most of its members, and nearly all. -1: none.
func (e explanation) wider(narrow *cause) int {
	best, most := -1, 0
	for i, c := range e.components {
		n := 0
		for it := range narrow.members {
			if slices.Contains(it.components, c) {
				n++
			}
		}
		if float64(n) >= nearlyAll*float64(len(narrow.members)) && n > most {
			best, most = i, n
		}
	}
	return best
}

// openCauses are those that have no wider one, in the order in which they opened.
func (s *Stage) openCauses() (open []*cause) {
	for _, c := range s.causes {
		if c.into == "" {
			open = append(open, c)
		}
	}
	slices.SortFunc(open, func(a, b *cause) int {
		return cmp.Or(a.opened.Compare(b.opened), cmp.Compare(a.id, b.id))
	})
	return open
}

// widen lets a wider cause take the place of a narrow one, which becomes a member
// of it itself, so that nobody is told of both who has not been already.
func (s *Stage) widen(now time.Time, narrow, wide *cause) {
	for kind := range narrow.kinds {
		wide.fold(kind)
	}
	for _, it := range narrow.sorted() {
		if slices.Contains(it.components, wide.component) {
			s.join(now, it, wide)
		} else {
			s.release(now, it)
		}
	}
	narrow.component.cause = nil
	narrow.into = wide.id
	if narrow.alarm != nil {
		s.keepCause(now, narrow)
	}
}

// keepCause folds the alarm of a cause into the wider one.
func (s *Stage) keepCause(now time.Time, c *cause) {
	c.alarm.Stay(now, Name, alarm.Folded, c.into, "part of a wider common cause", time.Time{})
}

// endCauses ends those of which too few members have been left for the grace.
func (s *Stage) endCauses(now time.Time) {
	for _, c := range s.openCauses() {
		if c.storm {
			continue // see calm
		}
		if len(c.members) >= s.cfg.Least {
			c.few = time.Time{}
			continue
		}
		if c.few.IsZero() {
			s.few(now, c)
		}
		if len(c.members) == 0 || now.Sub(c.few) >= time.Duration(s.cfg.Grace) {
			s.end(now, c)
		}
	}
}

// few begins the grace of a cause. Its last members know when that is over, also
// after a restart.
func (s *Stage) few(now time.Time, c *cause) {
	c.few = now
	for it := range c.members {
		if it.a.Stage == Name && it.a.Outcome == alarm.Folded {
			it.a.Stay(now, Name, alarm.Folded, c.id, c.foldedInto(), s.until(c))
			it.a.Touch()
		}
	}
}

// until is when the grace of a cause ends; zero if it has not begun.
func (s *Stage) until(c *cause) time.Time {
	if c.few.IsZero() {
		return time.Time{}
	}
	return c.few.Add(time.Duration(s.cfg.Grace))
}

// end ends a cause, and those whose place it took. What is left of it goes its own way.
func (s *Stage) end(now time.Time, c *cause) {
	for _, it := range c.sorted() {
		s.release(now, it)
	}
	if c.component.cause == c {
		c.component.cause = nil
	}
	if s.storm.nodes[c.Component] == c {
		delete(s.storm.nodes, c.Component)
	}
	delete(s.causes, c.id)
	if a := c.alarm; a != nil && !a.Ended {
		c.over = true
		s.write(now, c)
		a.EndsAt = now
		a.Touch()
	}
	for _, narrow := range s.causes {
		if narrow.into == c.id {
			s.end(now, narrow)
		}
	}
}
