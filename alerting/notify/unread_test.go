package notify_test

import (
	"path/filepath"
	"slices"
	"testing"
	"time"

	"headroom/alerting"
	"headroom/alerting/alarm"
	"headroom/storage/state"
)

// mutesSlow is a stage that keeps one alarm while it fires.
type mutesSlow struct{}

func (mutesSlow) Name() string { return "mute" }

func (mutesSlow) Run(_ ctx, now time.Time, alarms []*alarm.Alarm) []*alarm.Alarm {
	return slices.DeleteFunc(slices.Clone(alarms), func(a *alarm.Alarm) bool {
		keeps := a.Kind() == "Slow" && !a.Ended
		if keeps {
			a.Stay(now, "mute", alarm.Muted, "m1", "on purpose", time.Time{})
		}
		return keeps
	})
}

// A kill can come after it was kept that somebody was told, and before that is in the
// alarm. If the alarm has ended meanwhile, they are told of that all the same.
func TestTheEndIsToldOfWhatAKillKeptFromItsAlarm(t *testing.T) {
	t.Parallel()
	w := newWorld(t, quick)
	w.fire(named("Dead", "job", "a"), named("Slow", "job", "a"))
	w.expect("firing ops: Dead/firing Slow/firing")
	told := func(a *alarm.Alarm) bool { return a.Outcome == alarm.Notified }
	dead, slow := w.comes("Dead", "is told", told), w.comes("Slow", "is told", told)
	w.end()
	for _, a := range []*alarm.Alarm{dead, slow} { // as they were before
		a.Outcome, a.Trail = alarm.Waiting, a.Trail[:1]
	}
	dead.EndsAt, dead.UpdatedAt = time.Now(), time.Now()
	db, err := state.Open(filepath.Join(w.dir, "state.db"))
	must(t, err)
	must(t, alerting.History{Table: db.Alarms()}.Save(t.Context(), []*alarm.Alarm{dead, slow}))
	must(t, db.Close())

	w.mid = []alarm.Stage{mutesSlow{}} // another stage has the one that still fires
	w.start()
	w.expect("resolved ops: Dead/resolved")
	w.comes("Dead", "is closed", func(a *alarm.Alarm) bool { return !a.Open() && a.Outcome == alarm.Notified })
	w.comes("Slow", "counts as told", func(a *alarm.Alarm) bool { return a.Stage == "mute" && a.Outcome == alarm.Notified })
}
