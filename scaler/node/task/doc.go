// Package task does what steps of flows ask of a node: it runs commands, installs
// packages, writes files, and looks what is there.
//
// A [Runner] takes the tasks of the desired state and does each at most once. It keeps a
// directory for each task: what was begun is on the disk before it begins, and how it
// ended before anybody is told. A command runs under a small process of its own, which
// is this very program in another role ([Main]): that keeps the time limit, cuts what the
// command writes, and leaves its end in a file, so that a command goes on while the
// daemon is away, and the next daemon waits for it. All other kinds of tasks only look,
// or make what is not so yet; one that was cut off is gone on with.
//
// What a node does for tasks is up to its owner: [Limits] refuse what is not allowed,
// and the zero value allows nothing.
package task
