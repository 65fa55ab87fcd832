package band

import (
	"math"
	"slices"
	"sync"

	"headroom/analytics/season"
)

const (
	// centreReach and spreadReach are how far to each side the slots are pooled,
	// in minutes: a day's shape bends slowly, its noise even more so.
	centreReach = 5
	spreadReach = 15
	// binMinutes is how finely noise is known over the day.
	binMinutes = 5
)

// Usual is the usual day: of each slot the median over the previous days, and
// the median distance from it, by bins of five minutes (or a slot, if that is
// longer). Half of the days can be incidents before either moves. It is not
// changed once made.
type Usual struct {
	centre []float32 // by slot, NaN where nothing was measured
	spread []float32 // by bin
	days   []uint8   // by bin: most days that a slot of it has

	day      int
	weekdays [2]byHour // how the day, and the one after it, differ as weekdays from the usual one
}

// unknownDay is the usual day of a load of which nothing is known.
func unknownDay(slots int) *Usual {
	return &Usual{centre: unknown(slots), spread: unknown(bins(slots)), days: make([]uint8, bins(slots))}
}

// unknown returns so many NaN.
func unknown(n int) []float32 { return slices.Repeat([]float32{float32(math.NaN())}, n) }

// slotMinutes is the length of a slot, at least a minute.
func slotMinutes(slots int) int { return max(1, season.MinutesPerDay/slots) }

// binSlots is how many slots a bin has.
func binSlots(slots int) int { return max(1, binMinutes/slotMinutes(slots)) }

// bins is how many bins a day has.
func bins(slots int) int { n := binSlots(slots); return (slots + n - 1) / n }

// learner keeps the previous days of every slot in order of their values, so
// that a day more and a day less do not cost a sorting.
type learner struct {
	slots       int
	first, end  int       // rows of the grid that the columns hold
	columns     []float32 // slot after slot, Days values at most, sorted
	counts      []uint8   // of values in a column
	raw, spread []float32 // by slot
	hours       []byHour  // mean of each row that was held
}

// learners keeps the memory of learners, 0.2 MB each for a day of minutes.
var learners sync.Pool // of *learner

func newLearner(slots int) *learner {
	l, _ := learners.Get().(*learner)
	if l == nil || l.slots != slots {
		l = &learner{
			slots: slots, columns: make([]float32, slots*Days), counts: make([]uint8, slots),
			raw: make([]float32, slots), spread: make([]float32, slots),
		}
	}
	l.first, l.end, l.hours = 0, 0, l.hours[:0]
	clear(l.counts)
	return l
}

func (l *learner) release() { learners.Put(l) }

// usual returns the usual day from the [Days] days before day. It may be asked
// for later and later days of one grid.
func (l *learner) usual(g *season.Grid, day int) *Usual {
	first, end := g.Rows(day-Days, day)
	for ; l.first < min(first, l.end); l.first++ {
		l.each(g.Day(l.first), remove)
	}
	l.first, l.end = first, max(l.end, first)
	for ; l.end < end; l.end++ {
		l.each(g.Day(l.end), insert)
	}
	for row := len(l.hours); row < end; row++ {
		l.hours = append(l.hours, hourly(g.Day(row)))
	}
	u := &Usual{centre: make([]float32, l.slots), spread: make([]float32, bins(l.slots)), days: make([]uint8, bins(l.slots)), day: day}
	l.centres(u)
	l.spreads(u)
	u.weekdays = weekdays(l.hours, day-g.First, hourly(u.centre))
	return u
}

// each enters a day's measured values into the columns, or takes them out.
func (l *learner) each(day []float64, change func(column []float32, n int, v float32) int) {
	for s, v := range day {
		if v == v {
			column := l.columns[s*Days : (s+1)*Days]
			l.counts[s] = uint8(change(column, int(l.counts[s]), float32(v)))
		}
	}
}

func insert(column []float32, n int, v float32) int {
	i := n
	for ; i > 0 && column[i-1] > v; i-- {
		column[i] = column[i-1]
	}
	column[i] = v
	return n + 1
}

func remove(column []float32, n int, v float32) int {
	i := 0
	for column[i] != v {
		i++
	}
	copy(column[i:n-1], column[i+1:n])
	return n - 1
}

func (l *learner) centres(u *Usual) {
	per := binSlots(l.slots)
	for s, n := range l.counts {
		u.days[s/per] = max(u.days[s/per], n)
		l.raw[s] = float32(math.NaN())
		if column := l.columns[s*Days:]; n > 0 {
			l.raw[s] = (column[(n-1)/2] + column[n/2]) / 2
		}
	}
	smoothMedian(u.centre, l.raw, centreReach/slotMinutes(l.slots))
}

// spreads takes the median distance of each slot's values from its centre, and
// of each bin the mean of what lies up to spreadReach to each side.
func (l *learner) spreads(u *Usual) {
	for s, n := range l.counts {
		l.spread[s] = float32(math.NaN())
		if n > 1 {
			l.spread[s] = distance(l.columns[s*Days:s*Days+int(n)], u.centre[s])
		}
	}
	per := binSlots(l.slots)
	smoothMean(u.spread, l.spread, per, spreadReach/slotMinutes(l.slots))
}

// distance is the median of |v − centre| over sorted values.
func distance(sorted []float32, centre float32) float32 {
	n := len(sorted)
	d := nearest(sorted, centre, n/2+1)
	if n%2 == 0 {
		return (d + nearest(sorted, centre, n/2)) / 2
	}
	return d
}

// nearest returns the distance of the kth nearest of sorted values: the k nearest
// are neighbours, of which the first is too far out or the last.
func nearest(sorted []float32, centre float32, k int) float32 {
	low, high := 0, len(sorted)-k // the first neighbourhood whose last is farther out
	for low < high {
		if i := (low + high) / 2; sorted[i+k-1]-centre >= centre-sorted[i] {
			high = i
		} else {
			low = i + 1
		}
	}
	d := max(sorted[low+k-1]-centre, centre-sorted[low])
	if low > 0 {
		d = min(d, centre-sorted[low-1])
	}
	return d
}

// smoothMedian writes to dst, slot by slot, the median of the known slots up to
// reach to each side, around midnight too.
func smoothMedian(dst, src []float32, reach int) {
	n := len(src)
	window := make([]float32, 0, 2*reach+1)
	enter := func(s int) {
		if v := src[(s+n)%n]; v == v {
			window = window[:insert(window[:cap(window)], len(window), v)]
		}
	}
	for s := -reach; s < reach; s++ {
		enter(s)
	}
	for s := range dst {
		enter(s + reach)
		dst[s] = float32(math.NaN())
		if k := len(window); k > 0 {
			dst[s] = (window[(k-1)/2] + window[k/2]) / 2
		}
		if v := src[(s-reach+n)%n]; v == v {
			window = window[:remove(window, len(window), v)]
		}
	}
}

// smoothMean writes to dst, bin by bin of so many slots, the mean of the known
// slots up to reach to each side of its middle.
func smoothMean(dst, src []float32, per, reach int) {
	n := len(src)
	for b := range dst {
		middle := b*per + per/2
		sum, count := float32(0), float32(0)
		for s := middle - reach; s <= middle+reach; s++ {
			if v := src[(s+n)%n]; v == v {
				sum, count = sum+v, count+1
			}
		}
		dst[b] = sum / count
	}
}
