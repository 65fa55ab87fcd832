// Package alerting decides whom to tell: the pipeline that receives alarms,
// enriches, mutes, folds and heals them, and notifies what is left.
//
// It reads the snapshot of package analytics; whoever can start a process or
// mute in a change is handed to it as an interface that it declares.
package alerting
