package demand

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
}

// with returns the level with one more minute; an unknown one is left out.
func (l level) with(f follower, seen, usual float64) level {
	if !known(seen) {
		return l
	}
	first := l.usual == 0
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
