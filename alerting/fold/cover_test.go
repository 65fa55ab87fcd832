package fold

import (
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
)

// exact is the slow twin of cover: it tries every set.
func exact(p problem) (best []int, score float64) {
	for bits := range 1 << len(p.candidates) {
		var set []int
		for j := range p.candidates {
			if bits>>j&1 == 1 {
				set = append(set, j)
			}
		}
		if s := p.score(set); s > score+tiny {
			best, score = set, s
		}
	}
	return best, score
}

// town is a fleet of places, each of which shares one component of every kind.
type town struct {
	kinds  [][]int // by kind and place: the candidate
	share  []int   // by candidate
	places int
}

// newTown has 2 sites of 3 racks each, and 4 proxies across them.
func newTown(rng *rand.Rand) *town {
	t := &town{places: 60 + rng.IntN(60), kinds: make([][]int, 3), share: make([]int, 12)}
	for i := range t.places {
		rack := i % 6
		for kind, c := range []int{rack / 3, 2 + rack, 8 + rng.IntN(4)} {
			t.kinds[kind] = append(t.kinds[kind], c)
			t.share[c]++
		}
	}
	return t
}

// problem is what rings in the town.
func (t *town) problem(rings func(place int) bool) problem {
	p := problem{base: 0.01}
	for _, n := range t.share {
		p.candidates = append(p.candidates, candidate{share: n, cost: 10})
	}
	for i := range t.places {
		if !rings(i) {
			continue
		}
		k := class{places: 1}
		for _, kind := range t.kinds {
			k.candidates = append(k.candidates, kind[i])
			p.candidates[kind[i]].rings++
		}
		p.classes = append(p.classes, k)
	}
	return p
}

func TestCoverNamesWhatFailed(t *testing.T) {
	town := newTown(rand.New(rand.NewPCG(1, 1)))
	f := func(name string, rings func(i int) bool, want ...int) {
		t.Helper()
		if got := town.problem(rings).cover(); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
	site := func(i int) int { return town.kinds[0][i] }
	rack := func(i int) int { return town.kinds[1][i] }
	proxy := func(i int) int { return town.kinds[2][i] }

	f("nothing rings", func(int) bool { return false })
	f("one place rings", func(i int) bool { return i == 7 })
	f("a rack, not its site", func(i int) bool { return rack(i) == 3 }, 3)
	f("two racks of a site, not the site", func(i int) bool { return rack(i) == 3 || rack(i) == 4 }, 3, 4)
	f("a site, not its racks", func(i int) bool { return site(i) == 1 }, 1)
	f("a third of a site's places, not its racks", func(i int) bool { return site(i) == 1 && i%5 < 2 }, 1)
	f("a proxy, not what it has in common with racks", func(i int) bool { return proxy(i) == 9 }, 9)
	f("a rack and a proxy", func(i int) bool { return rack(i) == 2 || proxy(i) == 11 }, 2, 11)
	f("every sixteenth place", func(i int) bool { return i%16 == 0 })
}

// A set that is not the best one is close to it: the promise that makes the fast
// search good enough.
func TestCoverIsCloseToTheExactOptimum(t *testing.T) {
	const trials = 150
	same, worst := 0, 0.0
	for seed := range uint64(trials) {
		rng := rand.New(rand.NewPCG(seed, 2))
		town := newTown(rng)
		failed, chance := map[int]bool{}, 0.2+0.8*rng.Float64()
		for range rng.IntN(4) {
			failed[rng.IntN(len(town.share))] = true
		}
		p := town.problem(func(i int) bool {
			down := failed[town.kinds[0][i]] || failed[town.kinds[1][i]] || failed[town.kinds[2][i]]
			return down && rng.Float64() < chance || rng.Float64() < 0.01
		})
		set := p.cover()
		got := p.score(set)
		want, best := exact(p)
		if reflect.DeepEqual(set, want) {
			same++
		} else if short := (best - got) / max(best, 1); short > worst {
			worst = short
			t.Logf("seed %d: score %.2f of %v, best %.2f of %v", seed, got, set, best, want)
		}
	}
	t.Logf("%d of %d times the best set; at worst %.2f %% below its score", same, trials, 100*worst)
	if same < trials*98/100 || worst > 0.1 {
		t.Errorf("%d of %d the best set, at worst %.2f %% below", same, trials, 100*worst)
	}
}

// What a candidate is worth is kept up to date step by step; it has to stay what
// the score says.
func TestGainsAreDifferencesOfTheScore(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	town := newTown(rng)
	p := town.problem(func(i int) bool { return rng.IntN(3) == 0 })
	c := newCovering(p)
	for range 100 {
		j := rng.IntN(len(p.candidates))
		before := p.score(c.set())
		gain := c.gains[j]
		c.toggle(j)
		if got := p.score(c.set()) - before; got-gain > 1e-6 || gain-got > 1e-6 {
			t.Fatalf("candidate %d: gain %v, the score rose by %v", j, gain, got)
		}
	}
}

// score is the log-likelihood of a set relative to the empty one, less its costs,
// straight from the formula.
func (p problem) score(set []int) (sum float64) {
	quiet := make([]float64, len(p.classes)) // chance that a place does not ring
	for i := range quiet {
		quiet[i] = 1 - p.base
	}
	for _, c := range set {
		sum += p.candidates[c].silence() - p.candidates[c].cost
	}
	for i, k := range p.classes {
		for _, c := range k.candidates {
			if slices.Contains(set, c) {
				quiet[i] *= 1 - p.candidates[c].chance()
			}
		}
		sum += float64(k.places) * (math.Log1p(-quiet[i]) - math.Log(p.base))
	}
	return sum
}
