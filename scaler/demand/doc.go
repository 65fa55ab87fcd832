// Package demand says how many busy seconds a service is expected to need.
//
// [Learn] makes a [Profile] from up to 28 days of busy seconds, one value a
// minute: the shape of a day (a median a slot of five minutes, weekends apart
// where that predicted better), the pulse of an hour (a median a minute), how
// many of the last minutes tell today's level best, and how wrong such forecasts
// have been. [Profile.Forecast] follows the last minutes: expected = level ×
// shape × pulse, where the level is what was seen of late divided by shape and
// pulse of that time. Its intervals are conformal: quantiles of the errors on
// days whose own values had no part in the shape they were compared with, half
// of them in units of what the last minutes missed.
//
// Before [MinimumDays] of history nothing is forecast and the reason says so.
// A profile is read only: use it from many goroutines.
package demand
