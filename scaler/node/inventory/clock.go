package inventory

import (
	"math"
	"sync"
	"time"
)

// exchange is one time that the server told its own clock.
type exchange struct {
	offset time.Duration // of this clock ahead of the server's
	way    time.Duration // there and back, less what the server took
}

const (
	exchanges = 8 // of which the one with the shortest way counts, as in NTP's clock filter
	enough    = 3
	moves     = 50 * time.Millisecond // that are told
)

// clock compares the machine's clock with the server's.
type clock struct {
	mu   sync.Mutex // protects the fields below
	last []exchange
	told *float64 // seconds
}

// Clock takes what an exchange with the server showed: how far this machine's clock is
// ahead, and how long the messages were on their way, which bounds the error.
func (i *Inventory) Clock(offset, way time.Duration) { i.clock.add(exchange{offset, way}) }

func (c *clock) add(e exchange) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.last = append(c.last, e)
	c.last = c.last[max(0, len(c.last)-exchanges):]
}

// offset is by how many seconds this clock is ahead; nil: it is not known yet. It moves
// only by what is worth telling.
func (c *clock) offset() *float64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.last) < enough {
		return c.told
	}
	best := c.last[0]
	for _, e := range c.last[1:] {
		if e.way <= best.way { // of equal ones the newest
			best = e
		}
	}
	seconds := best.offset.Round(time.Millisecond).Seconds()
	if c.told == nil || math.Abs(seconds-*c.told) >= moves.Seconds() {
		c.told = &seconds
	}
	return c.told
}
