package lease

import (
	"fmt"
	"time"

	"github.com/prometheus/common/model"
)

// How a lease ended.
const (
	Done      = "done"      // the run has succeeded
	Failed    = "failed"    // the run has failed, and said so
	Cancelled = "cancelled" // the run was stopped
	Died      = "died"      // no heartbeat came any more
	Overran   = "overran"   // it lasted as long as it may
)

// Hows are the ways in which a run can end its lease.
var Hows = []string{Done, Failed, Cancelled}

// Lease is a mute that a change run holds.
type Lease struct {
	ID   string `json:"id"`
	Run  string `json:"run"`  // the change run, in its own words
	Kind string `json:"kind"` // of change: deploy, restart, …
	Who  string `json:"who"`
	Note string `json:"note"`

	// The scope: of both, where both are given.
	Nodes []string `json:"nodes"`
	Paths []string `json:"paths"` // ids of nodes of the business tree, each with all below it
	// Effect has the matchers of the alarms that are expected, any of which may
	// match. Empty: all alarms of the scope.
	Effect []string `json:"effect"`

	Expected int    `json:"expected"` // so many alarms are hidden, not more
	Basis    string `json:"basis"`    // where Expected comes from

	TTL   model.Duration `json:"ttl"`
	Grace model.Duration `json:"grace"`

	Started   time.Time `json:"started_at"`
	Heartbeat time.Time `json:"heartbeat_at"` // the last
	Until     time.Time `json:"until"`        // when it ends whatever is heard of the run
	Ended     time.Time `json:"ended_at,omitzero"`
	How       string    `json:"how,omitempty"`
	Result    string    `json:"result,omitempty"` // what the run said at its end

	Hidden  int       `json:"hidden"` // alarms hidden, each counted once
	Over    int       `json:"over"`   // alarms of the effect that went on, as more came than expected
	Fires   int       `json:"fires"`  // hidden ones that still fire, or did when the lease was over
	Firing  []Hidden  `json:"firing"` // the first MaxFiring of them
	Settled time.Time `json:"settled_at,omitzero"`
	Marked  bool      `json:"marked"`
}

// MaxFiring is how many alarms a summary lists.
const MaxFiring = 100

// Hidden is an alarm that a lease hid.
type Hidden struct {
	ID    string    `json:"id"`
	Name  string    `json:"name"` // its labels
	Began time.Time `json:"began_at"`
}

// Open tells whether the run goes on, as far as is known.
func (l *Lease) Open() bool { return l.Ended.IsZero() }

// deadline is when an open lease ends if nothing is heard.
func (l *Lease) deadline() time.Time {
	if at := l.Heartbeat.Add(time.Duration(l.TTL)); at.Before(l.Until) {
		return at
	}
	return l.Until
}

// expire ends a lease whose run is silent or has lasted too long.
func (l *Lease) expire(now time.Time) {
	if at := l.deadline(); l.Open() && !now.Before(at) {
		l.Ended, l.How = at, Died
		l.Result = fmt.Sprintf("no heartbeat for %s", l.TTL)
		if at.Equal(l.Until) {
			l.How, l.Result = Overran, fmt.Sprintf("lasted %s, which is the most", model.Duration(at.Sub(l.Started)))
		}
	}
}

// over is when an ended lease hides nothing any more. Who ended it knows that
// what it disturbed recovers; of a run that died nobody does.
func (l *Lease) over() time.Time {
	if l.How == Died || l.How == Overran {
		return l.Ended
	}
	return l.Ended.Add(time.Duration(l.Grace))
}

// hides tells whether the lease hides anything now.
func (l *Lease) hides(now time.Time) bool { return l.Open() || now.Before(l.over()) }

// covers tells whether something that began at a time did so while the run ran.
func (l *Lease) covers(began time.Time) bool {
	return !began.Before(l.Started) && (l.Open() || !began.After(l.Ended))
}

// Name is how people call the change.
func (l *Lease) Name() string {
	name := l.Kind
	if l.Run != "" {
		name += " " + l.Run
	}
	if l.Who != "" {
		name += " by " + l.Who
	}
	return name
}

// Summary says in one line how the change went.
func (l *Lease) Summary(now time.Time) string {
	verb, until := "runs since", now
	if !l.Open() {
		verb, until = l.How+" after", l.Ended
	}
	lasted := until.Sub(l.Started).Round(time.Second)
	text := fmt.Sprintf("%s %s %s: hid %s", l.Name(), verb, lasted, plural(l.Hidden, "alarm"))
	if l.Hidden > 0 {
		text += fmt.Sprintf(", of which %d still %s", l.Fires, fire(l.Fires))
	}
	if l.Over > 0 {
		text += fmt.Sprintf("; %d more than the %d expected went on", l.Over, l.Expected)
	}
	if l.Settled.IsZero() && !l.Open() && l.Fires > 0 {
		text += " (told at " + l.over().UTC().Format("15:04:05 MST") + " unless they recover)"
	}
	return text
}

func fire(n int) string {
	if n == 1 {
		return "fires"
	}
	return "fire"
}

func plural(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}
