// Package external makes tools of flows of the users' own executables.
//
// Each file of a directory that may be executed, and that nobody but its owner may change,
// is a tool of the file's name without its extension. Called as "FILE describe" it prints
// what it takes and gives; called without arguments it reads one call as JSON and prints
// one [Answer]. What it writes to standard error is the step's log.
//
// docs/flow-tools.md has the contract with an example.
package external
