// Package enrich finds out where an alarm rings and what is known there: the node
// of the business tree, the device, who is responsible, the runbook, the
// components that it shares with others, and the module's numbers of the minute.
//
// An alarm says where it rings by its labels: those of the hierarchy, or one that
// names a device. A path that the labels leave open is completed if only one node
// of the tree fits; a device that works for a single module stands for it.
package enrich
