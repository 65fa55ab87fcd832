package rollup

import (
	"fmt"
	"math"
	"time"
)

// Aggregate is how the samples of one minute become a device's value.
type Aggregate int

// The aggregates of the configuration.
const (
	Avg Aggregate = iota
	Max
	Min
	Sum
	Last
)

// ParseAggregate reads a word of the configuration; the empty word is avg.
func ParseAggregate(word string) (Aggregate, error) {
	for i, w := range [...]string{"avg", "max", "min", "sum", "last"} {
		if w == word {
			return Aggregate(i), nil
		}
	}
	if word == "" {
		return Avg, nil
	}
	return 0, fmt.Errorf("aggregate %q: want avg, max, min, sum or last", word)
}

// bucket gathers the samples of one open minute.
type bucket struct {
	minute              int64 // start in Unix seconds
	n                   int
	sum, max, min, last float64
}

func (b *bucket) push(v float64) {
	if b.n == 0 {
		b.max, b.min = v, v
	}
	b.max, b.min = math.Max(b.max, v), math.Min(b.min, v)
	b.sum += v
	b.last = v
	b.n++
}

func (b *bucket) value(a Aggregate) float64 {
	switch a {
	case Max:
		return b.max
	case Min:
		return b.min
	case Sum:
		return b.sum
	case Last:
		return b.last
	}
	return b.sum / float64(b.n)
}

// openMinutes is how many minutes may gather samples at the same time: the one
// being closed, the current one, and one for clocks that run ahead.
const openMinutes = 3

// clock follows how often a sender reports.
type clock struct {
	last     int64 // time of the newest sample, Unix milliseconds
	interval int64 // usual distance between samples, ms; 0 until two came
}

// tick takes the time of a sample; false if it is not newer than the last.
// The interval shrinks at once and at most doubles, so that one outage does
// not make a sender look slow.
func (c *clock) tick(ts int64) bool {
	if ts <= c.last {
		return false
	}
	if c.last > 0 {
		d := ts - c.last
		if c.interval > 0 {
			d = min(d, 2*c.interval)
		}
		c.interval = d
	}
	c.last = ts
	return true
}

// reach is how long the last value of a sender counts: the timeout, or two and
// a half of its own intervals when it reports more rarely than that. Unix ms.
func (c *clock) reach(timeout time.Duration) int64 {
	return max(timeout.Milliseconds(), c.interval*5/2)
}

// forgetAfter is how long a sender that stopped is shown as silent, in ms.
const forgetAfter = 24 * 60 * 60 * 1000

// device is one machine's load for one module.
type device struct {
	clock
	value   float64 // of the newest sample
	place   *place  // likewise
	buckets [openMinutes]bucket
}

func (d *device) push(ts int64, v float64, at *place) {
	minute := minuteOf(ts / 1000)
	b := &d.buckets[minute/60%openMinutes]
	if minute > b.minute {
		*b = bucket{minute: minute}
	}
	if minute == b.minute {
		b.push(v)
	}
	if d.tick(ts) {
		d.value, d.place = v, at
	}
}

// at returns the device's load in a minute and whether it still counts then.
func (d *device) at(minute int64, timeout time.Duration, a Aggregate) (v float64, alive bool) {
	if b := &d.buckets[minute/60%openMinutes]; b.minute == minute && b.n > 0 {
		return b.value(a), true
	}
	return d.value, (minute+60)*1000-d.last < d.reach(timeout)+60_000
}

func (d *device) forgotten(minute int64) bool { return minute*1000-d.last > forgetAfter }
