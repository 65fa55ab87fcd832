package heal

import (
	"fmt"
	"time"
)

// Step is one action of a plan, as far as deciding needs it.
type Step struct {
	Name   string
	Within time.Duration // from the action's end until it must have helped

	// A query can tell that it helped. Resolved: the alarm must have ended as
	// well; without a query it always must.
	Query, Resolved bool
}

// Plan says how one kind of alarm is healed.
type Plan struct {
	Steps []Step
	Dry   bool // only say what would be done

	MaxHeals int           // in Window; an alarm that comes back after as many is passed on
	Window   time.Duration // how long what happened counts
	MaxWait  time.Duration // for leave to act, before the alarm is passed on

	Backoff, MaxBackoff time.Duration // before an alarm that came back is acted on; doubles with each heal
}

// settle is how long an alarm may still ring after a query said that its cause is
// gone: senders need a while to take it back.
const settle = 5 * time.Minute

// checkEvery is how often a query is asked.
const checkEvery = 5 * time.Second

// Phase is what a ladder waits for.
type Phase string

// The phases. An alarm in one of the first five is being worked on.
const (
	Idle      Phase = ""          // nothing yet, or the next step is due
	Waiting   Phase = "waiting"   // for leave to act
	Acting    Phase = "acting"    // for the action's end
	Verifying Phase = "verifying" // for the alarm's end, or a query's yes
	Settling  Phase = "settling"  // the query said yes; for the alarm's end
	Escalated Phase = "escalated" // nothing more is done in this episode
	Over      Phase = "over"      // healed in this episode
)

// Ladder is how far healing one alarm has come. The zero value is at its start.
// Values are not shared: Next returns a new one.
type Ladder struct {
	Phase Phase
	Step  int       // under way, or next
	Began time.Time // the episode
	Since time.Time // the phase
	Until time.Time // the phase lasts at most so long; in Acting: unused

	Held   bool        // the query's last answer
	Tried  []Attempt   // in this episode
	Healed []time.Time // within the window, also in earlier episodes
	Last   time.Time   // anything happened
}

// Attempt is one action that was tried.
type Attempt struct {
	Step           int
	Started, Ended time.Time
	Failed         bool
	Note           string // how it went
}

// What can happen to a ladder.
type Kind int

const (
	Look     Kind = iota // the alarm rings, time has passed
	Ended                // the alarm has ended
	Allowed              // the action may start
	Refused              // it may not yet
	Finished             // the action has ended
	Checked              // the query was answered
)

// Event is one thing that happened.
type Event struct {
	Kind   Kind
	OK     bool      // Finished: it did what it should; Checked: yes
	Reason string    // Refused, Finished
	Until  time.Time // Refused: may be asked again; zero: not before a person acts
}

// Do is what is to be done now.
type Do string

const (
	Wait     Do = "wait"     // until Decision.Until
	Again    Do = "again"    // decide again: the step is over
	Ask      Do = "ask"      // for leave to act
	Act      Do = "act"      // start the action
	Pretend  Do = "pretend"  // say that it would be started
	Check    Do = "check"    // ask the query
	Heal     Do = "heal"     // it helped
	Leave    Do = "leave"    // the alarm has ended by itself
	Escalate Do = "escalate" // pass the alarm on with what was tried
)

// Decision says what to do, why, and when to look again.
type Decision struct {
	Do     Do
	Until  time.Time
	Reason string
}

// Next moves a ladder by an event.
func (p Plan) Next(l Ladder, e Event, now time.Time) (Ladder, Decision) {
	l = p.forget(l, now)
	switch e.Kind {
	case Ended:
		return p.ended(l, now)
	case Allowed:
		return p.act(l, now)
	case Refused:
		return p.refused(l, e, now)
	case Finished:
		return p.finished(l, e, now)
	case Checked:
		return p.checked(l, e, now)
	}
	return p.look(l, now)
}

// forget drops what is older than the window.
func (p Plan) forget(l Ladder, now time.Time) Ladder {
	horizon := now.Add(-p.Window)
	for len(l.Healed) > 0 && l.Healed[0].Before(horizon) {
		l.Healed = l.Healed[1:]
	}
	idle := l.Phase == Idle || l.Phase == Escalated || l.Phase == Over
	if idle && len(l.Healed) == 0 && l.Last.Before(horizon) {
		l.Step = 0
	}
	return l
}

// Episode starts a new episode of the alarm: the ladder goes on where it stood.
func (l Ladder) Episode(now time.Time) Ladder {
	l.Phase, l.Began, l.Since, l.Until, l.Held, l.Tried = Idle, now, now, time.Time{}, false, nil
	return l
}

func (l Ladder) enter(phase Phase, now time.Time, stay time.Duration) Ladder {
	l.Phase, l.Since, l.Until, l.Last = phase, now, now.Add(stay), now
	return l
}

func (p Plan) look(l Ladder, now time.Time) (Ladder, Decision) {
	switch l.Phase {
	case Idle:
		return p.start(l, now)
	case Waiting:
		if now.Before(l.Until) {
			return l, Decision{Do: Wait, Until: l.Until, Reason: p.Steps[l.Step].Name + " waits"}
		}
		return l, Decision{Do: Ask}
	case Acting:
		return l, Decision{Do: Wait, Until: now.Add(time.Second), Reason: p.Steps[l.Step].Name + " is running"}
	case Verifying:
		return p.verify(l, now)
	case Settling:
		if now.Before(l.Until) {
			return l, Decision{Do: Wait, Until: l.Until, Reason: "its query says that it is healed; waits for the alarm to end"}
		}
		return p.escalate(l, now, fmt.Sprintf("the query of %s says that it is healed, but the alarm still rings %s later", p.Steps[l.Step].Name, short(settle)))
	case Over: // it rings again
		return p.start(l.Episode(now), now)
	}
	return l, Decision{Do: Escalate, Reason: "was passed on before"}
}

// start begins the next step, unless there is none or the alarm came back too often.
func (p Plan) start(l Ladder, now time.Time) (Ladder, Decision) {
	n := len(l.Healed)
	switch {
	case n >= p.MaxHeals:
		return p.escalate(l, now, fmt.Sprintf("it was healed %s in %s and came back", times(n), short(now.Sub(l.Healed[0]))))
	case l.Step >= len(p.Steps):
		if len(l.Tried) == 0 {
			return p.escalate(l, now, "it came back after all that can be done was tried")
		}
		return p.escalate(l, now, fmt.Sprintf("%s did not help, and nothing more can be done", actions(len(l.Tried))))
	}
	l = l.enter(Waiting, now, 0)
	if n > 0 && len(l.Tried) == 0 {
		l.Until = l.Healed[n-1].Add(p.backoff(n))
		if now.Before(l.Until) {
			reason := fmt.Sprintf("it came back %s after it was healed; %s waits until %s", short(now.Sub(l.Healed[n-1])), p.Steps[l.Step].Name, clock(l.Until))
			return p.waitOrPass(l, now, reason)
		}
	}
	return l, Decision{Do: Ask}
}

// backoff is the pause after the nth heal.
func (p Plan) backoff(n int) time.Duration {
	pause := p.Backoff
	for ; n > 1 && pause < p.MaxBackoff; n-- {
		pause *= 2
	}
	return min(pause, p.MaxBackoff)
}

// waitOrPass waits up to l.Until, or passes the alarm on if that is too long.
func (p Plan) waitOrPass(l Ladder, now time.Time, reason string) (Ladder, Decision) {
	if l.Until.Sub(l.Since) > p.MaxWait {
		return p.escalate(l, now, reason+", longer than "+short(p.MaxWait))
	}
	return l, Decision{Do: Wait, Until: l.Until, Reason: reason}
}

func (p Plan) refused(l Ladder, e Event, now time.Time) (Ladder, Decision) {
	if l.Phase != Waiting {
		return p.look(l, now)
	}
	if e.Until.IsZero() {
		return p.escalate(l, now, e.Reason)
	}
	l.Until = e.Until
	return p.waitOrPass(l, now, e.Reason)
}

func (p Plan) act(l Ladder, now time.Time) (Ladder, Decision) {
	if l.Phase != Waiting {
		return p.look(l, now)
	}
	name := p.Steps[l.Step].Name
	if p.Dry {
		l = l.enter(Escalated, now, 0)
		return l, Decision{Do: Pretend, Reason: "a dry run: it would have done " + name}
	}
	l = l.enter(Acting, now, 0)
	return l, Decision{Do: Act, Until: now.Add(time.Second), Reason: name + " is running"}
}

func (p Plan) finished(l Ladder, e Event, now time.Time) (Ladder, Decision) {
	if l.Phase != Acting {
		return l, Decision{Do: Again}
	}
	step := p.Steps[l.Step]
	l.Tried = append(l.Tried[:len(l.Tried):len(l.Tried)], Attempt{Step: l.Step, Started: l.Since, Ended: now, Failed: !e.OK, Note: e.Reason})
	if !e.OK {
		l = l.enter(Idle, now, 0)
		l.Step++
		return l, Decision{Do: Again, Reason: step.Name + " failed: " + e.Reason}
	}
	l.Held = false
	return l.enter(Verifying, now, step.Within), Decision{Do: Again}
}

// verify waits for what must come true, and goes on when it has not in time.
func (p Plan) verify(l Ladder, now time.Time) (Ladder, Decision) {
	step := p.Steps[l.Step]
	if !now.Before(l.Until) {
		l = l.note("not healed within " + short(step.Within))
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
	reason := fmt.Sprintf("%s helped: healed %s after it came", p.Steps[l.Step].Name, short(now.Sub(l.Began)))
	l = l.note("helped")
	l.Healed = append(l.Healed[:len(l.Healed):len(l.Healed)], now)
	return l.enter(Over, now, 0), Decision{Do: Heal, Reason: reason}
}

func (p Plan) escalate(l Ladder, now time.Time, reason string) (Ladder, Decision) {
	return l.enter(Escalated, now, 0), Decision{Do: Escalate, Reason: reason}
}

// note adds to how the last attempt went.
func (l Ladder) note(text string) Ladder {
	n := len(l.Tried) - 1
	if n < 0 {
		return l
	}
	l.Tried = append([]Attempt(nil), l.Tried...)
	if l.Tried[n].Note != "" {
		text = l.Tried[n].Note + "; " + text
	}
	l.Tried[n].Note = text
	return l
}
