package pool

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"headroom/internal/config"
	"headroom/scaler/node/wire"
	"headroom/storage/state"
)

const twoServices = `
services:
  - {module: shop/web, mode: apply, command: [x], cpu: 0.5, ports: {from: 9000, to: 9100}}
  - {module: mail/web, mode: apply, command: [x], cpu: 1}
`

func TestTotals(t *testing.T) {
	w := newWorld(t, twoServices, "n1", "n2", "n3")
	for _, a := range w.nodes {
		a.load = wire.Load{CPU: 25, MemoryUsed: 1 << 30}
	}
	w.plan(3)
	w.sync()
	w.nodes[2].away = true
	w.pass(31 * time.Second)
	must(t, w.Cordon(t.Context(), "n2", "li", ""))

	all := w.Total("")
	if all.Services != 2 || all.Nodes[Ready] != 1 || all.Nodes[Cordoned] != 1 || all.Nodes[Lost] != 1 || all.Cores != 16 || all.CPUUsed != 4 ||
		all.Memory != 32<<30 || all.MemUsed != 2<<30 || all.Slots != 200 || all.Wanted != 6 || all.Serving != 4 || all.Lost != 2 || all.Desired != 6 || all.CPUOurs != 3 {
		t.Errorf("%+v", all)
	}
	shop := w.Total("shop")
	if shop.Services != 1 || shop.Wanted != 3 || shop.CPUOurs != 1 || w.Total("sho").Services != 0 {
		t.Errorf("%+v", shop)
	}
	racks := w.By("rack")
	if len(racks) != 3 || racks[0].Value != "r-n1" || racks[0].Wanted != 2 || racks[0].Services != 2 || racks[2].Lost != 2 || racks[2].Cores != 0 {
		t.Errorf("%+v", racks)
	}
	if none := w.By("zone"); len(none) != 1 || none[0].Value != "" || none[0].Wanted != 6 {
		t.Errorf("%+v", none)
	}
	if len(w.Services()) != 2 {
		t.Errorf("%+v", w.Services())
	}
	if _, err := w.Node("n9"); !errors.Is(err, ErrUnknownNode) {
		t.Error(err)
	}
	if _, err := w.Service("shop/none"); !errors.Is(err, ErrUnknownService) {
		t.Error(err)
	}
}

// A load balancer keeps the workers of a node that the server does not hear for the
// grace time, and those that drain with a weight of 0.
func TestTargetsOfLostAndDrainingWorkers(t *testing.T) {
	w := newWorld(t, oneService, "n1", "n2")
	w.plan(2)
	w.sync()
	f := func(want string) {
		t.Helper()
		got, err := w.Targets(t.Context(), "shop/web", "", "", 0)
		must(t, err)
		text := map[string]string{}
		for _, one := range got.List {
			text[one.Node] += fmt.Sprint(one.State, one.Weight, " ")
		}
		if fmt.Sprint(text) != want {
			t.Errorf("%v; want %s", text, want)
		}
	}
	f("map[n1:ready100  n2:ready100 ]")
	w.nodes[0].away = true
	w.pass(31 * time.Second)
	f("map[n1:lost100  n2:ready100 ]")
	w.pass(time.Minute)
	f("map[n2:ready100 ]")
	w.plan(2)
	w.sync()
	f("map[n2:ready100 ready100 ]")
	w.nodes[1].set(wire.Draining)
	must(t, w.nodes[1].sync())
	f("map[n2:draining0 draining0 ]")
	w.nodes[1].set(wire.Starting)
	must(t, w.nodes[1].sync())
	f("map[]")
}

func TestAServiceTellsWhyItsWorkersDoNotStart(t *testing.T) {
	w := newWorld(t, oneService, "n1")
	w.plan(2)
	w.sync()
	st := &w.nodes[0].runs[0]
	st.State, st.PID, st.Restarts, st.Reason = wire.Backoff, 0, 3, "no such file"
	w.sync()
	if v := w.service(); v.Serving != 1 || v.Starting != 1 || v.Failing != 1 || v.Failure != "no such file" {
		t.Errorf("%+v", v)
	}
}

func TestRestart(t *testing.T) {
	w := newWorld(t, oneService, "n1")
	w.plan(1)
	w.sync()
	id := w.nodes[0].runs[0].ID
	must(t, w.Restart(t.Context(), id))
	w.sync()
	if got := w.nodes[0].desired.Workers[0].Restart; got != 1 {
		t.Errorf("restart %d", got)
	}
	if err := w.Restart(t.Context(), "none"); !errors.Is(err, ErrUnknownWorker) {
		t.Error(err)
	}
}

func TestMetrics(t *testing.T) {
	db, err := state.Open(t.TempDir() + "/state.db")
	must(t, err)
	defer db.Close()
	reg := prometheus.NewPedanticRegistry()
	p, err := New(t.Context(), Options{DB: db, Registerer: reg})
	must(t, err)
	must(t, p.Configure(t.Context(), parse(t, oneService)))
	_, _, err = p.Sync(t.Context(), "n1", simpleReport("d", ""), "", 0)
	must(t, err)
	start(t, p, 2)
	if n, err := p.Node("n1"); err != nil || n.Resources.Labels == nil {
		t.Errorf("%+v, %v", n, err)
	}
	for name, want := range map[string]int{"headroom_pool_nodes": 4, "headroom_pool_workers": 4, "headroom_pool_syncs_total": 3, "headroom_pool_starts_total": 1} {
		if n, err := testutil.GatherAndCount(reg, name); n != want || err != nil {
			t.Errorf("%s: %d series, %v", name, n, err)
		}
	}
}

// A configuration that takes effect while nodes run changes what they are told.
func TestConfigureAnew(t *testing.T) {
	w := newWorld(t, oneService, "n1")
	w.plan(1)
	w.sync()
	id := w.nodes[0].runs[0].ID
	c, err := config.Parse([]byte("timezone: UTC\nhierarchy: [business, module]\n"+oneService+"    limits: {cpu_percent: 55}\n"), "")
	must(t, err)
	s, err := SettingsOf(c)
	must(t, err)
	must(t, w.Configure(t.Context(), s))
	w.sync()
	if got := w.nodes[0].desired.Services["shop/web"].Limits.CPUPercent; got != 55 || w.nodes[0].runs[0].ID != id {
		t.Errorf("%v percent", got)
	}
	before := w.nodes[0].have
	must(t, w.Configure(t.Context(), s))
	w.sync()
	if w.nodes[0].have != before {
		t.Error("the same configuration is another version")
	}
}

func TestNobodyIsShownTheValuesOfAnEnvironment(t *testing.T) {
	w := newWorld(t, "services: [{module: shop/web, mode: apply, command: [x], env: {PASSWORD: hunter2}}]", "n1")
	v := w.service()
	if fmt.Sprint(v.Spec.Env) != "map[PASSWORD:<secret>]" {
		t.Errorf("shown: %v", v.Spec.Env)
	}
	w.plan(1)
	d, _, err := w.Sync(t.Context(), "n1", w.nodes[0].report(), "", 0)
	if err != nil || d.Services["shop/web"].Env["PASSWORD"] != "hunter2" {
		t.Errorf("the node is told %+v, %v", d, err)
	}
}

func TestTwoNodesOfOneAddress(t *testing.T) {
	w := newWorld(t, twoServices, "n1", "n2", "n3")
	for _, a := range w.nodes[:2] {
		a.res.Address = "127.0.0.1"
		must(t, a.sync())
	}
	w.plan(3)
	w.sync()
	got, err := w.Targets(t.Context(), "shop/web", "", "", 0)
	if err != nil || len(got.List) != 2 || got.List[0].Address == got.List[1].Address {
		t.Errorf("%+v, %v; want each address once", got.List, err)
	}
}
