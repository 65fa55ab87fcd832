package flow

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

const locking = `
name: locking
title: Locks
inputs:
  - {name: module, type: module}
  - {name: nodes, type: list, of: node}
lock: {module: inputs.module, nodes: inputs.nodes}
steps: [{id: s, tool: again, timeout: 3h}]
`

func over(module string, nodes ...any) Start {
	return Start{Flow: "locking", Inputs: map[string]any{"module": module, "nodes": nodes}}
}

func TestOneRunPerModuleAndNode(t *testing.T) {
	inWorld(t, []string{locking}, func(w *world) {
		w.does("s", takes(time.Hour))
		first := w.start(over("a/b"))
		w.wantState(first, Running, "")
		below, above := w.start(over("a/b/c")), w.start(over("a"))
		w.wantState(below, Queued, "run "+first.ID+" holds module a/b")
		w.wantState(above, Queued, "run "+first.ID+" holds module a/b")
		w.wantState(w.start(over("ab", "n1")), Running, "")
		w.wantState(w.start(over("x", "n2", "n1")), Queued, "holds node n1")
		w.after(time.Hour)
		w.wantState(w.get(below.ID), Running, "")
		w.wantState(w.get(above.ID), Queued, "run "+below.ID+" holds module a/b/c")
		w.restart()
		w.after(30 * time.Minute)
		w.wantState(w.get(above.ID), Queued, "run "+below.ID+" holds module a/b/c")
		w.after(31 * time.Minute)
		w.wantState(w.get(above.ID), Running, "")
	})
}

func TestSharedRunsLockOnlyOthersOut(t *testing.T) {
	shared := replace(replace(locking, "inputs.nodes}", "inputs.nodes, shared: true}"), "name: locking", "name: sharing")
	inWorld(t, []string{locking, shared}, func(w *world) {
		w.does("s", takes(time.Hour))
		share := func() Run { s := over("a"); s.Flow = "sharing"; return w.start(s) }
		w.wantState(share(), Running, "")
		w.wantState(share(), Running, "")
		w.wantState(w.start(over("a")), Queued, "holds module a")
		w.wantState(share(), Queued, "waits for module a") // nobody overtakes who waits for a lock
	})
}

func TestAQueuedRunIsCanceledAtOnce(t *testing.T) {
	inWorld(t, []string{locking}, func(w *world) {
		w.does("s", takes(time.Hour))
		w.start(over("a"))
		r := w.start(over("a"))
		w.wantState(w.order(Order{Run: r.ID, Action: "cancel", Why: "no need"}), Canceled, "no need")
	})
}

func TestRunsAreBounded(t *testing.T) {
	inWorld(t, []string{locking}, func(w *world) {
		w.end()
		w.options.Limits = Limits{Open: 3, Running: 1, Steps: 1}
		w.begin()
		w.does("s", takes(time.Hour))
		w.start(over("a"))
		w.wantState(w.start(over("b")), Queued, "1 runs are under way, which is the most")
		w.start(over("c"))
		if _, err := w.engine.Start(w.Context(), over("d")); !errors.Is(err, ErrFull) {
			t.Error(err)
		}
		w.engine.SetLimits(Limits{Open: 4, Running: 2, Steps: 2})
		w.after(time.Minute)
		if w.most != 2 {
			t.Errorf("%d calls at a time", w.most)
		}
		w.engine.SetLimits(Limits{Open: 3, Running: 1, Steps: 1})
		w.after(3*time.Hour + time.Minute)
		w.wantState(w.start(over("d")), Running, "")
		if n := w.engine.slots.free; n != 0 {
			t.Errorf("%d places are free", n)
		}
	})
}

func TestCallsAreBounded(t *testing.T) {
	inWorld(t, []string{rolling, locking}, func(w *world) {
		w.end()
		w.options.Limits = Limits{Steps: 3}
		w.begin()
		w.does("s", takes(time.Minute))
		w.does("stop", takes(time.Minute))
		var runs []Run
		for i := range 5 {
			runs = append(runs, w.start(over(fmt.Sprint(i))), w.start(Start{Flow: "rolling", Inputs: nodes(3)}))
		}
		w.after(time.Hour)
		for _, r := range runs {
			w.wantState(w.get(r.ID), Done, "")
		}
		if w.most != 3 || w.engine.slots.free != 3 {
			t.Errorf("%d calls at a time, %d places free", w.most, w.engine.slots.free)
		}
	})
}

// TestTheGateLetsNobodyInWhomItMustNot compares the gate with what it shall guarantee,
// over random runs that come and go.
func TestTheGateLetsNobodyInWhomItMustNot(t *testing.T) {
	modules := []string{"", "a", "a/b", "a/b/c", "a/d", "e", "e/f"}
	for seed := range uint64(60) {
		rng := rand.New(rand.NewPCG(seed, 1))
		g := &gate{most: 4, holders: map[string]*claim{}, windows: func(string) *window { return nil }}
		var all []*claim
		for i := range 60 {
			c := &claim{run: fmt.Sprint(i), module: modules[rng.IntN(len(modules))], shared: rng.IntN(3) == 0, told: func(verdict) {}}
			for n := range 3 {
				if rng.IntN(4) == 0 {
					c.nodes = append(c.nodes, fmt.Sprint("n", n))
				}
			}
			g.enter(c, time.Time{})
			all = append(all, c)
			if rng.IntN(3) > 0 {
				g.leave(all[rng.IntN(len(all))], time.Time{})
			}
			checkGate(t, g)
		}
		for range all { // whoever is in leaves; then somebody else must come in
			if len(g.holders) == 0 {
				break
			}
			for _, c := range g.holders {
				g.leave(c, time.Time{})
				break
			}
			checkGate(t, g)
		}
		if len(g.queue) > 0 || len(g.holders) > 0 || g.busy != 0 {
			t.Fatalf("seed %d: %d wait, %d hold, %d busy", seed, len(g.queue), len(g.holders), g.busy)
		}
	}
}

func checkGate(t *testing.T, g *gate) {
	t.Helper()
	if len(g.holders) > g.most || g.busy != len(g.holders) {
		t.Fatalf("%d hold, %d busy", len(g.holders), g.busy)
	}
	for _, a := range g.holders {
		for _, b := range g.holders {
			if a != b && disagree(a, b) {
				t.Fatalf("%+v and %+v at a time", a, b)
			}
		}
	}
	if len(g.holders) == 0 && len(g.queue) > 0 {
		t.Fatal("all wait")
	}
}

// disagree tells plainly whether two runs exclude each other.
func disagree(a, b *claim) bool {
	if a.shared && b.shared {
		return false
	}
	for _, n := range a.nodes {
		for _, m := range b.nodes {
			if n == m {
				return true
			}
		}
	}
	return a.module != "" && b.module != "" && (strings.HasPrefix(a.module+"/", b.module+"/") || strings.HasPrefix(b.module+"/", a.module+"/"))
}
