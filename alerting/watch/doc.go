// Package watch raises Headroom's own alarms: of modules whose load deviates,
// whose peak of today will be too high or whose devices will not last until new
// ones come, of devices, modules and processes that have gone silent, and of
// Headroom itself.
//
// A rule finds the subjects whose condition holds in one minute's snapshot, and
// can tell of a subject that it surely does not; in between nothing is known and
// nothing changes. [step] turns this into alarms that begin once a condition has
// held for a time and end once it has not: a pure function of the state before,
// the minute and its time. [Watch] calls it for each snapshot.
//
// What is open is known by the book of alarms, so that a restart goes on with it:
// an alarm ends by what is seen, never by the lack of it.
package watch
