// Package alerttest runs a real pipeline in virtual time, for tests of its stages:
// alarms are sent to it, time is moved on, what somebody would have been told is
// written down, and it can be killed and started again at any moment.
package alerttest

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"time"

	amalert "github.com/prometheus/alertmanager/alert"
	"github.com/prometheus/common/model"

	"headroom/alerting"
	"headroom/alerting/alarm"
)

// World is a pipeline whose last stage tells at once, and a keeper in memory.
type World struct {
	Now      time.Time
	Pipeline *alerting.Pipeline
	Told     []Told

	stages func() []alarm.Stage
	kept   map[string]kept
}

// kept is an alarm as it was last kept.
type kept struct {
	alarm *alarm.Alarm
	text  []byte
}

// Told is that somebody was told of an alarm, or of its end.
type Told struct {
	At    time.Time
	Alarm *alarm.Alarm // a copy, as it was then
	Ended bool
}

// New returns a world at a time. Stages makes the stages anew at each start.
func New(now time.Time, stages func() []alarm.Stage) (*World, error) {
	w := &World{Now: now, stages: stages, kept: map[string]kept{}}
	return w, w.Restart()
}

// Restart forgets all but what the keeper has, as a kill does.
func (w *World) Restart() (err error) {
	w.Pipeline, err = alerting.New(context.Background(), alerting.Options{
		Stages: append(w.stages(), teller{w}), Keeper: w, IgnoreLabels: func() []string { return nil },
		Now: func() time.Time { return w.Now }, Logger: slog.New(slog.DiscardHandler),
	})
	return err
}

// Send sends alarms that ring until their end is sent.
func (w *World) Send(labels ...model.LabelSet) error { return w.send(time.Time{}, labels) }

// End sends the end of alarms.
func (w *World) End(labels ...model.LabelSet) error { return w.send(w.Now, labels) }

func (w *World) send(ends time.Time, labels []model.LabelSet) error {
	alerts := make([]*amalert.Alert, len(labels))
	for i, l := range labels {
		alerts[i] = &amalert.Alert{Alert: model.Alert{Labels: l, StartsAt: w.Now, EndsAt: ends}, UpdatedAt: w.Now}
	}
	return w.Pipeline.Receive(context.Background(), alarm.FromAPI, alerts...)
}

// Step moves time on and runs the stages.
func (w *World) Step(d time.Duration) error {
	w.Now = w.Now.Add(d)
	return w.Pipeline.Step(context.Background(), w.Now)
}

// Run steps once a second for d.
func (w *World) Run(d time.Duration) error {
	for range int(d / time.Second) {
		if err := w.Step(time.Second); err != nil {
			return err
		}
	}
	return nil
}

// All returns every alarm that there was, as it was last kept, by id. They must not
// be changed.
func (w *World) All() (all []*alarm.Alarm) {
	for _, k := range w.kept {
		all = append(all, k.alarm)
	}
	slices.SortFunc(all, func(a, b *alarm.Alarm) int { return cmp.Compare(a.ID, b.ID) })
	return all
}

// Save implements [alerting.Keeper].
func (w *World) Save(_ context.Context, alarms []*alarm.Alarm) error {
	for _, a := range alarms {
		text, err := json.Marshal(a)
		if err != nil {
			return fmt.Errorf("keep alarm %s: %w", a.ID, err)
		}
		w.kept[a.ID] = kept{a, text}
	}
	return nil
}

// Open implements [alerting.Keeper].
func (w *World) Open(context.Context) (open []*alarm.Alarm, err error) {
	for id, k := range w.kept {
		if !k.alarm.Open() {
			continue
		}
		a := &alarm.Alarm{}
		if err := json.Unmarshal(k.text, a); err != nil {
			return nil, fmt.Errorf("alarm %s was kept as %s: %w", id, k.text, err)
		}
		open = append(open, a)
	}
	return open, nil
}

// teller is the last stage: it tells of whatever reaches it, and of the end of that.
type teller struct{ w *World }

func (teller) Name() string { return "notify" }

func (t teller) Run(_ context.Context, now time.Time, alarms []*alarm.Alarm) []*alarm.Alarm {
	for _, a := range alarms {
		told := a.Outcome == alarm.Notified
		switch {
		case a.Ended && told:
			t.w.Told = append(t.w.Told, Told{now, a.Clone(), true})
		case a.Firing(now) && !told:
			a.Stay(now, t.Name(), alarm.Notified, "test", "told", time.Time{})
			t.w.Told = append(t.w.Told, Told{now, a.Clone(), false})
		}
	}
	return alarms
}
