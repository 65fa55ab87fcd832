package notify

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/common/model"

	"headroom/alerting/alarm"
)

// item is an open alarm that is the stage's, and its slip.
type item struct {
	of     *alarm.Alarm
	slip   *slip
	labels model.LabelSet    // without those that only tell senders apart
	ways   []*way            // nil: not looked for under this plan
	failed map[string]string // by integration: why the last try to tell it of the alarm failed

	arrived bool // in this run, and was not kept by another stage

	waits waiting // what it was last said to wait for
}

// waiting is a group's next time to go out, and the sentence about it.
type waiting struct {
	at     time.Time
	reason string
}

// Run implements [alarm.Stage].
func (s *Stage) Run(ctx context.Context, now time.Time, alarms []*alarm.Alarm) []*alarm.Alarm {
	p := s.plan.Load()
	if p != s.under {
		s.under, s.ways = p, ways{}
		s.again(now)
	}
	for _, a := range alarms {
		s.adopt(now, a)
	}
	s.read(ctx, now)
	s.unread = nil
	s.silenced(now)
	var on []*alarm.Alarm
	for _, a := range alarms {
		if it := s.items[a.Key]; it == nil || s.judge(now, it) {
			a.Linger = false
			on = append(on, a)
		}
	}
	s.takeBack(now)
	s.begin()
	s.settle(now)
	return on
}

// again has all alarms looked at under a new plan.
func (s *Stage) again(now time.Time) {
	for _, it := range s.items {
		it.ways, it.waits = nil, waiting{}
		if it.of.Stage == Name {
			it.of.Due = now
		}
	}
	if len(s.items) > 0 {
		s.opts.Wake()
	}
}

// silenced has alarms that a new silence is about looked at, so that the stage for
// silences takes them.
func (s *Stage) silenced(now time.Time) {
	version := s.silences.Version()
	if version == s.silencesSeen {
		return
	}
	s.silencesSeen = version
	for _, it := range s.items {
		if it.of.Stage == Name && !it.of.Ended && s.silences.silencer.Mutes(context.Background(), it.of.Labels) {
			it.of.Due = now
			s.opts.Wake()
		}
	}
}

// adopt takes an alarm up. One that has ended is only if somebody was told of it, which
// may stand in the state database alone.
// It takes the place of its last episode.
func (s *Stage) adopt(now time.Time, a *alarm.Alarm) {
	it := s.items[a.Key]
	if it != nil && it.of == a || a.Ended && a.Outcome != alarm.Notified && it == nil && !s.unread[a.ID] {
		return
	}
	labels := s.inhibitor.labels(a.Key, a.ID)
	if labels == nil {
		labels = s.labels(a)
	}
	if it != nil {
		if delete(s.byID, it.slip.id); it.labels.Fingerprint() != labels.Fingerprint() {
			s.forget(now, it) // nothing would take its place on the desk
		}
	}
	it = &item{of: a, labels: labels, slip: slipOf(a)}
	s.items[a.Key], s.byID[a.ID] = it, it
}

// labels are those that make the alarm what it is.
func (s *Stage) labels(a *alarm.Alarm) model.LabelSet {
	labels := a.Labels
	for _, name := range s.opts.IgnoreLabels() {
		if _, ok := labels[model.LabelName(name)]; ok {
			labels = labels.Clone()
			delete(labels, model.LabelName(name))
		}
	}
	return labels
}

// slipOf reads from the trail what was told to whom.
func slipOf(a *alarm.Alarm) *slip {
	s := &slip{id: a.ID}
	for _, e := range a.Trail {
		if e.What == alarm.AckOver {
			s.again = e.At
		}
	}
	for _, e := range a.Trail {
		switch {
		case e.Stage != Name || e.By == "":
		case e.What == string(alarm.Notified):
			s.knows(e.By, toldFiring, e.At)
		case e.What == EndTold:
			s.knows(e.By, toldEnd, e.At)
		}
	}
	return s
}

// judge decides on an alarm, and tells whether the stage is done with it.
func (s *Stage) judge(now time.Time, it *item) (done bool) {
	it.arrived = true
	if it.ways == nil {
		it.ways = s.ways.of(s.under, it.labels)
	}
	if it.of.Ended {
		return s.judgeEnded(now, it)
	}
	a := it.of
	a.Linger = false
	if s.inhibitor.labels(a.Key, a.ID) == nil { // made by a stage: it did not come by at the first one
		s.inhibitor.fires(a.Key, a.ID, it.labels)
	}
	_, by, rule, inhibited := s.inhibitor.holds(it.labels)
	s.hand(now, it, inhibited)
	to := takers(it.ways)
	names, reason, muted := s.under.muted(to, now)
	switch {
	case inhibited:
		a.Stay(now, Name, alarm.Muted, by, fmt.Sprintf("held back by alarm %s: inhibition rule %s", by, rule), now.Add(lookAgain))
	case muted:
		a.Stay(now, Name, alarm.Muted, names, reason, now.Truncate(time.Minute).Add(time.Minute))
	case a.Outcome == alarm.Notified:
		s.rest(it)
	case len(to) == 0 && len(s.under.conf.Forward) == 0:
		a.Stay(now, Name, alarm.Waiting, "", noReceiver(it.ways), time.Time{})
	default:
		reason, due := s.waits(now, it, to)
		a.Stay(now, Name, alarm.Waiting, "", reason, due)
	}
	return false
}

// rest keeps an alarm that was told until it changes. That is no event: who was
// told, and when, is in the trail. It names all of them, and those who could not be.
func (s *Stage) rest(it *item) {
	a := it.of
	if a.Stage != Name || a.By != "" {
		a.Touch()
	}
	a.Stage, a.By, a.Due = Name, "", time.Time{}
	a.Reason = "told"
	if all := s.told(it); len(all) > 0 {
		a.Reason = "told to " + strings.Join(all, ", ")
	}
	if len(it.failed) > 0 {
		a.Reason += "; " + it.failures() + "; trying again"
	}
}

// lookAgain is how soon an alarm is looked at again that waits for something that
// gives no sign of itself.
const lookAgain = 10 * time.Second

// hand puts an alarm on the desk as it is now.
func (s *Stage) hand(now time.Time, it *item, muted bool) {
	a, slip := it.of, it.slip
	out := s.opts.Words.alertOf(a, it.labels, now)
	s.desk.mu.Lock()
	slip.held, slip.muted = false, muted
	by := ""
	if !a.Acked.IsZero() {
		by = cmp.Or(a.AckedBy, "somebody")
	}
	slip.takenOn(by, now)
	known := slip.alert != nil && same(slip.alert, out)
	s.desk.mu.Unlock()
	if !known {
		s.desk.put(slip, out)
	}
}

func noReceiver(ways []*way) string {
	var names []string
	for _, w := range ways {
		names = append(names, fmt.Sprintf("%q", w.route.RouteOpts.Receiver))
	}
	return "nobody is configured to be told (receiver " + strings.Join(names, " and ") + ")"
}

// waits says what an alarm waits for, and when to look again.
func (s *Stage) waits(now time.Time, it *item, to []*way) (reason string, due time.Time) {
	if len(it.failed) > 0 {
		return it.failures() + "; trying again", now.Add(lookAgain)
	}
	if len(to) == 0 {
		return "waits to be forwarded", now.Add(lookAgain)
	}
	next, first := to[0], s.clock.expect(to[0], it.of.StartsAt, now)
	for _, w := range to[1:] {
		if at := s.clock.expect(w, it.of.StartsAt, now); at.Before(first) {
			next, first = w, at
		}
	}
	if !first.After(now) {
		return "is being sent", now.Add(lookAgain)
	}
	if !it.waits.at.Equal(first) {
		it.waits = waiting{first, fmt.Sprintf("waits for its group %s of receiver %q, which goes out at %s",
			next.group, next.route.RouteOpts.Receiver, first.UTC().Format(time.TimeOnly+" UTC"))}
	}
	return it.waits.reason, first.Add(time.Second)
}

// failures says who could not be told, and why.
func (it *item) failures() string {
	var all []string
	for _, to := range slices.Sorted(maps.Keys(it.failed)) {
		all = append(all, to+": "+it.failed[to])
	}
	return "could not be told to " + strings.Join(all, ", and to ")
}

// told names who was told of it.
func (s *Stage) told(it *item) []string {
	s.desk.mu.Lock()
	defer s.desk.mu.Unlock()
	return slices.Sorted(maps.Keys(it.slip.told))
}
