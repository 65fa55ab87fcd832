package analytics

import (
	"math"

	"headroom/analytics/peak"
	"headroom/analytics/season"
)

// today holds a node's minutes of the current local day as they come in.
type today struct {
	minutes [season.MinutesPerDay]float64 // NaN: not measured
	five    [season.SlotsPerDay]float64   // five-minute means of the slots that are over
	next    int                           // first slot that is not yet over
	seen    float64                       // highest five-minute mean, NaN before the first
	newest  int64                         // last minute with a load, Unix seconds; 0: never
	seenAt  int                           // its slot, -1 before the first
}

func newToday() *today {
	t := &today{}
	t.clear()
	return t
}

// clear starts a new day; what runs across midnight is kept.
func (t *today) clear() {
	for i := range t.minutes {
		t.minutes[i] = math.NaN()
	}
	for i := range t.five {
		t.five[i] = math.NaN()
	}
	t.rewind()
}

// rewind makes the next advance go through the whole day again.
func (t *today) rewind() { t.next, t.seen, t.seenAt = 0, math.NaN(), -1 }

// put enters the load of a minute of the day; NaN if there was none.
func (t *today) put(minute int, at int64, load float64) {
	if math.IsNaN(load) {
		return
	}
	t.minutes[minute] = load
	t.newest = max(t.newest, at)
}

// forgetAfter forgets what was not known yet at a minute of the day, at in Unix
// seconds. A newest load that lies after it is taken back to the last one kept.
func (t *today) forgetAfter(minute int, at int64) {
	for k := minute + 1; k < len(t.minutes); k++ {
		t.minutes[k] = math.NaN()
	}
	for k := minute; t.newest > at && k >= 0; k-- {
		if !math.IsNaN(t.minutes[k]) {
			t.newest = at - int64(minute-k)*60
		}
	}
	t.newest = min(t.newest, at)
}

// advance closes the slots that end at or before the given minute of the day.
// When clocks go back it goes back with them: the hour that comes again replaces
// the first one, but for the highest that was seen.
func (t *today) advance(minute int) {
	const length = season.MinutesPerDay / season.SlotsPerDay
	t.next = min(t.next, minute/length)
	for ; (t.next+1)*length <= minute; t.next++ {
		mean := season.SlotMean(t.minutes[t.next*length : (t.next+1)*length])
		t.five[t.next] = mean
		if !(t.seen >= mean) && !math.IsNaN(mean) {
			t.seen, t.seenAt = mean, t.next
		}
	}
}

// lastHour is the mean of the hour before the first open slot.
func (t *today) lastHour() float64 {
	mean, _ := peak.SoFar(t.five[:], t.next)
	return mean
}
