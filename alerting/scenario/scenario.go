// Package scenario plays alarms through a pipeline in virtual time, for tests of
// stages: the real pipeline, over a real state database, with a last stage that
// tells people at once. It can be killed and started again at any moment.
package scenario

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"testing"
	"time"

	amalert "github.com/prometheus/alertmanager/alert"
	"github.com/prometheus/common/model"

	"headroom/alerting"
	"headroom/alerting/alarm"
	"headroom/internal/phrases/phrasestest"
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
	memory memory // nil: alarms are kept in DB
	stages func(*World) []alarm.Stage
}

// Told is one thing that people were told.
type Told struct {
	At    time.Time
	Alarm *alarm.Alarm // a copy, as it came to who tells
	Ended bool
}

func (t Told) String() string {
	return fmt.Sprintf("%s %s ended:%v", t.At.Format(time.TimeOnly), t.Name(), t.Ended)
}

// Name is the alarm's labels.
func (t Told) Name() string { return t.Alarm.Labels.String() }

// Reason is that of the event before; empty if there was none.
func (t Told) Reason() string {
	if n := len(t.Alarm.Trail); n > 0 {
		return t.Alarm.Trail[n-1].Reason
	}
	return ""
}

// New starts a world with stages, which are made anew at each restart.
func New(t testing.TB, stages func(*World) []alarm.Stage) *World {
	t.Helper()
	return begin(&World{t: t, stages: stages})
}

// NewStorm starts a world for scenarios of thousands of alarms: it keeps them in
// memory, since a disk would take most of the time. There is no history.
func NewStorm(t testing.TB, stages func(*World) []alarm.Stage) *World {
	t.Helper()
	return begin(&World{t: t, stages: stages, memory: memory{}})
}

func begin(w *World) *World {
	w.t.Helper()
	w.Now, w.path = Noon, filepath.Join(w.t.TempDir(), "state.db")
	w.start()
	w.t.Cleanup(func() {
		w.wantSaid()
		_ = w.DB.Close()
	})
	return w
}

// wantSaid holds all that was said of the alarms to being said in Chinese, too.
func (w *World) wantSaid() {
	check := func(a *alarm.Alarm) error {
		phrasestest.Check(w.t, a.Reason)
		for _, e := range a.Trail {
			phrasestest.Check(w.t, e.Reason)
		}
		return nil
	}
	for _, a := range w.memory.all() {
		_ = check(a)
	}
	if w.memory == nil { // the test's own context has ended
		_ = w.History().Each(context.WithoutCancel(w.t.Context()), state.AlarmQuery{}, check)
	}
}

func (w *World) start() {
	w.t.Helper()
	db, err := state.Open(w.path)
	w.must(err)
	w.DB = db
	w.Pipeline, err = alerting.New(w.t.Context(), alerting.Options{
		Stages: append(w.stages(w), teller{w}), Keeper: w.keeper(), IgnoreLabels: func() []string { return nil },
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

func (w *World) keeper() alerting.Keeper {
	if w.memory != nil {
		return w.memory
	}
	return w.History()
}

// History is what is kept of the alarms.
func (w *World) History() alerting.History { return alerting.History{Table: w.DB.Alarms()} }

// Restart forgets everything but what is kept, as a kill does.
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

// All returns all episodes, the oldest first. They must not be changed.
func (w *World) All() (all []*alarm.Alarm) {
	w.t.Helper()
	if w.memory != nil {
		return w.memory.all()
	}
	w.must(w.History().Each(w.t.Context(), state.AlarmQuery{}, func(a *alarm.Alarm) error { all = append(all, a); return nil }))
	slices.Reverse(all)
	return all
}

// Names are what people were told of: the alarms that fire, or that ended.
func (w *World) Names(ended bool) (names []string) {
	for _, told := range w.Told {
		if told.Ended == ended {
			names = append(names, told.Name())
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

// Facts is a stage that takes node and path from the labels of those names.
type Facts struct{}

// Name implements [alarm.Stage].
func (Facts) Name() string { return "enrich" }

// Run implements [alarm.Stage].
func (Facts) Run(_ context.Context, _ time.Time, alarms []*alarm.Alarm) []*alarm.Alarm {
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
		if a.Ended != (a.Outcome == alarm.Notified) {
			continue
		}
		t.w.Told = append(t.w.Told, Told{now, a.Clone(), a.Ended})
		if !a.Ended {
			a.Stay(now, t.Name(), alarm.Notified, "people", "told", time.Time{})
		}
	}
	return alarms
}
