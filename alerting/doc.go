// Package alerting decides whom to tell: the pipeline that receives alarms,
// enriches, mutes, folds and heals them, and notifies what is left.
//
// What comes in is merged into the book of open alarms and written down before
// its sender gets an answer. The stages then look at the alarms that changed or
// are due, the first stage first; each keeps some and lets the others go on. An
// alarm that has ended is closed and leaves the book; the state database keeps
// it. Nothing is dropped: the alarms received are those that were notified,
// folded, muted, healed or resolved, and those that still wait.
//
// It reads the snapshot of package analytics; whoever can start a process or
// mute in a change is handed to it as an interface that it declares.
package alerting
