// Package peak forecasts how high today's load will go, from the days before
// and the morning so far.
//
// A day is a row of slots, in the product five-minute means; its peak is the
// largest of them. It is full when at least 90 % of its slots were measured.
// As of a slot k, which is the first one not yet over:
//
//	base     = mean of the peaks of the full days among the 14 before (at least 10)
//	ratio    = mean of today's last hour ÷ mean of that hour over those days
//	forecast = max(base · ratio, the highest slot of today so far)
//	s        = sample standard deviation of actual ÷ forecast − 1,
//	           over the last 28 days that had both (at least 8)
//	interval = forecast · (1 ± z · s)
//
// The forecast is not below what was seen; the interval round it is left as it
// is, so that this remains the plain model that others are compared with. The
// last hour is cut off at midnight. The ratio is 1 when nothing was measured in
// it, or when the mean of the hour is not above 0.
//
// [Learn] does once a day all that today cannot change; [Day.Forecast] is then
// a few operations. Live table and backtest call the same two.
package peak

import (
	"math"

	"headroom/analytics/season"
)

const (
	// FullShare is the share of its slots that make a day full.
	FullShare = 0.9
	// BaseDays is how many days before today make the base; MinBaseDays of
	// them have to be full.
	BaseDays, MinBaseDays = 14, 10
	// ErrorDays is how many past forecasts make the interval, MinErrorDays the
	// least.
	ErrorDays, MinErrorDays = 28, 8
	// HistoryDays is what [Learn] needs when no day is missing.
	HistoryDays = BaseDays + ErrorDays
)

// Forecast is today's peak as expected at one moment. Numbers are NaN while too
// little is known: all of them, or only the bounds.
type Forecast struct {
	Value, Lower, Upper float64
	Slot                int // when it is expected; -1 if unknown, or if the peak seen is it
}

// Day is what the days before say about today. It is not changed by use.
type Day struct {
	Base   float64 // mean of the days' peaks; NaN if fewer than MinBaseDays are full
	Days   int     // full days among the BaseDays before
	Errors int     // past forecasts that Spread stands on

	// By the slot as of which a forecast is made, 0 … number of slots.
	Hour   []float64 // mean of the hour before it over those days
	Spread []float64 // s; NaN from fewer than MinErrorDays past forecasts
	Slot   []int16   // of the slots from it on, the highest of the mean day; -1 of none
}

// Forecast returns today's peak as of a slot: those before it are over. Of them
// lastHour is the mean of the last hour and seen the highest ([SoFar] gives
// both; NaN where nothing was measured). The interval reaches z standard
// deviations to each side.
func (d *Day) Forecast(asof int, lastHour, seen, z float64) Forecast {
	f := Forecast{Value: forecast(d.Base, d.Hour[asof], lastHour, seen), Slot: int(d.Slot[asof])}
	if f.Value == seen || f.Value != f.Value {
		f.Slot = -1
	}
	half := z * d.Spread[asof] * math.Abs(f.Value)
	f.Lower, f.Upper = f.Value-half, f.Value+half
	return f
}

func forecast(base, hour, lastHour, seen float64) float64 {
	if lastHour == lastHour && hour > 0 {
		base *= lastHour / hour
	}
	return atLeast(base, seen)
}

// atLeast is max(v, floor) where the floor is known; an unknown v stays so.
func atLeast(v, floor float64) float64 {
	if v < floor {
		return floor
	}
	return v
}

// SoFar returns what is known of a day as of a slot: the mean of the last hour
// and the highest slot, NaN where nothing was measured. Later slots are not
// looked at.
func SoFar(day []float64, asof int) (lastHour, seen float64) {
	lastHour, _ = season.Mean(day[max(0, asof-hourOf(len(day))):asof])
	seen, _ = season.Max(day[:asof])
	return lastHour, seen
}

// hourOf returns the slots of an hour, at least one.
func hourOf(slots int) int { return max(1, slots/24) }
