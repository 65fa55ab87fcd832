package heal

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/common/model"

	"headroom/alerting/alarm"
	"headroom/storage/state"
)

// stoppedName is the alertname that tells people that healing is stopped.
const stoppedName = "HealingStopped"

// tripLocked stops all healing until a person lets it go on. A dry run only says
// so, and goes on by itself. s.mu must be held.
func (s *Stage) tripLocked(now time.Time, r *rule) {
	g := s.gate(r)
	reason := g.Stopped
	if r.plan.Dry {
		g.Stopped = ""
		if now.Sub(s.dryTold) < time.Duration(s.Config.Brake.Window) {
			return // each alarm that it concerns trips it
		}
		s.dryTold = now
	}
	s.Logger.Error("too much wants healing at once", "reason", reason, "dry_run", r.plan.Dry)
	if r.plan.Dry {
		return
	}
	ctx, cancel := context.WithTimeout(s.ctx, 5*time.Second)
	defer cancel()
	if err := s.Store.Stop(ctx, state.Brake{Since: now, Reason: reason}); err != nil {
		s.Logger.Error("that healing is stopped could not be written down; it holds until a restart", "err", err)
	}
}

// tellLocked adds the alarm that healing is stopped, or ends it. s.mu must be held.
func (s *Stage) tellLocked(now time.Time, out []*alarm.Alarm) []*alarm.Alarm {
	switch stopped := s.live.Stopped != ""; {
	case stopped && (s.stopped == nil || s.stopped.Ended): // somebody may have ended it
		s.stopped = stoppedAlarm(now, s.live.Stopped)
	case !stopped && s.stopped != nil:
		if s.stopped.Firing(now) {
			s.stopped.EndsAt = now
			s.stopped.Touch()
		}
		a := s.stopped
		s.stopped = nil
		if slices.Contains(out, a) {
			return out
		}
		return append(out, a)
	default:
		return out
	}
	return append(out, s.stopped)
}

func stoppedAlarm(now time.Time, reason string) *alarm.Alarm {
	set := model.LabelSet{model.AlertNameLabel: stoppedName, "severity": "critical"}
	a := &alarm.Alarm{
		Key: alarm.KeyOf(set), Labels: set, Source: alarm.FromHeal, StartsAt: now, Received: now, UpdatedAt: now, Outcome: alarm.Waiting,
		Annotations: model.LabelSet{
			"summary":     "Headroom has stopped healing: too much wanted it at once",
			"description": model.LabelValue("All that would be healed is passed on. " + reason + ". When the cause is found, let healing go on by: headroom heals release --reason TEXT"),
		},
	}
	a.ID = alarm.ID(a.Key, now)
	a.Note(alarm.Event{At: now, Stage: Name, What: alarm.Received, Reason: reason})
	return a
}

// ErrNoReason means that a release was asked for without saying why.
var ErrNoReason = errors.New("a reason is needed: why is it safe to heal again?")

// Brake returns the brake that is on, or else the last one; nil if there was none.
func (s *Stage) Brake(ctx context.Context) (*state.Brake, error) { return s.Store.Brake(ctx) }

// Release lets healing go on. Alarms that were passed on stay so. The error is
// [state.ErrNoBrake] if healing is not stopped, [ErrNoReason] without a reason.
func (s *Stage) Release(ctx context.Context, who, why string) error {
	why = strings.TrimSpace(why)
	if why == "" {
		return ErrNoReason
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	err := s.Store.Release(ctx, s.Now(), who, why)
	if err != nil && (!errors.Is(err, state.ErrNoBrake) || s.live.Stopped == "") {
		return err
	}
	s.live.Release()
	s.Logger.Info("healing goes on", "who", who, "why", why)
	s.wake()
	return nil
}

// Heals returns what was done, the newest first.
func (s *Stage) Heals(ctx context.Context, f state.HealFilter) ([]state.Heal, error) {
	return s.Store.List(ctx, f)
}
