package allocate

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"headroom/internal/phrases/phrasestest"
)

// pools calls f with random pools of many sizes, each a subtest that tells its seed.
func pools(t *testing.T, n int, f func(t *testing.T, r *rand.Rand, in Input)) {
	for seed := range uint64(n) {
		r := rand.New(rand.NewPCG(seed, 1))
		z := size{1 + r.IntN(12), 1 + r.IntN(6), r.IntN(40)}
		if seed%200 == 0 {
			z = size{100 + r.IntN(200), 1 + r.IntN(40), 300}
		}
		in := randomPool(r, z)
		if !t.Run(fmt.Sprint("seed=", seed), func(t *testing.T) { f(t, r, in) }) {
			t.FailNow()
		}
	}
}

// counted are the workers of a service that will be there once a plan is
// carried out and every start serves.
func counted(in Input, service int) (workers []Worker) {
	alive := map[string]bool{}
	for _, w := range in.Workers {
		alive[w.ID] = !w.Lost && !w.Stopping
	}
	replaced := map[string]bool{}
	for _, w := range in.Workers {
		if w.Service == service && w.Instead != "" && alive[w.ID] && !in.Nodes[w.Node].Leaving && !replaced[w.Instead] {
			replaced[w.Instead] = true
		}
	}
	for _, w := range in.Workers {
		if w.Service == service && alive[w.ID] && !in.Nodes[w.Node].Leaving && !replaced[w.ID] {
			workers = append(workers, w)
		}
	}
	return workers
}

func TestHardLimitsHold(t *testing.T) {
	pools(t, 4000, func(t *testing.T, _ *rand.Rand, in Input) {
		out := Plan(in)
		for _, b := range crowded(in, &out) {
			t.Error(b)
		}
		for _, s := range out.Starts {
			if why := closed(in, s.Service, s.Node); why != "" {
				t.Errorf("start of service %d on node %d, which is closed: %s", s.Service, s.Node, why)
			}
			p := in.Services[s.Service].Ports
			if s.Port < p[0] || s.Port > p[1] {
				t.Errorf("port %d of %v", s.Port, p)
			}
		}
	})
}

func TestEveryServiceGetsItsWorkersOrAReason(t *testing.T) {
	shorts := 0
	pools(t, 4000, func(t *testing.T, _ *rand.Rand, in Input) {
		out := Plan(in)
		next := underWay(in, out)
		h := holdings(in, &out)
		missing := map[int]int{}
		for _, s := range out.Shorts {
			if s.Reason == "" || s.Missing < 1 || missing[s.Service] != 0 {
				t.Errorf("%+v", s)
			}
			if shorts++; shorts < 200 {
				phrasestest.Check(t, s.Reason)
			}
			missing[s.Service] = s.Missing
			for node := range in.Nodes {
				if fits(in, h, s.Service, node) {
					t.Errorf("service %d lacks %d, but node %d takes one more", s.Service, s.Missing, node)
				}
			}
		}
		for s := range in.Services {
			if got, want := len(counted(next, s)), in.Services[s].Workers-missing[s]; got != want {
				t.Errorf("service %d has %d workers, wants %d and lacks %d", s, got, in.Services[s].Workers, missing[s])
			}
		}
	})
	if shorts < 100 {
		t.Errorf("only %d services were short: this test sees little", shorts)
	}
}

func TestPlanNamesWhatIsThereOnce(t *testing.T) {
	pools(t, 2000, func(t *testing.T, _ *rand.Rand, in Input) {
		out := Plan(in)
		use := map[string]int{}
		for _, s := range out.Stops {
			use[s.ID]++
			if s.Reason == "" {
				t.Errorf("stop of %s has no reason", s.ID)
			}
		}
		moves := 0
		for _, s := range out.Starts {
			if s.Why.String() == "" {
				t.Error("a start has no reason")
			}
			if s.Instead == "" {
				continue
			}
			use[s.Instead]++
			i := slices.IndexFunc(in.Workers, func(w Worker) bool { return w.ID == s.Instead })
			if in.Workers[i].Service != s.Service {
				t.Errorf("%s is replaced by another service's", s.Instead)
			}
			if !in.Nodes[in.Workers[i].Node].Leaving {
				moves++
			}
		}
		if moves > in.Limits.Moves {
			t.Errorf("%d moves of %d", moves, in.Limits.Moves)
		}
		for _, w := range in.Workers {
			if use[w.ID] > 1 || use[w.ID] == 1 && (w.Stopping) {
				t.Errorf("%s is stopped or replaced %d times; stopping before: %v", w.ID, use[w.ID], w.Stopping)
			}
			delete(use, w.ID)
		}
		if len(use) > 0 {
			t.Errorf("stops of workers that are not there: %v", use)
		}
	})
}

func proxyGap(in Input, service int) int {
	behind := make([]int, max(len(in.Services[service].Proxies), 1))
	for _, w := range counted(in, service) {
		behind[w.Proxy]++
	}
	return slices.Max(behind) - slices.Min(behind)
}

func TestProxiesStayEven(t *testing.T) {
	pools(t, 3000, func(t *testing.T, r *rand.Rand, in Input) {
		for range 4 { // whatever comes, even ones stay even and uneven ones get no worse
			out := Plan(in)
			next := underWay(in, out)
			for s := range in.Services {
				if before, after := proxyGap(in, s), proxyGap(next, s); after > max(before, 1) {
					t.Errorf("service %d: proxies differed by %d, now by %d", s, before, after)
				}
			}
			in = perfect(in, out)
			for i := range in.Services {
				in.Services[i].Workers = max(0, in.Services[i].Workers+r.IntN(7)-3)
			}
		}
	})
}

func TestUnevenProxiesAreMadeEven(t *testing.T) {
	pools(t, 1500, func(t *testing.T, _ *rand.Rand, in Input) {
		in.Limits.Moves = 1000
		for range 3 {
			in = perfect(in, Plan(in))
		}
		h := holdings(in, nil)
		for s := range in.Services {
			room := slices.ContainsFunc(seq(len(in.Nodes)), func(n int) bool { return fits(in, h, s, n) })
			if gap := proxyGap(in, s); gap > 1 && room {
				t.Errorf("service %d: proxies differ by %d", s, gap)
			}
		}
	})
}

func seq(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

// beyond tells whether a worker more takes a node beyond its full load.
func beyond(in Input, service, node int) bool {
	cpu := millionths(in.Nodes[node].Load, in.Nodes[node].Cores)
	for _, w := range in.Workers {
		if w.Node == node {
			cpu += millionths(in.Services[w.Service].CPU, 0)
		}
	}
	return cpu+millionths(in.Services[service].CPU, 0) > int64(in.Limits.filled().Full*float64(millionths(in.Nodes[node].Cores, 0)))
}

// From empty, and with room to move: no worker could be on a node that has two
// fewer of its service.
func TestWorkersAreSpread(t *testing.T) {
	pools(t, 2000, func(t *testing.T, _ *rand.Rand, in Input) {
		in.Workers = nil
		in = perfect(in, Plan(in))
		h := holdings(in, nil)
		for _, w := range in.Workers {
			for n := range in.Nodes {
				if h.of[n][w.Service]+1 < h.of[w.Node][w.Service] && fits(in, h, w.Service, n) && !beyond(in, w.Service, n) {
					t.Errorf("service %d has %d on node %d, and %d on node %d, which takes more",
						w.Service, h.of[w.Node][w.Service], w.Node, h.of[n][w.Service], n)
				}
			}
		}
	})
}

// From empty: no worker lies where moving it alone would spread its service
// better without taking a node beyond its full load.
func TestNoWorkerCouldBeSpreadBetter(t *testing.T) {
	pools(t, 300, func(t *testing.T, _ *rand.Rand, in Input) {
		in.Workers = nil
		in = perfect(in, Plan(in))
		if len(in.Workers) > 60 {
			return // the check is slow
		}
		h, before := holdings(in, nil), aim(in)
		for i, w := range in.Workers {
			for n := range in.Nodes {
				if !fits(in, h, w.Service, n) || beyond(in, w.Service, n) {
					continue
				}
				other := in
				other.Workers = slices.Clone(in.Workers)
				other.Workers[i].Node = n
				after := aim(other)
				if after.nodes < before.nodes || after.nodes == before.nodes && slices.Compare(after.domains, before.domains) < 0 {
					t.Errorf("worker %d of service %d lies on node %d, but better on %d: %+v, not %+v", i, w.Service, w.Node, n, after, before)
				}
			}
		}
	})
}

// Among equal nodes, equal workers lie so that no two loads differ by more than
// one worker where both nodes have as many of the service.
func TestIdleNodesComeFirst(t *testing.T) {
	for seed := range uint64(2000) {
		r := rand.New(rand.NewPCG(seed, 4))
		in := Input{Limits: Limits{MinGain: 0.01}}
		for i := range 3 + r.IntN(20) {
			in.Nodes = append(in.Nodes, Node{Name: fmt.Sprint("n", i), Cores: 8, Memory: 1 << 20, Load: 8 * r.Float64() * r.Float64(), Open: true})
		}
		for range 1 + r.IntN(5) {
			in.Services = append(in.Services, Service{Workers: r.IntN(len(in.Nodes)), CPU: 0.5})
		}
		in = perfect(in, Plan(in))
		load, h := make([]float64, len(in.Nodes)), holdings(in, nil)
		for i, n := range in.Nodes {
			load[i] = n.Load + 0.5*float64(h.workers[i])
		}
		for _, w := range in.Workers {
			for n := range in.Nodes {
				if h.of[n][w.Service] == 0 && load[n]+0.5 < load[w.Node]-8*0.01-1e-9 && load[w.Node] <= 8 {
					t.Fatalf("seed %d: a worker of service %d lies on a node with %.2f cores used, and one with %.2f has none", seed, w.Service, load[w.Node], load[n])
				}
			}
		}
	}
}

func empty(out Result) bool { return len(out.Starts)+len(out.Stops) == 0 }

func TestSecondPlanIsEmpty(t *testing.T) {
	pools(t, 4000, func(t *testing.T, _ *rand.Rand, in Input) {
		out := Plan(in)
		if again := Plan(underWay(in, out)); !empty(again) && !moved(in, out) {
			t.Errorf("while it is carried out: %v %v, after %v %v", again.Starts, again.Stops, out.Starts, out.Stops)
		}
		// Everything serves now, and places are free that stopping workers held: one plan more may be needed.
		in = perfect(in, out)
		for range 60 {
			out = Plan(in)
			if empty(out) {
				return
			}
			in = perfect(in, out)
		}
		t.Errorf("no fixed point: %v %v", out.Starts, out.Stops)
	})
}

// moved tells that a plan used all its moves: the next one has more.
func moved(in Input, out Result) bool {
	n := 0
	for _, s := range out.Starts {
		if s.Instead != "" {
			n++
		}
	}
	return in.Limits.Moves > 0 && n >= in.Limits.Moves
}

// With moves enough, and nobody holding a place that a stop will free, one plan
// does all there is to do.
func TestOnePlanDoesAll(t *testing.T) {
	tried := 0
	pools(t, 6000, func(t *testing.T, _ *rand.Rand, in Input) {
		in.Limits.Moves = 1000
		in = perfect(in, Result{}) // all serve
		for i := range in.Workers {
			in.Workers[i].Instead = ""
		}
		out := Plan(in)
		if len(out.Stops) > 0 || slices.ContainsFunc(out.Starts, func(s Start) bool { return s.Instead != "" }) {
			return
		}
		tried++
		if again := Plan(perfect(in, out)); !empty(again) {
			t.Errorf("second plan: %v %v after %v", again.Starts, again.Stops, out.Starts)
		}
	})
	if tried < 500 {
		t.Errorf("only %d pools were tried", tried)
	}
}

// loadOf is a node's forecast load with all workers of the pool that lie there.
func loadOf(in Input, node int) float64 {
	n := in.Nodes[node]
	cpu, mem := n.Load, n.MemoryUsed
	for _, w := range in.Workers {
		if w.Node == node {
			cpu += in.Services[w.Service].CPU
			mem += in.Services[w.Service].Memory
		}
	}
	return max(cpu/n.Cores, float64(mem)/float64(max(n.Memory, 1)))
}

// A pool at rest whose loads change: the one move that is allowed lowers the
// higher load of its two nodes by more than MinGain, or spreads a service.
func TestNoMoveWithoutGain(t *testing.T) {
	tried := 0
	pools(t, 1500, func(t *testing.T, r *rand.Rand, in Input) {
		in.Limits.Moves = 1
		in = settled(in)
		for i := range in.Nodes {
			in.Nodes[i].Load = in.Nodes[i].Cores * r.Float64()
		}
		out := Plan(in)
		if len(out.Starts) != 1 || len(out.Stops) != 0 || out.Starts[0].Why.For != "balance" {
			return
		}
		tried++
		to := out.Starts[0].Node
		from := in.Workers[slices.IndexFunc(in.Workers, func(w Worker) bool { return w.ID == out.Starts[0].Instead })].Node
		before, next := max(loadOf(in, from), loadOf(in, to)), perfect(in, out)
		if gain := before - max(loadOf(next, from), loadOf(next, to)); gain <= in.Limits.MinGain {
			t.Errorf("a move from node %d to %d gains %.3f of at least %.3f", from, to, gain, in.Limits.MinGain)
		}
	})
	if tried < 50 {
		t.Errorf("only %d moves were tried", tried)
	}
}

func TestSamePoolSamePlan(t *testing.T) {
	pools(t, 500, func(t *testing.T, _ *rand.Rand, in Input) {
		before := fmt.Sprint(in)
		a, b := Plan(in), Plan(in)
		if !reflect.DeepEqual(a, b) {
			t.Error("two plans of one pool differ")
		}
		if fmt.Sprint(in) != before {
			t.Error("the plan changed its input")
		}
	})
}
