package lease

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/prometheus/common/model"

	"headroom/alerting/alarm"
)

// live is a lease for which something is still to be done.
type live struct {
	Lease
	scope
	zone    *time.Location
	counted map[string]bool   // ids of the alarms that were ever hidden
	inside  map[string]inside // those that are hidden now
	dirty   bool              // not kept as it is
}

// inside is an alarm that is hidden now.
type inside struct {
	labels model.LabelSet
	began  time.Time
}

func newLive(l Lease, s scope, zone *time.Location) *live {
	return &live{Lease: l, scope: s, zone: zone, counted: map[string]bool{}, inside: map[string]inside{}}
}

// summary returns a copy of the lease as people are told of it: while it hides
// alarms, those are the ones that fire.
func (l *live) summary() Lease {
	c := l.Lease
	c.Firing = slices.Clone(c.Firing)
	c.Fires += len(l.inside)
	for id, a := range l.inside {
		c.Firing = append(c.Firing, Hidden{ID: id, Name: a.labels.String(), Began: a.began})
	}
	slices.SortFunc(c.Firing, func(a, b Hidden) int { return cmp.Or(a.Began.Compare(b.Began), cmp.Compare(a.ID, b.ID)) })
	c.Firing = c.Firing[:min(len(c.Firing), MaxFiring)]
	return c
}

// began is when an alarm began, by the earlier of its sender's clock and ours.
func began(a *alarm.Alarm) time.Time {
	if !a.StartsAt.IsZero() && a.StartsAt.Before(a.Received) {
		return a.StartsAt
	}
	return a.Received
}

// about tells whether the lease is about an alarm.
func (l *live) about(a *alarm.Alarm, now time.Time) bool {
	return l.hides(now) && l.covers(began(a)) && l.contains(a.Facts.Node, a.Facts.Path) && l.expects(a.Labels)
}

// takes tells whether the lease hides one more alarm.
func (l *live) takes(a *alarm.Alarm) bool { return l.counted[a.ID] || l.Hidden < l.Expected }

// hide keeps an alarm until due.
func (l *live) hide(a *alarm.Alarm, now, due time.Time) (first bool) {
	if first = !l.counted[a.ID]; first {
		l.counted[a.ID] = true
		l.Hidden++
		l.dirty = true
	}
	l.inside[a.ID] = inside{a.Labels, began(a)}
	reason := fmt.Sprintf("expected of change %s, which is under way", l.Name())
	if !l.Open() {
		reason = fmt.Sprintf("expected of change %s, which ended at %s; it may recover until %s", l.Name(), l.clock(l.Ended), l.clock(l.over()))
	}
	if a.Reason != reason {
		a.Touch()
	}
	a.Stay(now, Stage, alarm.Muted, l.ID, reason, due)
	return first
}

// tooMany lets an alarm go on since more came than were expected, and says so the
// first time.
func (l *live) tooMany(a *alarm.Alarm, now time.Time) (first bool) {
	for _, e := range a.Trail {
		if e.Stage == Stage && e.By == l.ID && e.What == alarm.Passed {
			return false
		}
	}
	l.Over++
	l.dirty = true
	a.Note(alarm.Event{At: now, Stage: Stage, What: alarm.Passed, By: l.ID, Reason: fmt.Sprintf(
		"change %s hides at most %s (%s), and has", l.Name(), plural(l.Expected, "alarm"), l.Basis)})
	return true
}

// release lets an alarm go on that the lease has hidden.
func (l *live) release(a *alarm.Alarm, now time.Time) {
	delete(l.inside, a.ID)
	reason := fmt.Sprintf("hidden by change %s until %s", l.Name(), l.clock(now))
	switch {
	case l.Open(): // the lease is no longer about it
	case l.How == Died:
		reason += fmt.Sprintf(", as its run died (%s)", l.Result)
	case l.How == Overran:
		reason += fmt.Sprintf(", as it %s", l.Result)
	default:
		reason += fmt.Sprintf("; it is %s since %s and this still fires", l.How, l.clock(l.Ended))
	}
	if !l.Open() {
		l.stillFires(Hidden{ID: a.ID, Name: a.Labels.String(), Began: began(a)})
	}
	a.Pass(now, Stage, reason)
}

func (l *live) stillFires(h Hidden) {
	l.Fires++
	l.dirty = true
	if len(l.Firing) < MaxFiring {
		l.Firing = append(l.Firing, h)
	}
}

func (l *live) clock(t time.Time) string { return t.In(l.zone).Format("15:04:05 MST") }
