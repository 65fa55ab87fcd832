// Package scenario plays alarms through a pipeline in virtual time, for tests:
// the real pipeline over a real state database, with a first stage that takes
// the facts from labels and a last one that tells people.
package scenario

import (
	"context"
	"log/slog"
	"path/filepath"
	"slices"
	"testing"
	"time"

	amalert "github.com/prometheus/alertmanager/alert"
	"github.com/prometheus/common/model"

	"headroom/alerting"
	"headroom/alerting/alarm"
	"headroom/storage/fleet"
	"headroom/storage/state"
)

// Noon is when scenarios start.
var Noon = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)

// World is a pipeline and a clock.
type World struct {
	Now      time.Time
	DB       *state.DB
	Pipeline *alerting.Pipeline
	Told     []Told // what people were told, in order

	t      testing.TB
	path   string
	stages func(*World) []alarm.Stage
}

// Told is one thing that people were told.
type Told struct {
	At     time.Time
	Name   string // the alarm's labels
	Ended  bool
	Reason string // of the event before
}

// New starts a world with stages, which are made anew at each restart.
func New(t testing.TB, stages func(*World) []alarm.Stage) *World {
	t.Helper()
	w := &World{Now: Noon, t: t, path: filepath.Join(t.TempDir(), "state.db"), stages: stages}
	w.start()
	t.Cleanup(func() { _ = w.DB.Close() })
	return w
}

func (w *World) start() {
	w.t.Helper()
	db, err := state.Open(w.path)
	w.must(err)
	w.DB = db
	stages := append([]alarm.Stage{facts{}}, w.stages(w)...)
	w.Pipeline, err = alerting.New(w.t.Context(), alerting.Options{
		Stages: append(stages, teller{w}), Keeper: w.History(), IgnoreLabels: func() []string { return nil },
		Now: func() time.Time { return w.Now }, Logger: slog.New(slog.DiscardHandler),
	})
	w.must(err)
}

func (w *World) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// History is what is kept of the alarms.
func (w *World) History() alerting.History { return alerting.History{Table: w.DB.Alarms()} }

// Restart forgets everything but the database, as a kill does.
func (w *World) Restart() {
	w.t.Helper()
	w.must(w.DB.Close())
	w.start()
}

// Step lets time pass, one run a second at most, at least one.
func (w *World) Step(d time.Duration) {
	w.t.Helper()
	for until := w.Now.Add(d); ; {
		w.Now = w.Now.Add(min(until.Sub(w.Now), time.Second))
		w.must(w.Pipeline.Step(w.t.Context(), w.Now))
		if !w.Now.Before(until) {
			return
		}
	}
}

// Fire sends alarms that fire from now on until they are ended.
func (w *World) Fire(sets ...model.LabelSet) { w.FireSince(w.Now, sets...) }

// FireSince sends alarms that fire since another time.
func (w *World) FireSince(at time.Time, sets ...model.LabelSet) { w.send(at, time.Time{}, sets) }

// Recover sends the ends of alarms.
func (w *World) Recover(sets ...model.LabelSet) { w.send(w.Now.Add(-time.Second), w.Now, sets) }

func (w *World) send(from, to time.Time, sets []model.LabelSet) {
	w.t.Helper()
	alerts := make([]*amalert.Alert, len(sets))
	for i, set := range sets {
		alerts[i] = &amalert.Alert{Alert: model.Alert{Labels: set, Annotations: model.LabelSet{}, StartsAt: from, EndsAt: to}, UpdatedAt: w.Now}
	}
	w.must(w.Pipeline.Receive(w.t.Context(), alarm.FromAPI, alerts...))
}

// All returns all episodes, the oldest first.
func (w *World) All() (all []*alarm.Alarm) {
	w.t.Helper()
	w.must(w.History().Each(w.t.Context(), state.AlarmQuery{}, func(a *alarm.Alarm) error { all = append(all, a); return nil }))
	slices.Reverse(all)
	return all
}

// Names are what people were told of: the alarms that fire, or that ended.
func (w *World) Names(ended bool) (names []string) {
	for _, told := range w.Told {
		if told.Ended == ended {
			names = append(names, told.Name)
		}
	}
	return names
}

// Alarm returns labels of an alarm at a node and a path.
func Alarm(name, node, path string) model.LabelSet {
	set := model.LabelSet{"alertname": model.LabelValue(name)}
	if node != "" {
		set["node"] = model.LabelValue(node)
	}
	if path != "" {
		set["path"] = model.LabelValue(path)
	}
	return set
}

// facts takes node and path from the labels of those names.
type facts struct{}

func (facts) Name() string { return "enrich" }

func (facts) Run(_ context.Context, _ time.Time, alarms []*alarm.Alarm) []*alarm.Alarm {
	for _, a := range alarms {
		a.Facts.Node = string(a.Labels["node"])
		a.Facts.Path, _ = fleet.ParseID(string(a.Labels["path"]))
	}
	return alarms
}

// teller tells people of each alarm at once, and of its end.
type teller struct{ w *World }

func (teller) Name() string { return "notify" }

func (t teller) Run(_ context.Context, now time.Time, alarms []*alarm.Alarm) []*alarm.Alarm {
	for _, a := range alarms {
		told := Told{At: now, Name: a.Labels.String(), Ended: a.Ended}
		if n := len(a.Trail); n > 0 {
			told.Reason = a.Trail[n-1].Reason
		}
		if a.Ended != (a.Outcome == alarm.Notified) {
			continue
		}
		t.w.Told = append(t.w.Told, told)
		if !a.Ended {
			a.Stay(now, "notify", alarm.Notified, "people", "told", time.Time{})
		}
	}
	return alarms
}
