package alerting

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	amalert "github.com/prometheus/alertmanager/alert"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/model"

	"headroom/alerting/alarm"
	"headroom/storage/state"
)

var noon = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)

// world is a pipeline over a real state database, in virtual time.
type world struct {
	t      *testing.T
	now    time.Time
	path   string
	db     *state.DB
	reg    *prometheus.Registry
	stages func() []alarm.Stage
	keeper Keeper // instead of the database, if not nil
	*Pipeline
}

func newWorld(t *testing.T, stages func() []alarm.Stage) *world {
	w := &world{t: t, now: noon, path: filepath.Join(t.TempDir(), "state.db"), stages: stages}
	w.start()
	t.Cleanup(func() { _ = w.db.Close() })
	return w
}

func (w *world) start() {
	w.t.Helper()
	db, err := state.Open(w.path)
	must(w.t, err)
	w.db, w.reg = db, prometheus.NewRegistry()
	w.Pipeline, err = New(w.t.Context(), Options{
		Stages: w.stages(), Keeper: w, IgnoreLabels: func() []string { return []string{"replica"} },
		Now: func() time.Time { return w.now }, Logger: slog.New(slog.DiscardHandler), Registerer: w.reg,
	})
	must(w.t, err)
}

// Save and Open make the world a Keeper that can be told to fail.
func (w *world) Save(ctx context.Context, alarms []*alarm.Alarm) error {
	if w.keeper != nil {
		return w.keeper.Save(ctx, alarms)
	}
	return History{w.db.Alarms()}.Save(ctx, alarms)
}

func (w *world) Open(ctx context.Context) ([]*alarm.Alarm, error) {
	return History{w.db.Alarms()}.Open(ctx)
}

// restart forgets everything but the database, as a kill does.
func (w *world) restart() {
	w.t.Helper()
	must(w.t, w.db.Close())
	w.start()
}

func (w *world) step(d time.Duration) {
	w.t.Helper()
	w.now = w.now.Add(d)
	must(w.t, w.Step(w.t.Context(), w.now))
}

// send sends an alarm that ends at ends from now on, at once if that is 0.
func (w *world) send(ends time.Duration, labels ...model.LabelSet) error {
	alerts := make([]*amalert.Alert, len(labels))
	for i, l := range labels {
		alerts[i] = &amalert.Alert{Alert: model.Alert{Labels: l, StartsAt: w.now.Add(-time.Minute), EndsAt: w.now.Add(ends)}, UpdatedAt: w.now}
	}
	return w.Receive(w.t.Context(), alarm.FromAPI, alerts...)
}

func (w *world) all() (all []*alarm.Alarm) {
	w.t.Helper()
	must(w.t, History{w.db.Alarms()}.Each(w.t.Context(), state.AlarmQuery{}, func(a *alarm.Alarm) error { all = append(all, a); return nil }))
	return all
}

func (w *world) only() *alarm.Alarm {
	w.t.Helper()
	all := w.all()
	if len(all) != 1 {
		w.t.Fatalf("%d alarms are kept, want 1", len(all))
	}
	return all[0]
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func named(name string) model.LabelSet { return model.LabelSet{"alertname": model.LabelValue(name)} }

// stageFunc makes a function a stage.
type stageFunc func(now time.Time, alarms []*alarm.Alarm) []*alarm.Alarm

func (stageFunc) Name() string { return "test" }
func (f stageFunc) Run(_ context.Context, now time.Time, alarms []*alarm.Alarm) []*alarm.Alarm {
	return f(now, alarms)
}

func noStages() []alarm.Stage { return nil }

var errDisk = errors.New("the disk is full")

type brokenKeeper struct{ Keeper }

func (brokenKeeper) Save(context.Context, []*alarm.Alarm) error { return errDisk }
