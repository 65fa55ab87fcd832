package lease

import (
	"context"
	"slices"
	"strings"
	"time"

	"headroom/alerting/alarm"
	"headroom/storage/fleet"
	"headroom/storage/state"
)

// Stage is the name of the stage.
const Stage = "lease"

// Name implements [alarm.Stage].
func (s *Leases) Name() string { return Stage }

// Run implements [alarm.Stage]: it keeps what is expected of a change.
func (s *Leases) Run(_ context.Context, now time.Time, alarms []*alarm.Alarm) []*alarm.Alarm {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, v := range s.live {
		v.expire(now)
	}
	passed := make([]*alarm.Alarm, 0, len(alarms))
	for _, a := range alarms {
		if !s.keeps(a, now) {
			passed = append(passed, a)
		}
	}
	for _, v := range s.live {
		s.settle(v, now)
	}
	return passed
}

// keeps decides on one alarm: whichever lease is about it and has room hides it,
// first the one that did so before.
func (s *Leases) keeps(a *alarm.Alarm, now time.Time) bool {
	var holder *live
	if a.Stage == Stage {
		holder = s.live[a.By]
	}
	if a.Ended {
		conclude(holder, a)
		return false
	}
	if holder != nil && holder.about(a, now) {
		s.hide(holder, a, now)
		return true
	}
	for _, v := range s.touching(a.Facts.Node, a.Facts.Path) {
		switch {
		case !v.about(a, now):
		case v.takes(a):
			if holder != nil {
				delete(holder.inside, a.ID)
			}
			s.hide(v, a, now)
			return true
		case v.tooMany(a, now):
			s.metrics.over.Inc()
		}
	}
	s.release(holder, a, now)
	return false
}

// conclude says of an alarm that ended while it was hidden what has hidden it; nil is
// a change of which nothing is known any more.
func conclude(holder *live, a *alarm.Alarm) {
	if a.Stage != Stage {
		return
	}
	name, when := a.By, ""
	if holder != nil {
		delete(holder.inside, a.ID)
		if name, when = holder.Name(), ", and ended while that was under way"; !holder.Open() {
			when = ", which ended at " + holder.clock(holder.Ended) + ", and recovered"
		}
	}
	a.Reason = "was expected of change " + name + when
	a.Touch()
}

// recheck is how often a hidden alarm is looked at, at least: an end that was not
// to be foreseen is seen in time.
const recheck = 10 * time.Second

func (s *Leases) hide(v *live, a *alarm.Alarm, now time.Time) {
	due := now.Add(max(recheck, time.Duration(v.Grace)/2))
	if last := v.deadline(); v.Open() && last.Before(due) {
		due = last
	}
	if over := v.over(); !v.Open() && over.Before(due) {
		due = over
	}
	if v.hide(a, now, due) {
		s.rows = append(s.rows, state.LeaseAlarm{Lease: v.ID, Alarm: a.ID})
		s.metrics.hidden.Inc()
	}
}

// release lets go what the stage kept.
func (s *Leases) release(holder *live, a *alarm.Alarm, now time.Time) {
	switch {
	case holder != nil:
		holder.release(a, now)
	case a.Stage == Stage:
		a.Pass(now, Stage, "hidden by change "+a.By+", of which nothing is known any more")
	}
}

// touching returns the leases that may have a place in their scope, in the order
// in which they began.
func (s *Leases) touching(node string, path fleet.Path) []*live {
	if len(s.live) == 0 {
		return nil
	}
	found := s.byNode[node]
	if len(s.byPath) > 0 {
		for id := path.ID(); id != ""; id = id[:max(strings.LastIndexByte(id, '/'), 0)] {
			if more := s.byPath[id]; len(more) > 0 {
				found = append(slices.Clip(found), more...)
			}
		}
		slices.SortFunc(found, inOrder)
		found = slices.Compact(found)
	}
	return found
}

func inOrder(a, b *live) int {
	if c := a.Started.Compare(b.Started); c != 0 {
		return c
	}
	return strings.Compare(a.ID, b.ID)
}

// addLocked takes a lease up. s.mu must be held.
func (s *Leases) addLocked(v *live) {
	s.live[v.ID] = v
	index, keys := s.index(v)
	for _, key := range keys {
		index[key] = append(slices.Clip(index[key]), v)
		slices.SortFunc(index[key], inOrder)
	}
}

// removeLocked leaves a lease to the store. s.mu must be held.
func (s *Leases) removeLocked(v *live) {
	delete(s.live, v.ID)
	index, keys := s.index(v)
	for _, key := range keys {
		rest := slices.DeleteFunc(slices.Clone(index[key]), func(o *live) bool { return o == v })
		if index[key] = rest; len(rest) == 0 {
			delete(index, key)
		}
	}
}

// index tells where a lease is found.
func (s *Leases) index(v *live) (map[string][]*live, []string) {
	if len(v.nodes) > 0 {
		nodes := make([]string, 0, len(v.nodes))
		for node := range v.nodes {
			nodes = append(nodes, node)
		}
		return s.byNode, nodes
	}
	paths := make([]string, 0, len(v.paths))
	for _, path := range v.paths {
		if id := path.ID(); !slices.Contains(paths, id) {
			paths = append(paths, id)
		}
	}
	return s.byPath, paths
}

// Touching returns the ids of the leases whose scope has a place now.
func (s *Leases) Touching(now time.Time, node string, path fleet.Path) (ids []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, v := range s.touching(node, path) {
		if v.hides(now) && v.contains(node, path) {
			ids = append(ids, v.ID)
		}
	}
	return ids
}
