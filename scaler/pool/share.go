package pool

import (
	"math"
	"slices"
	"strings"
)

// claim is a node's part of the workers of a service that may be out of the rotation
// because they are overloaded.
type claim struct {
	node       string
	workers    int // of the service there
	overloaded int // that say so
	given      int // that may be out, by the newest version
	held       int // the most that it may still act on, by the last version it works on
}

// most is what a node may take out at any time until it confirms.
func (c *claim) most() int { return max(c.given, c.held) }

// shareOut gives claims their parts of a total. What all may take out at any time
// never exceeds the total: a part that is taken from one node is given to another one
// only when the first works without it. Nodes with overloaded workers come first; of
// the rest, everybody keeps what he has.
func shareOut(total int, claims []*claim) {
	slices.SortFunc(claims, func(a, b *claim) int { return strings.Compare(a.node, b.node) })
	want, left := make([]int, len(claims)), total
	deal := func(upTo func(*claim) int) {
		for given := true; given && left > 0; {
			given = false
			for i, c := range claims {
				if left > 0 && want[i] < min(upTo(c), c.workers) {
					want[i]++
					left--
					given = true
				}
			}
		}
	}
	deal(func(c *claim) int { return c.overloaded })
	deal(func(c *claim) int { return max(c.given, c.overloaded) })
	deal(func(c *claim) int { return c.workers })

	free := total
	for i, c := range claims {
		c.held = c.most()
		c.given = min(c.given, want[i])
		free -= c.held
	}
	for i, c := range claims {
		more := min(want[i], max(c.held, c.given+max(free, 0))) - c.given
		if more > 0 {
			before := c.most()
			c.given += more
			free -= c.most() - before
		}
	}
}

// shareLocked shares out anew what changed. p.mu must be held.
func (p *Pool) shareLocked() {
	for _, s := range p.services {
		if s.reshare && s.conf != nil {
			s.reshare = false
			s.share()
		}
	}
}

func (s *service) share() {
	before := map[*node]int{}
	for n, c := range s.shares {
		before[n] = c.given
		c.workers, c.overloaded = 0, 0
	}
	total := 0
	for _, w := range s.workers {
		if !w.wanted() || !w.node.rec.Lost.IsZero() {
			continue
		}
		c := s.shares[w.node]
		if c == nil {
			c = &claim{node: w.node.rec.Name}
			s.shares[w.node] = c
		}
		total++
		c.workers++
		if w.known && overloaded(&w.status) {
			c.overloaded++
		}
	}
	claims := make([]*claim, 0, len(s.shares))
	for n, c := range s.shares {
		if c.workers == 0 && (c.most() == 0 || !n.rec.Lost.IsZero()) {
			delete(s.shares, n)
			continue
		}
		claims = append(claims, c)
	}
	shareOut(int(math.Floor(s.conf.Spec.Overload.MaxOut*float64(total)+1e-9)), claims)
	for n, c := range s.shares {
		if c.given != before[n] {
			n.touch()
		}
	}
}

func (s *service) mayTakeOut(n *node) int {
	if c := s.shares[n]; c != nil {
		return c.given
	}
	return 0
}

// confirm takes that a node works on the newest version.
func (p *Pool) confirm(n *node) {
	var last *service
	for _, w := range n.workers {
		if w.service == last {
			continue
		}
		last = w.service
		if c := last.shares[n]; c != nil && c.held != c.given {
			if c.held > c.given {
				last.reshare = true
				p.wakeLocked()
			}
			c.held = c.given
		}
	}
}
