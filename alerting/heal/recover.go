package heal

import (
	"context"
	"fmt"
	"slices"
	"time"

	"headroom/alerting/alarm"
	"headroom/storage/state"
)

const unknownNote = "its end was not seen, since Headroom was restarted"

// recover brings back the ladders, the limits and the brake. What was started and
// not seen to end is not done again: whether it helped is looked at first.
func (s *Stage) recover(ctx context.Context, now time.Time) error {
	brake, err := s.Store.Brake(ctx)
	if err != nil {
		return err
	}
	if brake != nil && brake.Released.IsZero() {
		s.live.Stopped = brake.Reason
	}
	past, err := s.Store.List(ctx, state.HealFilter{From: now.Add(-time.Duration(s.Config.Window))})
	if err != nil {
		return err
	}
	for _, h := range slices.Backward(past) {
		if h.Result == "" {
			h.Result, h.Reason = state.HealUnknown, unknownNote
			if err := s.Store.Finish(ctx, h.ID, time.Time{}, h.Result, h.Output, h.Reason); err != nil {
				return err
			}
		}
		if err := s.recall(now, h); err != nil {
			return err
		}
	}
	return nil
}

// recall brings back one action, the oldest first.
func (s *Stage) recall(now time.Time, h state.Heal) error {
	if !h.Dry {
		s.live.Begin(h.Started, h.ID, Target{h.Module, h.Node, h.Process})
		s.live.Done(h.ID)
	}
	if h.Alarm == "" { // a person's
		return nil
	}
	var key alarm.Key
	if err := key.UnmarshalText([]byte(h.Key)); err != nil {
		return fmt.Errorf("heal %s: %w", h.ID, err)
	}
	c := s.climbs[key]
	if c == nil || c.ruleWas != h.Rule {
		c = &climb{ruleWas: h.Rule}
		s.climbs[key] = c
	}
	if c.episode != h.Alarm {
		c.Ladder, c.episode, c.heals = c.Ladder.Episode(h.Started), h.Alarm, 0
	}
	c.heal, c.due = h.ID, now
	c.heals++
	c.Ladder = c.Ladder.recall(now, h, s.within(h))
	if c.Phase == Verifying {
		s.live.running[h.ID] = true
	}
	return nil
}

// within is how long an action may take to help.
func (s *Stage) within(h state.Heal) time.Duration {
	for _, r := range s.rules {
		if r.name == h.Rule && h.Step < len(r.plan.Steps) {
			return r.plan.Steps[h.Step].Within
		}
	}
	return 0
}

// recall moves a ladder by what is known of an action.
func (l Ladder) recall(now time.Time, h state.Heal, within time.Duration) Ladder {
	l.Step, l.Last = h.Step, h.Started
	if h.Dry {
		l.Phase = Escalated
		return l
	}
	l.Tried = append(l.Tried, Attempt{Step: h.Step, Started: h.Started, Ended: h.Ended, Failed: h.Result == state.HealFailed, Note: h.Reason})
	switch {
	case h.Verdict == state.Helped:
		l.Healed = append(l.Healed, h.Verified)
		l.Phase = Over
	case h.Verdict == state.HelpedNot, h.Result == state.HealFailed:
		l.Phase, l.Step = Idle, h.Step+1
	default:
		l = l.enter(Verifying, now, within)
	}
	return l
}
