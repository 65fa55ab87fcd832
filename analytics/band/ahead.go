package band

import (
	"math"
	"slices"

	"headroom/analytics/season"
)

// Lead is a time ahead of now for which a [Follower] forecasts, one of those below.
type Lead int

// The leads.
const (
	HourAhead Lead = iota
	DayAhead
	leads // how many there are
)

// Minutes is how long a lead is.
func (k Lead) Minutes() int { return leadMinutes[k] }

var (
	leadMinutes = [leads]int{60, 1440}
	// fastShare and slowShare are how much of the two levels is left by then.
	fastShare = [leads]float64{0.8, 0.1}
	slowShare = [leads]float64{0.9, 0.6}
	// recentErrors is how many errors the recent mean remembers.
	recentErrors = [leads]float64{8, 36}
)

const (
	// AheadLevel is the share of values that a band ahead is to hold: that of three
	// standard deviations.
	AheadLevel = 0.9973
	// aheadEvery is every how many minutes a forecast is kept, to be compared with
	// what comes.
	aheadEvery = 10
	// firstReach is how many mean errors a band ahead reaches to each side before
	// anything was learned: those of Student's distribution with six degrees of
	// freedom, times 0.78 since the mean is the larger of two.
	firstReach = 4.6
	// reachGain is how far one value outside widens a side, in logarithms.
	reachGain = 0.01
	// aheadCap bounds, in mean errors, what one value counts for.
	aheadCap = 5
	// madToMean makes a median distance the mean one of normally distributed values.
	madToMean = madToSigma / absToSigma
)

// ahead keeps what was said of one lead until it comes, and how wrong that was. It
// takes a KiB for a day ahead.
type ahead struct {
	said   []foretold // by when it comes, around
	last   int        // the index seen last, in steps since 1970
	mean   byHour     // size of the errors
	counts [hoursPerDay]uint8
	recent float64    // mean size lately
	values float64    // in recent
	reach  [2]float64 // below and above, in sizes
	row    int        // errors in a row that were outside
}

// foretold is what was said of one value.
type foretold struct{ centre, size float32 } // size of the error expected

var nothingSaid = foretold{float32(math.NaN()), 0}

// newAheads returns all leads for days of so many slots; those that are not some
// slots long stay without a forecast.
func newAheads(slots int) (out [leads]ahead) {
	step := max(aheadEvery, slotMinutes(slots))
	for k := range out {
		out[k].reach = [2]float64{firstReach, firstReach}
		if leadMinutes[k]%step == 0 {
			out[k].said = slices.Repeat([]foretold{nothingSaid}, leadMinutes[k]/step)
		}
	}
	return out
}

// Ahead returns the band of a slot that lies a lead ahead of now, from what was seen.
// It holds [AheadLevel] of ordinary values.
func (c *Follower) Ahead(k Lead, day, slot int) Band {
	a, s := &c.aheads[k], c.foretell(k, day, slot)
	days := int(c.usual.days[c.noise.bin(slot)])
	if s.centre != s.centre {
		return None(days)
	}
	e, size := float64(s.centre), float64(s.size)
	return Band{Expected: e, Lower: e - size*a.reach[0], Upper: e + size*a.reach[1], Days: days}
}

// foretell says what to expect of a slot that lies a lead ahead.
func (c *Follower) foretell(k Lead, day, slot int) foretold {
	usual, bin, l := float64(c.usual.centre[slot]), c.noise.bin(slot), &c.lately
	if usual != usual || int(c.usual.days[bin]) < MinDays || !l.begun || c.aheads[k].said == nil {
		return nothingSaid
	}
	minute := minuteOf(c.slots, day, slot)
	centre := usual + c.usual.weekday(day, slot, c.slots) + slowShare[k]*l.slow +
		shapeShare*l.shape.around(slot, c.slots) + fastShare[k]*l.fastAt(minute-leadMinutes[k], c.step)
	size := c.aheads[k].size(hourOf(slot, c.slots))
	if size != size { // nothing came yet of what was said
		size = madToMean * float64(c.usual.spread[bin])
	}
	size = max(size, leastScale*max(math.Abs(usual), c.size), math.SmallestNonzeroFloat32)
	return foretold{float32(centre), float32(size)}
}

// lookAhead compares what was said of a value with it, learns from it, and says what
// to expect of the values that lie the leads ahead.
func (c *Follower) lookAhead(day, slot int, v float64) {
	minute, step := c.last, max(aheadEvery, c.step)
	due := minute%step == 0
	if due {
		c.judgeAhead(minute/step, hourOf(slot, c.slots), v, noiseDays*max(1, 60/step))
	}
	if off := v - float64(c.usual.centre[slot]) - c.usual.weekday(day, slot, c.slots); off == off {
		c.lately.see(off, minute, c.step)
	}
	if due {
		c.sayAhead(minute, minute/step)
	}
}

// judgeAhead learns from the value that came at an index of the hour, of which the
// mean error remembers the last ones, at most so many.
func (c *Follower) judgeAhead(index, hour int, v float64, most int) {
	for k := range c.aheads {
		if a := &c.aheads[k]; a.said != nil {
			a.judge(index, hour, v, recentErrors[k], most)
		}
	}
	if mean := c.aheads[DayAhead].meanAt(hour); mean == mean {
		c.lately.bound = aheadCap * mean
	}
}

// sayAhead keeps what is expected of the values that lie the leads ahead of an index.
func (c *Follower) sayAhead(minute, index int) {
	for k := range c.aheads {
		if a := &c.aheads[k]; a.said != nil {
			to := minute + leadMinutes[k]
			a.said[index%len(a.said)] = c.foretell(Lead(k), to/season.MinutesPerDay, to%season.MinutesPerDay/c.step)
		}
	}
}

// judge learns from the value that came at an index of the hour. What was said of
// those in between, which did not come, is forgotten.
func (a *ahead) judge(index, hour int, v, recent float64, most int) {
	n := len(a.said)
	for i := max(a.last+1, index-n); i < index; i++ {
		a.said[i%n] = nothingSaid
	}
	if s := a.said[index%n]; index > a.last && s.centre == s.centre {
		e, size := v-float64(s.centre), float64(s.size)
		a.widen(e / size)
		a.add(hour, min(math.Abs(e), aheadCap*size), recent, most)
	}
	a.last = index
}

// widen learns from an error in sizes. Each value outside widens its side, the nth in
// a row by one nth of that, and each value narrows both, so that it evens out where
// the share of values outside is that of the level.
func (a *ahead) widen(e float64) {
	outside := [2]bool{-e > a.reach[0], e > a.reach[1]}
	if a.row++; outside == [2]bool{} {
		a.row = 0
	}
	for side := range a.reach {
		a.reach[side] *= narrowing
		if outside[side] {
			a.reach[side] *= math.Exp(reachGain / float64(a.row))
		}
	}
}

// narrowing is what a value narrows each side to.
var narrowing = math.Exp(-reachGain * (1 - AheadLevel) / 2)

// add learns the size of an error.
func (a *ahead) add(hour int, size, recent float64, most int) {
	a.values = min(a.values+1, recent)
	a.recent += (size - a.recent) / a.values
	a.counts[hour] = uint8(min(int(a.counts[hour])+1, most))
	a.mean[hour] += (float32(size) - a.mean[hour]) / float32(a.counts[hour])
}

// size is how large an error is expected: as at this hour, or as lately if that is
// larger. NaN before the first.
func (a *ahead) size(hour int) float64 {
	if a.values == 0 {
		return math.NaN()
	}
	if mean := a.meanAt(hour); mean > a.recent {
		return mean
	}
	return a.recent
}

// meanAt is the mean error at an hour and, half as much, at those beside it.
func (a *ahead) meanAt(hour int) float64 {
	sum, weight := 0.0, 0.0
	for i, w := range [...]float64{1, 2, 1} {
		if h := (hour + i + hoursPerDay - 1) % hoursPerDay; a.counts[h] > 0 {
			sum, weight = sum+w*float64(a.mean[h]), weight+w
		}
	}
	return sum / weight
}
