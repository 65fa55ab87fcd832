package notify

import (
	"context"
	"time"

	"github.com/prometheus/common/model"

	"headroom/alerting/alarm"
	"headroom/alerting/flap"
)

// Watch returns a stage that has to be the pipeline's first. It lets all alarms
// pass, and sees which may hold others back, and which of those that were handed
// on before another stage takes back.
func (s *Stage) Watch() alarm.Stage { return watch{s} }

type watch struct{ s *Stage }

// Name implements [alarm.Stage].
func (watch) Name() string { return "watch" }

// Run implements [alarm.Stage].
func (w watch) Run(_ context.Context, now time.Time, alarms []*alarm.Alarm) []*alarm.Alarm {
	s := w.s
	s.seen = s.seen[:0]
	for _, a := range alarms {
		if a.Ended {
			s.inhibitor.ends(a.Key)
			s.silences.forget(model.Fingerprint(a.Key), a.Labels.Fingerprint())
		} else if s.inhibitor.labels(a.Key, a.ID) == nil {
			s.inhibitor.fires(a.Key, a.ID, s.labels(a))
		}
		if s.unread[a.ID] { // whichever stage keeps it, that somebody was told of it is read in this run
			s.adopt(now, a)
		}
		if it := s.items[a.Key]; it != nil && it.of == a {
			it.arrived = false
			s.seen = append(s.seen, it)
		}
	}
	return alarms
}

// lingers tells whether an alarm that has ended is held for firing, since it goes on
// and off: it is told as it was handed on.
func lingers(a *alarm.Alarm) bool { return a.Stage == flap.Name && a.Ended && a.Linger }

// takeBack has nobody told of alarms that did not arrive, since another stage keeps
// them. One that ended there is closed by the pipeline without coming here.
func (s *Stage) takeBack(now time.Time) {
	for _, it := range s.seen {
		if it.arrived || lingers(it.of) {
			continue
		}
		if it.of.Ended && !it.of.Linger {
			s.forget(now, it)
		}
		s.desk.mu.Lock()
		it.slip.held, it.slip.by = true, keyOfID(it.of.By)
		s.desk.mu.Unlock()
	}
	s.seen = s.seen[:0]
}
