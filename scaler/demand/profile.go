package demand

import (
	"fmt"
	"math"
	"time"

	"headroom/analytics/season"
	"headroom/scaler/policy"
)

// Options are what a forecast has to answer.
type Options struct {
	Startup time.Duration // how far ahead workers have to be asked for
	Level   float64       // share of the forecasts that are not exceeded
}

// DefaultLevel is how seldom a forecast with its interval is exceeded.
const DefaultLevel = 0.997

// Recent is how many of the last minutes a forecast looks at.
const Recent = 60

// Profile is what a service is expected to need. See [Learn].
type Profile struct {
	Learned bool
	Reason  string // why not

	shape   *shape
	pulse   *pulse
	split   bool // weekends have a shape of their own
	zone    *time.Location
	horizon int     // minutes
	highest float64 // busy seconds in a minute of the history
	ahead   follower
	upper   bounds  // of ahead
	missed  float64 // usually by ahead
	peak    bounds  // of the rest of the day
}

// Forecast says what is expected after now, from the busy seconds of the last
// minutes, oldest first, the last one up to now. NaN is an unknown minute.
func (p *Profile) Forecast(now time.Time, recent []float64) policy.Forecast {
	f := policy.Forecast{Ahead: math.NaN(), AheadUpper: math.NaN(), Peak: math.NaN(), PeakUpper: math.NaN(), Reason: p.Reason}
	if !p.Learned {
		return f
	}
	recent = recent[max(0, len(recent)-Recent):]
	if measured(recent) == 0 {
		f.Reason = fmt.Sprintf("no busy seconds in the last %d min", len(recent))
		return f
	}
	day, minute := season.NewCalendar(p.zone).Split(now.Unix())
	hour := minute / 60
	seen := p.follow(p.ahead, int32(day), minute, recent)
	f.Ahead = p.most(seen, int32(day), minute)
	f.AheadUpper = p.upTo(f.Ahead, p.upper[hour], width(seen.missed, p.missed))
	top, at := p.rest(int32(day), minute)
	f.Peak = p.follow(slow, int32(day), minute, recent).mean() * top
	f.PeakUpper = p.upTo(f.Peak, p.peak[hour], 1)
	f.PeakAt = now.Add(time.Duration(at-minute) * time.Minute)
	return f
}

// upTo is the upper end of an interval. It goes no further than the most that
// was ever seen, unless that is what is expected.
func (p *Profile) upTo(expected float64, factor float32, width float64) float64 {
	end := score{expected: expected, width: width}.upTo(float64(factor))
	return max(expected, min(end, p.highest))
}

// follow returns the level of the recent minutes: what was seen ÷ the shape.
func (p *Profile) follow(f follower, day int32, minute int, recent []float64) level {
	l := level{missed: p.missed}
	for i, v := range recent {
		d, m := back(day, minute, len(recent)-i)
		l = l.with(f, v, p.usual(f, d, m))
	}
	return l
}

// most is the largest expected value of the next minutes.
func (p *Profile) most(l level, day int32, minute int) (most float64) {
	at, gain := l.line(p.ahead)
	for h := range p.horizon {
		d, m := back(day, minute, -h)
		most = max(most, (at+gain*float64(h+1))*p.usual(p.ahead, d, m))
	}
	return most
}

// rest is the largest usual value of the day from a minute on, and its minute:
// that of now or the middle of a later slot.
func (p *Profile) rest(day int32, minute int) (most float64, at int) {
	class := p.class(day)
	most, at = p.usual(slow, day, minute), minute
	for slot := minute/slotLength + 1; slot < slots; slot++ {
		if v := float64(p.shape[class][slot] * p.pulse.mostOf(slot)); v > most {
			most, at = v, slot*slotLength+slotLength/2
		}
	}
	return most, at
}

// usual is the shape at a minute, or the pulse alone for who follows the last
// minutes.
func (p *Profile) usual(f follower, day int32, minute int) float64 {
	usual := p.pulse.at(int32(minute))
	if !f.flat {
		usual *= p.shape.at(p.class(day), minute)
	}
	return usual
}

func (p *Profile) class(day int32) int {
	if p.split && weekend(day) {
		return 1
	}
	return 0
}

// back goes some minutes back on the wall clock.
func back(day int32, minute, n int) (int32, int) {
	minute -= n
	for ; minute < 0; minute += season.MinutesPerDay {
		day--
	}
	for ; minute >= season.MinutesPerDay; minute -= season.MinutesPerDay {
		day++
	}
	return day, minute
}
