package band

import (
	"math"
	"slices"

	"headroom/analytics/season"
)

const (
	// levelShare is how far the level moves towards the load in a minute; it
	// moves no further than in levelMinutes, so that six values halve what is
	// left at the least.
	levelShare   = 0.03
	levelMinutes = 4
	// levelCap bounds, in scales, what one value can move the level by.
	levelCap = 8
	// scaleCap bounds likewise what it can add to the scale.
	scaleCap = 4
	// levelHalfLife is in how many minutes without values half of the level is
	// forgotten.
	levelHalfLife = 120
	// leastScale is the least scale, as a share of the load's size: deviations
	// of a few percent are nobody's concern.
	leastScale = 0.01

	absToSigma = 1.2533141373155001 // √(π/2): from mean distance to standard deviation
	madToSigma = 1.4826022185056018
)

// Follower follows one load through its days: asked for each value before it is
// shown it. See the package's documentation for its formulas. It takes 14 KiB
// for days of minutes.
type Follower struct {
	usual *Usual
	slots int
	step  int // minutes of a slot
	tails Tails
	share float64 // how far a value moves the level

	noise *Noise // the mean residual
	level float64
	size  float64 // mean |v|
	total float64
	last  int // minute of the value seen last, since 1970

	lately lately
	aheads [leads]ahead
}

// NewFollower starts on a load of which nothing is known, with days of so many
// slots.
func NewFollower(slots int) *Follower {
	return &Follower{
		usual: unknownDay(slots), slots: slots, step: slotMinutes(slots), tails: NewTails(), noise: NewNoise(slots),
		share: 1 - math.Pow(1-levelShare, float64(min(levelMinutes, slotMinutes(slots)))),
		level: math.NaN(), last: math.MinInt / 2, lately: newLately(slotMinutes(slots)), aheads: newAheads(slots),
	}
}

// Forecast is what is expected of one value.
type Forecast struct {
	Usual  float64 // at this time of day
	Spread float64 // standard deviation of the days around it
	Level  float64 // how far above the usual day the load is lately
	Scale  float64 // standard deviation of the value around Usual + Level
	Keep   float64 // how much of what is lately is left: 1, and half of it after each two hours without values
	Least  float64 // least scale that is worth a thought
	Days   int     // previous days with this time of day
}

// Known tells whether there is a forecast.
func (f Forecast) Known() bool { return f.Usual == f.Usual }

// Expected is the centre of the band.
func (f Forecast) Expected() float64 { return f.Usual + f.Level }

// Next returns what is expected at a slot of a day, from what was seen before.
// The longer ago the last value was, the less the level and the more the spread
// of the days counts.
func (c *Follower) Next(day, slot int) Forecast {
	bin := c.noise.bin(slot)
	f := Forecast{Usual: float64(c.usual.centre[slot]), Days: int(c.usual.days[bin]), Level: c.level}
	if f.Days < MinDays || c.level != c.level {
		f.Usual = math.NaN()
		return f
	}
	f.Least = max(leastScale*max(math.Abs(f.Usual), c.size), math.SmallestNonzeroFloat32)
	f.Scale = max(absToSigma*c.noise.Mean(slot), f.Least)
	f.Spread = max(madToSigma*float64(c.usual.spread[bin]), 0.3*f.Scale)
	f.Keep = 1
	if gap := minuteOf(c.slots, day, slot) - c.last - c.step; gap > 0 {
		f.Keep = math.Exp2(-float64(gap) / levelHalfLife)
		f.Level *= f.Keep
		f.Scale = f.Widen(f.Scale)
	}
	return f
}

// Widen returns a scale as it is after a gap: it tends to the spread of the days.
func (f Forecast) Widen(scale float64) float64 {
	return scale + (1-f.Keep)*max(0, f.Spread-scale)
}

// minuteOf is the minute at which a slot begins, since 1970.
func minuteOf(slots, day, slot int) int {
	return day*season.MinutesPerDay + slot*season.MinutesPerDay/slots
}

// Band returns the band that holds this share of ordinary values.
func (c *Follower) Band(f Forecast, level float64) Band {
	if !f.Known() {
		return None(f.Days)
	}
	e, share := f.Expected(), (1-level)/2
	return Band{Expected: e, Lower: e - f.Scale*c.tails.Beyond(0, share), Upper: e + f.Scale*c.tails.Beyond(1, share), Days: f.Days}
}

// Turn begins a day, of which this is the usual one.
func (c *Follower) Turn(usual *Usual) {
	c.usual = usual
	c.noise.Turn()
	c.tails.Age(c.slots)
}

// See learns from the value for which f was the forecast.
func (c *Follower) See(f Forecast, day, slot int, v float64) {
	c.total++
	c.size += (math.Abs(v) - c.size) / min(c.total, float64(c.slots))
	c.last = minuteOf(c.slots, day, slot)
	c.lookAhead(day, slot, v)
	centre := float64(c.usual.centre[slot])
	if centre != centre {
		return
	}
	if c.level != c.level {
		c.level = v - centre
		return
	}
	bound := math.Inf(1)
	if f.Known() {
		c.level, bound = f.Level, f.Scale
		c.tails.Count((v - centre - c.level) / f.Scale)
	}
	e := v - centre - c.level
	c.noise.Add(slot, min(math.Abs(e), scaleCap*bound))
	c.level += c.share * min(max(e, -levelCap*bound), levelCap*bound)
}

// Clone returns a follower of its own in the same state.
func (c *Follower) Clone() *Follower {
	out := *c
	out.noise = c.noise.Clone()
	for k := range out.aheads {
		out.aheads[k].said = slices.Clone(c.aheads[k].said)
	}
	return &out
}

// Calibrated follows one load whose days are kept, so that each day's usual one
// is learned from those before.
type Calibrated struct {
	*Follower
	seen    *season.Grid
	learner *learner
	day     int
}

// NewCalibrated starts on a load of which nothing is known; the days and slots
// are those of the empty grid.
func NewCalibrated(empty *season.Grid) *Calibrated {
	return &Calibrated{Follower: NewFollower(empty.Slots), seen: empty, learner: newLearner(empty.Slots), day: empty.First - 1}
}

// Next returns what is expected at a slot, from what was seen before.
func (c *Calibrated) Next(day, slot int) Forecast {
	if day != c.day {
		c.Turn(c.learner.usual(c.seen, day))
		c.day = day
	}
	return c.Follower.Next(day, slot)
}

// See learns from the value for which f was the forecast.
func (c *Calibrated) See(f Forecast, day, slot int, v float64) {
	c.seen.Day(day - c.seen.First)[slot] = v
	c.Follower.See(f, day, slot, v)
}

// Learn follows the rows of g before a day, and returns the follower as it is at
// the day's beginning; see is called for each of their values. Rows from day on
// are not looked at.
func Learn(g *season.Grid, day int, see func(c *Follower, f Forecast, day, slot int, v float64)) *Follower {
	c, l := NewFollower(g.Slots), newLearner(g.Slots)
	defer l.release()
	_, end := g.Rows(g.First, day)
	for row := range end {
		c.Turn(l.usual(g, g.First+row))
		for slot, v := range g.Day(row) {
			if v == v {
				see(c, c.Next(g.First+row, slot), g.First+row, slot, v)
			}
		}
	}
	c.Turn(l.usual(g, day))
	return c
}

// Continue takes over, at the beginning of a day, what another follower knows
// of the load until now, and keeps its own usual day.
func (c *Follower) Continue(other *Follower) {
	usual := c.usual
	*c = *other
	c.Turn(usual)
}
