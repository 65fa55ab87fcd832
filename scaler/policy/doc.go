// Package policy decides how many workers a service needs.
//
// Once a minute [Decide] gets what was seen ([Demand]), what is expected
// ([Forecast]), what it decided before ([Memory]) and the service's [Settings],
// and returns a [Decision]: how many workers, why, by which numbers, and which
// limits changed the outcome. It knows no clock and no I/O: the same arguments
// give the same decision.
//
// The rule that it starts from is the origin's: the busy seconds of all processes
// in the last minute > processes × 60 s × 0.6.
package policy
