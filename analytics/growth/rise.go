package growth

import (
	"cmp"
	"math"
	"slices"
)

// rise is one quantile of the largest peak as the horizon grows day by day. Of days
// with different factors it is the most that any of these makes of the days with at
// least that factor, so that a higher factor never lowers it.
type rise struct {
	of      *Calibrated
	day     int
	spreads float64 // that the quantile is from the middle
	levels  []level // one for each factor
	reached float64 // the quantile as of the day
}

// level are the days with at least a factor.
type level struct {
	by      float64
	days    int     // so far
	highest float64 // that was expected of one of them
	reached float64 // the quantile of the largest of them, without the factor
}

// rise begins at a day.
func (c *Calibrated) rise(from int, p float64) rise {
	r := rise{of: c, day: max(1, from) - 1, spreads: spreadsOf(2*p - 1), reached: c.lowest}
	for _, by := range factorsOf(c.profile) {
		r.levels = append(r.levels, level{by: by, highest: math.Inf(-1), reached: c.lowest})
	}
	return r
}

// factorsOf are the different factors of a profile.
func factorsOf(profile []Factor) []float64 {
	if profile == nil {
		return []float64{1}
	}
	by := make([]float64, len(profile))
	for i, f := range profile {
		by[i] = f.By
	}
	slices.SortFunc(by, cmp.Compare)
	return slices.Compact(by)
}

// next adds a day to the horizon and returns the quantile. What is larger than
// the largest peak of some days is so for more days.
func (r *rise) next() float64 {
	r.day++
	factor, centre, sd := r.of.Factor(r.day), r.of.centre(r.day), r.of.sd(r.day)
	side := downward
	if r.spreads > 0 {
		side = upward * (1 + farUp*math.Log(float64(r.day)))
	}
	for i := range r.levels {
		if l := &r.levels[i]; l.by <= factor {
			l.add(centre, sd, side*r.spreads)
			r.reached = max(r.reached, l.by*l.reached)
		}
	}
	return r.reached
}

// add takes one more day into account, of which the quantile lies so many spreads
// from the middle.
func (l *level) add(centre, sd, spreads float64) {
	l.days++
	l.highest = max(l.highest, centre)
	l.reached = max(l.reached, l.highest+(climb*math.Log(float64(l.days))+spreads)*sd)
}
