package flow

import (
	"errors"
	"time"
)

// Errors of what is asked of an [Engine].
var (
	ErrNoFlow     = errors.New("no such flow")
	ErrNoRun      = errors.New("no such run")
	ErrNoStep     = errors.New("no such step")
	ErrNoSchedule = errors.New("no such schedule")
	ErrConflict   = errors.New("not possible now") // the run or the step has moved on, or a lock is held
	ErrFull       = errors.New("too many runs wait")
)

// Start asks for a run.
type Start struct {
	Flow      string         `json:"-"`
	Inputs    map[string]any `json:"inputs"`
	Constants map[string]any `json:"constants"` // over those of the flow
	Who       string         `json:"who"`
	Why       string         `json:"why"`
	Source    Source         `json:"-"` // zero: a person
	Dry       bool           `json:"dry_run"`
	// Once, if not empty, names what the run is about: a second start with the same
	// words returns the first one's run.
	Once string `json:"once"`
	// Window, if not empty, names the maintenance window in which the run may begin:
	// outside it waits for the next one.
	Window string `json:"window"`
}

// Order is what a person asks of a run or of one of its steps.
type Order struct {
	Run    string `json:"-"`
	Step   string `json:"-"`      // path; empty: of the run
	Action string `json:"action"` // of a step: retry, skip, approve or reject; of a run: pause, resume, cancel or constants
	Who    string `json:"who"`
	Why    string `json:"why"` // needed for skip, reject and cancel

	Inputs    map[string]any `json:"inputs"`    // of retry: these over those of the document
	Constants map[string]any `json:"constants"` // of constants: for steps that begin from now on
	// Attempt is the number of the newest attempt that the person saw; if there is
	// another one meanwhile the answer is ErrConflict. 0: whatever there is.
	Attempt int  `json:"attempt"`
	Undo    bool `json:"undo"` // of cancel: undo what was done

	Groups []string `json:"-"` // that who it is has logged in with
}

// Query chooses runs. Zero values choose all.
type Query struct {
	Flow, Module, Node string // Module: a tree node with all below it
	State              State
	Open               bool // those that are not over
	Source             string
	SourceID           string
	From, To           time.Time // From ≤ created < To
	Text               string    // in id, flow, who or why
	Limit, Offset      int       // the newest first; Limit 0: 100
}
