package builtin_test

import (
	"context"
	"reflect"
	"strings"
	"testing"
	"time"

	"headroom/scaler/flow/builtin"
	"headroom/scaler/flow/tool"
	"headroom/scaler/node/wire"
	"headroom/storage/fleet"
)

func TestWorkersWaitsUntilTheyServe(t *testing.T) {
	w := newWorld(t, "n1", "n2")
	w.turn(2)
	w.live()
	inputs := map[string]any{"module": "shop/web", "workers": int64(5), "hold": "1h"}
	if got := w.plan("workers", inputs); !strings.HasSuffix(got, "would set its workers from 2 to 5, hold its workers for 1h0m0s") {
		t.Errorf("plan %q", got)
	}
	c := w.call("workers", inputs)
	if f := w.check("workers", c); f.State != tool.NotDone {
		t.Errorf("before: %+v", f)
	}
	out, err := w.find("workers").Run(t.Context(), c)
	must(t, err)
	if out["workers"] != int64(5) || out["serving"] != int64(5) {
		t.Errorf("outputs %v", out)
	}
	if f := w.check("workers", c); f.State != tool.Done || f.Outputs["serving"] != int64(5) {
		t.Errorf("after: %+v", f)
	}
	v, err := w.pool.Service("shop/web")
	must(t, err)
	if v.Manual.Who != "ann" || v.Manual.Why != "more load (run r1)" || v.Hold == nil {
		t.Errorf("orders %+v %+v", v.Manual, v.Hold)
	}

	// The same once more gives no new order.
	at := v.Hold.At
	_, err = w.find("workers").Run(t.Context(), c)
	must(t, err)
	v, err = w.pool.Service("shop/web")
	must(t, err)
	if !v.Hold.At.Equal(at) {
		t.Error("it was held again")
	}
	w.do("workers", map[string]any{"module": "shop/web", "workers": int64(0), "release": true})
	if v, err = w.pool.Service("shop/web"); err != nil || v.Manual != nil || v.Hold != nil {
		t.Errorf("orders %+v %+v %v", v.Manual, v.Hold, err)
	}
}

func TestWorkersThatNobodyStartsAreNotWaitedFor(t *testing.T) {
	w := newWorld(t, "n1")
	w.fails("workers", map[string]any{"module": "shop/idle", "workers": int64(2)}, "its decisions are only recommended", true)
	w.fails("workers", map[string]any{"module": "shop/none", "workers": int64(2)}, `no such service: "shop/none"`, true)
	w.fails("workers", map[string]any{"module": "shop/web", "workers": int64(-1)}, "want 0 to", true)
	w.fails("workers", map[string]any{"module": "shop/web", "workers": int64(2)}, "0 workers of shop/web are decided on, 2 were asked for", false)
	c := w.call("workers", map[string]any{"module": "shop/web", "workers": int64(2)})
	if f := w.check("workers", c); f.State != tool.Running {
		t.Errorf("found %+v", f)
	}
}

// What a person has ordered of a node stays when a run takes back what it has ordered.
func TestARunOpensOnlyWhatItHasClosed(t *testing.T) {
	w := newWorld(t, "n1", "n2")
	must(t, w.pool.Cordon(t.Context(), "n1", "ann", "its disk is exchanged"))
	for node, want := range map[string]string{"n1": "cordoned", "n2": "ready"} {
		w.do("node-state", map[string]any{"node": node, "state": "cordon"})
		if out := w.do("node-state", map[string]any{"node": node, "state": "open", "ours": true}); out["state"] != want {
			t.Errorf("%s is %v afterwards; want %s", node, out["state"], want)
		}
	}
}

func TestNodeStateDrains(t *testing.T) {
	w := newWorld(t, "n1", "n2")
	w.turn(4)
	w.turn(4)
	c := w.call("node-state", map[string]any{"node": "n1", "state": "drain"})
	if f := w.check("node-state", c); f.State != tool.NotDone {
		t.Errorf("before: %+v", f)
	}

	// A call that is cut off has given its order, and is found under way.
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, err := w.find("node-state").Run(ctx, c)
	if err == nil || !strings.Contains(err.Error(), "workers are left on node n1, which is draining") {
		t.Errorf("error %v", err)
	}
	if f := w.check("node-state", c); f.State != tool.Running {
		t.Errorf("meanwhile: %+v", f)
	}
	w.live()
	c.Resumed = true
	out, err := w.find("node-state").Run(t.Context(), c)
	must(t, err)
	if out["workers_left"] != int64(0) || out["state"] != "draining" {
		t.Errorf("outputs %v", out)
	}
	if f := w.check("node-state", c); f.State != tool.Done {
		t.Errorf("after: %+v", f)
	}
	if out := w.do("node-state", map[string]any{"node": "n1", "state": "open"}); out["state"] != "ready" {
		t.Errorf("outputs %v", out)
	}
	if out := w.do("node-state", map[string]any{"node": "n1", "state": "cordon"}); out["state"] != "cordoned" {
		t.Errorf("outputs %v", out)
	}
	w.fails("node-state", map[string]any{"node": "n9", "state": "drain"}, `no such node: "n9"`, true)
}

func TestRestartWorkersOnce(t *testing.T) {
	w := newWorld(t, "n1", "n2")
	w.turn(4)
	w.turn(4)
	before := w.processes()
	c := w.call("restart-workers", map[string]any{"module": "shop/web"})
	if f := w.check("restart-workers", c); f.State != tool.NotDone {
		t.Errorf("before: %+v", f)
	}

	// Cut off after the first one, it goes on with the others when it is resumed.
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := w.find("restart-workers").Run(ctx, c); err == nil {
		t.Fatal("no error though no node is there")
	}
	if f := w.check("restart-workers", c); f.State != tool.Running {
		t.Errorf("meanwhile: %+v", f)
	}
	w.live()
	c.Resumed = true
	out, err := w.find("restart-workers").Run(t.Context(), c)
	must(t, err)
	if out["restarted"] != int64(4) {
		t.Errorf("outputs %v", out)
	}
	if f := w.check("restart-workers", c); f.State != tool.Done {
		t.Errorf("after: %+v", f)
	}
	for id, s := range w.processes() {
		if s.PID == before[id].PID || s.restart != 1 {
			t.Errorf("worker %s was restarted %d times", id, s.restart)
		}
	}
	w.fails("restart-workers", map[string]any{"module": "shop/web", "workers": []any{"nobody"}}, `no such worker of shop/web: "nobody"`, true)
	if out := w.do("restart-workers", map[string]any{"module": "shop/web", "node": "n1", "at_once": int64(9)}); out["restarted"] != int64(2) {
		t.Errorf("outputs %v", out)
	}
}

// After a restart of the server nobody knows the workers' processes until the nodes tell.
func TestRestartWorkersAfterARestartOfTheServer(t *testing.T) {
	w := newWorld(t, "n1", "n2")
	w.turn(3)
	w.turn(3)
	before := w.processes()
	w.reopen()
	c := w.call("restart-workers", map[string]any{"module": "shop/web"})
	over := make(chan error, 1)
	go func() {
		_, err := w.find("restart-workers").Run(t.Context(), c)
		over <- err
	}()
	time.Sleep(20 * time.Millisecond) // it has looked at the workers when the first node tells of them
	w.live()
	must(t, <-over)
	for id, s := range w.processes() {
		if s.PID == before[id].PID || s.restart != 1 || s.State != wire.Ready {
			t.Errorf("worker %s is %+v", id, s)
		}
	}
}

// processes are those of all nodes, by worker.
func (w *world) processes() map[string]started {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := map[string]started{}
	for _, a := range w.nodes {
		for id, s := range a.runs {
			all[id] = s
		}
	}
	return all
}

func TestPoolNodes(t *testing.T) {
	w := newWorld(t, "n1", "n2", "n3")
	w.turn(2)
	w.turn(2)
	out := w.do("pool-nodes", map[string]any{"module": "shop/web", "count": int64(4)})
	if got := len(out["nodes"].([]any)); got != 3 {
		t.Errorf("outputs %v", out)
	}
	if fresh := out["new_nodes"].([]any); len(fresh) != 1 {
		t.Errorf("outputs %v", out)
	}
	out = w.do("pool-nodes", map[string]any{"module": "shop/web", "count": int64(2), "without": []any{"n1", "n2"}})
	if on := out["on"].(map[string]any); len(on) != 1 || on["n3"] != int64(2) {
		t.Errorf("outputs %v", out)
	}
	// As many workers as were planned are where they were said to go.
	w.fails("pool-nodes", map[string]any{"module": "shop/web", "count": int64(500)}, "there is no room for", false)
	w.fails("pool-nodes", map[string]any{"module": "shop/idle", "count": int64(1)}, "only recommended", true)
	// What the pool does not know is told to name its nodes, and can.
	none := map[string]any{"module": "shop/none", "count": int64(1)}
	w.fails("pool-nodes", none, "name the nodes", true)
	none["nodes"] = []any{"x1", "x2"}
	if out := w.do("pool-nodes", none); !reflect.DeepEqual(out["new_nodes"], none["nodes"]) || !reflect.DeepEqual(out["nodes"], none["nodes"]) {
		t.Errorf("outputs %v", out)
	}
}

type known map[string]builtin.Known

func (k known) Module(_ context.Context, id string) (builtin.Known, bool) {
	one, ok := k[id]
	return one, ok
}

func TestModuleFacts(t *testing.T) {
	w := newWorld(t, "n1", "n2")
	w.opts.Capacity = known{
		"shop/web": {Facts: fleet.Facts{Owner: "web team", Limits: map[string]string{"max_workers": "40"}}, Devices: 7, Load: 23.5, Peak: -1},
		"shop/db":  {Facts: fleet.Facts{Owner: "dba"}, Devices: -1, Load: -1, Peak: -1},
	}
	w.turn(2)
	w.turn(2)
	out := w.do("module-facts", map[string]any{"module": "shop/web"})
	if len(out["nodes"].([]any)) != 2 || out["owner"] != "web team" || out["devices"] != 7.0 || out["workers"] != int64(2) || out["mode"] != "apply" {
		t.Errorf("outputs %v", out)
	}
	if out := w.do("module-facts", map[string]any{"module": "shop/db"}); out["owner"] != "dba" || out["mode"] != "" {
		t.Errorf("outputs %v", out)
	}
	w.fails("module-facts", map[string]any{"module": "shop/none"}, `module "shop/none" is neither in the table nor in the registry nor in the pool`, true)
}
