// Package measure tells how the workers of a node are, every time slice.
//
// Of each worker: CPU, memory, threads, open files and restarts; its connections, by
// package tcpslice; the requests it answered and the seconds it was busy with them,
// from the source that its service names. Of each service: the CPU it used of its
// quota, and how long it stood still for it. Of the node: CPU and memory.
//
// The slices go to who asked by [Measure.OnSlice], the series to package send.
// docs/node-measure.md lists the sources, the series, and what each costs.
//
// Linux only.
package measure
