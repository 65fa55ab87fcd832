package band

import (
	"math"

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
	// scaleDays is the number of days whose residuals make a slot's scale.
	scaleDays = 13
	// recentValues is how many values the recent scale remembers, and
	// recentShare the part of it that the scale has at least.
	recentValues = 300
	recentShare  = 0.85
	// leastScale is the least scale, as a share of the load's size: deviations
	// of a few percent are nobody's concern.
	leastScale = 0.01

	absToSigma = 1.2533141373155001 // √(π/2): from mean distance to standard deviation
	madToSigma = 1.4826022185056018
)

// Calibrated follows one load: asked for each value before it is shown it.
// See the package's documentation for its formulas.
type Calibrated struct {
	seen  *season.Grid
	usual *usual
	tails *tails
	day   int

	share float64 // how far a value moves the level

	scale, smooth, counts []float64 // mean |residual| by slot; pooled; days in it
	level, recent, size   float64
	values                float64 // in recent, at most recentValues
	total                 float64
	outside               int // values in a row
}

// NewCalibrated starts on a load of which nothing is known; the days and slots
// are those of the empty grid.
func NewCalibrated(empty *season.Grid) *Calibrated {
	n := empty.Slots
	return &Calibrated{
		seen: empty, usual: newUsual(n), tails: newTails(), day: empty.First - 1,
		scale: make([]float64, n), smooth: unknown(n), counts: make([]float64, n),
		share: 1 - math.Pow(1-levelShare, float64(min(levelMinutes, season.MinutesPerDay/n))),
		level: math.NaN(), recent: math.NaN(),
	}
}

// Forecast is what is expected of the next value.
type Forecast struct {
	Usual  float64 // at this time of day
	Spread float64 // standard deviation of the days around it
	Level  float64 // how far above the usual day the load is lately
	Scale  float64 // standard deviation of the next value around Usual + Level
	Days   int     // previous days with this slot
}

// Known tells whether there is a forecast.
func (f Forecast) Known() bool { return f.Usual == f.Usual }

// Expected is the centre of the band.
func (f Forecast) Expected() float64 { return f.Usual + f.Level }

// Next returns what is expected at a slot, from what was seen before.
func (c *Calibrated) Next(day, slot int) Forecast {
	if day != c.day {
		c.turn(day)
	}
	f := Forecast{Usual: c.usual.centre[slot], Days: c.usual.days[slot], Level: c.level}
	if f.Days < MinDays || c.level != c.level {
		f.Usual = math.NaN()
		return f
	}
	mean := max(c.smooth[slot], recentShare*c.recent)
	if mean != mean {
		mean = c.recent
	}
	least := leastScale * max(math.Abs(f.Usual), c.size)
	f.Scale = max(absToSigma*mean, least, math.SmallestNonzeroFloat32)
	f.Spread = max(madToSigma*c.usual.spread[slot], 0.3*f.Scale)
	return f
}

// Band returns the band that holds this share of ordinary values.
func (c *Calibrated) Band(f Forecast, level float64) Band {
	if !f.Known() {
		return None(f.Days)
	}
	e, share := f.Expected(), (1-level)/2
	return Band{Expected: e, Lower: e - f.Scale*c.tails.beyond(0, share), Upper: e + f.Scale*c.tails.beyond(1, share), Days: f.Days}
}

// turn begins a day: the usual day is learned anew.
func (c *Calibrated) turn(day int) {
	c.usual.learn(c.seen, day)
	for s, n := range c.counts {
		c.usual.raw[s] = math.NaN()
		if n > 0 {
			c.usual.raw[s] = c.scale[s]
		}
	}
	smoothMean(c.smooth, c.usual.raw, spreadReach*c.seen.Slots/season.MinutesPerDay)
	c.tails.age(c.seen.Slots)
	c.day = day
}

// See learns from the value for which f was the forecast.
func (c *Calibrated) See(f Forecast, day, slot int, v float64) {
	c.seen.Day(day - c.seen.First)[slot] = v
	c.total++
	c.size += (math.Abs(v) - c.size) / min(c.total, float64(c.seen.Slots))
	centre := c.usual.centre[slot]
	if centre != centre {
		return
	}
	if c.level != c.level {
		c.level = v - centre
		return
	}
	e := v - centre - c.level
	bound := math.Inf(1)
	if f.Known() {
		bound = f.Scale
		c.count(f, e/f.Scale)
	}
	c.scaleBy(slot, min(math.Abs(e), scaleCap*bound))
	c.level += c.share * min(max(e, -levelCap*bound), levelCap*bound)
}

// count enters a residual into the tails. Of an excursion the first value counts
// in full and each further one less, so that a long incident is one event.
func (c *Calibrated) count(f Forecast, r float64) {
	side := 0
	if r > 0 {
		side = 1
	}
	if math.Abs(r) > c.tails.beyond(side, 0.005) {
		c.outside++
	} else {
		c.outside = 0
	}
	c.tails.add(r, 1/float64(max(c.outside, 1)))
}

func (c *Calibrated) scaleBy(slot int, a float64) {
	if c.recent != c.recent {
		c.recent = a
	}
	c.values = min(c.values+1, recentValues)
	c.recent += (a - c.recent) / c.values
	c.counts[slot] = min(c.counts[slot]+1, scaleDays)
	c.scale[slot] += (a - c.scale[slot]) / c.counts[slot]
}
