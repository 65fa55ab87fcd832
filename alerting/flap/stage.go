package flap

import (
	"context"
	"fmt"
	"time"

	"github.com/prometheus/alertmanager/pkg/labels"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/model"

	"headroom/alerting/alarm"
	"headroom/storage/state"
)

// Name is the stage's.
const Name = "flap"

// What the stage notes.
const (
	Flapping = "flapping"
	Stable   = "stable again"
)

// Settings say what flaps.
type Settings struct {
	Changes int           // so many changes of state …
	Window  time.Duration // … within so long
	Stable  time.Duration // without a change for so long, it does not flap any more
	Delays  []Delay       // the first that matches counts
}

// Delay has alarms wait whether they last.
type Delay struct {
	Matchers labels.Matchers
	For      time.Duration
}

// History has the alarms of the past.
type History interface {
	// Each calls f with the alarms of a query, the newest first, until f returns an
	// error, which it passes on.
	Each(ctx context.Context, q state.AlarmQuery, f func(*alarm.Alarm) error) error
}

// Options make a [Stage].
type Options struct {
	Settings   func() Settings // asked with each run, so that they can be reloaded
	History    History
	Registerer prometheus.Registerer
}

// Stage is the pipeline's stage that keeps flapping alarms open.
type Stage struct {
	opts     Options
	metrics  *metrics
	past     map[alarm.Key][]change // of episodes that are over
	swept    time.Time
	settings Settings // of this run
}

// New returns the stage, which goes on with the changes of alarms that history has.
func New(ctx context.Context, now time.Time, opts Options) (*Stage, error) {
	s := &Stage{opts: opts, past: map[alarm.Key][]change{}, settings: opts.Settings()}
	s.metrics = newMetrics(opts.Registerer)
	from := now.Add(-2 * s.settings.memory()) // of those that began before, the changes are too old
	err := opts.History.Each(ctx, state.AlarmQuery{From: from}, func(a *alarm.Alarm) error {
		if !a.Open() {
			s.remember(a.Key, joined(s.past[a.Key], changesOf(a.Trail)), now)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the changes of alarms: %w", err)
	}
	return s, nil
}

// memory is how long a change counts.
func (s *Settings) memory() time.Duration { return max(s.Window, s.Stable) }

// Name implements [alarm.Stage].
func (s *Stage) Name() string { return Name }

// Run implements [alarm.Stage].
func (s *Stage) Run(_ context.Context, now time.Time, alarms []*alarm.Alarm) []*alarm.Alarm {
	s.settings = s.opts.Settings()
	s.sweep(now)
	passed := make([]*alarm.Alarm, 0, len(alarms))
	for _, a := range alarms {
		if !s.keeps(a, now) {
			passed = append(passed, a)
		}
	}
	return passed
}

// keeps decides on one alarm.
func (s *Stage) keeps(a *alarm.Alarm, now time.Time) bool {
	own := changesOf(a.Trail)
	changes := joined(s.past[a.Key], own)
	flaps, count := s.settings.flaps(changes, now)
	s.note(a, now, flaps, count)
	switch {
	case flaps && a.Ended && untold(a):
		due := changes[len(changes)-1].at.Add(s.settings.Stable)
		a.Linger = true
		a.Stay(now, Name, alarm.Waiting, "", "flaps: "+s.text(count)+fmt.Sprintf("; held for firing until it has been quiet for %s", model.Duration(s.settings.Stable)), due)
		return true
	case !flaps && !a.Ended && a.Outcome == alarm.Waiting:
		if until, matched := s.delayed(a, own, now); matched {
			a.Stay(now, Name, alarm.Waiting, "", "waits whether it lasts", until)
			return true
		}
	}
	s.release(a, now, flaps)
	if a.Ended {
		s.remember(a.Key, changes, now)
	}
	return false
}

// untold tells whether it is still to be told that an alarm has ended: what is
// hidden or folded makes no noise. Nor does what is being healed, of which nobody
// knows yet; its end is what healing waits for.
func untold(a *alarm.Alarm) bool {
	return a.Outcome == alarm.Notified || a.Outcome == alarm.Waiting && a.Stage != healing
}

// healing is the later stage that looks whether an alarm ends.
const healing = "heal"

// release lets an alarm go on that the stage kept.
func (s *Stage) release(a *alarm.Alarm, now time.Time, flaps bool) {
	if a.Stage != Name {
		return
	}
	a.Linger = false
	switch {
	case a.Ended:
		a.Pass(now, Name, fmt.Sprintf("has been quiet for %s", model.Duration(s.settings.Stable)))
	case flaps: // no news: the trail has that it fires again
		a.Stage, a.By, a.Due = "", "", time.Time{}
		a.Touch()
	default:
		a.Pass(now, Name, "has lasted")
	}
}

// note says once that an alarm flaps, and once that it does not any more.
func (s *Stage) note(a *alarm.Alarm, now time.Time, flaps bool, count int) {
	was := Text(a) != ""
	switch {
	case flaps && !was:
		a.Note(alarm.Event{At: now, Stage: Name, What: Flapping, Reason: s.text(count)})
		s.metrics.flapped.Inc()
	case !flaps && was:
		a.Note(alarm.Event{At: now, Stage: Name, What: Stable, Reason: fmt.Sprintf("has not changed its state for %s", model.Duration(s.settings.Stable))})
	}
}

func (s *Stage) text(count int) string {
	return fmt.Sprintf("changed state %d times in %s", count, model.Duration(s.settings.Window))
}

// Text says how an alarm flaps, as for a notification; empty if it does not.
func Text(a *alarm.Alarm) string {
	for i := len(a.Trail) - 1; i >= 0; i-- {
		switch e := a.Trail[i]; {
		case e.Stage != Name:
		case e.What == Flapping:
			return e.Reason
		case e.What == Stable:
			return ""
		}
	}
	return ""
}

// delayed tells until when an alarm waits whether it lasts.
func (s *Stage) delayed(a *alarm.Alarm, own []change, now time.Time) (until time.Time, matched bool) {
	if len(s.settings.Delays) == 0 || len(own) == 0 {
		return until, false
	}
	for _, d := range s.settings.Delays {
		if d.Matchers.Matches(a.Labels) {
			until = own[len(own)-1].at.Add(d.For)
			return until, now.Before(until)
		}
	}
	return until, false
}
