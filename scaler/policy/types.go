package policy

import (
	"encoding/json"
	"time"
)

// Demand is what was seen of a service up to a minute's end.
type Demand struct {
	Busy      float64       // seconds of work done in the minute by all processes; NaN: unknown
	Processes float64       // that serve and told busy seconds, the only ones in Busy; NaN: unknown
	Running   int           // workers that serve, as their nodes say
	Silent    int           // of those, that have not reported busy seconds: what they do is not in Busy
	Current   int           // workers that shall run by the last decision
	Observed  bool          // Current is what reported, not what was decided: others act, or nobody
	Age       time.Duration // of the newest busy seconds
	Deviates  string        // "up", "down" or "": the module's verdict
	Scheduled int           // minimum by the schedule at this time; 0: none
	Held      string        // why nothing but the bounds may change it, as "held by ann"; empty: it may change
	Manual    int           // workers that a person asked for; 0: nobody did
}

// Forecast is the busy seconds a minute that are expected. NaN where it is unknown.
type Forecast struct {
	Ahead      float64   // the most within Settings.Startup, as expected
	AheadUpper float64   // … with its interval
	Peak       float64   // the most in the rest of today
	PeakUpper  float64   // … with its interval
	PeakAt     time.Time // when
	Reason     string    // why it is unknown
}

// Memory is what earlier decisions left. The zero value is a service's first minute.
type Memory struct {
	LastOut, LastIn time.Time
	Since           time.Time // from when on there are wants without a gap of Settings.Stabilise
	Wants           []Want    // of the last Settings.Stabilise, oldest first
}

// Want is what a minute by itself asked for.
type Want struct {
	At      time.Time
	Workers int
}

// Direction is which way a decision goes.
type Direction string

// The directions.
const (
	Out  Direction = "out"
	In   Direction = "in"
	Hold Direction = "hold"
)

// Cap is a limit that changed a decision.
type Cap struct {
	By     string `json:"by"` // minimum, maximum, step, cool-down, stabilise, peak, silent, deviation, schedule, stale, unknown, held
	From   int    `json:"from"`
	To     int    `json:"to"`
	Reason string `json:"reason"`
}

// Decision is how many workers a service shall have, and why.
type Decision struct {
	At        time.Time `json:"at"` // end of the minute
	Direction Direction `json:"direction"`
	Current   int       `json:"current"`  // before
	Wanted    int       `json:"wanted"`   // what the numbers alone ask for
	Desired   int       `json:"desired"`  // after all limits
	Cause     string    `json:"cause"`    // of Wanted: busy, ahead, idle, steady, manual or unknown
	Fraction  float64   `json:"fraction"` // busy fraction of the minute; NaN: unknown
	Caps      []Cap     `json:"caps"`
	Reason    string    `json:"reason"` // one sentence with its numbers
}

// MarshalJSON writes an unknown fraction as null.
func (d Decision) MarshalJSON() ([]byte, error) {
	type plain Decision
	out := struct {
		plain
		Fraction *float64 `json:"fraction"`
		Caps     []Cap    `json:"caps"`
	}{plain: plain(d), Caps: d.Caps}
	if known(d.Fraction) {
		out.Fraction = &d.Fraction
	}
	if out.Caps == nil {
		out.Caps = []Cap{}
	}
	return json.Marshal(out)
}
