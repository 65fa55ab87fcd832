package band

import "math"

const (
	// fastMinutes and slowMinutes are the time constants of the two levels, and
	// fastMost is the longest slot that fast moves for.
	fastMinutes = 15
	slowMinutes = 360
	fastMost    = 15
	// shapeDays is how many days the hours remember, and shapeShare how much of
	// them is expected again.
	shapeDays  = 3
	shapeShare = 0.5
)

// lately is how a load differs lately from its usual day and weekday: at once, over
// some hours, and hour by hour of the last days.
type lately struct {
	fastShare, slowShare float64 // how far a value moves the levels
	bound                float64 // as how far off it counts at most

	fast, slow float64
	shape      byHour // what slow leaves
	days       [hoursPerDay]uint8

	at    int // minute of the value seen last, since 1970
	sum   float64
	count float64 // of the hour that is under way
	begun bool
}

// newLately starts on a load of which nothing is known, with slots of so many minutes.
func newLately(step int) lately {
	share := func(minutes, constant int) float64 { return 1 - math.Exp(-float64(minutes)/float64(constant)) }
	return lately{bound: math.Inf(1), fastShare: share(min(step, fastMost), fastMinutes), slowShare: share(step, slowMinutes)}
}

// see learns from how far the value of a slot of so many minutes is off.
func (l *lately) see(off float64, minute, step int) {
	if !l.begun {
		l.begun, l.fast, l.at = true, off, minute
	}
	if minute/60 != l.at/60 {
		l.turn(l.at / 60 % hoursPerDay)
	}
	clip := func(e float64) float64 { return min(max(e, -l.bound), l.bound) }
	l.fast, l.at = l.fastAt(minute, step), minute
	l.slow += l.slowShare * clip(off-l.slow)
	l.sum += clip(off - l.slow)
	l.count++
	rest := off - l.slow - shapeShare*float64(l.shape[minute/60%hoursPerDay])
	l.fast += l.fastShare * clip(rest-l.fast)
}

// fastAt is the fast level at a minute: it halves in two hours without values.
func (l *lately) fastAt(minute, step int) float64 {
	if gap := minute - l.at - step; gap > 0 {
		return l.fast * math.Exp2(-float64(gap)/levelHalfLife)
	}
	return l.fast
}

// turn ends an hour.
func (l *lately) turn(hour int) {
	l.days[hour] = min(l.days[hour]+1, shapeDays)
	l.shape[hour] += (float32(l.sum/l.count) - l.shape[hour]) / float32(l.days[hour])
	l.sum, l.count = 0, 0
}
