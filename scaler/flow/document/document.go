// Package document is what a flow is written in: a YAML document with inputs and
// steps. It reads and checks documents; it runs nothing.
//
// Strings of a step's With hold expressions of the Common Expression Language in ${ };
// one that is nothing but an expression keeps its type. They see inputs, constants,
// run (id, flow, who, why, started), and steps.ID.outputs.NAME and steps.ID.state of the
// steps before them; in a for-each also the item, by the name that As gives it, and index.
//
// [Parse] reads a document, [Compile] checks it against the tools and makes a [Program]
// of it, whose expressions are evaluated with a [Scope]. Nothing here knows a clock.
//
// Values are those of [Values]; a duration is carried as the text of [time.Duration],
// and is a duration in expressions only.
package document

// Flow is a change as a row of steps.
type Flow struct {
	Name        string    `yaml:"name" json:"name"` // a-z, 0-9 and -
	Title       string    `yaml:"title" json:"title"`
	Description string    `yaml:"description" json:"description,omitempty"`
	Inputs      []Input   `yaml:"inputs" json:"inputs"`
	Constants   Values    `yaml:"constants" json:"constants,omitempty"` // a person may change them in a run
	Lock        Lock      `yaml:"lock" json:"lock"`
	OnFailure   OnFailure `yaml:"on_failure" json:"on_failure"`
	WaitAtMost  Duration  `yaml:"wait_at_most" json:"wait_at_most"` // for a person, after a failure; then the run fails. 0: 24h
	Timeout     Duration  `yaml:"timeout" json:"timeout"`           // of a whole run, waiting for people left out; 0: none
	Steps       []Step    `yaml:"steps" json:"steps"`
}

// Input is what a run is started with.
type Input struct {
	Name        string `yaml:"name" json:"name"` // a-z, 0-9 and _
	Type        Type   `yaml:"type" json:"type"`
	Of          Type   `yaml:"of" json:"of,omitempty"` // of a list's elements; empty: string
	Title       string `yaml:"title" json:"title,omitempty"`
	Description string `yaml:"description" json:"description,omitempty"`
	Default     any    `yaml:"default" json:"default,omitempty"`
	Required    bool   `yaml:"required" json:"required,omitempty"`
	Values      []any  `yaml:"values" json:"values,omitempty"` // if not empty, one of these
	Secret      bool   `yaml:"secret" json:"secret,omitempty"` // never shown or written to a log
}

// Type is that of an input or of a tool's parameter.
type Type string

// The types. In an expression a duration is a duration, a module and a node are strings.
const (
	String   Type = "string"
	Int      Type = "int"
	Number   Type = "number"
	Bool     Type = "bool"
	Span     Type = "duration"
	Module   Type = "module" // id of a node of the business tree
	Node     Type = "node"   // name of a machine
	ListType Type = "list"
	MapType  Type = "map"
	Any      Type = "any"
)

// Lock says what a run keeps other runs from, as long as it is not over.
type Lock struct {
	Module string `yaml:"module" json:"module,omitempty"` // expression: id of the tree node; empty: none
	Nodes  string `yaml:"nodes" json:"nodes,omitempty"`   // expression: list of machines; empty: none
	Shared bool   `yaml:"shared" json:"shared,omitempty"` // with other shared runs
}

// OnFailure is what a run does when a step has failed for good.
type OnFailure string

// The ways to go on.
const (
	Wait OnFailure = "wait" // a person retries or skips the step, or cancels the run (default)
	Undo OnFailure = "undo" // what was done is undone, the newest first; then the run has failed
	Stop OnFailure = "stop" // the run has failed
)

// Step is one tool that is called, or a part with steps of its own: exactly one of
// Tool, Branches and ForEach is given.
type Step struct {
	ID    string `yaml:"id" json:"id"` // a-z, 0-9 and _, once in a document
	Title string `yaml:"title" json:"title,omitempty"`
	When  string `yaml:"when" json:"when,omitempty"` // expression: whether it is run; empty: yes

	Tool      string    `yaml:"tool" json:"tool,omitempty"`
	With      Values    `yaml:"with" json:"with,omitempty"`
	Timeout   Duration  `yaml:"timeout" json:"timeout,omitempty"` // of one attempt; 0: 10m
	OnTimeout OnTimeout `yaml:"on_timeout" json:"on_timeout,omitempty"`
	Retries   Retries   `yaml:"retries" json:"retries,omitempty"`
	Skippable bool      `yaml:"skippable" json:"skippable,omitempty"` // a person may skip it once it has failed
	Undo      *UndoStep `yaml:"undo" json:"undo,omitempty"`

	Branches []Branch `yaml:"branches" json:"branches,omitempty"` // run side by side

	ForEach     string `yaml:"for_each" json:"for_each,omitempty"`       // expression: a list
	As          string `yaml:"as" json:"as,omitempty"`                   // name of the element in expressions; empty: item
	Concurrency int    `yaml:"concurrency" json:"concurrency,omitempty"` // elements at a time; 0: 1
	Budget      int    `yaml:"failure_budget" json:"failure_budget,omitempty"`
	Steps       []Step `yaml:"steps" json:"steps,omitempty"` // for each element
}

// Branch is one of several rows of steps that run side by side.
type Branch struct {
	ID    string `yaml:"id" json:"id"`
	Steps []Step `yaml:"steps" json:"steps"`
}

// OnTimeout is what the end of a step's time means.
type OnTimeout string

// The meanings.
const (
	TimeoutFails OnTimeout = "fail" // as any failure: retried, then OnFailure (default)
	TimeoutSkips OnTimeout = "skip" // the step is skipped, the run goes on
	TimeoutWaits OnTimeout = "wait" // for a person, whatever the flow's OnFailure
)

// Retries is how often a step is tried again by itself.
type Retries struct {
	Times   int      `yaml:"times" json:"times,omitempty"`
	Backoff Duration `yaml:"backoff" json:"backoff,omitempty"` // before the first one; 0: 1s
	Factor  float64  `yaml:"factor" json:"factor,omitempty"`   // between one and the next; 0: 2
	Max     Duration `yaml:"max" json:"max,omitempty"`         // 0: 1m
}

// UndoStep takes a step back.
type UndoStep struct {
	Tool    string   `yaml:"tool" json:"tool"`
	With    Values   `yaml:"with" json:"with,omitempty"` // may use the step's own outputs
	Timeout Duration `yaml:"timeout" json:"timeout,omitempty"`
}
