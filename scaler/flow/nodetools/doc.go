// Package nodetools are the tools of flows that act on a node: they run a command there,
// install packages and archives, write files, and look what is there.
//
// Each call is a task of package scaler/task, with an id that comes from the call's key:
// a call that a killed server had begun is found again at the node, and what the node
// has done is not done twice.
package nodetools
