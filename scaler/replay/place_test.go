package replay

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"headroom/scaler/allocate"
)

// compared are services of small generated series, with what Place needs.
func compared(t *testing.T, n int, change func(i int, s *Series, o *Options)) (all []*Comparison) {
	t.Helper()
	for i := range n {
		s, o := week(4, uint64(i)), options
		o.Keep = true
		change(i, &s, &o)
		c, err := Compare(s, o)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, c)
	}
	return all
}

// tenth makes a service a tenth of the size, so that its share of a minute's work is small.
func tenth(_ int, s *Series, _ *Options) {
	for i := range s.Busy {
		s.Busy[i] /= 10
	}
}

func placed(t *testing.T, all []*Comparison, p Pool) *Placement {
	t.Helper()
	got, err := Place(t.Context(), all, p)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

var limits = allocate.Limits{Moves: 10, MinGain: 0.05}

// With room for all, the pool changes nothing: each service runs as it does by itself.
func TestWithRoomThePoolChangesNothing(t *testing.T) {
	all := compared(t, 3, tenth)
	p := placed(t, all, Pool{Nodes: Nodes(30, 8, 1<<34, 3), CPU: 1, Memory: 1 << 26, Limits: limits})
	for s, c := range all {
		if p.Each[s].Run != c.Policy || p.Each[s].Name != c.Name {
			t.Errorf("%d: %+v in the pool, %+v alone", s, p.Each[s].Run, c.Policy)
		}
	}
	if p.Placed != p.Decided || p.Short != (Lack{}) || p.Beyond != 0 || p.Minutes != 2*1440 || p.Nodes != 30 {
		t.Errorf("%+v", p)
	}
	if p.Fewest < 2 || p.Fewest >= 30 || p.Used.Most > 30 || p.Fullest.Mean < p.Mean.Mean {
		t.Errorf("%d are enough; used %+v, fullest %+v, mean %+v", p.Fewest, p.Used, p.Fullest, p.Mean)
	}
	if p.Node.Share < p.Node.Least || p.Node.Share > p.Node.Least+0.02 || p.Domain.Share < p.Domain.Least || p.Domain.Share > p.Domain.Least+0.02 {
		t.Errorf("spread over nodes %+v, over domains %+v", p.Node, p.Domain)
	}
}

// One node fewer than the fewest that suffice is not enough, and then the answer
// names who is short, when, and which limit stood in the way.
func TestFewestNodes(t *testing.T) {
	all := compared(t, 2, tenth)
	p := Pool{Nodes: Nodes(1, 2, 1<<30, 1), CPU: 0.1, Memory: 1 << 28, Limits: limits}
	got := placed(t, all, p)
	if got.Fewest < 2 || got.Short.Minutes == 0 || !strings.Contains(got.Short.Why, "free memory") && !strings.Contains(got.Short.Why, "for each core") {
		t.Fatalf("%+v", got)
	}
	if got.Short.At.Before(got.From) || !got.Short.At.Before(got.To) || got.Short.Service == "" || got.Placed+got.Short.Workers-got.Decided > 1e-6 {
		t.Errorf("%+v", got.Short)
	}
	if got.Each[0].Run.Above <= all[0].Policy.Above {
		t.Errorf("short of room the minutes above are %d, with room %d", got.Each[0].Run.Above, all[0].Policy.Above)
	}
	p.Nodes = Nodes(got.Fewest, 2, 1<<30, 1)
	if enough := placed(t, all, p); enough.Short.Minutes+enough.Beyond > 0 || enough.Fewest != got.Fewest {
		t.Errorf("%d nodes: %+v, beyond %d, fewest %d", got.Fewest, enough.Short, enough.Beyond, enough.Fewest)
	}
	p.Nodes = Nodes(got.Fewest-1, 2, 1<<30, 1)
	if less := placed(t, all, p); less.Short.Minutes+less.Beyond == 0 {
		t.Errorf("%d nodes are enough as well", got.Fewest-1)
	}
	p.Memory = 1 << 31
	if never := placed(t, all, p); never.Fewest != 0 || never.Placed != 0 || never.Used.Most != 0 {
		t.Errorf("no node has the memory of one worker: %+v", never)
	}
}

// Whatever is wanted: what is placed never exceeds it and what is missing is told,
// who serves is placed, no limit of a node is passed, and each move ends.
func TestPlacedIsWithinWhatIsWantedAndMayBe(t *testing.T) {
	for seed := range uint64(60) {
		rng := rand.New(rand.NewPCG(seed, 2))
		services, domains := 1+rng.IntN(4), rng.IntN(4)
		p := Pool{Nodes: Nodes(1+rng.IntN(6), float64(1+rng.IntN(4)), 1<<20*int64(1+rng.IntN(20)), domains), CPU: 0.5 * rng.Float64(), Memory: 1 << 20}
		p.Limits = allocate.Limits{MaxWorkers: 1 + rng.IntN(20), Moves: rng.IntN(5), MinGain: 0.01}
		f, wanted := p.open(services), make([]order, services)
		for m := range 200 {
			for s := range wanted {
				if wanted[s].startup = rng.IntN(4); rng.IntN(3) == 0 {
					wanted[s].workers = rng.IntN(20)
				}
			}
			f.carryOut(m, wanted)
			missing := make([]int, services)
			for _, short := range f.shorts {
				missing[short.Service] = short.Missing
			}
			for s, o := range wanted {
				if f.placed[s]+missing[s] != o.workers || f.ready[s] > f.placed[s] {
					t.Fatalf("seed %d, minute %d: %d placed and %d missing of %d, %d serve", seed, m, f.placed[s], missing[s], o.workers, f.ready[s])
				}
			}
			onNode := make([]int, len(p.Nodes))
			for _, w := range f.in.Workers {
				onNode[w.Node]++
			}
			for i, n := range onNode {
				if n > p.Limits.MaxWorkers || int64(n)<<20 > p.Nodes[i].Memory {
					t.Fatalf("seed %d, minute %d: %d workers on a node", seed, m, n)
				}
			}
		}
	}
}

// Series of other years meet at the same hours of the week; those of one time keep it.
func TestOneTimeLine(t *testing.T) {
	later := func(hours ...int) func(i int, s *Series, o *Options) {
		return func(i int, s *Series, _ *Options) { s.Start = s.Start.Add(time.Duration(hours[i]) * time.Hour) }
	}
	list, start, minutes := tenants(compared(t, 2, later(365*24, 0)))
	if list[0].comes != 24*60 || list[1].comes != 0 || minutes != 3*1440 || !start.Equal(week(4, 0).Start.AddDate(0, 0, 2)) {
		t.Errorf("a year and a day of the week apart: %d, %d, %d minutes from %s", list[0].comes, list[1].comes, minutes, start)
	}
	all := compared(t, 2, later(0, 24))
	if list, _, minutes = tenants(all); list[1].comes != 1440 || minutes != 3*1440 {
		t.Errorf("a day apart: %d, %d minutes", list[1].comes, minutes)
	}
	// Who has gone leaves nothing behind.
	p := placed(t, all, Pool{Nodes: Nodes(50, 64, 1<<40, 1), CPU: 0.1, Memory: 1, Limits: limits})
	if p.Each[0].Run != all[0].Policy || p.Each[1].Run != all[1].Policy || math.Abs(p.Decided-p.Placed) > 1e-6 || p.Minutes != 3*1440 {
		t.Errorf("%+v", p)
	}
	if p.Domain.Share.Known() {
		t.Errorf("without domains: %+v", p.Domain)
	}
}

func TestPlaceStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Place(ctx, compared(t, 1, tenth), Pool{Nodes: Nodes(1, 8, 1<<30, 1), CPU: 1}); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
}
