package alarm

import "time"

// MaxTrail is how many events an alarm keeps; beyond it those after the first
// quarter are left out.
const MaxTrail = 64

// MaxAck is how far off the end of an acknowledgement may be.
const MaxAck = 30 * 24 * time.Hour

// Event is one thing that happened to an alarm.
type Event struct {
	At     time.Time `json:"at"`
	Stage  string    `json:"stage"`
	What   string    `json:"what"`         // an outcome, or one of the words below
	By     string    `json:"by,omitempty"` // id of the mute, lease, cause, heal, receiver or person
	Reason string    `json:"reason"`       // one sentence
}

// What happened, besides the outcomes.
const (
	Received = "received"
	Fired    = "fired again"
	Ended    = "ended"
	Passed   = "passed"
	Acked    = "acknowledged"
	AckOver  = "acknowledgement over" // it had an end, and the alarm still fires
	Tried    = "tried"                // an action that may heal
)

// Outcome is how an alarm came out, or where it stands while it is open.
type Outcome string

// The outcomes. Each alarm that was received has one of them: their numbers add
// up to the number of alarms received.
const (
	Waiting  Outcome = "waiting"  // on its way: nothing has settled it yet
	Notified Outcome = "notified" // somebody was told
	Folded   Outcome = "folded"   // part of another alarm, by which it is told
	Muted    Outcome = "muted"    // somebody wanted not to be told
	Healed   Outcome = "healed"   // ended after Headroom did something about it
	Resolved Outcome = "resolved" // ended by itself before anybody was told
)

// Outcomes lists them in the order in which an alarm may come to them.
var Outcomes = []Outcome{Waiting, Folded, Muted, Healed, Resolved, Notified}
