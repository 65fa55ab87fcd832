package pool

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

func TestShareOut(t *testing.T) {
	f := func(total int, want string, claims ...*claim) {
		t.Helper()
		shareOut(total, claims)
		var got []int
		for _, c := range claims {
			got = append(got, c.given)
		}
		if fmt.Sprint(got) != want {
			t.Errorf("%d among %s; want %s", total, fmt.Sprint(got), want)
		}
	}
	c := func(node string, workers, overloaded, given, held int) *claim {
		return &claim{node, workers, overloaded, given, held}
	}
	f(3, "[2 1]", c("a", 3, 0, 0, 0), c("b", 3, 0, 0, 0))
	f(1, "[0 1]", c("a", 3, 0, 0, 0), c("b", 3, 1, 0, 0))
	f(1, "[0 0]", c("a", 3, 0, 1, 1), c("b", 3, 1, 0, 0)) // b has to wait until a confirms
	f(1, "[0 1]", c("a", 3, 0, 0, 0), c("b", 3, 1, 0, 0))
	f(2, "[1 1]", c("a", 3, 0, 1, 1), c("b", 3, 1, 0, 0))
	f(1, "[0 1]", c("a", 3, 0, 0, 0), c("b", 3, 0, 1, 1)) // who has it keeps it
	f(9, "[1 2]", c("a", 1, 0, 0, 0), c("b", 2, 0, 0, 0)) // no more than there are
	f(0, "[0 0]", c("a", 1, 1, 1, 1), c("b", 2, 2, 0, 0))
}

// Whatever nodes report and whenever they confirm, what all may take out at any time
// is never above the total, unless the total itself has just shrunk; and when all have
// confirmed and shares stand still, nothing is left over.
func TestSharesNeverExceedTheTotal(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		claims := make([]*claim, 1+rng.IntN(6))
		workers := 0
		for i := range claims {
			claims[i] = &claim{node: fmt.Sprint(i), workers: rng.IntN(8)}
			workers += claims[i].workers
		}
		total := rng.IntN(workers + 1)
		acts := map[*claim]int{} // the most that a node was told since it confirmed
		for range 50 {
			c := claims[rng.IntN(len(claims))]
			switch rng.IntN(3) {
			case 0:
				c.overloaded = rng.IntN(c.workers + 1)
			case 1:
				c.held, acts[c] = c.given, c.given // it confirms
			}
			shareOut(total, claims)
			sum := 0
			for _, c := range claims {
				acts[c] = max(acts[c], c.given)
				sum += acts[c]
			}
			if sum > total {
				t.Fatalf("%d may be out of %d: %+v", sum, total, claims)
			}
		}
		for range 3 {
			for _, c := range claims {
				c.held = c.given
			}
			shareOut(total, claims)
		}
		given, overloaded := 0, 0
		for _, c := range claims {
			given += c.given
			overloaded += min(c.overloaded, c.given)
		}
		if given != total {
			t.Fatalf("%d given of %d: %+v", given, total, claims)
		}
		all := 0
		for _, c := range claims {
			all += c.overloaded
		}
		if overloaded != min(all, total) {
			t.Fatalf("%d parts are where workers are overloaded, could be %d", overloaded, min(all, total))
		}
	}
}

func TestShareFollowsOverload(t *testing.T) {
	w := newWorld(t, oneService, "n1", "n2")
	w.plan(4) // floor(0.3 × 4) = 1
	w.sync()
	share := func(a *agent) int { return a.desired.Services["shop/web"].MayTakeOut }
	if share(w.nodes[0]) != 1 || share(w.nodes[1]) != 0 {
		t.Errorf("%d and %d", share(w.nodes[0]), share(w.nodes[1]))
	}
	w.nodes[1].runs[0].Overload = "slow"
	must(t, w.nodes[1].sync())
	must(t, w.Settle(t.Context()))
	must(t, w.nodes[1].sync())
	if share(w.nodes[1]) != 0 {
		t.Error("n2 has a part that n1 has not given back yet")
	}
	w.sync()
	if share(w.nodes[0]) != 0 || share(w.nodes[1]) != 1 {
		t.Errorf("%d and %d", share(w.nodes[0]), share(w.nodes[1]))
	}
}
