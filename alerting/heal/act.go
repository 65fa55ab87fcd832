package heal

import (
	"context"
	"fmt"
	"time"

	"headroom/alerting/alarm"
	"headroom/storage/state"
)

// record is what is written down of an action before it starts.
func (c *climb) record(now time.Time, a *alarm.Alarm) state.Heal {
	act, t := &c.rule.actions[c.Step], targetOf(a)
	return state.Heal{
		ID: c.heal, Alarm: a.ID, Key: a.Key.String(), Name: a.Kind(), Rule: c.rule.name, Step: c.Step, Action: act.Name, Kind: act.Kind,
		Module: t.Module, Node: t.Node, Process: t.Process, Started: now,
	}
}

func (s *Stage) job(id string, rule string, act *action, a *alarm.Alarm, t Target, who string) *job {
	return &job{id: id, rule: rule, action: act, alarm: a, target: t, who: who, restarter: s.Restarter, flows: s.Flows, client: s.client, pause: time.Second}
}

// actLocked starts the climb's action beside the pipeline. s.mu must be held.
func (s *Stage) actLocked(now time.Time, a *alarm.Alarm, c *climb) {
	c.heal = c.nextID()
	c.heals++
	h := c.record(now, a)
	j := s.job(c.heal, c.rule.name, &c.rule.actions[c.Step], a.Clone(), targetOf(a), "")
	s.work.Go(func() {
		ok, note := s.carryOut(j, h)
		s.mu.Lock()
		if c.heal == h.ID {
			c.event = &Event{Kind: Finished, OK: ok, Reason: note}
		}
		s.mu.Unlock()
		s.wake()
	})
}

// carryOut writes an action down, does it, and writes down how it ended. The note
// is for people.
func (s *Stage) carryOut(j *job, h state.Heal) (ok bool, note string) {
	if err := s.Store.Begin(s.ctx, h); err != nil {
		s.Logger.Error("an action was not started, since it could not be written down", "heal", h.ID, "err", err)
		return false, "was not started, since it could not be written down"
	}
	s.Logger.Info("acting on an alarm", "heal", h.ID, "action", h.Action, "alarm", h.Name, "module", h.Module, "node", h.Node, "who", h.Who)
	output, err := j.run(s.ctx)
	if s.ctx.Err() != nil { // stopped from outside: what it did is looked at after the start
		return err == nil, "Headroom was stopped meanwhile"
	}
	at := s.Now()
	result, note := state.HealDone, "done in "+short(at.Sub(h.Started))
	if err != nil {
		result, note = state.HealFailed, fmt.Sprintf("failed after %s: %v", short(at.Sub(h.Started)), err)
		if line := lastLine(output); line != "" {
			note += ": " + line
		}
	}
	note = shorten(note, 500)
	kept := note
	if h.Reason != "" { // a person's
		kept = h.Reason + "; " + note
	}
	if err := s.Store.Finish(s.ctx, h.ID, at, result, output, kept); err != nil {
		s.Logger.Error("the record of heals is not complete", "what", "the end of "+h.ID, "err", err)
	}
	s.stats.heals.WithLabelValues(h.Kind, result).Inc()
	s.Logger.Info("acted on an alarm", "heal", h.ID, "result", result, "note", note)
	return err == nil, note
}

// pretendLocked writes down what would have been done, and tells it. s.mu must be held.
func (s *Stage) pretendLocked(now time.Time, a *alarm.Alarm, c *climb) string {
	c.heal = c.nextID()
	s.dry.Done(c.heal)
	c.heals++
	h := c.record(now, a)
	j := s.job(c.heal, c.rule.name, &c.rule.actions[c.Step], a.Clone(), targetOf(a), "")
	would := j.would()
	h.Dry, h.Result, h.Ended, h.Output, h.Reason = true, state.HealWould, now, would, "a dry run: "+h.Action+" "+would
	s.stats.heals.WithLabelValues(h.Kind, state.HealWould).Inc()
	s.write("dry run", func(ctx context.Context) error { return s.Store.Begin(ctx, h) })
	return h.Reason
}

// maxCheck is how long a query may take.
const maxCheck = 10 * time.Second

// checkLocked asks the query of the climb's step beside the pipeline. s.mu must be
// held.
func (s *Stage) checkLocked(a *alarm.Alarm, c *climb) {
	if c.checking {
		return
	}
	expr, err := query(c.rule.actions[c.Step].query, valuesOf(a))
	if err != nil {
		s.Logger.Warn("a query to verify by cannot be filled in", "heal", c.heal, "err", err)
		return
	}
	c.checking = true
	id := c.heal
	s.work.Go(func() {
		ctx, cancel := context.WithTimeout(s.ctx, maxCheck)
		defer cancel()
		ok, err := s.Query(ctx, expr, s.Now())
		if err != nil {
			s.Logger.Warn("a query to verify by failed", "heal", id, "query", expr, "err", err)
		}
		s.mu.Lock()
		c.checking = false
		if c.heal == id {
			c.event = &Event{Kind: Checked, OK: ok && err == nil}
		}
		s.mu.Unlock()
		s.wake()
	})
}
