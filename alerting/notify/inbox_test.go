package notify

import (
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/model"

	"headroom/alerting/alarm"
	"headroom/internal/config"
	"headroom/storage/state"
)

// stageAlone is a stage without a pipeline, in virtual time.
func stageAlone(t *testing.T) *Stage {
	t.Helper()
	db, err := state.Open(filepath.Join(t.TempDir(), "state.db"))
	must(t, err)
	conf, err := Load(config.Default().Alerting, "")
	must(t, err)
	s, err := New(t.Context(), Options{
		Config: conf, DB: db.Notifications(), Wake: func() {}, IgnoreLabels: func() []string { return nil },
		Keep: func() time.Duration { return time.Hour }, Logger: slog.New(slog.DiscardHandler), Registerer: prometheus.NewRegistry(),
	})
	must(t, err)
	t.Cleanup(func() { s.Close(); must(t, db.Close()) })
	return s
}

func newAlarm(name string, now time.Time) *alarm.Alarm {
	labels := model.LabelSet{"alertname": model.LabelValue(name)}
	key := alarm.KeyOf(labels)
	return &alarm.Alarm{ID: alarm.ID(key, now), Key: key, Labels: labels, StartsAt: now, EndsAt: now.Add(time.Hour), Outcome: alarm.Waiting}
}

func TestReportsThatFindNoRoomAreNotLost(t *testing.T) {
	s, now := stageAlone(t), time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	s.inbox.limit = 1
	one, two := newAlarm("One", now), newAlarm("Two", now)
	s.Run(t.Context(), now, []*alarm.Alarm{one, two})
	for _, a := range []*alarm.Alarm{one, two} {
		n := &state.Notification{At: now, Receiver: "ops", Integration: "webhook[0]", What: state.Delivered, Firing: []string{a.ID}}
		must(t, s.records.keep(n))
		s.inbox.add(report{delivered: n})
	}
	s.Run(t.Context(), now.Add(time.Second), nil)
	for _, a := range []*alarm.Alarm{one, two} {
		if last := a.Trail[len(a.Trail)-1]; a.Outcome != alarm.Notified || len(a.Trail) != 2 || last.By != "ops/webhook[0]" {
			t.Errorf("%s: %s, %+v", a.Kind(), a.Outcome, a.Trail)
		}
	}
	// Once the alarms are surely kept, nothing is left to do after a restart.
	s.Run(t.Context(), now.Add(time.Second+settleAfter), nil)
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		left, err := s.opts.DB.Find(t.Context(), state.NotificationQuery{Unsettled: true})
		must(t, err)
		if len(left) == 0 {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("%d notifications are never settled", len(left))
		}
	}
}

func TestEndIsGivenUp(t *testing.T) {
	s, now := stageAlone(t), time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	s.under, s.ways = s.plan.Load(), ways{}
	a := newAlarm("Dead", now)
	s.Run(t.Context(), now, []*alarm.Alarm{a})
	it := s.items[a.Key]
	name := forwardName(0) // of whom nobody knows whether he will be told
	s.plan.Load().tellsEnd[name] = true
	s.delivered(now, &state.Notification{At: now, Receiver: "forward", Integration: "alertmanager[0]", Firing: []string{a.ID}})
	a.Ended, a.EndsAt = true, now.Add(time.Minute)
	for _, at := range []time.Duration{time.Minute, time.Hour, endLimit} {
		s.Run(t.Context(), now.Add(at), []*alarm.Alarm{a})
		if !a.Linger || s.items[a.Key] != it {
			t.Errorf("given up after %s", at)
		}
	}
	on := s.Run(t.Context(), now.Add(time.Minute+endLimit), []*alarm.Alarm{a})
	if a.Linger || len(on) != 1 || s.items[a.Key] != nil {
		t.Errorf("still waits: %s", a.Reason)
	}
	if last := a.Trail[len(a.Trail)-1]; last.Reason != "its end was not told to forward/alertmanager[0] within 4h0m0s" {
		t.Errorf("%+v", last)
	}
}

// A second run at the same time changes nothing.
func TestRunIsIdempotent(t *testing.T) {
	s, now := stageAlone(t), time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	a := newAlarm("Dead", now)
	s.Run(t.Context(), now, []*alarm.Alarm{a})
	a.TakeChanged()
	before := *a
	s.Run(t.Context(), now, []*alarm.Alarm{a})
	if a.TakeChanged() || a.Reason != before.Reason || len(a.Trail) != len(before.Trail) || !a.Due.Equal(before.Due) {
		t.Errorf("%+v became %+v", before, *a)
	}
}
