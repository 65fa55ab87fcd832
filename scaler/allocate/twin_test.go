package allocate

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// twin finds the best of all placements by trying them: every service in turn
// is laid on the nodes in every way that the hard limits allow. The branch that
// already misses more workers than the best is cut.
type twin struct {
	in     Input
	levels int
	best   goal
	found  bool
	tried  int

	held     []int
	free     []int64
	cpu, mem []float64
}

func optimum(in Input) goal {
	t := twin{in: in, levels: len(in.Nodes[0].Domains), held: make([]int, len(in.Nodes))}
	for _, n := range in.Nodes {
		t.free = append(t.free, n.Memory-n.MemoryUsed)
		t.cpu, t.mem = append(t.cpu, n.Load), append(t.mem, float64(n.MemoryUsed))
	}
	t.service(0, goal{domains: make([]int, t.levels)})
	return t.best
}

func (t *twin) service(s int, g goal) {
	if t.found && g.missing > t.best.missing {
		return
	}
	if s == len(t.in.Services) {
		t.end(g)
		return
	}
	t.node(s, 0, t.in.Services[s].Workers, make([]int, len(t.in.Nodes)), g)
}

// node lays 0, 1, 2 … of the left workers of a service on a node.
func (t *twin) node(s, n, left int, on []int, g goal) {
	if n == len(t.in.Nodes) {
		t.service(s+1, t.add(g, on, left))
		return
	}
	t.node(s, n+1, left, on, g)
	sv := t.in.Services[s]
	cap := int(perCore(t.in, s)*t.in.Nodes[n].Cores + 1e-9)
	laid := 0
	for left-laid > 0 && laid < cap && t.held[n] < most(t.in, n) && t.free[n] >= sv.Memory && closed(t.in, s, n) == "" {
		laid++
		t.lay(n, 1, sv)
		on[n] = laid
		t.node(s, n+1, left-laid, on, g)
	}
	t.lay(n, -laid, sv)
	on[n] = 0
}

func (t *twin) lay(n, k int, s Service) {
	t.held[n] += k
	t.free[n] -= int64(k) * s.Memory
	t.cpu[n] += float64(k) * s.CPU
	t.mem[n] += float64(int64(k) * s.Memory)
}

func (t *twin) add(g goal, on []int, missing int) goal {
	g.missing += missing
	g.domains = slices.Clone(g.domains)
	for n, k := range on {
		g.nodes += k * k
		for l := range t.levels {
			if n > 0 && slices.Equal(t.in.Nodes[n-1].Domains[:l+1], t.in.Nodes[n].Domains[:l+1]) {
				continue // counted with the first of the domain
			}
			sum := 0
			for m := n; m < len(on) && slices.Equal(t.in.Nodes[m].Domains[:l+1], t.in.Nodes[n].Domains[:l+1]); m++ {
				sum += on[m]
			}
			g.domains[l] += sum * sum
		}
	}
	return g
}

func (t *twin) end(g goal) {
	t.tried++
	for i, n := range t.in.Nodes {
		g.beyond += max(t.cpu[i]-t.in.Limits.filled().Full*n.Cores, 0)
		load := max(t.cpu[i]/n.Cores, t.mem[i]/float64(n.Memory))
		g.load += n.Cores * load * load
	}
	if !t.found || compareGoals(g, t.best) < 0 {
		t.best, t.found = g, true
	}
}

func compareGoals(a, b goal) int {
	round := func(x float64) float64 { return math.Round(x * 1e6) }
	return cmp.Or(a.missing-b.missing, cmp.Compare(round(a.beyond), round(b.beyond)), a.nodes-b.nodes,
		slices.Compare(a.domains, b.domains), cmp.Compare(round(a.load), round(b.load)))
}

// smallPool is one that the twin can try in full; a tight one has hardly room
// for its workers.
func smallPool(r *rand.Rand, tight bool) Input {
	in := Input{Limits: Limits{MaxWorkers: 3 + r.IntN(4), MinGain: 0.02}}
	memory, load := 64, 0.5
	if tight {
		memory, load = 10, 1.0
	}
	for i := range 3 + r.IntN(3) {
		in.Nodes = append(in.Nodes, Node{
			Name: fmt.Sprint("n", i), Cores: float64(int(1) << r.IntN(4)), Memory: int64(memory/2 + r.IntN(memory)), Open: true,
		})
		n := &in.Nodes[i]
		n.Load, n.MemoryUsed = load*r.Float64()*n.Cores, int64(r.IntN(memory/4))
		n.Domains = []string{fmt.Sprint("site", i/2), fmt.Sprint("rack", i/(1+r.IntN(2)))}
	}
	slices.SortFunc(in.Nodes, func(a, b Node) int { return slices.Compare(a.Domains, b.Domains) })
	for i := range 2 + r.IntN(2) {
		s := Service{
			Module: fmt.Sprint("s", i), Workers: 1 + r.IntN(4), CPU: 0.1 + r.Float64(), Memory: int64(1 + r.IntN(memory/6)),
			Closed: map[int]string{},
		}
		if r.IntN(3) == 0 {
			s.Closed[r.IntN(len(in.Nodes))] = "label"
		}
		in.Services = append(in.Services, s)
	}
	return in
}

// part is how often and by how much plans are worse than the best in one part
// of the goal, all parts before it being equal.
type part struct {
	name      string
	pools     int
	sum, most float64
}

func (p *part) add(worse float64) {
	p.pools++
	p.sum += worse
	p.most = max(p.most, worse)
}

// distances finds the first part in which each plan is worse than the best.
func distances(t *testing.T, tight bool, pools int) []part {
	parts := []part{
		{name: "workers without a place"}, {name: "cores beyond full"}, {name: "squares on nodes"},
		{name: "squares in domains"}, {name: "uneven load, share"},
	}
	for seed := range uint64(pools) {
		in := smallPool(rand.New(rand.NewPCG(seed, 3)), tight)
		got, best := aim(perfect(in, Plan(in))), optimum(in)
		switch c := compareGoals(got, best); {
		case c < 0:
			t.Fatalf("seed %d: the plan %+v is better than the best %+v: the twin is wrong", seed, got, best)
		case c == 0:
		case got.missing != best.missing:
			parts[0].add(float64(got.missing - best.missing))
		case got.beyond-best.beyond > 1e-6:
			parts[1].add(got.beyond - best.beyond)
		case got.nodes != best.nodes:
			parts[2].add(float64(got.nodes - best.nodes))
		case !slices.Equal(got.domains, best.domains):
			parts[3].add(float64(sum(got.domains) - sum(best.domains)))
		default:
			parts[4].add(got.load/best.load - 1)
		}
	}
	return parts
}

func sum(x []int) (s int) {
	for _, v := range x {
		s += v
	}
	return s
}

// The distance may not grow. Bounds are a little above what was measured, as
// mean over all pools and at most.
func TestDistanceFromOptimum(t *testing.T) {
	bound := func(tight bool, best float64, mean, most [5]float64) {
		const pools = 1500
		equal := pools
		for i, p := range distances(t, tight, pools) {
			equal -= p.pools
			t.Logf("tight %v: %s: %d of %d pools, mean over all %.4f, most %.3g", tight, p.name, p.pools, pools, p.sum/pools, p.most)
			if p.sum/pools > mean[i] || p.most > most[i] {
				t.Errorf("%s: bounds are %g and %g", p.name, mean[i], most[i])
			}
		}
		t.Logf("tight %v: %.1f %% of the plans are the best there is", tight, 100*float64(equal)/pools)
		if float64(equal)/pools < best {
			t.Errorf("bound is %g", best)
		}
	}
	bound(false, 0.55, [5]float64{0.02, 0.015, 0.2, 0.08, 0.03}, [5]float64{2, 2, 12, 10, 1})
	bound(true, 0.6, [5]float64{0.02, 0.03, 0.25, 0.15, 0.01}, [5]float64{2, 2, 12, 12, 0.5})
}
