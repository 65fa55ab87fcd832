// Package flow runs changes: flows of steps that can be watched, retried, skipped and
// given other inputs, and that survive a kill of the server at any point.
//
// What a flow is written in is package document, what its steps call is package tool.
// The [Engine] writes each change of a run to the state database before it acts on it;
// after a start it goes on with every run, and a step that had begun is checked before
// it is run again.
package flow
