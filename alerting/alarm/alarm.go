package alarm

import (
	"slices"
	"strconv"
	"time"

	"github.com/prometheus/common/model"

	"headroom/storage/fleet"
)

// Sources of alarms.
const (
	FromAPI    = "api"    // Alertmanager's API: Prometheus, vmalert, amtool
	FromRules  = "rules"  // rule files that Headroom evaluates
	FromWatch  = "watch"  // Headroom's own detections
	FromFold   = "fold"   // a common cause of other alarms
	FromHeal   = "heal"   // healing, which a person must let go on
	FromPerson = "person" // somebody who calls for help
)

// Alarm is one episode of one alarm.
type Alarm struct {
	ID  string `json:"id"`  // of the episode; see [ID]
	Key Key    `json:"key"` // what makes it the same alarm when it comes again

	Labels       model.LabelSet `json:"labels"`
	Annotations  model.LabelSet `json:"annotations"`
	Source       string         `json:"source"`
	GeneratorURL string         `json:"generator_url,omitempty"`

	StartsAt  time.Time `json:"starts_at"`   // as its sender says
	EndsAt    time.Time `json:"ends_at"`     // ended, or will be held for ended, then
	Timeout   bool      `json:"timeout"`     // EndsAt was not told by the sender
	Received  time.Time `json:"received_at"` // first
	UpdatedAt time.Time `json:"updated_at"`  // last received
	Ended     bool      `json:"ended"`       // the pipeline has seen its end
	Closed    time.Time `json:"closed_at"`   // nothing more will happen to it; zero: open

	Facts Facts  `json:"facts"`
	Cause *Cause `json:"cause,omitempty"` // of a folded group; nil: an alarm of its own

	Outcome Outcome   `json:"outcome"`
	Stage   string    `json:"stage"`         // where it is kept, or the last one that it passed
	By      string    `json:"by,omitempty"`  // id of what keeps it there
	Reason  string    `json:"reason"`        // one sentence
	Due     time.Time `json:"due,omitempty"` // when the pipeline looks at it again; zero: when it changes
	Linger  bool      `json:"linger"`        // ended, but a stage has not done with it

	Acked   time.Time `json:"acked_at"` // zero: nobody has taken it on
	AckedBy string    `json:"acked_by,omitempty"`

	AckedUntil time.Time `json:"acked_until"` // zero: until the alarm is over

	Trail []Event `json:"trail"`

	changed bool
}

// Facts are what Headroom knows of where an alarm rings.
type Facts struct {
	Path       fleet.Path        `json:"path,omitempty"` // node of the business tree; empty: unknown
	Node       string            `json:"node,omitempty"` // the device
	Process    string            `json:"process,omitempty"`
	Owner      string            `json:"owner,omitempty"`
	Runbook    string            `json:"runbook,omitempty"`
	Level      string            `json:"level,omitempty"`      // how important the module is
	Components []Component       `json:"components,omitempty"` // that it shares with others
	Changes    []string          `json:"changes,omitempty"`    // ids of the change runs that touch it
	More       map[string]string `json:"more,omitempty"`       // facts of the module for people to read
}

// Component is something that many modules or devices share, so that it can ring
// for all of them: a package, proxy, rack, site or upstream module.
type Component struct {
	Kind string `json:"kind"`
	Name string `json:"name"`
}

func (c Component) String() string { return c.Kind + " " + c.Name }

// Cause is what an alarm of a common cause stands for.
type Cause struct {
	Component Component `json:"component"`
	Kinds     []string  `json:"kinds"`   // alertnames that are folded into it
	Members   []string  `json:"members"` // ids of the alarms, in the order in which they came
	Share     int       `json:"share"`   // modules or devices that share the component; 0: unknown
}

// Kind is the alertname.
func (a *Alarm) Kind() string { return string(a.Labels[model.AlertNameLabel]) }

// Severity is the label of that name.
func (a *Alarm) Severity() string { return string(a.Labels["severity"]) }

// Firing tells whether the alarm has not ended.
func (a *Alarm) Firing(now time.Time) bool { return a.EndsAt.IsZero() || a.EndsAt.After(now) }

// Open tells whether something may still happen to it.
func (a *Alarm) Open() bool { return a.Closed.IsZero() }

// Stay keeps the alarm at a stage, which looks again at due (zero: when the alarm
// changes). Who was told of an alarm stays told: the outcome Notified is never
// taken back. An event is noted if something other than the reason is new.
func (a *Alarm) Stay(now time.Time, stage string, out Outcome, by, reason string, due time.Time) {
	fresh := a.Stage != stage || a.By != by || (a.Outcome != out && a.Outcome != Notified)
	a.Stage, a.By, a.Reason, a.Due = stage, by, reason, due
	if a.Outcome != Notified {
		a.Outcome = out
	}
	if fresh {
		a.Note(Event{At: now, Stage: stage, What: string(out), By: by, Reason: reason})
	}
}

// Pass lets an alarm that was kept at a stage go on, and says why.
func (a *Alarm) Pass(now time.Time, stage, reason string) {
	if a.Stage != stage {
		return
	}
	a.By, a.Due = "", time.Time{}
	if a.Outcome != Notified {
		a.Outcome = Waiting
	}
	a.Note(Event{At: now, Stage: stage, What: "passed", Reason: reason})
	a.Stage = ""
}

// Note adds an event to the trail.
func (a *Alarm) Note(e Event) {
	a.changed = true
	if len(a.Trail) >= MaxTrail { // how it began and how it ended matter most
		a.Trail = slices.Delete(a.Trail, MaxTrail/4, MaxTrail/4+1)
	}
	a.Trail = append(a.Trail, e)
}

// Touch says that the alarm has to be written down.
func (a *Alarm) Touch() { a.changed = true }

// TakeChanged tells whether it was changed since the last call.
func (a *Alarm) TakeChanged() bool {
	changed := a.changed
	a.changed = false
	return changed
}

// Clone returns a copy whose fields can be read while the pipeline goes on. Label
// sets are shared, since they are replaced and never changed.
func (a *Alarm) Clone() *Alarm {
	c := *a
	c.Trail = slices.Clone(a.Trail)
	if a.Cause != nil {
		cause := *a.Cause
		cause.Members, cause.Kinds = slices.Clone(cause.Members), slices.Clone(cause.Kinds)
		c.Cause = &cause
	}
	return &c
}

// ID names the episode of an alarm that was first received at a time.
func ID(key Key, received time.Time) string {
	return key.String() + "-" + strconv.FormatInt(received.UnixMilli(), 36)
}
