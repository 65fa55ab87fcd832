package shipped_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"headroom/scaler/flow"
	"headroom/scaler/flow/document"
	"headroom/scaler/flow/shipped"
	"headroom/scaler/flow/tool"
	"headroom/storage/state"
)

// stage has the shipped flows run by an engine in virtual time, with tools that have the
// real ones' descriptions and note what they are asked.
type stage struct {
	*testing.T
	engine  *flow.Engine
	answers map[string]tool.Outputs // by tool, over stand-ins of its outputs
	fails   func(c *tool.Call) error

	mu    sync.Mutex // protects the field below
	calls []string   // of tools that do something
}

// onStage runs a test.
func onStage(t *testing.T, test func(s *stage)) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "state.db")
	synctest.Test(t, func(t *testing.T) {
		db, err := state.Open(path)
		must(t, err)
		s := &stage{T: t, answers: map[string]tool.Outputs{}, fails: func(*tool.Call) error { return nil }}
		tools := tool.NewCatalog()
		for _, d := range catalog().Descriptions() {
			must(t, tools.Add(&noted{d, s}))
		}
		s.engine, err = flow.New(t.Context(), flow.Options{DB: db, Tools: tools, Flows: flows(t)})
		must(t, err)
		ctx, stop := context.WithCancel(context.Background())
		var loop sync.WaitGroup
		loop.Go(func() { _ = s.engine.Run(ctx) })
		test(s)
		stop()
		loop.Wait()
		must(t, db.Close())
	})
}

// noted is a tool that notes its calls.
type noted struct {
	tool.Description
	*stage
}

func (n *noted) Describe() tool.Description { return n.Description }

func (n *noted) Run(_ context.Context, c *tool.Call) (tool.Outputs, error) {
	out := document.Placeholders(n.Description)
	if n.Name == "value" {
		return tool.Outputs{"value": c.Inputs["value"]}, nil
	}
	for name, v := range n.answers[n.Name] {
		out[name] = v
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.calls = append(n.calls, n.Name+" "+said(c.Inputs))
	return out, n.fails(c)
}

// said are the inputs that tell calls apart.
func said(inputs map[string]any) string {
	var words []string
	for _, name := range []string{"node", "nodes", "name", "version", "target", "command", "address", "name_service", "workers", "state", "names", "ports", "url", "values", "question"} {
		if v := inputs[name]; v != nil && v != "" {
			words = append(words, fmt.Sprint(v))
		}
	}
	return strings.Join(words, " ")
}

// runs starts a flow and returns its run, once a time has passed.
func (s *stage) runs(name string, inputs map[string]any, lasts time.Duration) flow.Run {
	s.Helper()
	r, err := s.engine.Start(s.Context(), flow.Start{Flow: name, Inputs: inputs, Who: "ann", Why: "test"})
	must(s.T, err)
	time.Sleep(lasts)
	synctest.Wait()
	if r, err = s.engine.Get(s.Context(), r.ID); err != nil {
		s.Fatal(err)
	}
	return r
}

func (s *stage) want(r flow.Run, state flow.State, calls ...string) {
	s.Helper()
	if r.State != state {
		s.Errorf("run is %s (%s), want %s", r.State, r.Reason, state)
		for _, step := range r.Steps {
			s.Logf("%s %s %s", step.Path, step.State, step.Reason)
		}
	}
	got := make([]string, len(s.calls))
	for i := range got {
		got[i] = strings.TrimSpace(s.calls[i])
	}
	if !slices.Equal(got, calls) {
		s.Errorf("calls\n got %s\nwant %s", strings.Join(got, "\n     "), strings.Join(calls, "\n     "))
	}
}

func flows(t *testing.T) (all []*document.Flow) {
	t.Helper()
	files, err := fs.Glob(shipped.Flows(), "*.yaml")
	must(t, err)
	for _, file := range files {
		text, err := fs.ReadFile(shipped.Flows(), file)
		must(t, err)
		p, err := document.Load(text, file, catalog())
		must(t, err)
		all = append(all, p.Flow())
	}
	return all
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// facts are those of a module with some nodes.
func (s *stage) facts(workers int, nodes ...any) {
	s.answers["module-facts"] = tool.Outputs{"nodes": nodes, "workers": int64(workers), "serving": int64(workers), "mode": "apply"}
}

func TestAnExpansionHasItsWholeSequence(t *testing.T) {
	onStage(t, func(s *stage) {
		s.facts(4, "n9")
		s.answers["pool-nodes"] = tool.Outputs{"nodes": []any{"n9", "n1"}, "new_nodes": []any{"n1"}}
		s.answers["http"] = tool.Outputs{"body": map[string]any{"k": "fetched"}}
		r := s.runs("expand-module", map[string]any{
			"module": "shop/web", "count": 2, "ask": true, "reach": "db:5432", "configuration_url": "http://config/web",
			"packages":  []any{map[string]any{"name": "nginx", "version": "1.2"}, map[string]any{"name": "curl"}},
			"files":     []any{map[string]any{"source": "web", "target": "/srv/web"}},
			"templates": []any{map[string]any{"template": "web.conf", "target": "/etc/web.conf"}},
			"scripts":   []any{[]any{"/usr/bin/prepare", "now"}}, "processes": "nginx", "ports": "80", "url": "http://NODE/health", "keep": false,
		}, 0)
		s.want(r, flow.Done,
			"module-facts", "pool-nodes", "approval Expand shop/web by 2 workers, on n1?", "test-tcp n1 db:5432", "mute", "mute [n1]", "http http://config/web",
			"install-package n1 nginx 1.2", "install-package n1 curl", "sync-files n1 /srv/web", "write-template n1 /etc/web.conf map[k:fetched]",
			"node-command n1 [/usr/bin/prepare now]", "join-name-service [n1] first", "join-name-service [n1] second", "workers 6", "module-facts",
			"scan-processes n9 [nginx]", "scan-ports n9 [80]", "webhook", "test-http n9 http://n9/health", "run-tests n9", "run-tests [n9]",
			"workers 0", "unmute", "unmute")
	})
}

func TestAModuleThatIsNotInThePoolIsExpandedOnItsNewMachines(t *testing.T) {
	onStage(t, func(s *stage) {
		s.answers["module-facts"] = tool.Outputs{"nodes": []any{}, "workers": int64(0), "serving": int64(0), "mode": ""}
		r := s.runs("expand-module", map[string]any{"module": "shop/db", "nodes": "n1, n2", "scripts": []any{[]any{"/usr/bin/start"}}, "name_services": "one", "ports": "5432"}, 0)
		slices.Sort(s.calls[3:5]) // side by side
		slices.Sort(s.calls[7:9])
		slices.Sort(s.calls[10:12])
		s.want(r, flow.Done, "module-facts", "mute", "mute [n1 n2]", "node-command n1 [/usr/bin/start]", "node-command n2 [/usr/bin/start]",
			"join-name-service [n1 n2] one", "module-facts", "scan-ports n1 [5432]", "scan-ports n2 [5432]", "webhook",
			"run-tests n1", "run-tests n2", "run-tests [n1 n2]", "unmute", "unmute")
	})
}

func TestNamedMachinesGetAWorkerEach(t *testing.T) {
	onStage(t, func(s *stage) {
		s.facts(4, "n9")
		r := s.runs("expand-module", map[string]any{"module": "shop/web", "nodes": []any{"n1", "n2"}, "name_services": []any{}}, 0)
		s.want(r, flow.Done, "module-facts", "mute", "mute [n1 n2]", "workers 6", "module-facts", "webhook", "run-tests n9", "run-tests [n9]", "unmute", "unmute")
	})
}

func TestAnExpansionThatNeedsNoNewNodePreparesNone(t *testing.T) {
	onStage(t, func(s *stage) {
		s.facts(4, "n9")
		s.answers["pool-nodes"] = tool.Outputs{"nodes": []any{"n9"}, "new_nodes": []any{}}
		r := s.runs("expand-module", map[string]any{"module": "shop/web", "ask": true, "packages": []any{map[string]any{"name": "nginx"}}, "name_services": []any{}}, 0)
		s.want(r, flow.Done, "module-facts", "pool-nodes", "approval Expand shop/web by 1 worker?", "mute", "workers 5", "module-facts", "webhook", "run-tests n9", "run-tests [n9]", "unmute")
	})
}

func TestAModuleShrinksAndLeavesItsNameServices(t *testing.T) {
	onStage(t, func(s *stage) {
		s.facts(2, "n1")
		r := s.runs("shrink-module", map[string]any{"module": "shop/web", "count": 5, "name_services": "one"}, 0)
		s.want(r, flow.Done, "module-facts", "approval Shrink shop/web from 2 workers to 1?", "mute", "workers 1", "module-facts", "run-tests [n1]", "webhook", "unmute")
	})
}

func TestANodeIsReplaced(t *testing.T) {
	onStage(t, func(s *stage) {
		r := s.runs("replace-node", map[string]any{"node": "n1", "by": "n2"}, 0)
		s.want(r, flow.Done, "mute [n1]", "node-state n2 open", "node-state n1 drain", "leave-name-service n1", "webhook", "unmute")
		if !reflect.DeepEqual(r.Nodes, []string{"n1", "n2"}) {
			t.Errorf("locks %v", r.Nodes)
		}
	})
}

func TestAModuleIsRestartedNodeByNode(t *testing.T) {
	onStage(t, func(s *stage) {
		s.facts(4, "n1", "n2")
		r := s.runs("rolling-restart", map[string]any{"module": "shop/web", "healthy": "up == 1"}, 0)
		s.want(r, flow.Done, "module-facts", "mute", "restart-workers n1", "wait-promql", "restart-workers n2", "wait-promql", "run-tests", "webhook", "unmute")
	})
}

func TestANodeIsRepaired(t *testing.T) {
	onStage(t, func(s *stage) {
		r := s.runs("repair-node", map[string]any{
			"module": "shop/web", "node": "n1", "processes": "web",
			"packages": []any{map[string]any{"name": "nginx", "version": "1.2"}, map[string]any{"name": "telnetd", "version": "", "absent": true}},
			"files": []any{
				map[string]any{"path": "/etc/a", "source": "a", "mode": "0600", "owner": ""}, map[string]any{"path": "/etc/b", "text": "{{", "source": ""},
				map[string]any{"path": "/etc/c", "absent": true}, map[string]any{"path": "/etc/d", "owner": "web", "group": "www", "mode": "0640"},
			},
		}, 0)
		slices.Sort(s.calls[5:9]) // files are repaired side by side
		s.want(r, flow.Done, "module-facts", "mute [n1]", "node-state n1 cordon", "install-package n1 nginx 1.2", "install-package n1 telnetd",
			"set-file n1 /etc/c", "set-file n1 /etc/d",
			"sync-files n1 /etc/a", "write-template n1 /etc/b map[text:{{]", "restart-workers n1",
			"node-scan n1", "node-state n1 open", "webhook", "unmute")
	})
}

// release has the inputs of a release on three nodes.
var release = map[string]any{"module": "shop/web", "package": "web", "version": "2", "previous": "1", "watch": 2, "batch": 1}

func TestAReleaseGoesOnInBatches(t *testing.T) {
	onStage(t, func(s *stage) {
		s.facts(3, "n1", "n2", "n3")
		r := s.runs("release-package", release, 0)
		s.want(r, flow.Done, "module-facts", "mute", "wait-promql",
			"no-op", "install-package n1 web 2", "restart-workers n1", "wait-promql", "wait-promql",
			"no-op", "install-package n2 web 2", "restart-workers n2", "wait-promql",
			"no-op", "install-package n3 web 2", "restart-workers n3", "wait-promql", "run-tests", "webhook", "unmute")
	})
}

func TestAReleaseThatDeviatesIsTakenBack(t *testing.T) {
	onStage(t, func(s *stage) {
		s.facts(3, "n1", "n2", "n3")
		s.fails = func(c *tool.Call) error {
			if strings.HasPrefix(c.Step, "others[0]/after") {
				if q := c.Inputs["query"]; q != `headroom_module_deviates{module="web"} == 1` {
					t.Errorf("query %s", q)
				}
				return errors.New("the module deviates")
			}
			return nil
		}
		r := s.runs("release-package", release, time.Minute)
		s.want(r, flow.Failed, "module-facts", "mute", "wait-promql",
			"no-op", "install-package n1 web 2", "restart-workers n1", "wait-promql", "wait-promql",
			"no-op", "install-package n2 web 2", "restart-workers n2", "wait-promql",
			"install-package n2 web 1", "restart-workers n2", "install-package n1 web 1", "restart-workers n1")
	})
}
