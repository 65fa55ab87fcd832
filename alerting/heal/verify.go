package heal

import (
	"fmt"
	"time"
)

// settle is how long an alarm may still ring after a query said that its cause is
// gone: senders need a while to take it back.
const settle = 5 * time.Minute

// checkEvery is how often a query is asked.
const checkEvery = 5 * time.Second

// verify waits for what must come true, and goes on when it has not in time.
func (p Plan) verify(l Ladder, now time.Time) (Ladder, Decision) {
	step := p.Steps[l.Step]
	if !now.Before(l.Until) {
		l = l.note("did not help within " + short(step.Within))
		l = l.enter(Idle, now, 0)
		l.Step++
		return l, Decision{Do: Again, Reason: fmt.Sprintf("%s did not help within %s", step.Name, short(step.Within))}
	}
	reason := fmt.Sprintf("%s was done; it must help until %s", step.Name, clock(l.Until))
	if step.Query {
		return l, Decision{Do: Check, Until: earlier(l.Until, now.Add(checkEvery)), Reason: reason}
	}
	return l, Decision{Do: Wait, Until: l.Until, Reason: reason}
}

func (p Plan) checked(l Ladder, e Event, now time.Time) (Ladder, Decision) {
	if l.Phase != Verifying {
		return l, Decision{Do: Again}
	}
	step := p.Steps[l.Step]
	l.Held = e.OK
	if e.OK && !step.Resolved {
		return l.enter(Settling, now, settle), Decision{Do: Again}
	}
	until := earlier(l.Until, now.Add(checkEvery))
	return l, Decision{Do: Wait, Until: until, Reason: fmt.Sprintf("%s was done; it must help until %s", step.Name, clock(l.Until))}
}

// ended decides what an alarm's end means.
func (p Plan) ended(l Ladder, now time.Time) (Ladder, Decision) {
	l.Quiet = now
	switch l.Phase {
	case Acting:
		return l, Decision{Do: Wait, Until: now.Add(time.Second), Reason: "it ended while " + p.Steps[l.Step].Name + " is running"}
	case Verifying:
		step := p.Steps[l.Step]
		if step.Query && step.Resolved && !l.Held {
			return p.endedUnproved(l, now)
		}
		return p.healed(l, now)
	case Settling:
		return p.healed(l, now)
	case Idle, Waiting:
		if n := len(l.Tried); n > 0 && !l.Tried[n-1].Failed {
			l.Step = l.Tried[n-1].Step // it needed longer than it was given
			return p.healed(l, now)
		}
		l.Phase = Idle
	case Over:
		return l, Decision{Do: Heal}
	}
	return l, Decision{Do: Leave, Reason: "it ended by itself"}
}

// endedUnproved goes on asking the query of an alarm that has ended.
func (p Plan) endedUnproved(l Ladder, now time.Time) (Ladder, Decision) {
	l, d := p.verify(l, now)
	if d.Do == Again {
		return l, Decision{Do: Leave, Reason: d.Reason + ": the alarm ended, but the query never said yes"}
	}
	return l, d
}

func (p Plan) healed(l Ladder, now time.Time) (Ladder, Decision) {
	after := fmt.Sprintf("helped: healed %s after it came", short(now.Sub(l.Began)))
	l = l.note(after)
	l.Healed = append(l.Healed[:len(l.Healed):len(l.Healed)], now)
	return l.enter(Over, now, 0), Decision{Do: Heal, Reason: p.Steps[l.Step].Name + " " + after}
}

// note adds to how the last attempt went.
func (l Ladder) note(text string) Ladder {
	n := len(l.Tried) - 1
	if n < 0 {
		return l
	}
	l.Tried = append([]Attempt(nil), l.Tried...)
	if l.Tried[n].Note != "" {
		text = l.Tried[n].Note + ", and " + text
	}
	l.Tried[n].Note = text
	return l
}
