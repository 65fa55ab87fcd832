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
//
// [Learn] makes the [State] of a day from the history before it; a [Detector]
// follows a load of which nothing is known at first. Both say the same.
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

// State follows one load through its days: asked for each value before it is
// shown it. It takes 12 KiB for days of minutes.
type State struct {
	load      *band.Follower
	largest   float64   // strength of the day so far, NaN: none
	maxima    []float64 // of the last days, oldest first
	threshold float64
	quiet     int // slots that end an excursion
	inside    int // values since the last one outside
	row       int // values in a row outside
	alarmed   int // values of the excursion's alarm
	up        bool
}

func newState(load *band.Follower, slots int) *State {
	return &State{load: load, largest: math.NaN(), threshold: Least, quiet: max(1, Quiet*slots/season.MinutesPerDay)}
}

// Learn follows the rows of g before a day, and returns the state at the day's
// beginning. Rows from day on are not looked at.
func Learn(g *season.Grid, day int) *State {
	s, at := newState(nil, g.Slots), g.First
	s.load = band.Learn(g, day, func(c *band.Follower, f band.Forecast, day, slot int, v float64) {
		for ; at < day; at++ {
			s.turn()
		}
		s.see(f, v)
		c.See(f, day, slot, v)
	})
	s.turn()
	return s
}

// Continue takes over, at the beginning of a day, what another state knows of
// the load until now, and keeps its own usual day.
func (s *State) Continue(other *State) {
	load := s.load
	load.Continue(other.load)
	*s = *other
	s.load = load
	s.turn()
}

// Clone returns a state of its own, equal to this one.
func (s *State) Clone() *State {
	out := *s
	out.load, out.maxima = s.load.Clone(), slices.Clone(s.maxima)
	return &out
}

// Expect returns the band of the value at a slot, from what was seen before.
func (s *State) Expect(day, slot int) band.Band { return s.Band(s.load.Next(day, slot)) }

// Parts returns what the band at a slot is made of, and the threshold.
func (s *State) Parts(day, slot int) (f band.Forecast, threshold float64) {
	return s.load.Next(day, slot), s.threshold
}

// See learns from the value at a slot and tells whether it is part of an alarm.
func (s *State) See(day, slot int, v float64) (alarm bool) {
	f := s.load.Next(day, slot)
	alarm = s.see(f, v)
	s.load.See(f, day, slot, v)
	return alarm
}

// Alarmed tells whether an alarm has begun and its excursion is not over, and
// whether it began upwards.
func (s *State) Alarmed() (running, up bool) { return s.alarmed > 0, s.up }

// Band returns the band around a forecast.
func (s *State) Band(f band.Forecast) band.Band {
	if !f.Known() {
		return band.None(f.Days)
	}
	e, k, usual := f.Expected(), s.threshold, (s.threshold-Gate)/2*f.Spread
	return band.Band{
		Expected: e,
		Lower:    min(e-k*f.Scale, f.Usual-usual),
		Upper:    max(e+k*f.Scale, f.Usual+usual),
		Days:     f.Days,
	}
}

func (s *State) see(f band.Forecast, v float64) (alarm bool) {
	if !f.Known() {
		return false
	}
	strong := strength(f, v)
	if !(s.largest >= strong) {
		s.largest = strong
	}
	return s.alarm(strong/s.threshold, v > f.Expected())
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
func (s *State) alarm(score float64, up bool) bool {
	if score <= 1 {
		s.row = 0
		if s.inside++; s.inside >= s.quiet {
			s.alarmed = 0
		}
		return false
	}
	s.inside = 0
	s.row++
	if s.alarmed == 0 && score <= Sure && s.row < Persists {
		return false
	}
	if s.alarmed == 0 {
		s.up = up
	}
	s.alarmed++
	return s.alarmed <= Lasts
}

// turn begins a day: the threshold is set anew.
func (s *State) turn() {
	if s.largest != s.largest {
		return
	}
	if len(s.maxima) == maximaDays {
		s.maxima = slices.Delete(s.maxima, 0, 1)
	}
	s.maxima, s.largest = append(s.maxima, s.largest), math.NaN()
	var sorted [maximaDays]float64
	days := sorted[:copy(sorted[:], s.maxima)]
	slices.Sort(days)
	s.threshold = max(Least, DayShare*days[(len(days)-1)/2])
}
