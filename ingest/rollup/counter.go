package rollup

import (
	"math"
	"time"
)

// counter turns a growing total into what it grew by in a minute.
//
// The growth between two samples belongs to the minute of the later one. What
// a minute gathered is scaled to sixty seconds, so that neither a scrape that
// slips over the minute's edge nor a missed one shows; a counter that fell was
// reset and has grown by its new value. In a minute without a sample the last
// rate counts for as long as a device's last value does. After a longer gap the
// counter begins anew: a sum over hours of silence is not what a minute did.
type counter struct {
	clock
	value   float64 // newest total
	rate    float64 // per second, of the newest interval
	rated   bool    // two samples came, rate is known
	grown   [openMinutes]growth
	process *process
}

type growth struct {
	minute  int64
	by      float64
	seconds float64 // that the growth took
}

func (c *counter) push(ts int64, v float64, timeout time.Duration) {
	before, total := c.last, c.value
	silent := before == 0 || c.interval > 0 && ts-before > c.reach(timeout)+60_000
	if !c.tick(ts) {
		return
	}
	c.value = v
	c.process.tick(ts)
	if silent {
		c.rated = false
		return
	}
	by, seconds := v-total, float64(ts-before)/1000
	if by < 0 {
		by = v
	}
	c.rate, c.rated = by/seconds, true
	minute := minuteOf(ts / 1000)
	g := &c.grown[minute/60%openMinutes]
	if minute > g.minute {
		*g = growth{minute: minute}
	}
	g.by += by
	g.seconds += seconds
}

// at returns the growth in a minute; known is false before the second sample,
// also of one that was silent for long, and once the counter is silent.
func (c *counter) at(minute int64, timeout time.Duration) (by float64, known bool) {
	if g := &c.grown[minute/60%openMinutes]; g.minute == minute && g.seconds > 0 {
		return g.by / g.seconds * 60, true
	}
	return c.rate * 60, c.rated && c.alive(minute, timeout)
}

func (c *counter) alive(minute int64, timeout time.Duration) bool {
	return (minute+60)*1000-c.last < c.reach(timeout)+60_000
}

// growths adds up what counters grew by in a minute.
type growths struct {
	total         float64
	told, waiting int // counters whose growth is in total, and those that report, but are not in it
}

// add adds what is known of a node below; otherwise its counters are left out.
func (g *growths) add(c *growths) {
	if !c.known() {
		g.waiting += c.told + c.waiting
		return
	}
	g.total += c.total
	g.told += c.told
	g.waiting += c.waiting
}

// known is false if more counters wait for their second sample than told what they
// grew by, as after the first start of this server or that of all processes: what is
// left out is then more than what is there, and the sum would look like idleness. A
// few among many, such as workers that were just started, are not waited for: they
// have hardly done anything, and a module must not be unknown whenever it grows.
// Nobody's work is guessed: workers that were started because of the work share it
// and do not add to it.
func (g *growths) known() bool { return g.told > 0 && g.waiting <= g.told }

// value is the total, NaN if it is not known.
func (g *growths) value() float64 {
	if !g.known() {
		return math.NaN()
	}
	return g.total
}

// process is one worker process; several counters may be its own.
type process struct {
	last    int64  // newest sample of any of its counters, Unix ms
	counted int64  // minute in which it was counted
	first   uint32 // oldest sample since it was last forgotten, Unix seconds
	every   uint32 // usual distance between its samples, ms; follows as clock.interval does
}

// tick takes the time of a sample of one of the process' counters.
func (p *process) tick(ts int64) {
	if p.last == 0 {
		p.first = uint32(ts / 1000)
	} else if d := ts - p.last; d > 0 {
		if p.every > 0 {
			d = min(d, 2*int64(p.every))
		}
		p.every = uint32(min(d, forgetAfter))
	}
	p.last = max(p.last, ts)
}
