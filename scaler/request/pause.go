package request

import (
	"maps"
	"time"
)

// pauses are how long what failed is left alone, by name.
type pauses map[string]pause

type pause struct {
	next time.Time
	wait time.Duration
}

// longestPause is how long something is left alone at most.
const longestPause = 10 * time.Minute

// due tells whether something may be tried (again).
func (p pauses) due(name string, now time.Time) bool { return !now.Before(p[name].next) }

// postpone waits twice as long each time.
func (p pauses) postpone(name string, now time.Time) {
	wait := min(max(every, 2*p[name].wait), longestPause)
	p[name] = pause{now.Add(wait), wait}
}

// forget drops what nobody has tried for long.
func (p pauses) forget(now time.Time) {
	maps.DeleteFunc(p, func(_ string, one pause) bool { return now.Sub(one.next) > time.Hour })
}
