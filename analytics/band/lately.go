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

	at    int     // minute of the value seen last, since 1970
	hour  int     // that is under way, since 1970
	usual float64 // what is expected of it by its shape
	sum   float64
	count float64
	begun bool
}

// newLately starts on a load of which nothing is known, with slots of so many minutes.
func newLately(step int) lately {
	share := func(minutes, constant int) float64 { return 1 - math.Exp(-float64(minutes)/float64(constant)) }
	return lately{bound: math.Inf(1), fastShare: share(min(step, fastMost), fastMinutes), slowShare: share(step, slowMinutes)}
}

// see learns from how far the value of a slot of so many minutes is off.
func (l *lately) see(off float64, minute, step int) {
	hour := minute / 60
	if !l.begun {
		l.begun, l.fast, l.at, l.hour = true, off, minute, hour
	}
	if hour != l.hour {
		l.turn(hour)
	}
	l.fast, l.at = l.fastAt(minute, step), minute
	l.slow += l.slowShare * clip(off-l.slow, l.bound)
	l.sum += clip(off-l.slow, l.bound)
	l.count++
	l.fast += l.fastShare * clip(off-l.slow-l.usual-l.fast, l.bound)
}

// clip is e, no farther from 0 than the bound.
func clip(e, bound float64) float64 { return min(max(e, -bound), bound) }

// fastAt is the fast level at a minute: it halves in two hours without values.
func (l *lately) fastAt(minute, step int) float64 {
	if gap := minute - l.at - step; gap > 0 {
		return l.fast * math.Exp2(-float64(gap)/levelHalfLife)
	}
	return l.fast
}

// turn ends an hour and begins another one.
func (l *lately) turn(hour int) {
	h := l.hour % hoursPerDay
	l.days[h] = min(l.days[h]+1, shapeDays)
	l.shape[h] += (float32(l.sum/l.count) - l.shape[h]) / float32(l.days[h])
	l.hour, l.sum, l.count = hour, 0, 0
	l.usual = shapeShare * float64(l.shape[hour%hoursPerDay])
}
