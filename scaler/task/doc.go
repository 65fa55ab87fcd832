// Package task has nodes do what steps of flows ask of them.
//
// A [Dispatcher] puts a task into the desired state of a node, which the node's next
// sync brings there at once, and waits until the node reports its end. An end that was
// seen is kept at the node for a while, so that a server that is killed before it has
// written it down can ask again. [Files] are the files of the server that tasks send to
// nodes, by their checksums.
package task
