// Package alarm has the words of the alerting pipeline: an [Alarm], what
// happened to it ([Event]), how it came out ([Outcome]), and the [Stage] that
// looks at alarms.
//
// An alarm is one episode: from when it was first received firing until it has
// ended and nothing more will happen to it. The pipeline is run over it again
// whenever it changed or a stage asked for it, from the first stage on; so a
// stage decides on what is so now, and a second run at the same time changes
// nothing.
//
// Alarms are changed only by the pipeline's goroutine while it holds its lock.
package alarm
