package wire

import (
	"encoding/json"
	"time"
)

// Task is something that a node does once, for a step of a flow. The node writes down
// that it begins a task before it does, and its end before it reports it: a command is
// never begun twice, whatever is killed, and goes on without the daemon. All other kinds
// only look, or make what is not so yet: a daemon that finds one begun goes on with it.
type Task struct {
	ID      string          `json:"id"`   // never used twice
	Kind    string          `json:"kind"` // command, package, files, template, file, processes, ports, http, tcp or scan
	Spec    json.RawMessage `json:"spec"` // what exactly: CommandSpec and so on
	Timeout Duration        `json:"timeout"`
	// Resume asks about a task that may have been begun: a node that does not know it
	// answers TaskUnknown instead of beginning it.
	Resume bool `json:"resume,omitempty"`
	// Seen says that the server knows how it ended. It is kept until that is written
	// down there, but its log and outputs are not told again. It has no Spec then.
	Seen bool `json:"seen,omitempty"`
	// Stop says that nobody wants it any more, as a task does that is left out, but also
	// where KeepTasks says that others are to be kept.
	Stop bool `json:"stop,omitempty"`
}

// TaskState is where a task stands.
type TaskState string

// The states of a task.
const (
	TaskRunning TaskState = "running"
	TaskDone    TaskState = "done"
	TaskFailed  TaskState = "failed"
	TaskRefused TaskState = "refused" // the node's own limits forbid it; Error says which
	TaskUnknown TaskState = "unknown" // it was to be resumed, and was never begun here
	TaskLost    TaskState = "lost"    // it is a command that was begun, and nobody knows how it ended
)

// Over tells whether a task has come to its end.
func (s TaskState) Over() bool { return s != TaskRunning }

// TaskStatus is how a task is.
type TaskStatus struct {
	ID      string          `json:"id"`
	State   TaskState       `json:"state"`
	Began   time.Time       `json:"began,omitzero"`
	Ended   time.Time       `json:"ended,omitzero"`
	Error   string          `json:"error,omitempty"`
	Log     string          `json:"log,omitempty"`     // the end of what it wrote
	Outputs json.RawMessage `json:"outputs,omitempty"` // a JSON object: CommandOutputs and so on
}

// Bounds of tasks.
const (
	MaxTasks       = 32      // of a node that have not ended
	MaxSeenTasks   = 200     // of a node besides
	MaxTaskID      = 200     // bytes
	MaxTaskSpec    = 2 << 20 // bytes
	MaxTaskCommas  = 100_000 // in all specifications of a node together, which bound what reading them takes
	MaxTaskSpecs   = 8 << 20 // bytes of them together
	MaxTaskTime    = Duration(24 * time.Hour)
	MaxTaskLog     = 64 << 10 // bytes of the log that are kept: its end
	MaxTaskOutputs = 64 << 10 // bytes
	MaxTaskFiles   = 5000     // files of one task
)
