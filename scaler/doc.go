// Package scaler decides what to do: how many workers a module needs, on which
// nodes they run, and the changes by which they get there.
//
// Each minute the [Loop] takes the snapshot of package analytics, lets package
// policy decide for each service, and package allocate place what is applied; the
// pool (package pool) keeps the outcome, which the nodes' daemons fetch. Every
// [Decision] is kept, written as series and can be explained.
//
// Its node daemon imports nothing of storage, analytics, alerting or ui.
package scaler
