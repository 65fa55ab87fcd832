package analytics

import (
	"slices"
	"sync"
)

// maxKeptSparkPoints bounds the steps that are kept, of 32 bytes each.
const maxKeptSparkPoints = 500_000

// sparkCache keeps the lines that were drawn, so that as time goes on only their new
// steps have to be. What is learned anew, as after a mark or a change of history,
// draws all of them anew.
type sparkCache struct {
	mu    sync.Mutex // protects the fields below
	basis basis
	lines map[sparkKey]keptLine
	size  int // steps
}

type sparkKey struct {
	id, model string
	step      int64
	points    int
}

type keptLine struct {
	*Sparkline
	to int64
}

// line returns the line up to a time: what is kept of it, and what is drawn from its
// end on.
func (c *sparkCache) line(b basis, key sparkKey, to int64, draw func(from int64) (*Sparkline, error)) (*Sparkline, error) {
	kept := c.find(b, key)
	switch {
	case kept.to == to:
		return kept.Sparkline, nil
	case kept.to > to: // whoever asked of a newer minute was quicker
		return draw(0)
	}
	line, err := draw(kept.to)
	if err != nil {
		return nil, err
	}
	if kept.Sparkline != nil {
		line = kept.followedBy(line, key.points)
	}
	c.keep(b, key, keptLine{line, to})
	return line, nil
}

func (c *sparkCache) find(b basis, key sparkKey) keptLine {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.basis != b || c.lines == nil {
		c.basis, c.lines, c.size = b, map[sparkKey]keptLine{}, 0
	}
	return c.lines[key]
}

// keep forgets all others when there is no room: those in sight come again.
func (c *sparkCache) keep(b basis, key sparkKey, line keptLine) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.basis != b {
		return // learned anew meanwhile
	}
	if _, ok := c.lines[key]; !ok {
		c.size += key.points
	}
	if c.size > maxKeptSparkPoints {
		clear(c.lines)
		c.size = key.points
	}
	c.lines[key] = line
}

// followedBy returns the last points of two lines, one after the other. Readers may
// hold both, so neither is changed.
func (s *Sparkline) followedBy(next *Sparkline, points int) *Sparkline {
	return &Sparkline{
		ID: s.ID, Load: newest(s.Load, next.Load, points), Lower: newest(s.Lower, next.Lower, points),
		Upper: newest(s.Upper, next.Upper, points), Outside: newest(s.Outside, next.Outside, points),
	}
}

func newest[T any](a, b []T, n int) []T {
	all := slices.Concat(a, b)
	return all[len(all)-n:]
}
