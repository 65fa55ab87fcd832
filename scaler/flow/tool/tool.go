// Package tool is what a step of a flow calls: the contract of tools, and the catalog
// that holds them.
//
// A tool gets inputs and gives outputs. It is told a key that is the same whenever the
// same attempt of the same step is meant, so that a call that a killed server had begun
// can be found again instead of being made twice.
package tool

import (
	"context"
	"errors"
	"io"
	"time"
)

// Tool is one thing that a flow can do.
type Tool interface {
	Describe() Description
	// Run does it. It ends when ctx does, with its error. It may be called again with
	// the same key, with Resumed set, if Check found the call under way.
	Run(ctx context.Context, c *Call) (Outputs, error)
}

// Checker is a tool that can tell how a call stands of which nobody saw the end.
type Checker interface {
	Check(ctx context.Context, c *Call) (Finding, error)
}

// Planner is a tool that can say what a call would do, without doing anything.
type Planner interface {
	// Plan returns a sentence, and outputs for later steps to be planned with.
	Plan(ctx context.Context, c *Call) (string, Outputs, error)
}

// Outputs are what a call has found or made, by name: strings, int64, float64, bool,
// []any and map[string]any.
type Outputs = map[string]any

// Call is one attempt of a step.
type Call struct {
	Key     string // names this attempt for ever: run, step and attempt
	Run     string
	Flow    string
	Step    string // its path in the run
	Attempt int    // from 1
	Resumed bool   // a former server has begun it

	Module string // of the run, if it has one: id of a tree node
	Who    string // who has started the run, or approved it
	Why    string

	Inputs map[string]any // checked against the description, defaults filled in
	Log    io.Writer      // lines for people; what is beyond its limit is cut
	Began  time.Time      // of this attempt
}

// Finding is how a call stands.
type Finding struct {
	State   FindingState
	Outputs Outputs // of Done
	Reason  string  // one sentence
}

// FindingState is what was found.
type FindingState string

// The states.
const (
	Done    FindingState = "done"     // it has had its effect
	NotDone FindingState = "not done" // it has had none: it can be made again
	Running FindingState = "running"  // Run with Resumed waits for its end
	Unknown FindingState = "unknown"  // a person has to look
)

// Description says what a tool takes and gives.
type Description struct {
	Name    string      `json:"name"`
	Title   string      `json:"title"` // of a few words
	Doc     string      `json:"doc"`   // sentences
	Inputs  []Parameter `json:"inputs"`
	Outputs []Parameter `json:"outputs"`

	// Repeatable tools change nothing, or the same again: one of which nobody saw the
	// end is run again, if it is no Checker.
	Repeatable bool `json:"repeatable"`
	// Waits for a person or a condition: it holds no slot of those that limit how many
	// steps run at a time.
	Waits bool `json:"waits,omitempty"`
	// Holds names the output that is the id of a mute lease: the run beats it as long as
	// it lasts, and ends it.
	Holds  string `json:"holds,omitempty"`
	Source string `json:"source"` // "built in", or the file of a user's own
}

// Parameter is an input or output of a tool.
type Parameter struct {
	Name     string `json:"name"`
	Type     string `json:"type"` // as document.Type: string, int, number, bool, duration, module, node, list, map, any
	Doc      string `json:"doc"`
	Required bool   `json:"required,omitempty"`
	Default  any    `json:"default,omitempty"`
	Values   []any  `json:"values,omitempty"` // if not empty, one of these
	Secret   bool   `json:"secret,omitempty"` // never shown or logged
}

// Final marks an error that another try with the same inputs would meet again, so that
// the step is not retried by itself.
func Final(err error) error { return finalError{err} }

// IsFinal tells whether an error was marked by [Final].
func IsFinal(err error) bool {
	var f finalError
	return errors.As(err, &f)
}

type finalError struct{ error }

func (e finalError) Unwrap() error { return e.error }

// WaitFor is returned by a tool whose step only a person can end, such as an approval:
// the run waits, and the step's action ends it.
type WaitFor struct {
	What string // what the person is asked
	Who  []string
}

func (w *WaitFor) Error() string { return "waits for a person: " + w.What }
