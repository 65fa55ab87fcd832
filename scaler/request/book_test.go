package request

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"headroom/internal/faults"
	"headroom/internal/phrases/phrasestest"
	"headroom/scaler/flow"
	"headroom/storage/state"
)

const approvers = `
requests:
  groups: {capacity: [cai, chen]}
  approvers:
  - {who: [boss]}
  - {path: Qzone, who: [qi, "group:capacity"]}
  - {path: Qzone, kinds: [machines], who: ["group:capacity", qi], at_least: 2}
`

func TestMachinesFromTheForecastToTheFlow(t *testing.T) {
	w := newWorld(t, approvers)
	r := w.ask(machines("ann", 6))
	if r.ID != "R1" || r.Title != "6 machines for Qzone/cart by 2026-12-24" || r.Path != "Qzone/cart" || r.State != Open {
		t.Errorf("%+v", r)
	}
	if c := r.Checks; len(c) != 2 || !c[0].OK || c[0].Says != "the forecast asks for 6; asked for are 6" || !c[1].OK {
		t.Errorf("%+v", c)
	}
	w.refused("R1", "approve", "ann", "", ErrMayNot, "their own")
	w.refused("R1", "approve", "boss", "", ErrMayNot, "2 of group:capacity, qi") // the nearest node's approvers count
	w.do("R1", "comment", "boss", "are they in the budget?")
	w.do("R1", "approve", "cai", "")
	w.refused("r1", "approve", "cai", "", ErrNotNow, "waits for others")
	w.wants("1", Open, "so far by cai")
	w.after(time.Minute)
	w.wantTold(
		"Request R1 is open: 6 machines for Qzone/cart by 2026-12-24 → 2 of group:capacity, qi",
		"Request R1 was commented on: 6 machines for Qzone/cart by 2026-12-24 → 2 of group:capacity, qi",
		"Request R1 was approved by one of several: 6 machines for Qzone/cart by 2026-12-24 → 2 of group:capacity, qi",
	)
	w.do("R1", "approve", "qi", "as forecast")
	w.after(time.Minute)
	r = w.wants("R1", Approved, "as forecast") // no flow without machines
	if w.engine.calls != 0 || !slices.Equal(r.May, []string{"cancel", "comment", "deliver", "done"}) {
		t.Errorf("%d starts, may %v", w.engine.calls, r.May)
	}
	w.now = w.now.AddDate(0, 0, 28)
	w.do("R1", "deliver", "rack", "", "n1", "n2", "n3", "n4", "n5", "n6")
	w.after(time.Second)
	r = w.wants("R1", Running, "run run1 of flow expand-module")
	run := w.engine.runs["run1"]
	if nodes, ok := run.Inputs["nodes"].([]any); !ok || len(nodes) != 6 || run.Inputs["module"] != "Qzone/cart" || run.Source != (flow.Source{Kind: "request", ID: "R1"}) || run.Who != "ann" {
		t.Errorf("%+v", run)
	}
	w.refused("R1", "cancel", "ann", "", ErrNotNow, "is running")
	must(t, w.Ended(t.Context(), w.engine.end("run1", flow.Done, "")))
	w.after(time.Second)
	r = w.wants("R1", Done, "run run1 is done")
	if got := way(r); !slices.Equal(got, []string{
		"ann open open", "boss comment open", "cai approve open", "qi approve approved", "rack deliver approved",
		"headroom start running", "headroom done done",
	}) {
		t.Errorf("%q", got)
	}
	w.do("R1", "comment", "ann", "thank you") // also afterwards
	if !slices.Equal(w.audit, []string{"headroom request.start R1: run run1 of flow expand-module", "headroom request.done R1: run run1 is done"}) {
		t.Errorf("%q", w.audit)
	}
	if text := r.Explain(); len(text.Steps) < 8 || !strings.Contains(text.Title, "R1: 6 machines") {
		t.Errorf("%+v", text)
	}
}

func TestAFlowThatFailsOrIsSeenLate(t *testing.T) {
	w := newWorld(t, "")
	a := machines("ann", 1)
	a.Machines.Nodes = []string{"n1"}
	w.ask(a)
	w.do("R1", "approve", "bob", "")
	w.engine.broken = flow.ErrFull
	w.after(time.Second)
	w.wants("R1", Approved, "cannot be started yet: too many runs wait")
	w.after(time.Second) // it waits for its next try
	if w.engine.calls != 1 {
		t.Errorf("%d starts", w.engine.calls)
	}
	w.engine.broken = nil
	w.after(time.Minute)
	w.wants("R1", Running, "")
	w.engine.end("run1", flow.Failed, "install: exit status 1")
	w.restart() // nobody was told of the end
	w.after(time.Second)
	w.wants("R1", Failed, "run run1 is failed: install: exit status 1")

	w.ask(a)
	w.do("R2", "approve", "bob", "")
	w.engine.broken = faults.List{"nodes: n1 is not in the pool"}
	w.after(time.Second)
	w.wants("R2", Failed, "n1 is not in the pool")
}

func TestWithoutAFlowAPersonDelivers(t *testing.T) {
	w := newWorld(t, "")
	delete(w.engine.flows, "expand-module")
	a := machines("ann", 1)
	a.Machines.Nodes = []string{"n1"}
	w.ask(a)
	w.do("R1", "approve", "bob", "")
	w.after(time.Second)
	w.wants("R1", Approved, "there is no flow expand-module to deliver it with; a person delivers it")
	w.do("R1", "deliver", "rack", "", "n7")
	r := w.wants("R1", Done, "")
	if r.Machines.Nodes[0] != "n7" {
		t.Errorf("%+v", r.Machines)
	}
	w.ask(machines("ann", 3))
	w.do("R2", "approve", "bob", "")
	w.do("R2", "done", "rack", "they stand in r12")
	w.wants("R2", Done, "they stand in r12")
	w.ask(machines("ann", 3))
	w.do("R3", "reject", "bob", "not this month")
	w.wants("R3", Rejected, "not this month")
	w.ask(machines("ann", 3))
	w.do("R4", "cancel", "bob", "") // who could reject it
}

func TestAutoApproval(t *testing.T) {
	w := newWorld(t, "requests: {auto_approve: [{kind: machines, within_forecast: true, max_devices: 4, paths: [Qzone]}]}")
	f := func(a Ask, s State, says string) {
		t.Helper()
		r := w.ask(a)
		if r.State != s || !strings.Contains(r.Checks[0].Says+r.Reason, says) {
			t.Errorf("%s is %s: %s, %s; want %s: %s", r.Title, r.State, r.Checks[0].Says, r.Reason, s, says)
		}
	}
	f(machines("ann", 5), Open, "the forecast asks for 6; asked for are 5") // more than a rule may
	f(machines("ann", 2), Open, "asked for are 2 and 5 in other requests under way")
	w.do("R1", "cancel", "ann", "")
	f(machines("ann", 4), Approved, "within the forecast, the forecast asks for 6; asked for are 4 and 2 in other requests")
	f(machines("ann", 1), Open, "and 6 in other requests")
	push := machines("ann", 1)
	push.Machines.Module = "QQ/push"
	f(push, Open, "nothing is forecast: 3 of 14 days")
	other := machines("ann", 1)
	other.Machines.DeviceType = "TS60"
	f(other, Open, `of type "", not "TS60"`)
	new := machines("ann", 1)
	new.Machines.Module = "Qzone/none"
	f(new, Open, "the table has no module Qzone/none")
	if r := w.wants("R3", Approved, ""); !slices.Equal(way(r), []string{"ann open open", "headroom approve approved"}) {
		t.Errorf("%q", way(r))
	}
	if len(w.audit) != 1 || !strings.HasPrefix(w.audit[0], "headroom request.approve") {
		t.Errorf("%q", w.audit)
	}
}

func TestAccessIsGrantedOnApproval(t *testing.T) {
	w := newWorld(t, approvers)
	until := evening.AddDate(0, 0, 10)
	access := func(path string) Ask {
		return Ask{Kind: KindAccess, Who: "ann", Why: "on call", Form: Form{Access: &Access{Role: "operator", Path: path, Until: until}}}
	}
	r := w.ask(access("Qzone/cart"))
	if r.Access.Subject != "ann" || r.Approvers.Who[0] != "qi" {
		t.Errorf("%+v", r)
	}
	w.granted = errors.New("the disk is full")
	w.do("R1", "approve", "qi", "")
	w.after(time.Second)
	w.wants("R1", Approved, "cannot be given yet: the disk is full")
	w.granted = nil
	w.after(time.Minute)
	w.wants("R1", Done, "ann has the role operator until 2026-12-02")
	if !slices.Equal(w.grants, []string{"ann operator Qzone/cart until 12-02 by qi (request R1 of ann: on call)"}) {
		t.Errorf("%q", w.grants)
	}
	w.ask(access(""))
	w.refused("R2", "approve", "qi", "", ErrMayNot, "that is for boss")
	w.now = until
	w.refused("R2", "approve", "boss", "", ErrNotNow, "which is over")
	w.now = evening
	for _, subject := range []string{"boss", "user:boss"} { // somebody else asks for them
		a := access("")
		a.Access.Subject = subject
		w.refused(w.ask(a).ID, "approve", "boss", "", ErrMayNot, "their own")
	}
	w.Granter = nil
	w.do("R2", "approve", "boss", "")
	w.after(time.Second)
	w.wants("R2", Approved, "")
}

func TestABusinessIsDoneWhenThePoolHasIt(t *testing.T) {
	w := newWorld(t, "")
	r := w.ask(Ask{Kind: KindBusiness, Who: "ann", Why: "new", Form: Form{Business: &Business{
		Module: "Qzone/photo", Image: "photo:1", Minimum: 2, Memory: "2GiB", Proxies: []string{"lb1"}, PortFrom: 9000, PortTo: 9099,
	}}})
	want := `- module: Qzone/photo
  command: [podman, run, --rm, --network=host, 'photo:1']
  proxies: [lb1]
  ports: {from: 9000, to: 9099}
  limits: {memory: 2GiB}
  policy: {minimum: 2}
`
	if r.Proposal != want || !r.Checks[0].OK || !r.Checks[1].OK {
		t.Errorf("%s\n%+v", r.Proposal, r.Checks)
	}
	w.do("R1", "approve", "bob", "")
	w.after(time.Minute)
	w.wants("R1", Approved, "")
	w.pool["Qzone/photo"] = true
	w.after(time.Minute)
	w.wants("R1", Done, "the pool has the service Qzone/photo")
}

func TestAChangeLiesWhereItsModulesDo(t *testing.T) {
	w := newWorld(t, approvers)
	change := func(inputs map[string]any) Ask {
		return Ask{Kind: KindChange, Who: "ann", Why: "slow", Form: Form{Change: &Change{Flow: "restart", Inputs: inputs}}}
	}
	f := func(inputs map[string]any, path string) {
		t.Helper()
		if r := w.ask(change(inputs)); r.Path != path {
			t.Errorf("%v lies in %q; want %q", inputs, r.Path, path)
		}
	}
	f(map[string]any{"module": "Qzone/cart"}, "Qzone/cart")
	f(map[string]any{"module": "Qzone/cart", "others": []any{"Qzone/web"}}, "Qzone")
	f(map[string]any{"module": "Qzone/cart", "others": []any{"QQ/push"}}, "")
	w.Use(touching{w.engine, []string{"Qzone/web"}, nil})
	f(map[string]any{"module": "Qzone/cart"}, "Qzone")
	w.Use(touching{w.engine, nil, nil})
	f(map[string]any{"module": "Qzone/cart"}, "")
	w.Use(touching{w.engine, nil, errors.New("how: want a text, got 3")})
	if _, err := w.Open(t.Context(), change(map[string]any{"module": "Qzone/cart"})); err == nil || !strings.Contains(err.Error(), "change.inputs: how: want a text") {
		t.Error(err)
	}
	w.Use(w.engine)
	w.do("R1", "approve", "qi", "")
	w.after(time.Second)
	if r := w.wants("R1", Running, ""); r.Flow != "restart" || w.engine.runs["run1"].Inputs["module"] != "Qzone/cart" {
		t.Errorf("%+v", r)
	}
}

func TestAllFaultsAtOnce(t *testing.T) {
	w := newWorld(t, "")
	f := func(a Ask, want ...string) {
		t.Helper()
		_, err := w.Open(t.Context(), a)
		phrasestest.Refusal(t, err)
		var list faults.List
		if !errors.As(err, &list) || len(list) != len(want) {
			t.Fatalf("%v; want %q", err, want)
		}
		for i, words := range want {
			if !strings.Contains(list[i], words) {
				t.Errorf("%s; want %s", list[i], words)
			}
		}
	}
	f(Ask{}, "who: want 1 to 200", "why: want", `kind: want one of machines, business, access, change, got ""`)
	f(Ask{Kind: KindMachines, Who: "a", Why: "b"}, "machines: want what is asked for")
	f(Ask{Kind: KindMachines, Who: "a", Why: "b", Form: Form{Machines: &Machines{Module: "a//b", NeededBy: "soon", Nodes: []string{"x", "x"}}, Access: &Access{}}},
		"access: is not asked for", "machines.module", "machines.devices: want 1 to 100000, got 0", `machines.needed_by: want a day as 2026-12-24, got "soon"`, "machines.nodes[1]", "machines.nodes: want as many")
	f(Ask{Kind: KindMachines, Who: "a", Why: "b", Form: Form{Machines: &Machines{Module: "a", Devices: 1, NeededBy: "2026-11-21"}}}, "from today on")
	f(Ask{Kind: KindAccess, Who: "a", Why: "b", Form: Form{Access: &Access{Role: "god", Until: evening.AddDate(1, 0, 0)}}}, "access.role", "within 90 days")
	f(Ask{Kind: KindAccess, Who: "a", Why: "b", Form: Form{Access: &Access{Role: "viewer", Until: evening}}}, "a time to come")
	f(Ask{Kind: KindBusiness, Who: "a", Why: "b", Form: Form{Business: &Business{Module: "Qzone"}}}, "a name for each of business/module")
	f(Ask{Kind: KindBusiness, Who: "a", Why: "b", Form: Form{Business: &Business{Module: "Qzone/p"}}}, "either a command or an image")
	f(Ask{Kind: KindBusiness, Who: "a", Why: "b", Form: Form{Business: &Business{Module: "Qzone/p", Command: []string{"/p"}, CPUPercent: 300, PortFrom: 9, PortTo: 2}}},
		"business: ports.to: want from and to", "business: limits.cpu_percent")
	f(Ask{Kind: KindChange, Who: "a", Why: "b", Form: Form{Change: &Change{Flow: "none"}}}, "change.flow")
	f(Ask{Kind: KindChange, Who: "a", Why: "b", Form: Form{Change: &Change{Flow: "restart", Inputs: map[string]any{"how": "loud", "password": "x", "speed": 1}}}},
		"change.inputs.module: is needed", "change.inputs.how: want one of [soft hard], got loud", "change.inputs.password: a secret", "change.inputs.speed: flow restart has no such input")
	if _, err := w.Do(t.Context(), Order{ID: "R1", Action: "bless", Nodes: []string{"a"}}); err == nil || strings.Count(err.Error(), "\n") != 2 {
		t.Error(err)
	}
	w.refused("R9", "approve", "ann", "", state.ErrNoRequest, "")
	w.refused("RR1", "approve", "ann", "", state.ErrNoRequest, "")
}

func TestDraft(t *testing.T) {
	w := newWorld(t, "requests: {auto_approve: [{kind: machines, within_forecast: true}], access_at_most: 7d}")
	d, err := w.Draft(t.Context(), KindMachines, "Qzone/cart")
	must(t, err)
	if m := d.Machines; m.Devices != 6 || m.NeededBy != "2026-12-22" || m.Forecast.Reason != "20 devices: request 6." || d.Rule == "" {
		t.Errorf("%+v, %+v", m, d)
	}
	if d, err := w.Draft(t.Context(), KindAccess, "Qzone"); err != nil || d.Access.Until.Sub(evening) > 7*24*time.Hour || !d.Checks[0].OK {
		t.Errorf("%+v, %v", d, err)
	}
	for _, kind := range []Kind{KindBusiness, KindChange} {
		if _, err := w.Draft(t.Context(), kind, "Qzone/new"); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
	if found, err := w.Find(t.Context(), Query{}); err != nil || len(found) != 0 {
		t.Errorf("a draft was kept: %v, %v", found, err)
	}
	for _, kind := range []Kind{KindMachines, KindBusiness} {
		if d, err := w.Draft(t.Context(), kind, ""); err != nil || len(d.Checks) > 0 {
			t.Errorf("a draft of %s for no module yet is told %v, %v; want nothing", kind, d.Checks, err)
		}
	}
}

func TestWhatCannotBeToldIsToldLater(t *testing.T) {
	w := newWorld(t, "")
	w.deaf = errors.New("connection refused")
	w.ask(machines("ann", 1))
	w.after(time.Second)
	w.deaf = nil
	w.restart()
	w.after(time.Second)
	w.wantTold("Request R1 is open: 1 machine for Qzone/cart by 2026-12-24 → anyone but who asks")
	w.after(time.Hour)
	w.wantTold()
	w.deaf = errors.New("gone for good")
	w.do("R1", "comment", "bob", "hm")
	w.after(time.Second)
	w.now = w.now.Add(giveUp)
	w.after(time.Second)
	w.deaf = nil
	w.after(time.Hour)
	w.wantTold()
}
