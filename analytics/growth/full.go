package growth

// Never is the day of something that does not happen within the limit.
const Never = -1

// Reach says in how many days the daily peak reaches a target; 0 is the last
// day of the input, [Never] is not within the limit.
type Reach struct {
	Expected int // the line is there
	Earliest int // the upper bound of the prediction interval is
	Latest   int // its lower bound is
}

// Full returns when the line reaches target, looking at most limit days ahead,
// with the interval of the level.
func (l Line) Full(target float64, limit int, level float64) Reach {
	t := l.t(level)
	return Reach{
		Expected: first(limit, func(h float64) bool { return l.Value(h) >= target }),
		Earliest: first(limit, func(h float64) bool { return l.Value(h)+l.margin(h, t) >= target }),
		Latest:   first(limit, func(h float64) bool { return l.Value(h)-l.margin(h, t) >= target }),
	}
}

func first(limit int, reached func(h float64) bool) int {
	for h := range limit + 1 {
		if reached(float64(h)) {
			return h
		}
	}
	return Never
}
