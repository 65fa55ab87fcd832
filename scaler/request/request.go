package request

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Errors of what is asked of a [Book].
var (
	ErrNotNow  = errors.New("not possible now") // the request has moved on
	ErrMayNot  = errors.New("may not")          // somebody else has to
	ErrTooMany = errors.New("too many requests are under way")
)

// Kind is what is asked for.
type Kind string

// The kinds.
const (
	KindMachines Kind = "machines"
	KindBusiness Kind = "business"
	KindAccess   Kind = "access"
	KindChange   Kind = "change"
)

// Kinds are all kinds.
func Kinds() []Kind { return []Kind{KindMachines, KindBusiness, KindAccess, KindChange} }

// State is where a request stands.
type State string

// The states of a request.
const (
	Open     State = "open"     // waits for approval
	Approved State = "approved" // waits to be delivered
	Running  State = "running"  // its flow runs
	Done     State = "done"
	Failed   State = "failed"
	Rejected State = "rejected"
	Canceled State = "canceled"
)

// States are all states, in the order of a request's way.
func States() []State { return []State{Open, Approved, Running, Done, Failed, Rejected, Canceled} }

// next are the states that may follow.
var next = map[State][]State{
	Open:     {Approved, Rejected, Canceled},
	Approved: {Running, Done, Failed, Canceled},
	Running:  {Done, Failed},
}

// Over tells whether nothing more will happen to a request.
func (s State) Over() bool { return len(next[s]) == 0 }

// Request is what somebody asked for, as it is kept and shown.
type Request struct {
	ID    string `json:"id"` // R and a number
	Kind  Kind   `json:"kind"`
	State State  `json:"state"`
	Path  string `json:"path"`  // id of the node of the business tree that it is about; empty: the whole
	Title string `json:"title"` // one line
	Who   string `json:"who"`   // has asked
	Why   string `json:"why"`
	Form

	Opened     time.Time `json:"opened"`
	ApprovedAt time.Time `json:"approved,omitzero"`
	Closed     time.Time `json:"closed,omitzero"`

	Checks    []Check   `json:"checks"`
	Approvals []string  `json:"approvals"`          // who has approved so far, or the rule that has
	Approvers Approvers `json:"approvers"`          // who can, as configured now
	Reason    string    `json:"reason,omitempty"`   // of the state, one sentence
	Flow      string    `json:"flow,omitempty"`     // that delivers it
	Run       string    `json:"run,omitempty"`      // of the flow
	Starting  time.Time `json:"starting,omitzero"`  // the start of the run was begun
	History   []Step    `json:"history"`            // the oldest first
	May       []string  `json:"may"`                // actions that are possible now
	Proposal  string    `json:"proposal,omitempty"` // of a business: YAML for services of the configuration

	number  int64
	version int64
	told    int
}

// Step is one thing that happened to a request.
type Step struct {
	At    time.Time `json:"at"`
	Who   string    `json:"who"`   // a person, or headroom
	What  string    `json:"what"`  // open, approve, reject, comment, cancel, deliver, start, done or fail
	State State     `json:"state"` // after it
	Why   string    `json:"why,omitempty"`
}

// Check is what a rule says about a request.
type Check struct {
	Name string `json:"name"`
	OK   bool   `json:"ok"`
	Says string `json:"says"` // one sentence, with the numbers
}

// Headroom is who acts where no person does.
const Headroom = "headroom"

// maxSteps limits the history of a request; comments beyond it are refused.
const maxSteps = 1000

// note writes down what happened, in the state that the request is in then.
func (r *Request) note(at time.Time, who, what, why string) {
	r.History = append(r.History, Step{At: at, Who: who, What: what, State: r.State, Why: why})
}

// to brings the request to a state, if that may follow.
func (r *Request) to(s State, at time.Time, who, what, why string) error {
	if !slices.Contains(next[r.State], s) {
		return fmt.Errorf("%w: %s is %s, from where it cannot become %s", ErrNotNow, r.ID, r.State, s)
	}
	r.State, r.Reason = s, why
	if s == Approved {
		r.ApprovedAt = at
	}
	if s.Over() {
		r.Closed, r.Starting = at, time.Time{}
	}
	r.note(at, who, what, why)
	return nil
}

// idOf writes a number as an id.
func idOf(number int64) string { return "R" + strconv.FormatInt(number, 10) }

// ParseID reads the id of a request: R12, r12 or 12.
func ParseID(id string) (int64, bool) {
	text := strings.TrimLeft(id, "Rr")
	if len(id)-len(text) > 1 {
		return 0, false
	}
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil && n > 0
}
