package pool

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"headroom/internal/phrases/phrasestest"
	"headroom/scaler/allocate"
	"headroom/scaler/node/wire"
)

func TestWorkersStartAndStopAsPlanned(t *testing.T) {
	w := newWorld(t, oneService, "n1", "n2")
	w.plan(4)
	w.sync()
	w.want("n1:2 n2:2")
	v := w.service()
	if v.Serving != 4 || v.Desired != 4 || v.Wanted != 4 || v.Nodes != 2 || v.Behind["a"] != 2 || v.Behind["b"] != 2 {
		t.Errorf("%+v", v)
	}
	spec := w.nodes[0].desired.Services["shop/web"]
	if spec.Labels["business"] != "shop" || spec.Limits.CPUPercent != 40 || spec.Health.Kind != "tcp" {
		t.Errorf("%+v", spec)
	}
	w.plan(1)
	w.sync()
	if v := w.service(); v.Serving != 1 || v.Wanted != 1 || v.Stopping != 0 || len(v.Workers) != 1 || len(v.Behind) != 2 {
		t.Errorf("%+v", v)
	}
}

// A port is free again only when its node no longer reports the worker.
func TestPortsStayTakenUntilTheWorkerIsGone(t *testing.T) {
	w := newWorld(t, strings.Replace(oneService, "to: 9009", "to: 9000", 1), "n1")
	w.plan(1)
	w.sync()
	a := w.nodes[0]
	old := slices.Clone(a.runs)
	w.plan(0)
	must(t, a.sync())
	a.runs = old // it drains
	a.set(wire.Draining)
	must(t, a.sync())
	must(t, w.Settle(t.Context()))
	if done := w.plan(1); len(done.Started) > 0 {
		t.Errorf("%+v", done)
	}
	in := w.Input(w.now)
	in.Workers, in.Services[0].Workers = nil, 1 // as a plan that does not know of it
	done, err := w.Apply(t.Context(), w.now, Plan{Input: in, Result: allocate.Plan(in)})
	if err != nil || len(done.Started) > 0 || !strings.Contains(fmt.Sprint(done.Skipped), "no port is free") {
		t.Errorf("%+v, %v", done, err)
	}
	a.runs = nil
	w.sync()
	if done := w.plan(1); len(done.Started) != 1 || done.Started[0].Port != 9000 {
		t.Errorf("%+v", done)
	}
}

// A worker that its node was told to start, and is told to stop before it has done so,
// keeps its port until the node works on a state without it.
func TestAWorkerThatIsStoppedBeforeItStarts(t *testing.T) {
	w := newWorld(t, oneService, "n1")
	a := w.nodes[0]
	w.plan(1)
	late, _, err := w.Sync(t.Context(), "n1", a.report(), a.have, 0)
	must(t, err)
	w.plan(0)
	a.have = late.Version
	must(t, w.hear(t.Context(), "n1", a.report()))
	must(t, w.Settle(t.Context()))
	if v := w.service(); v.Stopping != 1 {
		t.Errorf("its node may still start it: %+v", v)
	}
	a.obey(late)
	w.want("n1:1")
	w.sync()
	w.want("n1:0")
	if v := w.service(); len(v.Workers) != 0 {
		t.Errorf("%+v", v)
	}
}

func TestALostNodesWorkersAreReplacedAndStoppedWhenItReturns(t *testing.T) {
	w := newWorld(t, oneService, "n1", "n2", "n3")
	w.plan(3)
	w.sync()
	w.want("n1:1 n2:1 n3:1")
	w.nodes[0].away = true

	w.pass(40 * time.Second) // lost after 30 s
	if v, _ := w.Node("n1"); v.State != Lost || v.Workers[0].State != WorkerLost {
		t.Errorf("%+v", v)
	}
	if v := w.service(); v.Serving != 2 || v.Lost != 1 {
		t.Errorf("%+v", v)
	}
	if s := w.Standings(w.now)[0]; s.Running != 2 || s.Current != 3 {
		t.Errorf("%+v", s)
	}
	if done := w.plan(3); len(done.Started) > 0 {
		t.Errorf("replaced in the grace time: %+v", done)
	}
	w.pass(time.Minute)
	if done := w.plan(3); len(done.Started) != 1 {
		t.Errorf("after the grace time: %+v", done)
	}
	w.sync()
	if v := w.service(); v.Serving != 3 {
		t.Errorf("%+v", v)
	}

	w.nodes[0].away = false
	w.sync()
	if v := w.service(); v.Serving != 4 || v.Lost != 0 || v.Wanted != 4 {
		t.Errorf("after its return: %+v", v)
	}
	if done := w.plan(3); len(done.Stopped) != 1 {
		t.Errorf("after its return: %+v", done)
	}
	w.sync()
	if v := w.service(); v.Serving != 3 || len(v.Workers) != 3 {
		t.Errorf("in the end: %+v", v)
	}
}

// A short absence changes nothing, nor does a restart of the server in it.
func TestAShortAbsenceChangesNothing(t *testing.T) {
	w := newWorld(t, oneService, "n1", "n2")
	w.plan(2)
	w.sync()
	before := fmt.Sprint(w.nodes[0].have, w.nodes[1].have)
	w.nodes[0].away = true
	w.pass(50 * time.Second)
	w.restart()
	if v, _ := w.Node("n1"); v.State != Lost {
		t.Errorf("a restart forgot that a node is lost: %s", v.State)
	}
	if v, _ := w.Node("n2"); v.State != Ready {
		t.Errorf("a node is %s since the server restarted", v.State)
	}
	w.nodes[0].away = false
	w.sync()
	if done := w.plan(2); len(done.Started)+len(done.Stopped) > 0 {
		t.Errorf("%+v", done)
	}
	w.sync()
	if after := fmt.Sprint(w.nodes[0].have, w.nodes[1].have); after != before {
		t.Errorf("versions %s became %s", before, after)
	}
}

func TestADrainedNodesWorkersGoOnceOthersServe(t *testing.T) {
	w := newWorld(t, oneService, "n1", "n2")
	w.plan(2)
	w.sync()
	must(t, w.Drain(t.Context(), "n1", "li", "new disk"))
	w.nodes[1].state = wire.Starting
	if done := w.plan(2); len(done.Started) != 1 || len(done.Stopped) != 0 {
		t.Fatalf("%+v", done)
	}
	w.sync()
	w.want("n1:1 n2:2")
	if done := w.plan(2); len(done.Started)+len(done.Stopped) > 0 {
		t.Errorf("while the new one starts: %+v", done)
	}
	in := w.Input(w.now)
	pairs := slices.DeleteFunc(in.Workers, func(w allocate.Worker) bool { return w.Instead == "" })
	if len(pairs) != 1 {
		t.Fatalf("%d of the workers replace another: %+v", len(pairs), in)
	}
	again := Plan{Input: in, Result: allocate.Result{Starts: []allocate.Start{{Node: 1, Instead: pairs[0].Instead}}}}
	if done, err := w.Apply(t.Context(), w.now, again); err != nil || len(done.Started) > 0 || !strings.Contains(fmt.Sprint(done.Skipped), "replaced or stopped already") {
		t.Errorf("replaced twice: %+v, %v", done, err)
	}
	w.restart() // the pair is known from the database
	w.sync()
	w.want("n1:1 n2:2")
	w.nodes[1].set(wire.Ready)
	w.sync()
	w.want("n1:0 n2:2")
	if v, _ := w.Node("n1"); v.State != Draining || v.Reason != "new disk" || v.Drain.Who != "li" || v.Wanted+v.Stopping > 0 {
		t.Errorf("%+v", v)
	}
	if done := w.plan(2); len(done.Started)+len(done.Stopped) > 0 {
		t.Errorf("in the end: %+v", done)
	}
	must(t, w.Uncordon(t.Context(), "n1", "li", "done"))
	w.plan(3)
	w.sync()
	w.want("n1:1 n2:2")
}

// If the new worker is told to stop before it serves, the old one stays.
func TestAReplacementThatIsTakenBackLeavesTheOldWorker(t *testing.T) {
	w := newWorld(t, oneService, "n1", "n2")
	w.plan(1)
	w.sync()
	must(t, w.Drain(t.Context(), "n1", "li", ""))
	w.nodes[1].state = wire.Refused
	w.plan(1)
	must(t, w.nodes[1].sync())
	must(t, w.nodes[1].sync())
	must(t, w.Settle(t.Context())) // the new one is told to stop, and is still there
	if !w.workers[w.nodes[0].runs[0].ID].counts() {
		t.Error("the old one does not count")
	}
	w.sync()
	w.want("n1:1 n2:0")
	in := w.Input(w.now)
	if len(in.Services[0].Closed) != 1 || len(in.Workers) != 1 || in.Workers[0].Instead != "" {
		t.Errorf("%+v", in)
	}
}

func TestAPortThatAnotherProcessHoldsIsLeftAlone(t *testing.T) {
	w := newWorld(t, oneService, "n1")
	n := w.nodes[0]
	n.res.Cores = 1 // two workers at most, and the port that is taken is none of them
	w.sync()
	w.plan(1)
	w.sync()
	first := n.runs[0].Port
	n.runs[0].State, n.runs[0].PortTaken = wire.Backoff, true
	w.sync() // it tells so
	must(t, w.Settle(t.Context()))
	w.sync() // it is told to stop
	w.sync()
	must(t, w.Settle(t.Context()))
	w.plan(1)
	w.sync()
	w.want("n1:1")
	if got := n.runs[0]; got.Port == first || got.State != wire.Ready {
		t.Errorf("its port was %d; now it is %d, %s", first, got.Port, got.State)
	}
	w.plan(2)
	w.sync()
	w.want("n1:2")
	w.plan(1)
	w.sync()
	// Once the port has been left alone for long enough it may be used again.
	w.pass(portTime + time.Minute)
	w.plan(2)
	w.sync()
	if ports := fmt.Sprint(n.runs[0].Port, n.runs[1].Port); !strings.Contains(ports, fmt.Sprint(first)) {
		t.Errorf("ports %s; %d is free again", ports, first)
	}
}

func TestACordonedNodeKeepsItsWorkersAndGetsNoNewOnes(t *testing.T) {
	w := newWorld(t, oneService, "n1", "n2")
	w.plan(2)
	w.sync()
	must(t, w.Cordon(t.Context(), "n1", "li", "watch it"))
	w.restart()
	w.sync()
	w.plan(5)
	w.sync()
	w.want("n1:1 n2:4")
	// A plan from before the order does not go round it.
	in := w.Input(w.now)
	must(t, w.Cordon(t.Context(), "n2", "li", ""))
	in.Services[0].Workers = 6
	done, err := w.Apply(t.Context(), w.now, Plan{Input: in, Result: allocate.Plan(in)})
	if err != nil || len(done.Started) > 0 || !strings.Contains(fmt.Sprint(done.Skipped), "the node is cordoned") {
		t.Errorf("%+v, %v", done, err)
	}
	if err := w.Cordon(t.Context(), "n9", "li", ""); !errors.Is(err, ErrUnknownNode) {
		t.Error(err)
	}
}

func TestRecommendedDecisionsStartNothing(t *testing.T) {
	w := newWorld(t, strings.Replace(oneService, "mode: apply", "mode: recommend", 1), "n1")
	if in := w.Input(w.now); len(in.Services) > 0 {
		t.Errorf("%+v", in)
	}
	in := allocate.Input{Nodes: w.Input(w.now).Nodes, Services: []allocate.Service{{Module: "shop/web", Workers: 2}}}
	done, err := w.Apply(t.Context(), w.now, Plan{Input: in, Result: allocate.Plan(in)})
	if err != nil || len(done.Started) > 0 || len(done.Skipped) != 2 || w.service().Desired != 0 {
		t.Errorf("%+v, %v", done, err)
	}
	must(t, w.SetMode(t.Context(), "shop/web", Apply, "li", "it has watched long enough"))
	w.restart()
	w.sync()
	w.plan(2)
	w.sync()
	w.want("n1:2")
	must(t, w.SetMode(t.Context(), "shop/web", "", "li", ""))
	if in := w.Input(w.now); len(in.Workers) > 0 || in.Nodes[0].MaxWorkers != 98 {
		t.Errorf("%+v", in)
	}
	w.pass(3 * time.Second)
	must(t, w.SetMode(t.Context(), "shop/web", Apply, "li", ""))
	if plan := allocate.Plan(w.Input(w.now)); len(plan.Starts)+len(plan.Stops) > 0 {
		t.Errorf("switched over without a decision: %+v", plan)
	}
	must(t, w.SetMode(t.Context(), "shop/web", "", "li", ""))
	w.sync()
	w.want("n1:2")
	if v := w.service(); v.Mode != Recommend || v.ModeOrder != nil {
		t.Errorf("%+v", v)
	}
}

func TestOrdersOutliveARestart(t *testing.T) {
	w := newWorld(t, oneService, "n1")
	must(t, w.Hold(t.Context(), "shop/web", noon.Add(time.Hour), "li", "migration"))
	must(t, w.SetManual(t.Context(), "shop/web", 7, "li", "game night"))
	w.restart()
	s := w.Standings(w.now)[0]
	if s.Held != "held by li: migration" || s.Manual != 7 || s.Policy.Target != 0.6 {
		t.Errorf("%+v", s)
	}
	if s := w.Standings(noon.Add(time.Hour))[0]; s.Held != "" {
		t.Errorf("after its end: %q", s.Held)
	}
	must(t, w.SetManual(t.Context(), "shop/web", 0, "li", ""))
	must(t, w.Hold(t.Context(), "shop/web", time.Time{}, "", ""))
	if s := w.Standings(w.now)[0]; s.Held != "held by somebody" {
		t.Errorf("held by nobody in particular: %q", s.Held)
	}
	err := w.Hold(t.Context(), "shop/web", w.now, "li", "")
	if !errors.Is(err, ErrBadOrder) {
		t.Errorf("a hold that is over already: %v", err)
	}
	phrasestest.Refusal(t, err)
	must(t, w.Release(t.Context(), "shop/web", "li", ""))
	w.restart()
	if s := w.Standings(w.now)[0]; s.Held != "" || s.Manual != 0 {
		t.Errorf("%+v", s)
	}
	if err = w.SetManual(t.Context(), "shop/none", 1, "", ""); !errors.Is(err, ErrUnknownService) {
		t.Error(err)
	}
	phrasestest.Refusal(t, err)
	if err = w.SetManual(t.Context(), "shop/web", -1, "", ""); !errors.Is(err, ErrBadOrder) {
		t.Error(err)
	}
	phrasestest.Refusal(t, err)
}

// Taking a service out of the configuration, by mistake perhaps, stops nothing.
func TestAServiceThatIsNoLongerConfiguredGoesOnUntilItIsRetired(t *testing.T) {
	w := newWorld(t, oneService, "n1")
	w.plan(2)
	w.sync()
	w.conf = parse(t, "")
	w.restart()
	w.sync()
	w.want("n1:2")
	if v := w.service(); v.Configured || v.Mode != Recommend || v.Serving != 2 {
		t.Errorf("%+v", v)
	}
	must(t, w.Retire(t.Context(), "shop/web", "li", "nobody uses it"))
	w.sync()
	w.want("n1:0")
	if all := w.Services(); len(all) > 0 {
		t.Errorf("%+v", all)
	}
	w.restart()
	if all := w.Services(); len(all) > 0 {
		t.Errorf("after a restart: %+v", all)
	}
}

// A server that has lost its state does not stop what runs.
func TestWhatRunsOnANewNodeIsTakenOver(t *testing.T) {
	w := newWorld(t, oneService, "n1")
	w.plan(3)
	w.sync()
	ids := fmt.Sprint(w.nodes[0].runs)
	must(t, w.db.Close())
	w.path += "-new"
	w.start()
	w.sync()
	if got := fmt.Sprint(w.nodes[0].runs); got != ids {
		t.Errorf("%s ran, now %s", ids, got)
	}
	if v := w.service(); v.Serving != 3 || v.Desired != 3 {
		t.Errorf("%+v", v)
	}
	in := w.Input(w.now) // of no decision
	if plan := allocate.Plan(in); len(plan.Starts)+len(plan.Stops) > 0 {
		t.Errorf("%+v", plan)
	}

	w.conf = parse(t, "")
	must(t, w.db.Close())
	w.path += "-new"
	w.start()
	if err := w.nodes[0].sync(); !errors.Is(err, ErrUnknownService) || !strings.Contains(err.Error(), "shop/web") {
		t.Errorf("its service is not configured: %v", err)
	}
}

func TestTwoDaemonsOfOneName(t *testing.T) {
	w := newWorld(t, oneService, "n1")
	first := w.nodes[0]
	second := &agent{w: w, name: "n1", daemon: "other", boot: "elsewhere", res: first.res}
	must(t, second.sync()) // a daemon that starts anew looks like that
	err := first.sync()
	if !errors.Is(err, ErrTwice) || !strings.Contains(err.Error(), `"n1"`) || !strings.Contains(err.Error(), "elsewhere") {
		t.Errorf("the first one comes again: %v", err)
	}
	must(t, second.sync())
	if v, _ := w.Node("n1"); !strings.Contains(v.Rival, "n1-boot") {
		t.Errorf("%+v", v)
	}
	w.nodes = nil
	w.pass(31 * time.Second)
	must(t, first.sync()) // the second one is away
	if v, _ := w.Node("n1"); v.State != Ready {
		t.Errorf("%+v", v)
	}
}

func TestAClockThatJumpsLosesNobody(t *testing.T) {
	w := newWorld(t, oneService, "n1")
	for _, jump := range []time.Duration{time.Hour, -2 * time.Hour, 24 * time.Hour} {
		w.now = w.now.Add(jump)
		must(t, w.Settle(t.Context()))
		if v, _ := w.Node("n1"); v.State != Ready {
			t.Errorf("after a jump by %s the node is %s", jump, v.State)
		}
		w.pass(20 * time.Second)
	}
	w.nodes[0].away = true
	w.pass(31 * time.Second)
	if v, _ := w.Node("n1"); v.State != Lost {
		t.Errorf("after all jumps a silent node is %s", v.State)
	}
}

func TestANodeThatStaysAwayIsForgotten(t *testing.T) {
	w := newWorld(t, oneService+"pool: {forget_after: 1h}", "n1", "n2")
	w.plan(2)
	w.sync()
	err := w.Forget(t.Context(), "n1")
	if !errors.Is(err, ErrBadOrder) {
		t.Errorf("forgot a node that is ready: %v", err)
	}
	phrasestest.Refusal(t, err)
	w.nodes[0].away = true
	w.pass(61 * time.Minute)
	if all := w.Nodes(); len(all) != 1 || all[0].Name != "n2" {
		t.Errorf("%+v", all)
	}
	w.restart()
	if v := w.service(); len(v.Workers) != 1 {
		t.Errorf("%+v", v)
	}
}

func TestBadReportsAreRefused(t *testing.T) {
	w := newWorld(t, oneService)
	f := func(want error, name string, change func(*wire.Report)) {
		t.Helper()
		a := &agent{w: w, name: name, daemon: "d", res: wire.Resources{Cores: 1, Memory: 1}}
		r := a.report()
		change(r)
		if _, _, err := w.Sync(t.Context(), name, r, "", 0); !errors.Is(err, want) {
			t.Errorf("%v; want %v", err, want)
		}
	}
	f(ErrBadReport, "", func(*wire.Report) {})
	f(ErrBadReport, strings.Repeat("n", 300), func(*wire.Report) {})
	f(ErrBadReport, "n", func(r *wire.Report) { r.Daemon = "" })
	f(ErrBadReport, "n", func(r *wire.Report) { r.Have = strings.Repeat("x", 201) })
	f(ErrBadReport, "n\n", func(*wire.Report) {})
	f(ErrBadReport, "n", func(r *wire.Report) {
		r.Resources.Labels = map[string]string{}
		for i := range maxLabels + 1 {
			r.Resources.Labels[fmt.Sprint(i)] = ""
		}
	})
	f(ErrBadReport, "n", func(r *wire.Report) { r.Resources.Cores = 0 })
	f(ErrBadReport, "n", func(r *wire.Report) { r.Load.CPU = -1 })
	f(ErrBadReport, "n", func(r *wire.Report) { r.Workers = make([]wire.Status, maxWorkers+1) })
	f(ErrIncomplete, "n", func(r *wire.Report) { r.Workers = nil })
	f(ErrIncomplete, "n", func(r *wire.Report) { r.Resources = nil })
	f(nil, "n", func(*wire.Report) {})
	w.restart()
	f(ErrIncomplete, "n", func(r *wire.Report) { r.Workers = nil })
	f(nil, "n", func(*wire.Report) {})
	f(nil, "n", func(r *wire.Report) { r.Workers, r.Resources = nil, nil })
}
