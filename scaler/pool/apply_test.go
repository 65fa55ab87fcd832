package pool

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"headroom/scaler/allocate"
	"headroom/scaler/node/wire"
	"headroom/scaler/policy"
	"headroom/storage/state"
)

// Before the commit nothing has changed, after it everything has, wherever the server
// is killed: no worker, id or port is lost or there twice.
func TestAKillInApply(t *testing.T) {
	killed := errors.New("killed")
	for name, committed := range map[string]bool{"before the commit": false, "after the commit": true} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, oneService, "n1", "n2")
			w.plan(2)
			w.sync()
			if committed {
				w.saved = func(err error) error { return errors.Join(err, killed) }
				if _, err := w.apply(6); !errors.Is(err, killed) {
					t.Fatal(err)
				}
			} else {
				must(t, w.db.Close()) // the transaction cannot begin
				if _, err := w.apply(6); err == nil {
					t.Fatal("a plan was applied without the database")
				}
				if v := w.service(); v.Wanted != 2 || v.Desired != 2 {
					t.Errorf("it is in memory: %+v", v)
				}
			}
			w.restart()
			w.sync()
			want := map[bool]int{false: 2, true: 6}[committed]
			if v := w.service(); v.Serving != want || v.Desired != want {
				t.Errorf("%d serve, %d desired; want %d", v.Serving, v.Desired, want)
			}
			w.plan(6)
			w.sync()
			if v := w.service(); v.Serving != 6 {
				t.Errorf("in the end: %+v", v)
			}
			w.consistent()
		})
	}
}

// consistent checks what must hold at any time.
func (w *world) consistent() {
	w.t.Helper()
	ids, ports := map[string]bool{}, map[string]string{}
	for _, n := range w.Nodes() {
		v, err := w.Node(n.Name)
		must(w.t, err)
		for _, one := range v.Workers {
			at := fmt.Sprint(one.Node, ":", one.Port)
			if ids[one.ID] || ports[at] != "" {
				w.t.Errorf("worker %s: id or port %s is there twice (%s)", one.ID, at, ports[at])
			}
			ids[one.ID], ports[at] = true, one.ID
		}
	}
	all, err := w.db.Pool().Load(w.t.Context())
	must(w.t, err)
	if len(all.Workers) != len(ids) {
		w.t.Errorf("%d workers on the disk, %d in memory", len(all.Workers), len(ids))
	}
	for _, row := range all.Workers {
		if !ids[row.ID] {
			w.t.Errorf("worker %s is on the disk only", row.ID)
		}
	}
}

func TestAPlanKeepsItsDecisionsAndMemories(t *testing.T) {
	w := newWorld(t, oneService, "n1")
	in := w.Input(w.now)
	in.Services[0].Workers = 1
	decision := state.PoolDecision{ID: "d1", Module: "shop/web", At: noon, Direction: "out", Data: []byte(`{}`)}
	memory := policy.Memory{LastOut: noon, Wants: []policy.Want{{At: noon, Workers: 1}}}
	plan := Plan{Input: in, Result: allocate.Plan(in), Decisions: []state.PoolDecision{decision}, Memories: map[string]policy.Memory{"shop/web": memory}}
	_, err := w.Apply(t.Context(), w.now, plan)
	must(t, err)
	again := decision
	again.Data = []byte(`{"second":true}`)
	_, err = w.Apply(t.Context(), w.now, Plan{Input: in, Decisions: []state.PoolDecision{again}})
	must(t, err)
	w.restart()
	s := w.Standings(w.now)[0]
	if fmt.Sprint(s.Memory) != fmt.Sprint(memory) || s.Current != 1 {
		t.Errorf("%+v", s)
	}
	got, err := w.db.Pool().Decisions(t.Context(), state.PoolDecisionQuery{})
	if err != nil || len(got) != 1 || string(got[0].Data) != "{}" {
		t.Errorf("%+v, %v", got, err)
	}
}

// Random faults, orders, plans and restarts: at any time ids and ports are unique,
// memory and disk agree, nobody counts twice; and when all is quiet again, exactly what
// is wanted runs.
func TestAnythingMayHappen(t *testing.T) {
	for seed := range uint64(6) {
		rng := rand.New(rand.NewPCG(seed, 1))
		w := newWorld(t, oneService, "n1", "n2", "n3", "n4")
		workers := 6
		for range 120 {
			w.happen(rng, &workers)
			w.consistent()
			if v := w.service(); v.Serving > v.Wanted || v.Serving+v.Lost > v.Wanted {
				t.Fatalf("seed %d: %+v", seed, v)
			}
		}
		for _, a := range w.nodes {
			a.away, a.state = false, wire.Ready
			a.set(wire.Ready)
			must(t, w.Uncordon(t.Context(), a.name, "li", ""))
		}
		for range 15 {
			w.pass(time.Minute)
			w.plan(workers)
		}
		w.pass(time.Minute)
		total := 0
		for _, a := range w.nodes {
			total += len(a.runs)
		}
		if v := w.service(); total != workers || v.Serving != workers || len(v.Workers) != workers {
			t.Fatalf("seed %d: %s; want %d: %+v", seed, w.running(), workers, v)
		}
	}
}

func (w *world) happen(rng *rand.Rand, workers *int) {
	a := w.nodes[rng.IntN(len(w.nodes))]
	ctx := w.t.Context()
	switch rng.IntN(9) {
	case 0:
		a.away = !a.away
	case 1:
		must(w.t, w.Drain(ctx, a.name, "li", ""))
	case 2:
		must(w.t, w.Uncordon(ctx, a.name, "li", ""))
	case 3:
		w.restart()
	case 4:
		*workers = rng.IntN(12)
	case 5:
		a.set([]wire.State{wire.Starting, wire.Ready, wire.Unhealthy, wire.Backoff, wire.Refused}[rng.IntN(5)])
	case 6:
		a.state = []wire.State{wire.Starting, wire.Ready, wire.Refused}[rng.IntN(3)]
	case 7:
		w.pass(time.Duration(rng.IntN(100)) * time.Second)
	case 8:
		w.plan(*workers)
	}
	w.pass(time.Duration(rng.IntN(12)) * time.Second)
}

// A plan that was begun before workers were taken over does not stop them.
func TestAPlanDoesNotStopWhatWasTakenOverMeanwhile(t *testing.T) {
	w := newWorld(t, oneService, "n1")
	w.plan(3)
	w.sync()
	must(t, w.db.Close())
	w.path += "-new"
	w.start()
	in := w.Input(w.now)
	in.Services[0].Workers = 1
	w.sync()
	done, err := w.Apply(t.Context(), w.now, Plan{Input: in, Result: allocate.Plan(in)})
	if err != nil || w.service().Desired != 4 {
		t.Fatalf("%+v, %v, %+v", done, err, w.service())
	}
	w.pass(2 * time.Second)
	if plan := allocate.Plan(w.Input(w.now)); len(plan.Stops) > 0 {
		t.Errorf("%+v", plan)
	}
}

func TestInputTellsWhatIsThere(t *testing.T) {
	w := newWorld(t, oneService+`    cpu: 0.5
    memory: 1GiB
    nodes: ['rack=~"r-n[12]"']
`, "n1", "n2", "n3")
	w.nodes[0].load = wire.Load{CPU: 50, MemoryUsed: 5 << 30}
	w.plan(2)
	w.sync()
	w.sync()
	in := w.Input(w.now)
	if n := in.Nodes[0]; n.Load != 8*0.5-0.5 || n.MemoryUsed != 4<<30 || n.Domains[0] != "r-n1" || n.MaxWorkers != 100 {
		t.Errorf("%+v", n)
	}
	if len(in.Workers) != 2 || !in.Workers[0].Ready || in.Services[0].Class != 1 {
		t.Errorf("%+v", in)
	}
	if c := in.Classes[0].Closed; c[0] != "" || c[1] != "" || c[2] == "" {
		t.Errorf("%q", c)
	}
	w.nodes[0].load.CPU = 10
	w.sync()
	if n := w.Input(w.now).Nodes[0]; n.Load < 3 {
		t.Errorf("the load that is expected fell at once: %+v", n)
	}
	text, err := json.Marshal(w.Nodes())
	if err != nil || !slices.Contains([]byte(text), '{') {
		t.Error(err)
	}
}
