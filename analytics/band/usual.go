package band

import (
	"math"
	"slices"

	"headroom/analytics/season"
)

const (
	// centreReach and spreadReach are how far to each side the slots are pooled,
	// in minutes: a day's shape bends slowly, its noise even more so.
	centreReach = 5
	spreadReach = 15
)

// usual is the usual day: of each slot the median over the previous days, and
// the median distance from it. Half of the days can be incidents before either
// moves.
type usual struct {
	centre, spread []float64 // NaN where nothing was measured
	days           []int
	raw, past      []float64
}

func newUsual(slots int) *usual {
	u := &usual{days: make([]int, slots), past: make([]float64, 0, Days)}
	for _, p := range []*[]float64{&u.centre, &u.spread, &u.raw} {
		*p = unknown(slots)
	}
	return u
}

// unknown returns so many NaN.
func unknown(n int) []float64 { return slices.Repeat([]float64{math.NaN()}, n) }

// learn forgets what the usual day was and takes it from the days before day.
func (u *usual) learn(g *season.Grid, day int) {
	slots, minutes := g.Slots, season.MinutesPerDay/g.Slots
	first, end := g.Rows(day-Days, day)
	for s := range slots {
		u.take(g, first, end, s, 0)
		u.raw[s], u.days[s] = median(u.past), len(u.past)
	}
	smoothMedian(u.centre, u.raw, centreReach/minutes)
	for s := range slots {
		u.take(g, first, end, s, u.centre[s])
		for i, v := range u.past {
			u.past[i] = math.Abs(v)
		}
		u.raw[s] = math.NaN()
		if len(u.past) > 1 {
			u.raw[s] = median(u.past)
		}
	}
	smoothMean(u.spread, u.raw, spreadReach/minutes)
}

// take collects the measured values of a slot, less the centre.
func (u *usual) take(g *season.Grid, first, end, slot int, centre float64) {
	u.past = u.past[:0]
	for i := first; i < end; i++ {
		if v := g.Values[i*g.Slots+slot] - centre; v == v {
			u.past = append(u.past, v)
		}
	}
}

// median sorts values; NaN of none.
func median(values []float64) float64 {
	n := len(values)
	if n == 0 {
		return math.NaN()
	}
	slices.Sort(values)
	return (values[(n-1)/2] + values[n/2]) / 2
}

// smoothMedian writes to dst, slot by slot, the median of the slots up to reach
// away. Midnight has slots on both sides.
func smoothMedian(dst, src []float64, reach int) {
	near, n := make([]float64, 0, 2*reach+1), len(src)
	for s := range src {
		near = near[:0]
		for k := -reach; k <= reach; k++ {
			if v := src[(s+k+n)%n]; v == v {
				near = append(near, v)
			}
		}
		dst[s] = median(near)
	}
}

// smoothMean is likewise the mean.
func smoothMean(dst, src []float64, reach int) {
	n := len(src)
	for s := range src {
		sum, count := 0.0, 0
		for k := -reach; k <= reach; k++ {
			if v := src[(s+k+n)%n]; v == v {
				sum += v
				count++
			}
		}
		dst[s] = sum / float64(count)
	}
}
