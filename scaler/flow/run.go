package flow

import (
	"time"

	"headroom/scaler/flow/document"
	"headroom/scaler/flow/tool"
)

// Run is one change under way or over, as it is kept and shown.
type Run struct {
	ID   string `json:"id"`
	Flow string `json:"flow"`
	// Document is the flow as it was when the run began: a flow that is edited
	// meanwhile does not touch its runs.
	Document *document.Flow `json:"document,omitempty"`
	Version  string         `json:"version"` // of the document: the first 12 hex digits of its SHA-256

	Module    string         `json:"module,omitempty"`
	Nodes     []string       `json:"nodes,omitempty"`
	Inputs    map[string]any `json:"inputs"` // secret ones are shown as "***"
	Constants map[string]any `json:"constants,omitempty"`
	Dry       bool           `json:"dry,omitempty"` // it only says what would happen

	Source Source `json:"source"`
	Who    string `json:"who"` // who has started it; a source that is no person: its name
	Why    string `json:"why"`

	State    State     `json:"state"`
	Reason   string    `json:"reason,omitempty"` // of the state, one sentence
	Created  time.Time `json:"created"`
	Started  time.Time `json:"started,omitzero"`
	Ended    time.Time `json:"ended,omitzero"`
	Lease    string    `json:"lease,omitempty"`  // of the alarms that are muted meanwhile
	Window   string    `json:"window,omitempty"` // of maintenance, in which it may begin
	Progress Progress  `json:"progress"`

	Steps   []Step   `json:"steps"`             // all that were begun or can be foreseen, in the order of the document
	Actions []Action `json:"actions,omitempty"` // of people, the oldest first
}

// Progress counts the steps of a run that call a tool, as far as they can be foreseen.
type Progress struct {
	Total  int `json:"total"`
	Over   int `json:"over"`   // done, skipped, failed so that nothing can be done about it, canceled or undone
	Failed int `json:"failed"` // of all
}

// Source is what has started a run.
type Source struct {
	Kind string `json:"kind"`         // person, schedule, scaler, heal or request
	ID   string `json:"id,omitempty"` // of the schedule, decision, alarm or request
}

// State is where a run stands.
type State string

// The states of a run.
const (
	Queued   State = "queued"  // waits for a lock, a window or a free place; Reason says which
	Running  State = "running" //
	Pausing  State = "pausing" // steps under way still end
	Paused   State = "paused"
	Waiting  State = "waiting" // for a person: a step has failed or asks for an approval
	Undoing  State = "undoing"
	Done     State = "done"
	Failed   State = "failed"
	Canceled State = "canceled"
)

// Over tells whether nothing more will happen in a run.
func (s State) Over() bool { return s == Done || s == Failed || s == Canceled }

// Step is one step of a run, or one element's step in a for-each.
type Step struct {
	Path     string       `json:"path"` // "install", "roll[2]" or "roll[2]/stop": names it in the run
	ID       string       `json:"id"`   // in the document
	Title    string       `json:"title,omitempty"`
	Tool     string       `json:"tool,omitempty"` // empty: a part with steps of its own
	Item     any          `json:"item,omitempty"` // the element
	State    StepState    `json:"state"`
	Reason   string       `json:"reason,omitempty"` // one sentence: the error, who skipped it and why, which condition
	Started  time.Time    `json:"started,omitzero"`
	Ended    time.Time    `json:"ended,omitzero"`
	Attempts []Attempt    `json:"attempts,omitempty"`
	Next     time.Time    `json:"next,omitzero"` // of the next attempt
	May      []string     `json:"may,omitempty"` // what a person can do now: retry, skip, approve, reject
	Undo     *Attempt     `json:"undo,omitempty"`
	Outputs  tool.Outputs `json:"outputs,omitempty"`
}

// StepState is where a step stands.
type StepState string

// The states of a step.
const (
	StepPending  StepState = "pending"
	StepRunning  StepState = "running"
	StepBackoff  StepState = "backoff" // failed, and is tried again by itself at Next
	StepWaiting  StepState = "waiting" // for a person's approval
	StepUnsure   StepState = "unsure"  // it was begun, nobody saw its end, and its tool cannot tell: a person has to look
	StepDone     StepState = "done"
	StepFailed   StepState = "failed"
	StepSkipped  StepState = "skipped"  // by its condition, by a person or by its timeout
	StepCanceled StepState = "canceled" //
	StepUndone   StepState = "undone"
)

// Attempt is one call of a step's tool.
type Attempt struct {
	N       int            `json:"n"`
	Inputs  map[string]any `json:"inputs"` // secret ones are shown as "***"
	Began   time.Time      `json:"began"`
	Ended   time.Time      `json:"ended,omitzero"`
	State   StepState      `json:"state"`
	Error   string         `json:"error,omitempty"`
	Outputs tool.Outputs   `json:"outputs,omitempty"`
	Resumed int            `json:"resumed,omitempty"` // how often a new server found it under way
	Note    string         `json:"note,omitempty"`    // what a check found
	Plan    string         `json:"plan,omitempty"`    // of a dry run
}

// Action is what a person did to a run.
type Action struct {
	At     time.Time      `json:"at"`
	Who    string         `json:"who"`
	What   string         `json:"what"` // retry, skip, approve, reject, pause, resume, cancel, constants
	Step   string         `json:"step,omitempty"`
	Inputs map[string]any `json:"inputs,omitempty"`
	Why    string         `json:"why,omitempty"`
}
