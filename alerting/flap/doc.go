// Package flap tells people once of an alarm that goes on and off, instead of
// each time.
//
// An alarm flaps when it has changed its state, from firing to ended or back, so
// many times in a window of time, over all its episodes. Its episode is then kept
// open over the recoveries, until it has not changed for long enough: it is told
// once as firing and once as ended. This is what Nagios does by shares of the last
// 21 checks; alarms that are pushed have no checks, so changes are counted in time.
//
// Alarms can also be made to wait whether they last, by matchers.
package flap
