// Package notify is the last stage of the alarm pipeline: it tells people of what
// is left, by Alertmanager's own packages for routes, groups, inhibition, silences
// and notifiers.
//
// Alarms that come to the [Stage] are handed to Alertmanager's dispatcher, which
// groups them and sends them off in goroutines of its own. What was really
// delivered comes back to the stage, which writes it into the alarms at its next
// run: only the pipeline's goroutine changes alarms.
//
// What must not be forgotten (silences, who was told of which group, each
// notification) is in the state database before it counts, entry by entry. After a
// kill no notification is lost, and at most one is sent twice: one that left and
// could not be written down any more.
//
// A firing alarm has no end here and an ended one has one, since the pipeline
// alone decides when an alarm ends.
package notify
