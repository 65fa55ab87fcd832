package notify

import (
	"sync"
	"time"
)

// clock knows when groups go out next, so that an alarm that waits can say until
// when. The dispatcher keeps its timers to itself; this follows its rules.
type clock struct {
	mu   sync.Mutex // protects next
	next map[string]flush
}

type flush struct {
	at       time.Time
	interval time.Duration
}

func newClock() *clock { return &clock{next: map[string]flush{}} }

// expect returns when the group of a way goes out next, if an alarm that began at
// starts is put into it now. An alarm that is older than the group's wait makes a
// new group go out at once.
func (c *clock) expect(w *way, starts, now time.Time) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	opts := &w.route.RouteOpts
	f, ok := c.next[w.key]
	if !ok || now.After(f.at.Add(f.interval)) {
		f = flush{now.Add(opts.GroupWait), opts.GroupInterval}
		if starts.Add(opts.GroupWait).Before(now) {
			f.at = now
		}
		c.next[w.key] = f
	}
	return f.at
}

// flushed says that a group went out at a time.
func (c *clock) flushed(key string, at time.Time, interval time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.next[key] = flush{at.Add(interval), interval}
}

// forget leaves out groups that have not gone out when they should: they are gone.
func (c *clock) forget(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for key, f := range c.next {
		if now.After(f.at.Add(f.interval + time.Minute)) {
			delete(c.next, key)
		}
	}
}

// reset forgets all groups: a new dispatcher begins with none.
func (c *clock) reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.next)
}
