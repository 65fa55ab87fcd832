package heal

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"headroom/alerting/alarm"
	"headroom/storage/state"
)

// climb is the healing of one alarm, over all of its episodes.
type climb struct {
	Ladder
	rule    *rule  // nil: recovered, and its alarm has not come by
	ruleWas string // name of the rule, of a recovered one
	episode string // id of the alarm's episode
	heals   int    // actions in it
	heal    string // id of the last one

	event    *Event    // came beside the pipeline, not looked at yet
	checking bool      // a query is under way
	due      time.Time // when the alarm comes by again
}

// lookLocked tells whether an alarm goes on. s.mu must be held.
func (s *Stage) lookLocked(now time.Time, a *alarm.Alarm) bool {
	if a.Source == alarm.FromHeal {
		if !a.Ended { // the end of the last one may still be to be told
			s.stopped = a
		}
		return true
	}
	c := s.climbs[a.Key]
	if c == nil || c.rule == nil || c.episode != a.ID {
		if c = s.beginLocked(now, a, c); c == nil {
			return true
		}
	}
	return s.climbLocked(now, a, c)
}

// beginLocked starts an episode, or returns nil if the alarm is none to heal.
func (s *Stage) beginLocked(now time.Time, a *alarm.Alarm, c *climb) *climb {
	r := ruleFor(s.rules, a)
	if r == nil {
		return nil
	}
	before := passedBefore(a)
	switch {
	case c != nil && c.rule == nil && c.episode == a.ID && c.ruleWas == r.name: // it was worked on before a restart
		c.rule = r
		c.noteTried(now, a)
		if before != "" {
			c.Phase = Escalated
		}
		return c
	case before != "":
		keepTried(a)
		return nil
	case a.Ended:
		return nil
	case s.gate(r).Stopped != "":
		reason := "healing is stopped: " + s.gate(r).Stopped
		s.stats.refused.WithLabelValues(byBrake).Inc()
		pass(now, a, reason)
		keepTried(a)
		return nil
	case c == nil || c.rule != r && c.ruleWas != r.name:
		c = &climb{}
		s.climbs[a.Key] = c
	}
	c.rule, c.ruleWas, c.episode, c.heals, c.event = r, r.name, a.ID, 0, nil
	c.Ladder = c.Ladder.Episode(now)
	c.Began = a.Received
	return c
}

// climbLocked decides until there is something to wait for, and tells whether the
// alarm goes on.
func (s *Stage) climbLocked(now time.Time, a *alarm.Alarm, c *climb) bool {
	e := asItIs(a)
	if c.event != nil {
		e, c.event = *c.event, nil
	}
	for {
		switch d := s.turnLocked(now, a, c, e); d.Do {
		case Again:
			e = asItIs(a)
		case Ask:
			e = s.askLocked(now, a, c)
		case Act:
			s.actLocked(now, a, c)
			return c.stay(now, a, d)
		case Check:
			s.checkLocked(a, c)
			return c.stay(now, a, d)
		case Wait:
			return c.stay(now, a, d)
		case Pretend:
			return c.pass(now, a, s.pretendLocked(now, a, c))
		case Heal:
			return c.healed(now, a, d.Reason)
		default: // Leave, Escalate
			return c.pass(now, a, d.Reason)
		}
	}
}

// asItIs is the event that an alarm is by itself.
func asItIs(a *alarm.Alarm) Event {
	if a.Ended {
		return Event{Kind: Ended}
	}
	return Event{Kind: Look}
}

// turnLocked moves the ladder, and writes down what that says of the last action.
func (s *Stage) turnLocked(now time.Time, a *alarm.Alarm, c *climb, e Event) Decision {
	before := c.Ladder
	l, d := c.rule.plan.Next(c.Ladder, e, now)
	c.Ladder = l
	if before.Phase == Acting && l.Phase != Acting {
		c.noteTried(now, a)
		if c.Tried[len(c.Tried)-1].Failed {
			s.live.Done(c.heal)
		}
	}
	judging := before.Phase == Verifying || before.Phase == Settling
	if over := l.Phase != Verifying && l.Phase != Settling; judging && over || d.Do == Heal && before.Phase != Over {
		s.judgedLocked(now, a, c, d)
	}
	return d
}

// judgedLocked notes whether the last action helped.
func (s *Stage) judgedLocked(now time.Time, a *alarm.Alarm, c *climb, d Decision) {
	s.live.Done(c.heal)
	c.noteTried(now, a)
	verdict, id, note := state.HelpedNot, c.heal, c.Tried[len(c.Tried)-1].Note
	if d.Do == Heal {
		verdict = state.Helped
	}
	s.stats.verdicts.WithLabelValues(c.rule.name, verdict).Inc()
	s.write("verdict", func(ctx context.Context) error { return s.Store.Judge(ctx, id, now, verdict, note) })
}

// askLocked asks for leave to act.
func (s *Stage) askLocked(now time.Time, a *alarm.Alarm, c *climb) Event {
	switch {
	case !a.Acked.IsZero():
		return Event{Kind: Refused, Reason: cmp.Or(a.AckedBy, "somebody") + " has taken it on"}
	case a.Outcome == alarm.Notified:
		return Event{Kind: Refused, Reason: "somebody was told of it before"}
	}
	switch r := s.ruleNamedLocked(c.rule.name); {
	case r == nil:
		return Event{Kind: Refused, Reason: "its rule was taken out of the configuration"}
	case r.plan.Dry && !c.rule.plan.Dry:
		return Event{Kind: Refused, Reason: "its rule was made a dry run"}
	}
	g := s.gate(c.rule)
	answer := g.Ask(now, a.Key.String(), c.nextID(), targetOf(a), s.fleetLocked())
	if !answer.OK {
		s.stats.refused.WithLabelValues(answer.Limit).Inc()
	}
	if answer.Trips {
		s.tripLocked(now, c.rule)
	}
	return answer.Event()
}

// ruleNamedLocked returns the rule of a name that is in force, nil if there is none.
// s.mu must be held.
func (s *Stage) ruleNamedLocked(name string) *rule {
	i := slices.IndexFunc(s.rules, func(r *rule) bool { return r.name == name })
	if i < 0 {
		return nil
	}
	return s.rules[i]
}

// nextID is the id of the climb's next action.
func (c *climb) nextID() string { return fmt.Sprintf("%s.%d", c.episode, c.heals+1) }

// stay keeps the alarm.
func (c *climb) stay(now time.Time, a *alarm.Alarm, d Decision) bool {
	by := ""
	if c.Phase != Waiting {
		by = c.heal
	}
	a.Linger = a.Ended
	a.Stay(now, Name, alarm.Waiting, by, d.Reason, d.Until)
	c.due = d.Until
	return false
}

// healed settles an alarm that has ended. One that somebody was told of goes on:
// they are told of its end.
func (c *climb) healed(now time.Time, a *alarm.Alarm, reason string) bool {
	c.due = now
	a.Linger = false
	if a.Outcome == alarm.Healed {
		return false
	}
	told := a.Outcome == alarm.Notified
	a.Stay(now, Name, alarm.Healed, c.heal, reason, time.Time{})
	return told
}

// pass lets the alarm go on, with what was tried.
func (c *climb) pass(now time.Time, a *alarm.Alarm, reason string) bool {
	c.due = now
	a.Linger = false
	if passedBefore(a) == "" && (a.Stage == Name || !a.Ended) {
		pass(now, a, reason)
	}
	if !a.Ended || a.Outcome == alarm.Notified {
		keepTried(a)
	}
	return true
}
