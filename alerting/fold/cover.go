package fold

import (
	"math"
)

// candidate is a component that may be why alarms of one kind ring.
type candidate struct {
	share int     // places (modules, or devices of modules) that share it; at least rings
	rings int     // of those, how many ring
	cost  float64 // how unlikely it is beforehand that it fails now, in nats
}

// chance is the probability that a place which shares a failed component rings,
// as what is seen now tells it. It is never 0 or 1.
func (c candidate) chance() float64 { return (float64(c.rings) + 0.5) / (float64(c.share) + 1) }

// silence is what speaks against the component: the log-likelihood that the rest
// of those which share it does not ring.
func (c candidate) silence() float64 {
	return float64(c.share-c.rings) * math.Log1p(-c.chance())
}

// highest is the largest share of a fleet that may ring without there being a cause.
const highest = 0.1

// excess is the log-likelihood of the component ringing more than the rest of a fleet,
// of which so many places ring in all, relative to all ringing alike: Kulldorff's scan
// statistic of the Bernoulli model (Communications in Statistics 26, 1997). It is 0 if
// the component rings no more than all. A fleet of unknown size (0) is held for four
// times as large as the component, and for 200 at the least.
func (c candidate) excess(ringing, fleet int) float64 {
	if fleet == 0 {
		fleet = max(200, 4*c.share)
	}
	fleet = max(fleet, c.share)
	all := min(highest, float64(max(ringing, c.rings))/float64(fleet))
	if inside := float64(c.rings) / float64(c.share); inside <= all {
		return 0
	}
	out, rest := max(0, ringing-c.rings), fleet-c.share
	return likelihood(c.rings, c.share, all, 1) + likelihood(min(out, rest), rest, all, all)
}

// likelihood is the log-likelihood of n of all places ringing with the chance that is
// seen, up to a limit, relative to their ringing with another chance.
func likelihood(n, all int, chance, limit float64) (sum float64) {
	if all == 0 {
		return 0
	}
	seen := min(limit, float64(n)/float64(all))
	if n > 0 {
		sum += float64(n) * math.Log(seen/chance)
	}
	if n < all {
		sum += float64(all-n) * (math.Log1p(-seen) - math.Log1p(-chance))
	}
	return sum
}

// class is a number of ringing places that share the same candidates.
type class struct {
	places     int
	candidates []int // indexes, ascending
}

// problem asks which components explain what rings of one kind of alarm. Places
// ring by noisy-or: each failed component that a place shares makes it ring with
// the component's chance, and without any it rings with the chance base.
//
// The log-likelihood of a set of failed components, less what they cost, relative
// to none having failed, is
//
//	Σ over ringing places of log(P(rings | set) / base) + Σ over the set of (silence − cost)
//
// since under noisy-or the silent places' terms are a sum over components. So
// nobody has to know which the silent places are, only how many.
type problem struct {
	base       float64 // above 0, below 1
	candidates []candidate
	classes    []class
}

// cover looks for the set with the highest score and returns it in ascending
// order. It climbs: it adds the candidate that gains most, then drops those that
// the others have made needless. Then it tries to do without each of the chosen
// ones, so that one wide component gives way to several narrow ones. Every step
// raises the score, so it ends. Where it misses the best set, tests say by how much.
func (p problem) cover() []int {
	c := newCovering(p)
	c.climb(none)
	for c.replace() {
	}
	return c.set()
}

// none is no candidate.
const none = -1

// tiny is the smallest gain that counts, so that rounding makes no endless loop.
const tiny = 1e-9

// covering is a set that grows and shrinks.
type covering struct {
	problem
	chosen []bool
	gains  []float64 // of adding a candidate, or of dropping a chosen one as a negative number
	quiet  []float64 // by class: the chance that a place does not ring
	rings  []float64 // by class: the log of the chance that it does
	of     [][]int   // by candidate: the classes that share it
	chance []float64 // by candidate
	price  []float64 // by candidate: silence less cost
	seen   []int     // by candidate: the round in which it was valued last
	round  int
	moves  []int // what was toggled since a set that may be gone back to
}

func newCovering(p problem) *covering {
	n := len(p.candidates)
	c := &covering{
		problem: p, chosen: make([]bool, n), gains: make([]float64, n), of: make([][]int, n),
		chance: make([]float64, n), price: make([]float64, n), seen: make([]int, n), quiet: make([]float64, len(p.classes)), rings: make([]float64, len(p.classes)),
	}
	for i, k := range p.classes {
		c.quiet[i], c.rings[i] = 1-p.base, math.Log(p.base)
		for _, j := range k.candidates {
			c.of[j] = append(c.of[j], i)
		}
	}
	for j, k := range p.candidates {
		c.chance[j], c.price[j] = k.chance(), k.silence()-k.cost
	}
	for j := range p.candidates {
		c.gains[j] = c.worth(j)
	}
	return c
}

// worth is by how much the score is higher with a candidate than without it.
func (c *covering) worth(j int) float64 {
	sum, keep := c.price[j], 1-c.chance[j]
	for _, i := range c.of[j] {
		places := float64(c.classes[i].places)
		if c.chosen[j] {
			sum += places * (c.rings[i] - math.Log1p(-c.quiet[i]/keep))
		} else {
			sum += places * (math.Log1p(-c.quiet[i]*keep) - c.rings[i])
		}
	}
	return sum
}

// toggle adds or drops a candidate, and values those anew that share places with it.
func (c *covering) toggle(j int) {
	keep := 1 - c.chance[j]
	c.chosen[j] = !c.chosen[j]
	stale := []int{j}
	c.round++
	c.seen[j] = c.round
	for _, i := range c.of[j] {
		if c.chosen[j] {
			c.quiet[i] *= keep
		} else {
			c.quiet[i] /= keep
		}
		c.rings[i] = math.Log1p(-c.quiet[i])
		for _, other := range c.classes[i].candidates {
			if c.seen[other] != c.round {
				c.seen[other] = c.round
				stale = append(stale, other)
			}
		}
	}
	for _, other := range stale {
		c.gains[other] = c.worth(other)
		if c.chosen[other] {
			c.gains[other] = -c.gains[other]
		}
	}
}

// climb adds and drops candidates other than banned as long as that gains something.
func (c *covering) climb(banned int) (gained float64) {
	for {
		best := none
		for j, g := range c.gains {
			if g > tiny && j != banned && (best == none || g > c.gains[best]) && !c.chosen[j] {
				best = j
			}
		}
		for j, g := range c.gains { // what is needless goes before anything is added
			if g > tiny && c.chosen[j] {
				best = j
			}
		}
		if best == none {
			return gained
		}
		gained += c.move(best)
	}
}

// move toggles a candidate, and notes it so that it can be taken back.
func (c *covering) move(j int) (gain float64) {
	gain = c.gains[j]
	c.toggle(j)
	c.moves = append(c.moves, j)
	return gain
}

// replace tries to do without one chosen candidate, and tells whether that was better.
func (c *covering) replace() bool {
	for _, j := range c.set() {
		c.moves = c.moves[:0]
		lost := -c.move(j)
		if c.hope(j) > lost && c.climb(j) > lost+tiny {
			return true
		}
		for len(c.moves) > 0 {
			c.toggle(c.moves[len(c.moves)-1])
			c.moves = c.moves[:len(c.moves)-1]
		}
	}
	return false
}

// hope is the most that others than banned could gain together: under noisy-or they
// take gains from each other, and never add any.
func (c *covering) hope(banned int) (sum float64) {
	for j, g := range c.gains {
		if j != banned && g > 0 {
			sum += g
		}
	}
	return sum
}

func (c *covering) set() (set []int) {
	for j, chosen := range c.chosen {
		if chosen {
			set = append(set, j)
		}
	}
	return set
}
