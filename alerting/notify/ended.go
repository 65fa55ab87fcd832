package notify

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"headroom/alerting/alarm"
)

// EndTold is what an event says when somebody was told of an alarm's end.
const EndTold = "end told"

// endLimit is how long after an alarm's end those who were told that it fires are
// still told of it: a receiver that is not to be reached for longer is given up.
const endLimit = 4 * time.Hour

// judgeEnded keeps an alarm that has ended until all who were told of it and want
// to know are told of its end.
func (s *Stage) judgeEnded(now time.Time, it *item) (done bool) {
	a := it.of
	pending, flights := s.pending(it)
	late := now.Sub(ended(a, now)) >= endLimit
	switch {
	case len(pending) > 0 && !late:
		s.hand(now, it, false)
		a.Linger = true
		reason := "ended; its end is still to be told to " + strings.Join(pending, ", ")
		if len(it.failed) > 0 {
			reason += "; " + it.failures() + "; trying again"
		}
		a.Stay(now, Name, alarm.Waiting, "", reason, now.Add(lookAgain))
		return false
	case flights > 0 && a.Outcome != alarm.Notified && !late:
		a.Linger = true
		a.Stay(now, Name, alarm.Waiting, "", "ended while it was being told", now.Add(lookAgain))
		return false
	case len(pending) > 0:
		a.Note(alarm.Event{At: now, Stage: Name, What: alarm.Passed, Reason: fmt.Sprintf("its end was not told to %s within %s", strings.Join(pending, ", "), endLimit)})
	}
	s.conclude(it)
	s.forget(now, it)
	return true
}

// conclude says what became of an alarm with which the stage is done.
func (s *Stage) conclude(it *item) {
	switch a := it.of; {
	case a.Outcome == alarm.Notified:
		s.desk.mu.Lock()
		defer s.desk.mu.Unlock()
		if len(it.slip.told) > 0 { // of a very long trail that may be lost
			a.Reason = toldWhom(it.slip.told)
		}
	case a.Outcome == alarm.Muted && a.Stage == Name:
		a.Reason = "was " + a.Reason + " when it ended"
	}
}

// toldWhom says who was told of an alarm that is over, and who of its end.
func toldWhom(all map[string]told) string {
	var ends []string
	for name, what := range all {
		if what == toldEnd {
			ends = append(ends, name)
		}
	}
	reason := "told to " + strings.Join(slices.Sorted(maps.Keys(all)), ", ")
	switch slices.Sort(ends); len(ends) {
	case len(all):
		return reason + "; its end, too"
	case 0:
		return reason + "; its end to nobody"
	}
	return reason + "; its end to " + strings.Join(ends, ", ")
}

// pending names the integrations that have yet to be told of an alarm's end, and
// counts the notifications of it under way.
func (s *Stage) pending(it *item) (names []string, flights int) {
	s.desk.mu.Lock()
	defer s.desk.mu.Unlock()
	for name, told := range it.slip.told {
		receiver := name[:strings.LastIndexByte(name, '/')]
		if told != toldEnd && s.under.tellsEnd[name] && !slices.Contains(it.slip.passed, receiver) && it.leadsTo(receiver) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names, it.slip.flights
}

// leadsTo tells whether the alarm still goes to a receiver.
func (it *item) leadsTo(receiver string) bool {
	return receiver == forwardReceiver || slices.ContainsFunc(it.ways, func(w *way) bool { return w.route.RouteOpts.Receiver == receiver })
}

// forget takes an alarm off the desk, unless another episode has taken its place.
func (s *Stage) forget(now time.Time, it *item) {
	if s.items[it.of.Key] != it {
		return
	}
	delete(s.items, it.of.Key)
	delete(s.byID, it.slip.id)
	if it.slip.alert == nil {
		return
	}
	gone := *it.slip.alert
	gone.EndsAt, gone.UpdatedAt = ended(it.of, now), now
	s.desk.drop(gone.Fingerprint(), &gone)
}
