package notify

import (
	"context"
	"slices"
	"strings"
	"time"

	"headroom/alerting/alarm"
	"headroom/storage/state"
)

// settling is a notification that has been written into its alarms.
type settling struct {
	id int64
	at time.Time
}

// settleAfter is how long after a run its alarms are surely in the state database.
const settleAfter = 10 * time.Second

// read writes what the dispatcher's goroutines reported into the alarms.
func (s *Stage) read(ctx context.Context, now time.Time) {
	reports, missed := s.inbox.take()
	if missed {
		reports = append(s.fromDatabase(ctx), reports...)
	}
	for _, r := range reports {
		switch {
		case r.delivered != nil:
			s.delivered(now, r.delivered)
		case r.failed != nil:
			s.failed(now, r.failed)
		case r.through != nil:
			s.through(now, r.through)
		}
	}
}

// fromDatabase returns the notifications that are not in their alarms yet.
func (s *Stage) fromDatabase(ctx context.Context) (reports []report) {
	found, err := s.opts.DB.Find(ctx, state.NotificationQuery{Unsettled: true})
	if err != nil {
		s.logger.Error("reading what was told failed; trying again", "err", err)
		s.inbox.miss()
		return nil
	}
	for _, n := range slices.Backward(found) {
		reports = append(reports, report{delivered: n})
	}
	return reports
}

// unread returns the ids of the alarms of which somebody was told, while that may not
// be in their records yet.
func unread(ctx context.Context, db state.Notifications) (map[string]bool, error) {
	found, err := db.Find(ctx, state.NotificationQuery{Unsettled: true})
	if err != nil {
		return nil, err
	}
	ids := map[string]bool{}
	for _, n := range found {
		for _, id := range n.Firing {
			ids[id] = true
		}
	}
	return ids, nil
}

// delivered writes a notification into the alarms that it told of.
func (s *Stage) delivered(now time.Time, n *state.Notification) {
	by := n.Receiver + "/" + n.Integration
	for _, id := range n.Firing {
		if it := s.byID[id]; it != nil && s.note(it, n, by, string(alarm.Notified), toldFiring) {
			a := it.of
			a.Outcome = alarm.Notified
			if a.Stage == Name && !a.Ended {
				s.rest(it)
			}
			s.lookAt(it, now)
		}
	}
	for _, id := range n.Ended {
		if it := s.byID[id]; it != nil && s.note(it, n, by, EndTold, toldEnd) {
			s.lookAt(it, now)
		}
	}
	if n.ID != 0 {
		s.unsettle = append(s.unsettle, settling{n.ID, now})
	}
}

// note adds an event to an alarm, unless it is there already.
func (s *Stage) note(it *item, n *state.Notification, by, what string, knows told) bool {
	e := alarm.Event{At: n.At, Stage: Name, What: what, By: by, Reason: n.Why + " in group " + n.Labels}
	if slices.Contains(it.of.Trail, e) {
		return false
	}
	it.of.Note(e)
	delete(it.failed, by)
	s.desk.mu.Lock()
	defer s.desk.mu.Unlock()
	it.slip.knows(by, knows, n.At)
	return true
}

// lookAt has an ended alarm looked at again: it may be done with.
func (s *Stage) lookAt(it *item, now time.Time) {
	if it.of.Ended && it.of.Stage == Name {
		it.of.Due = now
		s.opts.Wake()
	}
}

// failed says in the alarms that they, or their ends, could not be told.
func (s *Stage) failed(now time.Time, n *state.Notification) {
	by := n.Receiver + "/" + n.Integration
	for _, id := range slices.Concat(n.Firing, n.Ended) {
		it := s.byID[id]
		if it == nil {
			continue
		}
		if it.failed == nil {
			it.failed = map[string]string{}
		}
		it.failed[by] = n.Error
		e := alarm.Event{At: n.At, Stage: Name, What: state.Failed, By: by, Reason: "could not be told: " + n.Error}
		if slices.Contains(n.Ended, id) {
			e.Reason = "its end " + e.Reason
		}
		if !saysSo(it.of.Trail, e) {
			it.of.Note(e)
		}
		if it.of.Stage == Name {
			it.of.Due = now
			s.opts.Wake()
		}
	}
}

// saysSo tells whether a trail has it that this message could not be told: tries are
// many.
func saysSo(trail []alarm.Event, e alarm.Event) bool {
	for _, last := range slices.Backward(trail) {
		if last.Stage != Name || last.By != e.By {
			continue
		}
		return last.What == e.What && strings.HasPrefix(last.Reason, "its end ") == strings.HasPrefix(e.Reason, "its end ")
	}
	return false
}

// through says that a receiver will be told nothing more of ended alarms.
func (s *Stage) through(now time.Time, t *through) {
	for _, id := range t.ended {
		if it := s.byID[id]; it != nil {
			s.desk.mu.Lock()
			it.slip.passed = append(it.slip.passed, t.receiver)
			s.desk.mu.Unlock()
			s.lookAt(it, now)
		}
	}
}

// settle has it written down which notifications are in their alarms. What is not
// is only looked at again after a restart.
func (s *Stage) settle(now time.Time) {
	n, ids := 0, []int64(nil)
	for ; n < len(s.unsettle) && now.Sub(s.unsettle[n].at) >= settleAfter; n++ {
		ids = append(ids, s.unsettle[n].id)
	}
	if n > 0 && s.records.settle(ids) {
		s.unsettle = s.unsettle[n:]
	}
}
