package api

import (
	"bufio"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"headroom/scaler/flow"
	"headroom/scaler/flow/builtin"
	"headroom/scaler/flow/library"
	"headroom/scaler/flow/tool"
	"headroom/storage/state"
)

const helloFlow = `
name: hello
title: Say hello
description: Says hello to a module.
inputs:
- {name: module, type: module, required: true}
- {name: times, type: int, default: 1, values: [1, 2]}
- {name: password, type: string, secret: true}
lock: {module: inputs.module}
steps:
- {id: ask, tool: approval, with: {question: "hello to ${inputs.module}?"}}
- id: each
  for_each: "[1, 2]"
  as: n
  steps:
  - {id: say, tool: no-op, with: {says: "hello ${inputs.module}, ${n}"}}
- {id: break, tool: breaks, skippable: true}
`

// breaks fails until it is told otherwise.
type breaks struct{}

func (breaks) Describe() tool.Description {
	return tool.Description{Name: "breaks", Title: "Break", Doc: "Fails.", Repeatable: true, Inputs: []tool.Parameter{{Name: "well", Type: "bool", Doc: "It does not."}}, Source: "test"}
}

func (breaks) Run(_ context.Context, c *tool.Call) (tool.Outputs, error) {
	if c.Inputs["well"] == true {
		return nil, nil
	}
	return nil, tool.Final(context.DeadlineExceeded)
}

// flowing is a server with an engine that runs.
type flowing struct {
	*Server
	t      *testing.T
	engine *flow.Engine
}

func newFlowing(t *testing.T, limits flow.Limits) *flowing {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	db, err := state.Open(filepath.Join(t.TempDir(), "flows.db"))
	must(err)
	t.Cleanup(func() { _ = db.Close() })
	log := slog.New(slog.DiscardHandler)
	shelf := library.NewShelf(library.Sources{
		Shipped: fstest.MapFS{"hello.yml": {Data: []byte(helloFlow)}, "faulty.yml": {Data: []byte("name: faulty\ntitle: Faulty\nsteps:\n- {id: a, tool: none}\n")}},
		Tools:   append(builtin.New(builtin.Options{}), breaks{}), Replaceable: builtin.IsHook, Logger: log,
	})
	must(shelf.Load(t.Context(), "", ""))
	engine, err := flow.New(t.Context(), flow.Options{
		DB: db, Tools: shelf.Catalog(), Flows: shelf.Library().Flows(), Limits: limits, Registerer: prometheus.NewRegistry(), Logger: log,
		Windows: []flow.Window{{Name: "night", Cron: "0 1 * * *", Duration: time.Hour}},
	})
	must(err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); _ = engine.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-ended })
	o, _ := options(t)
	o.Flows, o.Library = engine, shelf
	return &flowing{New(o), t, engine}
}

// post sends a body and returns the answer's status and data.
func (s *flowing) post(path, body string) (int, string) {
	s.t.Helper()
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	if strings.HasSuffix(path, "/check") {
		r.Header.Set("Content-Type", "application/yaml")
	}
	w := ask(s.t, s.Server, r)
	return w.Code, w.Body.String()
}

func (s *flowing) data(path string, into any) {
	s.t.Helper()
	w := get(s.t, s.Server, path)
	answer := struct{ Data any }{into}
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || w.Code != http.StatusOK {
		s.t.Fatalf("%s: %d %s", path, w.Code, w.Body)
	}
}

// until waits for a run to come to a state.
func (s *flowing) until(id string, state flow.State) (r flow.Run) {
	s.t.Helper()
	for range 2000 {
		s.data("/api/v1/runs/"+id, &r)
		if r.State == state {
			return r
		}
		time.Sleep(5 * time.Millisecond)
	}
	s.t.Fatalf("run %s is %s: %s", id, r.State, r.Reason)
	return r
}

func (s *flowing) start(body string) (r flow.Run) {
	s.t.Helper()
	code, text := s.post("/api/v1/flows/hello/runs", body)
	answer := struct{ Data *flow.Run }{&r}
	if err := json.Unmarshal([]byte(text), &answer); err != nil || code != http.StatusOK {
		s.t.Fatalf("%d %s", code, text)
	}
	return r
}

func TestFlowsAreListedWithTheirFaults(t *testing.T) {
	s := newFlowing(t, flow.Limits{})
	var flows []flowData
	s.data("/api/v1/flows", &flows)
	if len(flows) != 2 || flows[0].Name != "faulty" || len(flows[0].Faults) == 0 || flows[0].Faults[0].Line != 4 || len(flows[1].Faults) != 0 || len(flows[1].Inputs) != 3 {
		t.Errorf("flows %+v", flows)
	}
	var one flowDetail
	s.data("/api/v1/flows/hello", &one)
	if one.Document == nil || one.Text != helloFlow || one.Source != "shipped" {
		t.Errorf("flow %+v", one)
	}
	if code, text := s.post("/api/v1/flows/check", helloFlow); code != http.StatusOK || !strings.Contains(text, `"faults":[]`) {
		t.Errorf("%d %s", code, text)
	}
	if code, text := s.post("/api/v1/flows/check", "name: x\nstep: 1\n"); code != http.StatusOK || !strings.Contains(text, `"line":2,"key":"step"`) {
		t.Errorf("%d %s", code, text)
	}
	if code, _ := s.post("/api/v1/flows/check", strings.Repeat("# a long comment\n", 20_000)); code != http.StatusRequestEntityTooLarge {
		t.Errorf("%d", code)
	}
	var tools toolsData
	s.data("/api/v1/tools", &tools)
	if len(tools.Tools) != len(builtin.New(builtin.Options{}))+1 || len(tools.Refused) != 0 {
		t.Errorf("tools %+v", tools)
	}
}

func TestRunIsWatchedAndOrdered(t *testing.T) {
	s := newFlowing(t, flow.Limits{})
	r := s.start(`{"inputs": {"module": "shop/web", "password": "s3cr3t"}, "who": "ann", "why": "to try"}`)
	r = s.until(r.ID, flow.Waiting)
	steps := "/api/v1/runs/" + r.ID + "/steps/"
	if r.Inputs["password"] != "***" || r.Steps[0].May[0] != "approve" {
		t.Errorf("run %+v", r)
	}
	if code, text := s.post(steps+"ask", `{"action": "approve", "who": "ben"}`); code != http.StatusOK {
		t.Fatalf("%d %s", code, text)
	}
	r = s.until(r.ID, flow.Waiting)
	for range 400 {
		if r.Steps[len(r.Steps)-1].State == flow.StepFailed {
			break
		}
		time.Sleep(5 * time.Millisecond)
		r = s.until(r.ID, flow.Waiting)
	}

	// The form of a retry has what the tool was not given, too.
	if newest := r.Steps[len(r.Steps)-1].Attempts[0]; len(newest.Inputs) != 1 || newest.Inputs["well"] != "" {
		t.Errorf("inputs %v", newest.Inputs)
	}

	// A step of an element has a slash in its path.
	var log flow.Log
	s.data(steps+url.PathEscape("each[1]/say")+"/log", &log)
	if log.Text != "hello shop/web, 2\n" || log.Attempt != 1 {
		t.Errorf("log %+v", log)
	}
	if w := get(t, s.Server, steps+"none/log"); w.Code != http.StatusNotFound {
		t.Errorf("%d %s", w.Code, w.Body)
	}

	// Of two people who retry the same attempt one is told that it has moved on.
	codes := map[int]int{}
	for range 2 {
		code, text := s.post(steps+"break", `{"action": "retry", "attempt": 1, "inputs": {"well": ""}, "who": "ann"}`)
		codes[code]++
		if code == http.StatusConflict && !strings.Contains(text, "not possible now") {
			t.Errorf("%s", text)
		}
	}
	if codes[http.StatusOK] != 1 || codes[http.StatusConflict] != 1 {
		t.Errorf("answers %v", codes)
	}
	if code, text := s.post(steps+"break", `{"action": "dance"}`); code != http.StatusBadRequest || !strings.Contains(text, "want one of retry, skip, approve, reject") {
		t.Errorf("%d %s", code, text)
	}
	for range 400 {
		if r = s.until(r.ID, flow.Waiting); len(r.Steps[len(r.Steps)-1].Attempts) == 2 {
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	if code, text := s.post(steps+"break", `{"action": "retry", "inputs": {"wel": true}}`); code != http.StatusBadRequest || !strings.Contains(text, "wel") {
		t.Errorf("%d %s", code, text)
	}
	if code, text := s.post(steps+"break", `{"action": "skip", "why": "not needed", "who": "ann"}`); code != http.StatusOK {
		t.Errorf("%d %s", code, text)
	}
	r = s.until(r.ID, flow.Done)
	if n := len(r.Actions); n != 3 || r.Actions[2].What != "skip" || r.Actions[2].Why != "not needed" {
		t.Errorf("actions %+v", r.Actions)
	}
	if code, _ := s.post("/api/v1/runs/"+r.ID, `{"action": "cancel", "why": "late"}`); code != http.StatusConflict {
		t.Errorf("cancelled a run that is over: %d", code)
	}
}

func TestFaultsOfAStart(t *testing.T) {
	s := newFlowing(t, flow.Limits{Open: 1})
	f := func(path, body string, code int, want ...string) {
		t.Helper()
		got, text := s.post(path, body)
		for _, w := range want {
			if !strings.Contains(text, w) {
				t.Errorf("%s %s: %s; want %q", path, body, text, w)
			}
		}
		if got != code {
			t.Errorf("%s %s: %d %s; want %d", path, body, got, text, code)
		}
	}
	f("/api/v1/flows/hello/runs", `{"inputs": {"times": 3, "nodes": []}}`, 400, "input module: it is required", "input times: want one of 1, 2", "nodes")
	f("/api/v1/flows/hello/runs", `{"input": {}}`, 400, "unknown field")
	f("/api/v1/flows/faulty/runs", `{}`, 404, "no such flow that can be started", "faults: ", "headroom flow show faulty")
	f("/api/v1/flows/none/runs", `{}`, 404, `no such flow: \"none\"`)
	f("/api/v1/runs/none", `{"action": "pause"}`, 404, "no such run")
	s.start(`{"inputs": {"module": "shop/web"}}`)
	f("/api/v1/flows/hello/runs", `{"inputs": {"module": "shop/db"}}`, 429, "1 runs are open, which is the most")
}

func TestDryRunAndPages(t *testing.T) {
	s := newFlowing(t, flow.Limits{})
	r := s.start(`{"inputs": {"module": "shop/web"}, "dry_run": true}`)
	if !r.Dry || !r.State.Over() || r.Steps[0].Attempts[0].Plan != "would ask a person: hello to shop/web?" {
		t.Errorf("run %+v", r)
	}
	for _, module := range []string{"shop/web", "shop/db", "mail/web"} {
		s.start(`{"inputs": {"module": "` + module + `"}}`)
	}
	var page runsData
	s.data("/api/v1/runs?path=shop&open=true&limit=1&offset=1", &page)
	if page.Total != 2 || len(page.Runs) != 1 || page.Runs[0].Module != "shop/web" {
		t.Errorf("page %+v", page)
	}
	s.data("/api/v1/flows/hello/runs", &page)
	if page.Total != 4 {
		t.Errorf("page %+v", page)
	}
	if w := get(t, s.Server, "/api/v1/runs?state=lost"); w.Code != http.StatusBadRequest {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestSchedules(t *testing.T) {
	s := newFlowing(t, flow.Limits{})
	code, text := s.post("/api/v1/schedules", `{"flow": "hello", "inputs": {"module": "shop/web"}, "cron": "0 2 * * SUN", "window": "night", "why": "weekly"}`)
	if code != http.StatusOK {
		t.Fatalf("%d %s", code, text)
	}
	if code, text = s.post("/api/v1/schedules", `{"id": "config-weekly", "flow": "hello", "inputs": {"module": "shop/web"}, "cron": "@daily"}`); code != http.StatusConflict || !strings.Contains(text, "flows.schedules") {
		t.Errorf("%d %s", code, text)
	}
	if code, text = s.post("/api/v1/schedules", `{"flow": "hello", "cron": "at two", "window": "day"}`); code != http.StatusBadRequest || !strings.Contains(text, "input module") || !strings.Contains(text, `window \"day\"`) {
		t.Errorf("%d %s", code, text)
	}
	var d schedulesData
	s.data("/api/v1/schedules", &d)
	if len(d.Schedules) != 1 || d.Schedules[0].Next.IsZero() || len(d.Windows) != 1 || d.Windows[0].Duration != 3600 {
		t.Fatalf("schedules %+v", d)
	}
	for _, want := range []int{http.StatusOK, http.StatusNotFound} {
		w := ask(t, s.Server, httptest.NewRequest(http.MethodDelete, "/api/v1/schedules/"+d.Schedules[0].ID, nil))
		if w.Code != want {
			t.Errorf("%d %s; want %d", w.Code, w.Body, want)
		}
	}
}

func TestLiveTellsOfRuns(t *testing.T) {
	s := newFlowing(t, flow.Limits{})
	srv := httptest.NewServer(s.Handler())
	defer srv.Close()
	defer s.Close()
	resp, err := srv.Client().Get(srv.URL + "/api/v1/live")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	stream := bufio.NewScanner(resp.Body)
	event(t, stream) // the snapshot: it listens
	r := s.start(`{"inputs": {"module": "shop/web"}}`)
	s.until(r.ID, flow.Waiting)
	want := `event: runs` + "\n" + `data: {"changed":[{"run":"` + r.ID + `","state":"waiting"}],"more":false}`
	if got := event(t, stream); got != want && event(t, stream) != want { // a second may end in between
		t.Errorf("event %s", got)
	}
}
