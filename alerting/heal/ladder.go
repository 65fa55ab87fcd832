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
	Quiet  time.Time   // the alarm was last seen to be over; zero: not known
}

// Attempt is one action that was tried.
type Attempt struct {
	Step           int
	Started, Ended time.Time
	Failed         bool
	Note           string // how it went
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

// rest is how long an alarm must have been over until a ladder that was used up
// begins anew: somebody has repaired it then, and it fails anew.
const rest = 10 * time.Minute

// forget drops what is older than the window, and begins a used up ladder anew.
func (p Plan) forget(l Ladder, now time.Time) Ladder {
	horizon := now.Add(-p.Window)
	for len(l.Healed) > 0 && l.Healed[0].Before(horizon) {
		l.Healed = l.Healed[1:]
	}
	idle := l.Phase == Idle || l.Phase == Escalated || l.Phase == Over
	fresh := l.Phase == Idle && len(l.Tried) == 0
	rested := fresh && l.Step >= len(p.Steps) && !l.Quiet.IsZero() && l.Began.Sub(l.Quiet) >= rest
	if rested || idle && len(l.Healed) == 0 && l.Last.Before(horizon) {
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
		l = l.note("did not help: its query said so, but the alarm still rang " + short(settle) + " later")
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
			return p.escalate(l, now, "it came back, and all that can be done did not help before")
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
		return l, Decision{Do: Pretend, Reason: "a dry run: " + name}
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

func (p Plan) escalate(l Ladder, now time.Time, reason string) (Ladder, Decision) {
	return l.enter(Escalated, now, 0), Decision{Do: Escalate, Reason: reason}
}
