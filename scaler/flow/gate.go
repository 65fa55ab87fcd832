package flow

import (
	"fmt"
	"slices"
	"sync"
	"time"
)

// gate lets runs begin: when their window is open, nobody holds what they lock, and
// there is a place. All locks of a run are taken at once, so that no two runs can wait
// for each other; who waits for a lock is served before those that came later for it.
type gate struct {
	mu      sync.Mutex // protects the fields below
	most    int        // runs at a time
	windows func(name string) *window
	holders map[string]*claim // by run
	busy    int               // holders that do not wait for a person
	queue   []*claim          // the oldest first
}

// claim is what a run locks.
type claim struct {
	run    string
	module string
	nodes  []string
	shared bool
	window string
	idle   bool // it waits for a person, and takes no place
	told   func(verdict)
	last   verdict
}

// verdict is whether a run may begin, or why not.
type verdict struct {
	admitted bool
	reason   string
	again    time.Time // when it is worth to ask again though nobody has left; zero: never
}

// enter adds a run to the queue. told is called, with the gate locked, when its verdict
// changes; the first is returned.
func (g *gate) enter(c *claim, now time.Time) verdict {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.queue = append(g.queue, c)
	c.last = verdict{reason: "\x00"} // told by the return value, not by told
	told := c.told
	c.told = func(verdict) {}
	g.scan(now)
	c.told = told
	return c.last
}

// restore gives a run back what it held when the server ended.
func (g *gate) restore(c *claim) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.hold(c)
}

func (g *gate) hold(c *claim) {
	g.holders[c.run] = c
	if !c.idle {
		g.busy++
	}
}

// leave gives back what a run holds, and takes it out of the queue.
func (g *gate) leave(c *claim, now time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.holders[c.run] == c {
		delete(g.holders, c.run)
		if !c.idle {
			g.busy--
		}
	}
	g.queue = slices.DeleteFunc(g.queue, func(q *claim) bool { return q == c })
	g.scan(now)
}

// idle tells whether a run that holds its locks waits for a person: it takes no place
// then. One that goes on gets its place back at once, over the limit if need be.
func (g *gate) idle(c *claim, idle bool, now time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if c.idle == idle || g.holders[c.run] != c {
		return
	}
	if c.idle = idle; idle {
		g.busy--
		g.scan(now)
	} else {
		g.busy++
	}
}

// poke looks again, since a window may be open.
func (g *gate) poke(now time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.scan(now)
}

// limit changes how many runs may be under way.
func (g *gate) limit(most int, now time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.most = most
	g.scan(now)
}

// scan admits whoever can begin. g.mu must be held.
func (g *gate) scan(now time.Time) {
	if len(g.queue) == 0 {
		return
	}
	held := locks{}
	for _, c := range g.holders {
		held.add(c)
	}
	waiting := g.queue[:0]
	for _, c := range g.queue {
		v := g.verdict(c, held, now)
		if v.admitted {
			g.hold(c)
		} else {
			waiting = append(waiting, c)
		}
		if v.admitted || v.again.IsZero() {
			held.add(c) // who comes later for the same waits behind it
		}
		if v != c.last {
			c.last = v
			c.told(v)
		}
	}
	clear(g.queue[len(waiting):])
	g.queue = waiting
}

func (g *gate) verdict(c *claim, held locks, now time.Time) verdict {
	if c.window != "" {
		w := g.windows(c.window)
		if w == nil {
			return verdict{reason: fmt.Sprintf("there is no maintenance window %s any more", c.window), again: now.Truncate(time.Minute).Add(time.Minute)}
		}
		if open, next := w.open(now); !open {
			return verdict{reason: fmt.Sprintf("waits for maintenance window %s, which opens at %s", c.window, next.Format("2006-01-02 15:04 MST")), again: next}
		}
	}
	if by, what := held.against(c); by != nil {
		verb := "holds"
		if g.holders[by.run] != by {
			verb = "waits for"
		}
		return verdict{reason: fmt.Sprintf("run %s %s %s", by.run, verb, what)}
	}
	if g.busy >= g.most {
		return verdict{reason: fmt.Sprintf("%d runs are under way, which is the most", g.most)}
	}
	return verdict{admitted: true}
}
