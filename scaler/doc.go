// Package scaler decides what to do: how many workers a module needs, on which
// nodes they run, and the changes by which they get there.
//
// It reads the snapshot of package analytics. Its node daemon imports nothing of
// storage, analytics, alerting or ui.
package scaler
