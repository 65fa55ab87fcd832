package notify_test

import (
	"context"
	"testing"
	"time"

	"headroom/alerting/alarm"
	"headroom/alerting/flap"
	"headroom/alerting/notify"
	"headroom/storage/state"
)

// noHistory has no alarms of the past.
type noHistory struct{}

func (noHistory) Each(context.Context, state.AlarmQuery, func(*alarm.Alarm) error) error { return nil }

// An alarm that goes on and off faster than its group waits is told all the same,
// once, and once that it has ended.
func TestAFlappingAlarmIsToldThoughItRecoversAtOnce(t *testing.T) {
	t.Parallel()
	damping, err := flap.New(t.Context(), time.Now(), flap.Options{
		Settings: func() flap.Settings { return flap.Settings{Changes: 1, Window: time.Minute, Stable: 3 * time.Second} }, History: noHistory{},
	})
	must(t, err)
	w := newWorld(t, quick, func(w *world) { w.mid = []alarm.Stage{damping} })
	dead := named("Dead", "job", "a")
	w.fire(dead)
	w.comes("Dead", "waits for its group", func(a *alarm.Alarm) bool { return a.Stage == notify.Name })
	w.stop(dead)
	w.comes("Dead", "is held for firing", func(a *alarm.Alarm) bool { return a.Stage == flap.Name && a.Ended })
	h := w.expect("firing ops: Dead/firing")
	if got := h.Alerts[0].Annotations[notify.AnnotationFlapping]; got != "changed state 1 times in 1m" {
		t.Errorf("annotation %q", got)
	}
	w.comes("Dead", "counts as told", func(a *alarm.Alarm) bool { return a.Outcome == alarm.Notified })
	w.expect("resolved ops: Dead/resolved")
	w.closed("Dead")
}
