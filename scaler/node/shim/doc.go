// Package shim turns a fresh process into a worker: it waits for a specification,
// enters the control groups, builds the worker's view of the file system, gives up
// what a worker must not have, and becomes the worker by exec. Nothing of it stays.
//
// It is a role of the daemon's own program: the daemon starts itself anew under the
// name headroom-shim ([Start]), and [Main], called first thing, plays the role.
//
// The shim is born in an own mount namespace, and does nothing until the daemon has
// written down what it starts and lets it go ([Shim.Go]). If the
// daemon dies before, or a part of the specification is lost, the shim ends with code
// 111 and nothing was started.
//
// What fails is written to the worker's log and told to the daemon, with the name of
// what failed: the program, the user, the mount.
package shim
