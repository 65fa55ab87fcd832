package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"headroom/alerting/chat"
	"headroom/alerting/heal"
	"headroom/scaler/flow"
	"headroom/scaler/request"
	"headroom/storage/fleet"
)

// changing is a server with flows of its own, whose engine runs.
type changing struct {
	*server
	t      *testing.T
	dir    string
	stop   context.CancelFunc
	parked chan struct{}
}

const restartFlow = `
name: restart
title: Restart
inputs:
- {name: module, type: module, required: true}
- {name: node, type: node}
- {name: wait, type: bool}
steps:
- {id: ask, tool: approval, when: inputs.wait, with: {question: "now?"}}
- {id: say, tool: no-op, with: {says: "restart ${inputs.module} on ${inputs.node}"}}
- {id: look, tool: http, when: inputs.node == "broken", with: {url: "ftp://nowhere"}}
`

const flowConfig = `
timezone: UTC
hierarchy: [business, module]
flows:
  dir: flows
  schedules: [{name: weekly, flow: restart, cron: "0 2 * * SUN", inputs: {module: shop/web, wait: false}}]
`

func newChanging(t *testing.T) *changing {
	t.Helper()
	s := &changing{t: t, dir: t.TempDir()}
	s.write("headroom.yml", flowConfig)
	s.write("flows/restart.yaml", restartFlow+"on_failure: stop\n")
	s.start()
	t.Cleanup(s.end)
	return s
}

func (s *changing) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *changing) write(name, text string) {
	s.t.Helper()
	path := filepath.Join(s.dir, name)
	s.must(os.MkdirAll(filepath.Dir(path), 0o755))
	s.must(os.WriteFile(path, []byte(text), 0o644))
}

func (s *changing) start() {
	s.t.Helper()
	opts := serveOptions{configFile: filepath.Join(s.dir, "headroom.yml"), storagePath: filepath.Join(s.dir, "data"), retention: 24 * time.Hour}
	cfg, err := opts.config()
	s.must(err)
	s.server, err = newServer(opts, cfg, slog.New(slog.DiscardHandler))
	s.must(err)
	ctx, stop := context.WithCancel(context.Background())
	s.stop, s.parked = stop, make(chan struct{})
	go func() { defer close(s.parked); _ = s.flows.engine.Run(ctx) }()
}

func (s *changing) end() {
	s.stop()
	<-s.parked
	s.must(s.close())
}

func TestHealingRunsAFlow(t *testing.T) {
	s := newChanging(t)
	f := func(r heal.FlowRun, want string, ok bool) {
		t.Helper()
		told, err := healFlows{&s.flows}.Run(t.Context(), r)
		if err != nil {
			told = err.Error()
		}
		if (err == nil) != ok || !strings.Contains(told, want) {
			t.Errorf("%+v: %q", r, told)
		}
	}
	target := heal.Target{Module: "shop/web", Node: "n1"}
	f(heal.FlowRun{Heal: "a.1", Alarm: "a", Flow: "restart", Target: target}, "of flow restart is done", true)
	f(heal.FlowRun{Heal: "a.1", Alarm: "a", Flow: "restart", Target: target}, "of flow restart is done", true) // the same run
	f(heal.FlowRun{Heal: "a.2", Alarm: "a", Flow: "restart", Target: heal.Target{Module: "shop/web", Node: "broken"}}, "is failed: ", false)
	f(heal.FlowRun{Heal: "a.3", Alarm: "a", Flow: "restart", Inputs: map[string]string{"module": "shop/web", "wait": "true"}}, "waits for a person: ", false)
	f(heal.FlowRun{Heal: "a.4", Alarm: "a", Flow: "none"}, "no such flow", false)
	f(heal.FlowRun{Heal: "a.5", Alarm: "a", Flow: "restart"}, "input module: it is required", false)
	runs, n, err := s.flows.engine.List(t.Context(), flow.Query{Source: "heal", SourceID: "a"})
	s.must(err)
	if n != 3 || runs[2].Module != "" || runs[2].Inputs["node"] != "n1" || runs[2].Who != "healing" {
		t.Errorf("%d runs: %+v", n, runs)
	}
}

func TestChatStartsAFlow(t *testing.T) {
	s := newChanging(t)
	s.page = "http://headroom/"
	c := chatFlows{s.server}
	told, err := c.Run(t.Context(), chat.FlowRun{Flow: "restart", Words: []string{"shop/web", "node=n1", "it", "leaks"}, Who: "ann"})
	s.must(err)
	runs, _, err := s.flows.engine.List(t.Context(), flow.Query{})
	s.must(err)
	if len(runs) != 1 || runs[0].Why != "it leaks" || runs[0].Who != "ann" || runs[0].Inputs["module"] != "shop/web" || runs[0].Inputs["node"] != "n1" {
		t.Fatalf("runs %+v", runs)
	}
	if !strings.HasSuffix(told, ": http://headroom/runs/"+runs[0].ID) {
		t.Errorf("told %q", told)
	}
	if _, err := c.Run(t.Context(), chat.FlowRun{Flow: "restrt", Who: "ann"}); err == nil || !strings.Contains(err.Error(), "restart") {
		t.Errorf("error %v", err)
	}

	// To whom a part of the tree belongs, that part is open and nothing else.
	shop := func(p fleet.Path) bool { return p.Under(fleet.Path{"shop"}) }
	f := func(want string, words ...string) {
		t.Helper()
		_, err := c.Run(t.Context(), chat.FlowRun{Flow: "restart", Words: words, Who: "ben", May: shop})
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%v: %v; want %q", words, err, want)
		}
	}
	f("", "shop/web")
	f(`"mail/web" is not yours`, "mail/web")
	f("name a module of yours")
	f("machines are others' too", "shop/web", "node=n1")
}

// A step asks people by their names or groups.
func TestGroupsAnswerSteps(t *testing.T) {
	s := newChanging(t)
	s.write("headroom.yml", flowConfig+"requests: {groups: {oncall: [ann]}}\n")
	s.write("flows/ask.yaml", `
name: ask
title: Ask
on_failure: stop
steps: [{id: ask, tool: approval, with: {question: "now?", who: ["group:oncall", "user:bob"]}}]
`)
	s.must(s.reload(t.Context()))
	for _, o := range []flow.Order{{Who: "ann"}, {Who: "bob"}, {Who: "cai", Groups: []string{"oncall"}}} {
		r, err := s.flows.engine.Start(t.Context(), flow.Start{Flow: "ask", Who: "ann"})
		s.must(err)
		_, err = s.flows.await(t.Context(), r.ID, func(st flow.State) bool { return st == flow.Waiting })
		s.must(err)
		o.Run, o.Step, o.Action = r.ID, "ask", "approve"
		stranger := o
		stranger.Who, stranger.Groups = "eve", []string{"web"}
		if _, err := s.flows.engine.Order(t.Context(), stranger); !errors.Is(err, flow.ErrConflict) {
			t.Errorf("a stranger answers: %v", err)
		}
		if _, err := s.flows.engine.Order(t.Context(), o); err != nil {
			t.Error(err)
		}
	}
}

// A list of modules is no way round what is somebody's.
func TestChatStartsNothingElsewhere(t *testing.T) {
	s := newChanging(t)
	s.write("flows/many.yaml", `
name: many
title: Many
inputs: [{name: module, type: module, required: true}, {name: more, type: list, of: module}]
on_failure: stop
steps: [{id: say, tool: no-op}]
`)
	s.must(s.reload(t.Context()))
	may := func(p fleet.Path) bool { return p.Under(fleet.Path{"shop"}) }
	_, err := chatFlows{s.server}.Run(t.Context(), chat.FlowRun{Flow: "many", Words: []string{"shop/web", "more=shop/a,bank/pay"}, Who: "ben", May: may})
	if err == nil || !strings.Contains(err.Error(), "not yours") {
		t.Error(err)
	}
	_, err = chatFlows{s.server}.Run(t.Context(), chat.FlowRun{Flow: "many", Words: []string{"shop/web", "more=shop/a, shop/b"}, Who: "ben", May: may})
	s.must(err)
}

// Where roles count a chat is no way round them.
func TestChatDecidesByRole(t *testing.T) {
	s := newChanging(t)
	s.write("token", "a-token-that-is-long-enough")
	s.write("headroom.yml", flowConfig+"access: {admin_token_file: token, grants: [{subject: 'user:ben', role: operator}, {subject: 'chat:cai', role: admin, path: shop}]}\n")
	s.must(s.reload(t.Context()))
	for range 2 {
		_, err := s.requests.Open(t.Context(), request.Ask{Kind: request.KindAccess, Who: "ann", Why: "duty", Form: request.Form{
			Access: &request.Access{Role: "admin", Path: "shop", Until: time.Now().Add(time.Hour)},
		}})
		s.must(err)
	}
	c := chatRequests{s.server}
	if _, err := c.Decide(t.Context(), "R1", true, "ben", ""); err == nil || !strings.Contains(err.Error(), "role admin") {
		t.Errorf("an operator gives the role of an admin: %v", err)
	}
	if _, err := c.Decide(t.Context(), "R1", true, "cai", ""); err != nil {
		t.Error(err)
	}
}

func TestConfiguredSchedulesStayAsTheyAre(t *testing.T) {
	s := newChanging(t)
	schedules := func() (all []flow.Schedule) {
		t.Helper()
		all, err := s.flows.engine.Schedules(t.Context())
		s.must(err)
		return all
	}
	first := schedules()
	if len(first) != 1 || first[0].ID != "config-weekly" || first[0].Next.IsZero() {
		t.Fatalf("schedules %+v", first)
	}
	s.end()
	s.start()
	if now := schedules(); len(now) != 1 || !now[0].Created.Equal(first[0].Created) {
		t.Errorf("after a restart %+v", now)
	}

	// A reload brings another time, a flow's new text and a faulty neighbour.
	s.write("headroom.yml", strings.Replace(flowConfig, "0 2", "0 3", 1))
	s.write("flows/restart.yaml", strings.Replace(restartFlow, "title: Restart", "title: Restart all", 1))
	s.write("flows/faulty.yaml", "name: faulty\nsteps: none\n")
	s.must(s.reload(t.Context()))
	doc, err := s.flows.Flow("restart")
	s.must(err)
	if now := schedules(); now[0].Next.Hour() != 3 || doc.Title != "Restart all" {
		t.Errorf("after a reload %+v, %s", now, doc.Title)
	}
	if e, _ := s.flows.shelf.Library().Find("faulty"); len(e.Faults) == 0 {
		t.Errorf("faulty is %+v", e)
	}

	// One that cannot be read leaves everything in force, and one without schedules ends them.
	s.write("headroom.yml", strings.Replace(flowConfig, "dir: flows", "dir: nowhere", 1))
	if err := s.reload(t.Context()); err == nil || !strings.Contains(err.Error(), "flows.dir") {
		t.Errorf("error %v", err)
	}
	if _, err := s.flows.Flow("restart"); err != nil {
		t.Error(err)
	}
	s.write("headroom.yml", strings.Split(flowConfig, "  schedules")[0])
	s.must(s.reload(t.Context()))
	if now := schedules(); len(now) != 0 {
		t.Errorf("schedules %+v", now)
	}
}
