// Package detect tells which deviations of a load are worth an alarm: those that
// are a surprise now, unlike the usual day, clear of what the load does every day,
// and news.
//
// Of a value v for which package band expects usual + level (see
// [band.Forecast]), two distances are looked at:
//
//	surprise = |v − usual − level| / noise
//	unlike   = |v − usual| / spread            0 if it is on the other side
//	strength = min(surprise, Gate + unlike) / tail
//
// Noise is the standard deviation of v − usual − level, at this time of day and
// lately, of which no value counts for more than [clip]: yesterday's incident does
// not hide today's. Tail is how much more often the load is far out than normally
// distributed values are, on this side: the square root of how far out a share of
// [tailShare] is, over how far it would be.
//
// The strength is above a threshold k where v is outside of both
//
//	usual + level ± k · tail · noise   and   usual ± (k · tail − Gate) · spread
//
// and the band of the detector is what the two span. Its threshold is found
// online: [Least], or [DayShare] of the usual largest strength of a day (the
// median of the last 14 days), in which alarms and the values around them do not
// count. So an alarm stands clear of what the load does anyway: where lesser
// leaps are daily fare it has to be larger than those, however large they are; a
// load that is quiet but for its incidents is alarmed on at each.
//
// An alarm begins with a value that is outside of [Sure] half-widths and news: as
// strong as [News] of the strongest beginning before, which fades by a factor of e
// in [NewsMinutes]. Or it begins with the [Gone]th value in a row that is below
// [GoneShare] of what is expected, and stronger than [GoneStrength]. The value
// before must not be such a one: what goes on is one alarm. It runs until [Quiet]
// minutes have passed inside the band.
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
	Least = 3
	// DayShare is the part of a day's usual largest strength that is a threshold.
	DayShare = 0.8
	// Sure is how many thresholds a value must reach for an alarm.
	Sure = 2
	// Quiet is the number of minutes inside the band that end an alarm.
	Quiet = 30
)

// State follows one load through its days: asked for each value before it is
// shown it. It takes 18 KiB for days of minutes.
type State struct {
	load  *band.Follower
	noise *band.Noise
	tails band.Tails
	tail  [2]float64 // below, above
	slots int

	options Options
	factor  float64 // of thresholds
	calm    calm
	onset   onset
	quiet   int // slots that end an alarm
	inside  int // values since the last one outside
	runs    bool
	up      bool
}

func newState(load *band.Follower, slots int, o Options) *State {
	return &State{
		options: o, factor: o.Factor(), load: load, noise: band.NewNoise(slots), tails: band.NewTails(), tail: [2]float64{1, 1}, slots: slots,
		calm: newCalm(), quiet: max(1, Quiet*slots/season.MinutesPerDay),
	}
}

// Learn follows the rows of g before a day, and returns the state at the day's
// beginning. Rows from day on are not looked at.
func Learn(g *season.Grid, day int, o Options) *State {
	s, at := newState(nil, g.Slots, o), g.First
	s.load = band.Learn(g, day, func(c *band.Follower, f band.Forecast, day, slot int, v float64) {
		for ; at < day; at++ {
			s.turn()
		}
		s.see(f, day, slot, v)
		c.See(f, day, slot, v)
	})
	s.turn()
	return s
}

// Scale says that the load of this day is so many times what it would be on an
// ordinary one, which is what is shown: [Options.LeastAbsolute] is of the former.
func (s *State) Scale(by float64) { s.options.LeastAbsolute /= by }

// Continue takes over, at the beginning of a day, what another state knows of
// the load until now, and keeps its own usual day and options.
func (s *State) Continue(other *State) {
	load, options, factor := s.load, s.options, s.factor
	load.Continue(other.load)
	*s = *other
	s.load, s.options, s.factor = load, options, factor
	s.turn()
}

// Clone returns a state of its own, equal to this one.
func (s *State) Clone() *State {
	out := *s
	out.load, out.noise, out.calm.largest = s.load.Clone(), s.noise.Clone(), slices.Clone(s.calm.largest)
	return &out
}

// Expect returns the band of the value at a slot, from what was seen before.
func (s *State) Expect(day, slot int) band.Band { return s.Parts(day, slot).Band() }

// Parts returns what the band at a slot is made of.
func (s *State) Parts(day, slot int) Parts { return s.parts(s.load.Next(day, slot), slot) }

// Ahead returns the band of a slot that lies a lead ahead of what was seen last. Unlike
// that of [State.Expect] it is made to hold a share of the values, not to alarm.
func (s *State) Ahead(k band.Lead, day, slot int) band.Band { return s.load.Ahead(k, day, slot) }

// Later returns the band of a slot that lies so many minutes ahead: between that of
// the next value and those of the leads it changes evenly.
func (s *State) Later(day, slot, minutes int) band.Band {
	near, from, far := s.Expect(day, slot), 0, band.HourAhead
	if minutes > far.Minutes() {
		near, from, far = s.Ahead(far, day, slot), far.Minutes(), band.DayAhead
	}
	if minutes <= 0 {
		return near
	}
	share := min(1, float64(minutes-from)/float64(far.Minutes()-from))
	return near.Towards(s.Ahead(far, day, slot), share)
}

// Last returns what is left, at a slot, of the strongest beginning of an alarm
// before it, as a strength; 0 if there was none.
func (s *State) Last(day, slot int) float64 { return s.onset.left(s.minute(day, slot)) }

// See learns from the value at a slot and tells whether an alarm begins with it.
func (s *State) See(day, slot int, v float64) (begins bool) {
	f := s.load.Next(day, slot)
	begins = s.see(f, day, slot, v)
	s.load.See(f, day, slot, v)
	return begins
}

// Alarmed tells whether an alarm has begun and is not over, and whether it began
// upwards.
func (s *State) Alarmed() (running, up bool) { return s.runs, s.up }

func (s *State) see(f band.Forecast, day, slot int, v float64) (begins bool) {
	if !f.Known() {
		return false
	}
	p := s.parts(f, slot)
	strong, up := p.Strength(v), v > p.Expected()
	begins = s.onset.see(&p, strong, v, s.minute(day, slot), s.options.concerns(&p, v))
	s.calm.see(strong, Sure*p.Threshold)
	s.learn(&p, slot, v)
	s.run(begins, up, strong > p.Threshold)
	return begins
}

// learn enters how far a value is from what was expected.
func (s *State) learn(p *Parts, slot int, v float64) {
	off := v - p.Expected()
	s.tails.Count(off / p.Noise)
	s.noise.Add(slot, min(math.Abs(off), clip*p.Noise))
}

// run follows the alarm that has begun last.
func (s *State) run(begins, up, outside bool) {
	s.inside++
	if outside {
		s.inside = 0
	}
	if begins {
		s.runs, s.up, s.inside = true, up, 0
	}
	s.runs = s.runs && s.inside < s.quiet
}

// turn begins a day: the threshold, the noise of the times of day and the tails
// are set anew.
func (s *State) turn() {
	if !s.calm.turn() {
		return
	}
	s.noise.Turn()
	s.tails.Age(s.slots)
	for side := range s.tail {
		s.tail[side] = math.Sqrt(max(1, s.tails.Beyond(side, tailShare)/tailNormal))
	}
}

// minute of a slot, since 1970.
func (s *State) minute(day, slot int) int {
	return day*season.MinutesPerDay + slot*season.MinutesPerDay/s.slots
}
