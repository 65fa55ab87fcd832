package allocate

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// world carries plans out over time: a start serves after a while, a stop takes
// a while, nodes are lost and come back with what ran on them.
type world struct {
	in   Input
	r    *rand.Rand
	down []bool
}

// pass lets a minute pass.
func (w *world) pass() {
	kept := w.in.Workers[:0:0]
	for _, x := range w.in.Workers {
		if x.Stopping && !w.down[x.Node] && w.r.IntN(3) > 0 {
			continue
		}
		x.Lost = w.down[x.Node]
		if x.Lost && w.r.IntN(20) == 0 {
			continue // the machine was set up again
		}
		x.Ready = !x.Lost && (x.Ready || w.r.IntN(3) > 0)
		kept = append(kept, x)
	}
	w.in.Workers = kept
}

func (w *world) obey(out Result) { w.in = underWay(w.in, out) }

// upset changes something.
func (w *world) upset() {
	node, service := w.r.IntN(len(w.in.Nodes)), w.r.IntN(len(w.in.Services))
	n, s := &w.in.Nodes[node], &w.in.Services[service]
	switch w.r.IntN(9) {
	case 0:
		w.in.Nodes = append(w.in.Nodes, randomNode(w.r, len(w.in.Nodes), 2))
		for i := range w.in.Classes {
			w.in.Classes[i].Closed = append(w.in.Classes[i].Closed, "")
		}
		w.down = append(w.down, false)
	case 1:
		w.down[node], n.Open = true, false
	case 2:
		w.down[node], n.Open = false, true
	case 3:
		n.Leaving = !n.Leaving
	case 4:
		n.Open = !n.Open && !w.down[node]
	case 5:
		s.Workers += w.r.IntN(8)
	case 6:
		s.Workers /= 2
	case 7:
		s.CPU = 2 * w.r.Float64()
	case 8:
		n.Load = n.Cores * w.r.Float64()
	}
}

// serving counts workers of a service that serve, two that are a pair once.
func serving(in Input, service int) (n int) {
	replaced := map[string]bool{}
	serves := func(w Worker) bool { return w.Service == service && w.Ready && !w.Lost && !w.Stopping }
	for _, w := range in.Workers {
		if serves(w) && !in.Nodes[w.Node].Leaving { // else the two are no pair any more
			replaced[w.Instead] = true
		}
	}
	for _, w := range in.Workers {
		if serves(w) && !replaced[w.ID] {
			n++
		}
	}
	return n
}

// check is what must hold for every plan of every minute.
func (w *world) check(t *testing.T, out Result) {
	t.Helper()
	next := underWay(w.in, out)
	for _, b := range crowded(w.in, &out) {
		t.Error(b)
	}
	missing := map[int]int{}
	for _, s := range out.Shorts {
		missing[s.Service] = s.Missing
	}
	for s := range w.in.Services {
		want, had := w.in.Services[s].Workers, len(counted(w.in, s))
		if got := len(counted(next, s)); got != want-missing[s] {
			t.Errorf("service %d has %d of %d, %d missing", s, got, want, missing[s])
		}
		if before, after := proxyGap(w.in, s), proxyGap(next, s); after > max(before, 1) {
			t.Errorf("service %d: proxies differed by %d, now by %d", s, before, after)
		}
		if before, after := serving(w.in, s), serving(next, s); had <= want && after < min(before, want) {
			t.Errorf("service %d: %d of %d served, now %d", s, before, want, after)
		}
	}
	moves := 0
	for _, s := range out.Starts {
		i := slices.IndexFunc(w.in.Workers, func(x Worker) bool { return x.ID == s.Instead })
		if i >= 0 && !w.in.Nodes[w.in.Workers[i].Node].Leaving {
			moves++
		}
	}
	if moves > w.in.Limits.Moves {
		t.Errorf("%d moves of %d", moves, w.in.Limits.Moves)
	}
}

func TestOverTime(t *testing.T) {
	slowest := 0
	for seed := range uint64(150) {
		t.Run(fmt.Sprint("seed=", seed), func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 2))
			w := world{in: randomPool(r, size{2 + r.IntN(8), 1 + r.IntN(5), 0}), r: r}
			w.in.Limits.Moves = 1 + r.IntN(5)
			for i := range w.in.Services {
				w.in.Services[i].Workers = r.IntN(12)
			}
			w.down = make([]bool, len(w.in.Nodes))
			for range 60 {
				for range r.IntN(3) {
					w.upset()
				}
				w.pass()
				out := Plan(w.in)
				w.check(t, out)
				w.obey(out)
			}
			slowest = max(slowest, w.rest(t))
		})
		if t.Failed() {
			return
		}
	}
	t.Logf("after the last change the plans were empty within %d minutes", slowest)
}

// rest lets time pass until nothing is to be done any more, and tells how long it took.
func (w *world) rest(t *testing.T) int {
	last := 0
	for minute := range 200 {
		w.pass()
		out := Plan(w.in)
		w.check(t, out)
		if !empty(out) {
			last = minute + 1
		}
		w.obey(out)
	}
	if last > 150 {
		t.Errorf("no rest: still at work after %d minutes", last)
	}
	for _, x := range w.in.Workers {
		if w.in.Nodes[x.Node].Leaving && !w.down[x.Node] && len(Plan(w.in).Shorts) == 0 {
			t.Errorf("%s is still on a leaving node", x.ID)
		}
	}
	return last
}
