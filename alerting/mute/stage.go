package mute

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/common/model"

	"headroom/alerting/alarm"
	"headroom/internal/matchers"
)

// Stage is the name of the stage.
const Stage = "mute"

// Name implements [alarm.Stage].
func (s *Mutes) Name() string { return Stage }

// recheck is how often a hidden alarm is looked at, at least: a silence that
// somebody ended early is seen in time.
const recheck = 15 * time.Second

// Run implements [alarm.Stage]: it keeps what is muted now.
func (s *Mutes) Run(_ context.Context, now time.Time, alarms []*alarm.Alarm) []*alarm.Alarm {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refreshLocked(now)
	passed := make([]*alarm.Alarm, 0, len(alarms))
	for _, a := range alarms {
		if a.Ended {
			delete(s.cache, a.ID)
			conclude(a)
			passed = append(passed, a)
		} else if !s.keeps(a, now) {
			passed = append(passed, a)
		}
	}
	return passed
}

// conclude says of an alarm that ended while it was hidden what has hidden it.
func conclude(a *alarm.Alarm) {
	if a.Stage == Stage && strings.HasPrefix(a.Reason, muted) {
		a.Reason = "was " + a.Reason + "; it ended meanwhile"
		a.Touch()
	}
}

// muted begins the reason of an alarm that is hidden.
const muted = "muted by "

// keeps decides on one alarm.
func (s *Mutes) keeps(a *alarm.Alarm, now time.Time) bool {
	by, title, until := s.muting(a)
	if by == "" {
		if a.Stage == Stage {
			a.Pass(now, Stage, s.was(a.By, now))
		}
		return false
	}
	if a.Stage != Stage {
		s.metrics.hidden.Inc()
	}
	due := now.Add(recheck)
	if !until.IsZero() && until.After(now) && until.Before(due) {
		due = until
	}
	reason := muted + title
	if !until.IsZero() {
		reason += " until " + s.clock(until)
	}
	if a.Reason != reason {
		a.Touch()
	}
	a.Stay(now, Stage, alarm.Muted, by, reason, due)
	return true
}

// muting returns what hides an alarm, the silence or the mute that does so
// longest; an empty by if nothing does.
func (s *Mutes) muting(a *alarm.Alarm) (by, title string, until time.Time) {
	m, known := s.cache[a.ID]
	if !known {
		m = s.index.find(a.Labels)
		s.cache[a.ID] = m
	}
	if m != nil {
		by, title, until = m.ID, m.title(), m.until()
	}
	if s.opts.Silences == nil {
		return by, title, until
	}
	if ids, ends := s.opts.Silences.Muting(a.Labels); len(ids) > 0 && (m == nil || !until.IsZero() && ends.After(until)) {
		who, why := s.opts.Silences.Comment(ids[0])
		return ids[0], fmt.Sprintf("a silence of %s (%s)", who, why), ends
	}
	return by, title, until
}

// was says why an alarm goes on that was hidden.
func (s *Mutes) was(by string, now time.Time) string {
	for _, m := range append(slices.Clip(s.configured), s.made[by]) {
		if m != nil && m.ID == by {
			return fmt.Sprintf("was muted by %s until %s and still fires", m.title(), s.clock(now))
		}
	}
	return fmt.Sprintf("was silenced (%s) until %s and still fires", by, s.clock(now))
}

func (s *Mutes) clock(t time.Time) string {
	return t.In(s.opts.Location()).Format("2006-01-02 15:04:05 MST")
}

// changedLocked says that there are other mutes. s.mu must be held.
func (s *Mutes) changedLocked() {
	s.next = time.Time{}
	s.recheckAll()
}

func (s *Mutes) recheckAll() {
	if s.opts.Recheck != nil {
		s.opts.Recheck()
	}
}

// refreshLocked finds the mutes that hide now, if that may have changed. s.mu must
// be held.
func (s *Mutes) refreshLocked(now time.Time) {
	if now.Before(s.next) {
		return
	}
	s.next = now.Add(foresight)
	s.index = index{byLabel: map[label][]*ready{}}
	began := false
	for _, m := range s.allLocked() {
		was := m.active
		m.update(now)
		if began = began || m.active != was; m.active {
			s.index.add(m)
		}
		if !m.change.IsZero() && m.change.Before(s.next) {
			s.next = m.change
		}
	}
	clear(s.cache)
	if began {
		s.recheckAll()
	}
}

// index finds mutes by a label that what they match has for certain.
type index struct {
	byLabel map[label][]*ready
	rest    []*ready // those that name no value
}

type label struct {
	name  model.LabelName
	value model.LabelValue
}

func (x *index) add(m *ready) {
	if name, value, ok := matchers.Equal(m.matchers); ok {
		x.byLabel[label{name, value}] = append(x.byLabel[label{name, value}], m)
		return
	}
	x.rest = append(x.rest, m)
}

// find returns the mute that hides labels longest, nil if none does.
func (x *index) find(set model.LabelSet) (found *ready) {
	try := func(all []*ready) {
		for _, m := range all {
			if found == nil || longer(m, found) {
				if m.matchers.Matches(set) {
					found = m
				}
			}
		}
	}
	try(x.rest)
	if len(x.byLabel) > 0 {
		for name, value := range set {
			try(x.byLabel[label{name, value}])
		}
	}
	return found
}

// longer tells whether a hides longer than b.
func longer(a, b *ready) bool {
	if !a.change.Equal(b.change) {
		return a.change.IsZero() || !b.change.IsZero() && a.change.After(b.change)
	}
	return a.ID < b.ID
}
