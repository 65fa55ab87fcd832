// Package flow runs changes: flows of steps that can be watched, retried, skipped and
// given other inputs, and that survive a kill of the server at any point.
//
// What a flow is written in is package document, what its steps call is package tool.
// The [Engine] writes each change of a run to the state database before it acts on it;
// after a start it goes on with every run, and a step that had begun is checked before
// it is run again.
//
// Each open run has a machine, which decides what comes next and does nothing else, and
// an actor, the goroutine that owns it: it writes what the machine has changed, and then
// makes the calls that it wants. All actors write through one writer, which puts what
// comes at a time into one transaction; they begin through one gate, which has the locks
// and the maintenance windows.
package flow
