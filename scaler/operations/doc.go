// Package operations says how much was done and how well: changes, heals, alarms,
// requests, scaling and forecasts, by day and by node of the business tree.
//
// All of it is counted from the state database and the forecasts' ledger, a day of the
// configured zone at a time. Days are remembered: what is counted of a day is counted
// anew when a quarter of the time since its end has gone by, from each minute today to
// once a day, since what happened on it may still get its end (an alarm that is told, a
// heal that is judged).
package operations
