package main

import (
	"bytes"
	"errors"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kingpin/v2"

	"headroom/scaler/flow"
	"headroom/scaler/flow/document"
)

const (
	cannedFlow = `{"name":"expand-module","title":"Expand a module","description":"More\u001b[31m of it","source":"shipped","faults":[],
		"inputs":[{"name":"module","type":"module","title":"Module","required":true},{"name":"nodes","type":"list","of":"node","title":"Nodes"},{"name":"count","type":"int","default":1}],
		"text":"name: expand-module\n\tx\u001b[31m\n","document":{"name":"expand-module","title":"","inputs":null,"lock":{},"on_failure":"wait","wait_at_most":"0s","timeout":"0s",
		"steps":[{"id":"facts","title":"Look","tool":"module-facts","when":"inputs.count > 1"},{"id":"prepare","for_each":"inputs.nodes","steps":[{"id":"install","tool":"install-package"}]},
			{"id":"side","branches":[{"id":"left","steps":[{"id":"a","tool":"no-op"}]}]}]}}`
	cannedRun = `{"id":"r1","flow":"expand-module","version":"1","module":"shop/cart","nodes":["n1"],"inputs":{},"source":{"kind":"request","id":"q7"},"who":"ann","why":"peak\u001b[31m",
		"state":"waiting","reason":"step install has failed","created":"2026-11-22T12:00:00Z","progress":{"total":5,"over":2,"failed":1},
		"steps":[{"path":"facts","id":"facts","tool":"module-facts","state":"done","started":"2026-11-22T12:00:00Z","ended":"2026-11-22T12:00:01.26Z","attempts":[{"n":1,"inputs":{},"began":"2026-11-22T12:00:00Z","ended":"2026-11-22T12:00:01.26Z","state":"done","plan":"would look"}]},
			{"path":"prepare[0]/install","id":"install","tool":"install-package","title":"Install","state":"failed","reason":"no such package\u001b[31m","may":["retry","skip"],"attempts":[{"n":1,"inputs":{},"began":"2026-11-22T12:00:00Z","state":"failed"},{"n":2,"inputs":{},"began":"2026-11-22T12:00:00Z","state":"failed"}]},
			{"path":"start","id":"start","tool":"workers","state":"pending"}],
		"actions":[{"at":"2026-11-22T12:05:00Z","who":"bob","what":"retry","step":"prepare[0]/install","why":"again"}]}`
)

// flowAPI answers with one flow and one run of it.
func flowAPI(t *testing.T) (*canned, *client, *bytes.Buffer) {
	api := &canned{answers: map[string]string{
		"GET flows":                     ok(`[` + cannedFlow + `,{"name":"bad","title":"","description":"","source":"bad.yaml","inputs":[],"faults":[{"line":3,"key":"steps","problem":"none"}]}]`),
		"GET flows/expand-module":       ok(cannedFlow),
		"POST flows/expand-module/runs": ok(cannedRun),
		"GET runs":                      ok(`{"runs":[` + cannedRun + `],"total":2}`),
		"GET runs/r1":                   ok(cannedRun),
	}}
	srv := httptest.NewServer(api)
	t.Cleanup(srv.Close)
	out := &bytes.Buffer{}
	return api, &client{server: srv.URL, out: out}, out
}

func TestFlowCommands(t *testing.T) {
	api, cl, out := flowAPI(t)
	f := func(c flowCommand, do func(*flowCommand) error, wants ...string) {
		t.Helper()
		out.Reset()
		c.client, c.name = cl, "expand-module"
		if err := do(&c); err != nil {
			t.Fatal(err)
		}
		lacks(t, out.String(), wants...)
	}
	f(flowCommand{}, (*flowCommand).list, "expand-module  Expand a module  shipped   module [nodes] [count]", "cannot be started, faults: 1")
	f(flowCommand{}, (*flowCommand).show, "expand-module: Expand a module (shipped)", "list of node", "must be given", "for each of inputs.nodes", "  install", "a branch", "inputs.count > 1")
	f(flowCommand{yaml: true}, (*flowCommand).show, "name: expand-module\n    x")
	f(flowCommand{json: true}, (*flowCommand).list, `"name":"bad"`)

	f(flowCommand{given: []string{"count=3", "nodes=a,b", `packages=[{"name":"nginx"}]`}, fixed: []string{"batch=2"}, start: flow.Start{Why: "peak"}}, (*flowCommand).begin,
		"Run r1 of expand-module is waiting: step install has failed\nWatch it by: headroom run watch r1")
	if want := `{"inputs":{"count":"3","nodes":"a,b","packages":[{"name":"nginx"}]},"constants":{"batch":"2"},"who":"` + me() + `","why":"peak","dry_run":false,"once":"","window":""}`; api.body != want {
		t.Errorf("sent %s; want %s", api.body, want)
	}
	f(flowCommand{start: flow.Start{Dry: true}}, (*flowCommand).begin, "would look", "[may: retry, skip]")
}

func TestInputsOnTheCommandLine(t *testing.T) {
	file := filepath.Join(t.TempDir(), "p.yaml")
	if err := os.WriteFile(file, []byte("- {name: nginx, version: '1.2'}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	values, err := named("--input", []string{"a=@" + file, "b=x=y", "c="})
	if err != nil || values["b"] != "x=y" || values["c"] != "" || len(values["a"].([]any)) != 1 {
		t.Errorf("%v %v", values, err)
	}
	for _, bad := range [][]string{{"a"}, {"=1"}, {"a=1", "a=2"}, {"a={x"}, {"a=@/none"}} {
		if v, err := named("--input", bad); err == nil || !strings.HasPrefix(err.Error(), "--input") {
			t.Errorf("%v: %v, %v", bad, v, err)
		}
	}
}

func TestRunCommands(t *testing.T) {
	api, cl, out := flowAPI(t)
	f := func(c runCommand, do func(*runCommand) error, query string, wants ...string) {
		t.Helper()
		out.Reset()
		c.client, c.run = cl, "r1"
		if err := do(&c); err != nil {
			t.Fatal(err)
		}
		if api.query != query {
			t.Errorf("asked for %s; want %s", api.query, query)
		}
		lacks(t, out.String(), wants...)
	}
	list := func(c *runCommand) error { return c.list(noon) }
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC).Local().Format(clock)
	f(runCommand{newest: newest{since: "2h", limit: 7}, flow: "x"}, list, "flow=x&from=2026-11-22T10%3A00%3A00Z&limit=7",
		at+"  waiting    2/5  expand-module  shop/cart on n1  ann  r1   step install has failed", "There are older ones")
	f(runCommand{newest: newest{since: "2h"}, open: true, search: "peak"}, list, "open=true&search=peak")
	f(runCommand{}, (*runCommand).show, "", "shop/cart on n1, started by ann (request q7) "+at, "done     1.3s      1", "failed             2  Install  no such package", "[may: retry, skip]", "bob  retry  prepare[0]/install  again")

	api.answers["GET runs/r1/steps/prepare[0]/install/log"] = ok(`{"run":"r1","step":"prepare[0]/install","attempt":2,"text":"E: none\u001b[31m\nend\n","cut":5}`)
	f(runCommand{step: "prepare[0]/install", attempt: 2}, (*runCommand).log, "attempt=2", "(5 bytes before are cut)", "\nend\n")
	f(runCommand{step: "prepare[0]/install", undo: true}, (*runCommand).log, "attempt=-1")
}

// Each command acts on its own arguments.
func TestRunOrders(t *testing.T) {
	api, cl, _ := flowAPI(t)
	api.answers["POST runs/r1"] = ok(cannedRun)
	api.answers["POST runs/r1/steps/prepare[0]/install"] = ok(cannedRun)
	f := func(body string, args ...string) {
		t.Helper()
		app := kingpin.New("headroom", "").Terminate(nil)
		addRun(app)
		if _, err := app.Parse(append(append([]string{"run"}, args...), "--server", cl.server)); err != nil {
			t.Errorf("%v: %v", args, err)
		}
		head, rest, _ := strings.Cut(api.body, `"who":"`+me()+`",`)
		if got := head + rest; got != body {
			t.Errorf("%v sent %s; want %s", args, got, body)
		}
	}
	step := "prepare[0]/install"
	f(`{"action":"retry","why":"","inputs":{"version":"2"},"constants":null,"attempt":2,"undo":false}`, "retry", "r1", step, "-i", "version=2", "--attempt", "2")
	if api.path != "runs/r1/steps/"+step {
		t.Errorf("asked for %s", api.path)
	}
	f(`{"action":"skip","why":"it is there","inputs":{},"constants":null,"attempt":0,"undo":false}`, "skip", "r1", step, "--why", "it is there")
	f(`{"action":"approve","why":"","inputs":{},"constants":null,"attempt":0,"undo":false}`, "approve", "r1", step)
	f(`{"action":"reject","why":"no","inputs":{},"constants":null,"attempt":0,"undo":false}`, "reject", "r1", step, "--why", "no")
	f(`{"action":"pause","why":"","inputs":{},"constants":null,"attempt":0,"undo":false}`, "pause", "r1")
	f(`{"action":"resume","why":"","inputs":{},"constants":null,"attempt":0,"undo":false}`, "resume", "r1")
	f(`{"action":"cancel","why":"wrong","inputs":{},"constants":null,"attempt":0,"undo":true}`, "cancel", "r1", "--why", "wrong", "--undo")
	f(`{"action":"constants","why":"","inputs":null,"constants":{"batch":"2"},"attempt":0,"undo":false}`, "constants", "r1", "batch=2")
	if api.path != "runs/r1" {
		t.Errorf("asked for %s", api.path)
	}
	delete(api.answers, "POST runs/r1")
	c := &runCommand{client: cl, run: "r1", order: flow.Order{Action: "pause"}}
	if err := c.send(); err == nil || err.Error() != "healing is not stopped" { // the words of the server that is played here
		t.Error(err)
	}
}

func TestAWatchedRunIsToldByItsChanges(t *testing.T) {
	w := watched{steps: map[string]string{}}
	run := &flow.Run{ID: "r", Flow: "f", State: flow.Running, Steps: []flow.Step{{Path: "a", Attempts: []flow.Attempt{{}}, State: flow.StepRunning}, {Path: "b", State: flow.StepPending}}}
	f := func(want ...string) {
		t.Helper()
		if got := strings.Join(w.news(run), "|"); got != strings.Join(want, "|") {
			t.Errorf("got %s; want %s", got, strings.Join(want, "|"))
		}
	}
	f("  a: running", "Run r of f is running")
	f()
	run.Steps[0].State, run.Steps[0].Started, run.Steps[0].Attempts[0].Ended = flow.StepDone, noon, noon.Add(2*time.Second)
	run.Steps[1].State, run.Steps[1].May = flow.StepWaiting, []string{"approve"}
	f("  a: done (2s)", "  b: waiting: [may: approve]")
	run.State, run.Reason = flow.Failed, "b was rejected"
	f("Run r of f is failed: b was rejected")
}

func TestCheckFlow(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return filepath.Join(dir, name)
	}
	good := write("good.yaml", "name: good\nsteps: [{id: a, branches: [{id: b, steps: [{id: c, tool: no-op}]}]}]\n")
	bad := write("bad.yaml", "name: bad\nsteps:\n- {id: a, tool: none}\n- {id: b, tool: no-op, with: {say: 1}}\n")
	all, err := filepath.Glob("../../scaler/flow/shipped/flows/*.yaml")
	if err := errors.Join(err, checkFlows(append(all, good), "")); err != nil || len(all) == 0 {
		t.Errorf("%d shipped flows: %v", len(all), err)
	}
	if err := checkFlows([]string{good, bad}, ""); err == nil || err.Error() != "faults: 2" {
		t.Error(err)
	}
	if err := checkFlows([]string{good, filepath.Join(dir, "none")}, ""); !os.IsNotExist(err) {
		t.Error(err)
	}
	p, err := document.Load([]byte("name: x\nsteps: [{id: a, branches: [{id: b, steps: [{id: c, tool: no-op}]}]}]"), "", catalogOf(t))
	if err != nil || countSteps(p.Flow().Steps) != 2 {
		t.Error(err)
	}
}

func catalogOf(t *testing.T) document.Tools {
	t.Helper()
	tools, err := describedTools("")
	if err != nil {
		t.Fatal(err)
	}
	return tools
}
