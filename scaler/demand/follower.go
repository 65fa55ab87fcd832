package demand

import "math"

// follower is a way to find today's level: an exponential mean in which a new
// minute has this weight, of what was seen relative to the shape or, if flat, as
// it is. With trend it goes on as it went, by Brown's double exponential
// smoothing (1963).
type follower struct {
	weight      float64
	flat, trend bool
}

// followers are the ways that are tried for each service: from those that
// believe the last minute to those that believe the last quarter of an hour.
var followers = []follower{
	{weight: 1}, {weight: 1. / 2}, {weight: 1. / 4}, {weight: 1. / 8}, {weight: 1. / 16},
	{weight: 1. / 4, trend: true}, {weight: 1. / 16, trend: true},
	{weight: 1, flat: true}, {weight: 1. / 4, flat: true}, {weight: 1. / 16, flat: true},
	{weight: 1. / 2, flat: true, trend: true}, {weight: 1. / 8, flat: true, trend: true},
}

// slow follows the level for the rest of the day.
var slow = follower{weight: 1. / 30}

// level sums up what a follower saw. The zero value has seen nothing.
type level struct {
	seen, usual float64
	twice       float64 // of a trend: the exponential mean of the mean
	missed      float64 // by how much of what was expected for them the last minutes missed it
}

// with returns the level with one more minute; an unknown one is left out.
func (l level) with(f follower, seen, usual float64) level {
	if !known(seen) {
		return l
	}
	first := l.usual == 0
	if !first {
		l.missed += (l.miss(f, seen, usual) - l.missed) * memory
	}
	l.seen += (seen - l.seen) * f.weight
	l.usual += (usual - l.usual) * f.weight
	if f.trend {
		if first {
			l.twice = l.mean()
		}
		l.twice += (l.mean() - l.twice) * f.weight
	}
	return l
}

// memory is the weight of a new minute in level.missed: the last quarter of an hour counts.
const memory = 1. / 15

// miss is how far a minute is from what was expected for it, in shares of that;
// at most 2, so that one odd minute does not make the next ones odd.
func (l level) miss(f follower, seen, usual float64) float64 {
	const most = 2
	at, gain := l.line(f)
	if expected := (at + gain) * usual; expected > 0 {
		return min(math.Abs(seen/expected-1), most)
	}
	return most
}

// width is how wide an interval is in shares of the usual one: half of it follows
// the last quarter of an hour.
func width(missed, usually float64) float64 {
	const most = 3
	if !(usually > 0) {
		return 1
	}
	return (1 + min(missed/usually, most)) / 2
}

// mean is what was seen in shares of what is usual; NaN of nothing.
func (l level) mean() float64 { return l.seen / l.usual }

// line returns the level now, and what it gains a minute.
func (l level) line(f follower) (at, gain float64) {
	mean := l.mean()
	if !f.trend {
		return mean, 0
	}
	return 2*mean - l.twice, (mean - l.twice) * f.weight / (1 - f.weight)
}
