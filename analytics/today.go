package analytics

import (
	"math"

	"headroom/analytics/band"
	"headroom/analytics/detect"
	"headroom/analytics/peak"
	"headroom/analytics/season"
)

// today holds a node's minutes of the current local day as they come in.
type today struct {
	minutes [season.MinutesPerDay]float64 // NaN: not measured
	five    [season.SlotsPerDay]float64   // five-minute means of the slots that are over
	day     int                           // since 1970-01-01
	minute  int                           // of the day, that was put last
	at      int64                         // its start, Unix seconds
	next    int                           // first slot that is not yet over
	seen    float64                       // highest five-minute mean, NaN before the first
	newest  int64                         // last minute with a load, Unix seconds; 0: never
	seenAt  int                           // its slot, -1 before the first

	plan     dayPlan       // what is known of the day besides its load
	follow   *detect.State // of band and alarm of the ordinary day; nil before anything was learned
	followed int           // minutes of the day that it has seen
	outside  int64         // first minute of those outside of the band up to now, Unix seconds; 0: inside
	above    bool          // on which side
	verdict  judgement     // of the minute judged last
}

// judgement is what the calibrated model said of a minute, and from what.
type judgement struct {
	at    int64 // Unix seconds
	band  band.Band
	parts detect.Parts // of the ordinary day
	last  float64      // what is left of the strongest beginning of an alarm before
	alarm bool
}

func newToday(day int) *today {
	t := &today{day: day}
	t.clear()
	return t
}

// begin starts a new day; what runs across midnight is kept.
func (t *today) begin(day int) {
	t.catchUp(season.MinutesPerDay)
	t.clear()
	t.day, t.plan = day, dayPlan{}
}

func (t *today) clear() {
	for i := range t.minutes {
		t.minutes[i] = math.NaN()
	}
	for i := range t.five {
		t.five[i] = math.NaN()
	}
	t.rewind()
}

// rewind makes what comes next go through the whole day again.
func (t *today) rewind() {
	t.next, t.seen, t.seenAt = 0, math.NaN(), -1
	t.followed, t.verdict, t.outside = 0, judgement{}, 0
}

// put enters the load of a minute of the day, NaN if there was none, and makes it
// the current one.
func (t *today) put(minute int, at int64, load float64) {
	t.minute, t.at = minute, at
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

// judge returns the verdict on the current minute. Its load is learned from only
// after what was expected of it is said; asked again, it says the same.
func (t *today) judge() *judgement {
	if t.follow == nil {
		return &judgement{band: band.None(0)}
	}
	if t.verdict.at == t.at {
		return &t.verdict
	}
	t.followed = min(t.followed, t.minute) // clocks went back
	t.catchUp(t.minute)
	v := judgement{at: t.at, parts: t.follow.Parts(t.day, t.minute), last: t.follow.Last(t.day, t.minute)}
	v.band = times(v.parts.Band(), t.plan.factor())
	t.catchUp(t.minute + 1)
	v.alarm, _ = t.follow.Alarmed()
	t.verdict = v
	return &t.verdict
}

// catchUp has band and alarm learn from the minutes before one of the day.
func (t *today) catchUp(minute int) {
	if t.follow == nil {
		return
	}
	for ; t.followed < minute; t.followed++ {
		if v := t.plan.learn(t.followed, t.minutes[t.followed]); v == v {
			t.compare(t.followed, v)
			t.follow.See(t.day, t.followed, v)
		}
	}
}

// compare keeps since when the load of an ordinary day is outside of its band.
func (t *today) compare(minute int, v float64) {
	b := t.follow.Expect(t.day, minute)
	switch above := v > b.Expected; {
	case !b.Deviates(v):
		t.outside = 0
	case t.outside == 0 || t.above != above:
		t.outside, t.above = t.at-int64(t.minute-minute)*60, above
	}
}

// takeOver has what was learned ahead for this day go on from what ran until
// midnight.
func (t *today) takeOver(ahead *today) {
	if t.follow != nil {
		ahead.follow.Continue(t.follow)
	}
	t.follow, t.plan = ahead.follow, ahead.plan
}

// ordinaryFive is five as it would be on an ordinary day, without the slots that a
// mark reaches into.
func (t *today) ordinaryFive() []float64 {
	if t.plan.ordinary() {
		return t.five[:]
	}
	const length = season.MinutesPerDay / season.SlotsPerDay
	out := make([]float64, len(t.five))
	for i, v := range t.five {
		out[i] = v
		for m := i * length; m < (i+1)*length && out[i] == out[i]; m++ {
			out[i] = t.plan.learn(m, v)
		}
	}
	return out
}
