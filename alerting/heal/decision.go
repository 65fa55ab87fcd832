package heal

import "time"

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
