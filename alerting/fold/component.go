package fold

import (
	"hash/fnv"
	"math"
	"math/bits"
	"time"

	"headroom/alerting/alarm"
)

// Fleet knows how many share a component.
type Fleet interface {
	// FanIn returns how many modules share a component, and how many devices they
	// have there (a device counts once for each module that it works for). 0 is
	// unknown. The empty component is what all share.
	FanIn(c alarm.Component) (modules, devices int)
}

// Kinds of components that the stage adds to those an alarm brings, besides the
// levels of the business tree.
const (
	kindNode    = "node"    // a device, of which several modules ring
	kindLearned = "learned" // see [Learn]
)

// component is a shared component of which something rings, or has rung lately.
type component struct {
	alarm.Component
	level   bool   // a node of the business tree
	module  bool   // one of its last level
	tallied int    // kinds of alarms that ring for it
	cause   *cause // that is open for it

	modules, devices int       // that share it
	asked            time.Time // when the fleet was asked
	seen             sketch    // places that rang, if the fleet does not know it

	index int // among the candidates of the problem that is being made; -1: none of them
}

// tally is how many alarms of a kind ring that share a component.
type tally struct {
	*component
	n  int
	at int // position in kind.tallies
}

// count counts n more alarms that share a component.
func (k *kind) count(c *component, n int) {
	t := k.of[c]
	if t == nil {
		t = &tally{component: c, at: len(k.tallies)}
		k.of[c], k.tallies = t, append(k.tallies, t)
		c.tallied++
	}
	if t.n += n; t.n == 0 {
		k.forget(t)
	}
}

func (k *kind) forget(t *tally) {
	last := k.tallies[len(k.tallies)-1]
	k.tallies[t.at], last.at = last, t.at
	k.tallies = k.tallies[:len(k.tallies)-1]
	delete(k.of, t.component)
	t.tallied--
}

// The costs of a component in nats. A component costs as much as 22,000 places
// that all look innocent beforehand. That a module fails on its devices for a reason
// of its own is more usual. A wider node of the business tree is no physical thing and
// costs more, so that it explains only what nothing else does. One that is known to
// have failed costs little for the kinds of alarms that have told so, and more for
// others, which may be chance.
const (
	costly      = 10.
	moduleCost  = 8.
	levelCost   = 13.
	learnedCost = 11.
	openCost    = 3.
	otherCost   = 6.
)

// cost is what the component costs as a cause of a kind of alarm.
func (c *component) cost(kind string) float64 {
	switch {
	case c.cause != nil && c.cause.folds(kind):
		return openCost
	case c.cause != nil:
		return otherCost
	case c.module:
		return moduleCost
	case c.level:
		return levelCost
	case c.Kind == kindLearned:
		return learnedCost
	}
	return costly
}

func (c *component) ask(fleet Fleet) {
	if fleet != nil {
		c.modules, c.devices = fleet.FanIn(c.Component)
	}
}

// stale is how old the knowledge of a fan-in may be.
const stale = time.Minute

// share is how many places share the component. If nobody knows, it is estimated
// from those that were seen ringing: a half more, and at least unknownShare.
func (c *component) share(fleet Fleet, now time.Time, devices bool) int {
	if n := c.known(fleet, now, devices); n > 0 {
		return n
	}
	return max(unknownShare, c.seen.estimate()*3/2)
}

// known is how many places share the component; 0 if nobody knows.
func (c *component) known(fleet Fleet, now time.Time, devices bool) int {
	if now.Sub(c.asked) >= stale {
		c.ask(fleet)
		c.asked = now
	}
	if devices {
		return c.devices
	}
	return c.modules
}

const unknownShare = 20

// sketch counts distinct places by linear counting: each sets one of its bits. It
// is good for some thousand places, and full beyond.
type sketch []uint64

const sketchBits = 2048

func (s *sketch) add(place uint64) {
	if *s == nil {
		*s = make(sketch, sketchBits/64)
	}
	bit := place * 0x9e3779b97f4a7c15 >> (64 - 11)
	(*s)[bit/64] |= 1 << (bit % 64)
}

func (s sketch) estimate() int {
	set := 0
	for _, w := range s {
		set += bits.OnesCount64(w)
	}
	empty := max(1, sketchBits-set)
	return int(math.Round(sketchBits * math.Log(sketchBits/float64(empty))))
}

// placeOf is where an alarm rings, as a number: a module, or a module's device.
func placeOf(f *alarm.Facts) uint64 {
	h := fnv.New64a()
	for _, name := range f.Path {
		_, _ = h.Write([]byte(name))
		_, _ = h.Write([]byte{0})
	}
	_, _ = h.Write([]byte{1})
	_, _ = h.Write([]byte(f.Node))
	return h.Sum64()
}
