package notify_test

import (
	"sync"
	"testing"
	"time"

	"headroom/alerting/alarm"
)

// raiser is a stage that makes alarms of its own, as for common causes.
type raiser struct {
	mu   sync.Mutex // protects what is to be done at the next run
	make *alarm.Alarm
	end  *alarm.Alarm
}

func (*raiser) Name() string { return "raiser" }

func (r *raiser) Run(_ ctx, now time.Time, alarms []*alarm.Alarm) []*alarm.Alarm {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.end != nil {
		r.end.EndsAt = now
		r.end = nil
	}
	if r.make != nil {
		alarms, r.make = append(alarms, r.make), nil
	}
	return alarms
}

// raise makes an alarm, after the last one has ended.
func (w *world) raise(r *raiser, end *alarm.Alarm, severity string) *alarm.Alarm {
	now := time.Now()
	key, labels := alarm.KeyOf(named("Cause", "job", "a")), named("Cause", "job", "a", "severity", severity)
	a := &alarm.Alarm{ID: alarm.ID(key, now), Key: key, Labels: labels, StartsAt: now, Received: now, Outcome: alarm.Waiting, Source: alarm.FromFold}
	a.Note(alarm.Event{At: now, Stage: "raiser", What: alarm.Received})
	r.mu.Lock()
	r.end, r.make = end, a
	r.mu.Unlock()
	w.pipeline.Wake()
	return a
}

// A common cause that comes again while the end of the last one is still to be told
// is told, and its end is.
func TestACauseThatComesAgainIsToldAndSoIsItsEnd(t *testing.T) {
	t.Parallel()
	for _, severity := range []string{"warning", "critical"} { // with the labels of the last one, and with others
		r := &raiser{}
		w := newWorld(t, quick, func(w *world) { w.mid = []alarm.Stage{r} })
		first := w.raise(r, nil, "warning")
		w.expect("firing ops: Cause/firing")
		w.comes("Cause", "is told", func(a *alarm.Alarm) bool { return a.Outcome == alarm.Notified })
		r.mu.Lock()
		r.end = first
		r.mu.Unlock()
		w.pipeline.Recheck()
		w.comes("Cause", "lingers", func(a *alarm.Alarm) bool { return a.Ended })
		second := w.raise(r, nil, severity)
		for told := false; !told; {
			for _, a := range w.next().Alerts {
				told = told || a.Status == "firing" && a.Annotations["headroom_alarm"] == second.ID
			}
		}
		w.comes("Cause", "is told again", func(a *alarm.Alarm) bool { return a.ID == second.ID && a.Outcome == alarm.Notified })
		if n := w.pipeline.Count(); n != 1 {
			t.Errorf("%d alarms are open: %s", n, w.describe())
		}
		r.mu.Lock()
		r.end = second
		r.mu.Unlock()
		w.pipeline.Recheck()
		for w.next().Status != "resolved" {
		}
		w.eventually("all is over", func() bool { return w.pipeline.Count() == 0 })
	}
}
