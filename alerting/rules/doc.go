// Package rules evaluates rule files in Prometheus' syntax on Headroom's own
// PromQL: recording rules, which write series, and alerting rules, whose alarms
// go to the pipeline. Whatever can be queried can be alarmed on, samples of a time
// to come included, which a negative offset reads (`forecast offset -1h`).
//
// Evaluation is Prometheus' own package, so `for`, `keep_firing_for`, `limit`,
// templates, ALERTS and ALERTS_FOR_STATE are as everybody knows them. What that
// package leaves to a timeout is settled here: a restart neither ends an alarm
// that its rule has to judge anew first, nor keeps one whose condition is over,
// and an alarm whose rule is gone is ended.
package rules
