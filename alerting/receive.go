package alerting

import (
	"context"
	"errors"
	"fmt"
	"time"

	amalert "github.com/prometheus/alertmanager/alert"
	"github.com/prometheus/common/model"

	"headroom/alerting/alarm"
)

// ErrFull means that as many alarms are open as can be.
var ErrFull = errors.New("too many alarms are open")

// Receive takes alarms that fire or have ended. Once it returns without an error
// they are kept, and a kill loses none of them. Of what comes beyond [MaxOpen] it
// keeps nothing, and says so.
func (p *Pipeline) Receive(ctx context.Context, source string, alerts ...*amalert.Alert) error {
	now := p.opts.Now()
	refused := p.merge(source, alerts, now)
	if err := p.save(ctx); err != nil {
		return err
	}
	p.Wake()
	if refused > 0 {
		p.metrics.refused.Add(float64(refused))
		return fmt.Errorf("%d of %d alarms were refused: %d are open: %w", refused, len(alerts), MaxOpen, ErrFull)
	}
	return nil
}

func (p *Pipeline) merge(source string, alerts []*amalert.Alert, now time.Time) (refused int) {
	without := make([]model.LabelName, 0, 4)
	for _, name := range p.opts.IgnoreLabels() {
		without = append(without, model.LabelName(name))
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, in := range alerts {
		key := alarm.KeyOf(in.Labels, without...)
		switch a := p.book.byKey[key]; {
		case a != nil:
			p.again(a, in, now)
		case in.ResolvedAt(now):
			p.metrics.unknownEnds.Inc()
		case max(len(p.book.byID), len(p.unsaved)) >= MaxOpen: // also of those that are over and cannot be written
			refused++
		default:
			p.first(key, source, in, now)
		}
	}
	return refused
}

// first begins an episode.
func (p *Pipeline) first(key alarm.Key, source string, in *amalert.Alert, now time.Time) {
	a := &alarm.Alarm{
		ID: alarm.ID(key, now), Key: key, Labels: intern(in.Labels), Annotations: intern(in.Annotations), Source: source,
		GeneratorURL: held(in.GeneratorURL), StartsAt: in.StartsAt, EndsAt: in.EndsAt, Timeout: in.Timeout,
		Received: now, UpdatedAt: now, Outcome: alarm.Waiting,
	}
	a.Note(alarm.Event{At: now, Stage: "receive", What: alarm.Received, By: source, Reason: "received from " + sourceNames[source]})
	p.enter(a)
}

var sourceNames = map[string]string{
	alarm.FromAPI: "a sender of alarms", alarm.FromRules: "a rule of ours", alarm.FromWatch: "Headroom's own watch",
	alarm.FromFold: "the search for common causes", alarm.FromHeal: "healing", alarm.FromPerson: "a person",
}

// enter puts a new alarm into the book. p.mu must be held.
func (p *Pipeline) enter(a *alarm.Alarm) {
	p.book.add(a)
	p.touched[a] = true
	p.metrics.received.Inc()
	p.collect(a)
}

// again takes what came of an alarm that is open. Most of what comes only says
// that it still fires; nothing is written then.
func (p *Pipeline) again(a *alarm.Alarm, in *amalert.Alert, now time.Time) {
	p.metrics.repeats.Inc()
	before, until := a.Firing(now), a.EndsAt
	a.EndsAt, a.Timeout = endOf(a, in, now), in.Timeout
	a.UpdatedAt = now
	if in.StartsAt.Before(a.StartsAt) {
		a.StartsAt = in.StartsAt
	}
	if !in.Annotations.Equal(a.Annotations) {
		a.Annotations = intern(in.Annotations) // values in them change with every evaluation: that is no news
		a.Touch()
	}
	firing := a.Firing(now)
	switch {
	case a.Ended && firing:
		a.Ended = false
		a.Note(alarm.Event{At: now, Stage: "receive", What: alarm.Fired, Reason: "fired again before anybody was done with it"})
		p.touched[a] = true
	case before && !firing:
		a.Touch() // an end that was told must be known after a kill
		p.touched[a] = true
	case firing && (!before || !until.IsZero() && (a.EndsAt.IsZero() || a.EndsAt.Sub(until) > restartGrace)):
		a.Touch() // so must be that it was taken back, or is far off: its sender need not say so again
	}
	p.collect(a)
}

// endOf says when an alarm ends after what came of it: an end that its sender
// told stands, one that was only assumed is never nearer than before.
func endOf(a *alarm.Alarm, in *amalert.Alert, now time.Time) time.Time {
	if in.ResolvedAt(now) || a.Ended || a.EndsAt.IsZero() || !in.Timeout || a.EndsAt.Before(in.EndsAt) {
		return in.EndsAt
	}
	return a.EndsAt
}

// collect puts an alarm among those to be written if it changed. p.mu must be held.
func (p *Pipeline) collect(a *alarm.Alarm) {
	if a.TakeChanged() {
		p.unsaved[a] = true
	}
}
