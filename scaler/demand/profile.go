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
const DefaultLevel = 0.99

// Recent is how many of the last minutes a forecast looks at.
const Recent = 60

// Profile is what a service is expected to need. See [Learn].
type Profile struct {
	Learned bool
	Reason  string // why not

	shape   *shape
	split   bool // weekends have a shape of their own
	zone    *time.Location
	horizon int // minutes
	ahead   follower
	upper   [24]float32 // by hour of now: actual ÷ expected that Options.Level stay below
	peak    [24]float32
}

// slow follows the level for the rest of the day.
var slow = follower{span: 30}

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
	f.Ahead = p.follow(p.ahead, int32(day), minute, recent) * p.most(p.ahead, int32(day), minute, p.horizon)
	f.AheadUpper = f.Ahead * float64(p.upper[hour])
	top, at := p.rest(int32(day), minute)
	f.Peak = p.follow(slow, int32(day), minute, recent) * top
	f.PeakUpper = f.Peak * float64(p.peak[hour])
	f.PeakAt = now.Add(time.Duration(at-minute) * time.Minute)
	return f
}

// follow returns the level of the recent minutes: what was seen ÷ the shape.
func (p *Profile) follow(f follower, day int32, minute int, recent []float64) float64 {
	var l level
	for i, v := range recent {
		d, m := back(day, minute, len(recent)-i)
		l = l.with(f, v, p.usual(f, d, m))
	}
	return l.ratio()
}

// most is the largest usual value of the next minutes.
func (p *Profile) most(f follower, day int32, minute, horizon int) (most float64) {
	for h := range horizon {
		d, m := back(day, minute, -h)
		most = max(most, p.usual(f, d, m))
	}
	return most
}

// rest is the largest usual value of the day from a minute on, and its minute.
func (p *Profile) rest(day int32, minute int) (most float64, at int) {
	class := p.class(day)
	for m := minute; m < season.MinutesPerDay; m++ {
		if v := p.shape.at(class, m); v > most {
			most, at = v, m
		}
	}
	return most, at
}

// usual is the shape at a minute, or 1 for who follows the last minutes alone.
func (p *Profile) usual(f follower, day int32, minute int) float64 {
	if f.flat {
		return 1
	}
	return p.shape.at(p.class(day), minute)
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

// follower is a way to find today's level: an exponential mean over about span
// minutes, of what was seen relative to the shape or, if flat, as it is.
type follower struct {
	span float64
	flat bool
}

// level sums up what a follower saw.
type level struct{ seen, usual float64 }

func (l level) with(f follower, seen, usual float64) level {
	if !known(seen) {
		return l
	}
	keep := 1 - 1/f.span
	return level{l.seen*keep + seen, l.usual*keep + usual}
}

func (l level) ratio() float64 { return l.seen / l.usual }
