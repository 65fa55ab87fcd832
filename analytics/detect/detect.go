// Package detect tells which deviations of a load are worth an alarm: those that
// are unlike the usual day and a surprise now, at their beginning, and rarely.
//
// Of a value v for which package band expects usual + level (see
// [band.Forecast]), two distances are looked at:
//
//	surprise = |v − usual − level| / scale
//	unlike   = |v − usual| / spread         0 if it is on the other side
//	strength = min(surprise, Gate + 2 · unlike)
//
// The strength is above a threshold k where v is outside of both
//
//	usual + level ± k · scale   and   usual ± (k − Gate) / 2 · spread
//
// and the band of the detector is what the two span. Its threshold is found
// online: [Least] or, of a load with heavier tails, DayShare of the usual largest
// strength of a day (the median of the last 14 days).
//
// An alarm begins with the first value that is outside of [Sure] half-widths, or
// with the [Persists]th in a row that is outside of the band. It goes on while
// values are outside, for at most [Lasts] of them, and the next one begins after
// [Quiet] minutes without any.
package detect

import (
	"math"
	"slices"

	"headroom/analytics/band"
	"headroom/analytics/season"
)

const (
	// Gate is the strength up to which being a surprise is enough.
	Gate = 3
	// Least is the least threshold, in standard deviations of the next value.
	Least = 4
	// DayShare is the part of a day's usual largest strength that is a threshold.
	DayShare = 0.45
	// Sure is how many thresholds a single value must reach for an alarm, and
	// Persists the number of values in a row for which one is enough.
	Sure     = 2
	Persists = 4
	// Lasts is the number of values that an alarm lasts at most.
	Lasts = 10
	// Quiet is the number of minutes inside the band that end an excursion.
	Quiet = 30

	maximaDays = 14
	// strongest bounds a strength, so that values off a constant stay numbers.
	strongest = 1e6
)

// Detector follows one load: asked for each value before it is shown it.
type Detector struct {
	load      *band.Calibrated
	day       int
	largest   float64   // strength of the day so far, NaN: none
	maxima    []float64 // of the last days, oldest first
	threshold float64
	quiet     int // slots that end an excursion
	inside    int // values since the last one outside
	row       int // values in a row outside
	alarmed   int // values of the excursion's alarm
}

// New starts on a load of which nothing is known; the days and slots are those
// of the empty grid.
func New(empty *season.Grid) *Detector {
	return &Detector{
		load: band.NewCalibrated(empty), day: empty.First - 1, largest: math.NaN(), threshold: Least,
		quiet: max(1, Quiet*empty.Slots/season.MinutesPerDay),
	}
}

// Expect returns the band of the value at a slot, from what was seen before.
func (d *Detector) Expect(day, slot int) band.Band {
	d.turn(day)
	f := d.load.Next(day, slot)
	if !f.Known() {
		return band.None(f.Days)
	}
	e, k, usual := f.Expected(), d.threshold, (d.threshold-Gate)/2*f.Spread
	return band.Band{
		Expected: e,
		Lower:    min(e-k*f.Scale, f.Usual-usual),
		Upper:    max(e+k*f.Scale, f.Usual+usual),
		Days:     f.Days,
	}
}

// See learns from the value at a slot and tells whether it is part of an alarm.
func (d *Detector) See(day, slot int, v float64) (alarm bool) {
	d.turn(day)
	f := d.load.Next(day, slot)
	if f.Known() {
		s := strength(f, v)
		if !(d.largest >= s) {
			d.largest = s
		}
		alarm = d.alarm(s / d.threshold)
	}
	d.load.See(f, day, slot, v)
	return alarm
}

// strength of a deviation, in standard deviations.
func strength(f band.Forecast, v float64) float64 {
	surprise, unlike := (v-f.Expected())/f.Scale, (v-f.Usual)/f.Spread
	if surprise < 0 {
		surprise, unlike = -surprise, -unlike
	}
	return min(surprise, Gate+2*max(unlike, 0), strongest)
}

// alarm follows excursions; the score is in thresholds.
func (d *Detector) alarm(score float64) bool {
	if score <= 1 {
		d.row = 0
		if d.inside++; d.inside >= d.quiet {
			d.alarmed = 0
		}
		return false
	}
	d.inside = 0
	d.row++
	if d.alarmed == 0 && score <= Sure && d.row < Persists {
		return false
	}
	d.alarmed++
	return d.alarmed <= Lasts
}

// turn begins a day, if it is another one: the threshold is set anew.
func (d *Detector) turn(day int) {
	if day == d.day {
		return
	}
	d.day = day
	if d.largest != d.largest {
		return
	}
	if len(d.maxima) == maximaDays {
		d.maxima = slices.Delete(d.maxima, 0, 1)
	}
	d.maxima, d.largest = append(d.maxima, d.largest), math.NaN()
	sorted := slices.Sorted(slices.Values(d.maxima))
	d.threshold = max(Least, DayShare*sorted[(len(sorted)-1)/2])
}
