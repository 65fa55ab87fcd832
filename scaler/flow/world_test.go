package flow

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"headroom/scaler/flow/document"
	"headroom/scaler/flow/tool"
	"headroom/storage/state"
)

// scripted is a tool of a test: what a call does is a function.
type scripted struct {
	desc tool.Description
	run  func(ctx context.Context, c *tool.Call) (tool.Outputs, error)
}

func (s *scripted) Describe() tool.Description { return s.desc }
func (s *scripted) Run(ctx context.Context, c *tool.Call) (tool.Outputs, error) {
	return s.run(ctx, c)
}

// checked is one that can tell how a call stands.
type checked struct {
	*scripted
	check func(ctx context.Context, c *tool.Call) (tool.Finding, error)
}

func (s *checked) Check(ctx context.Context, c *tool.Call) (tool.Finding, error) {
	return s.check(ctx, c)
}

// named is the description of a tool that takes anything as "x" and gives "y".
func named(name string) tool.Description {
	return tool.Description{
		Name: name, Title: "test of " + name, Source: "test",
		Inputs:  []tool.Parameter{{Name: "x", Type: "any"}, {Name: "n", Type: "int"}, {Name: "key", Type: "string", Secret: true}},
		Outputs: []tool.Parameter{{Name: "y", Type: "any"}, {Name: "lease", Type: "string"}, {Name: "who", Type: "string"}},
	}
}

// world is an engine in virtual time whose tools note what they do.
type world struct {
	*testing.T
	db      *state.DB
	options Options
	engine  *Engine
	stop    context.CancelFunc
	loop    sync.WaitGroup

	mu    sync.Mutex // protects the fields below
	calls []string   // "step attempt" in the order of their beginning
	tools map[string]func(ctx context.Context, c *tool.Call) (tool.Outputs, error)
	found map[string]tool.Finding // of tool "sure", by step
	now   int
	most  int // calls at a time
}

// inWorld runs a test in virtual time with an engine that has some flows.
func inWorld(t *testing.T, flows []string, test func(w *world)) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "state.db")
	synctest.Test(t, func(t *testing.T) {
		db, err := state.Open(path)
		must(t, err)
		w := &world{T: t, db: db, tools: map[string]func(context.Context, *tool.Call) (tool.Outputs, error){}, found: map[string]tool.Finding{}}
		w.options = Options{DB: db, Tools: w.catalog()}
		for _, text := range flows {
			p, err := document.Load([]byte(text), "test.yml", w.options.Tools)
			must(t, err)
			w.options.Flows = append(w.options.Flows, p.Flow())
		}
		w.begin()
		defer func() { w.end(); must(t, db.Close()) }()
		test(w)
	})
}

func (w *world) begin() {
	w.Helper()
	e, err := New(w.Context(), w.options)
	must(w.T, err)
	ctx, stop := context.WithCancel(context.Background())
	w.engine, w.stop = e, stop
	w.loop.Go(func() { _ = e.Run(ctx) })
}

func (w *world) end() {
	w.stop()
	w.loop.Wait()
	w.engine.working.Wait()
}

// restart ends the engine and begins another one with what is on the disk.
func (w *world) restart() {
	w.Helper()
	w.end()
	w.begin()
}

// catalog has tools whose calls do what the test says for their step: "do" does not know
// how a call stands, "sure" does, "again" can be repeated, "wait" only waits.
func (w *world) catalog() *tool.Catalog {
	again, wait, hold, strict := named("again"), named("wait"), named("hold"), named("strict")
	again.Repeatable, wait.Waits, hold.Holds = true, true, "lease"
	strict.Outputs = []tool.Parameter{{Name: "n", Type: "int", Required: true}}
	sure := &checked{&scripted{named("sure"), w.call}, func(_ context.Context, c *tool.Call) (tool.Finding, error) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.calls = append(w.calls, fmt.Sprintf("check %s %d", c.Step, c.Attempt))
		return w.found[c.Step], nil
	}}
	return tool.NewCatalog(&scripted{named("do"), w.call}, sure, &scripted{again, w.call}, &scripted{wait, w.call}, &scripted{hold, w.call},
		&scripted{strict, w.call}, &scripted{named("undo"), w.call})
}

func (w *world) call(ctx context.Context, c *tool.Call) (tool.Outputs, error) {
	name := fmt.Sprintf("%s %d", c.Step, c.Attempt)
	if strings.Contains(c.Key, "/undo/") {
		name = "undo " + name
	}
	w.mu.Lock()
	w.calls = append(w.calls, name)
	w.now++
	w.most = max(w.most, w.now)
	do := w.tools[c.Step]
	if strings.HasPrefix(name, "undo ") {
		do = w.tools["undo "+c.Step]
	}
	if i := strings.LastIndexByte(c.Step, '/'); do == nil && i >= 0 {
		do = w.tools[c.Step[i+1:]]
	}
	w.mu.Unlock()
	defer func() {
		w.mu.Lock()
		w.now--
		w.mu.Unlock()
	}()
	if do == nil {
		return tool.Outputs{"y": c.Inputs["x"]}, nil
	}
	return do(ctx, c)
}

func (w *world) does(step string, f func(ctx context.Context, c *tool.Call) (tool.Outputs, error)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.tools[step] = f
}

func (w *world) takeCalls() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	calls := w.calls
	w.calls = nil
	return calls
}

func (w *world) wantCalls(want ...string) {
	w.Helper()
	if got := w.takeCalls(); !slices.Equal(got, want) {
		w.Errorf("calls\n got %q\nwant %q", got, want)
	}
}

func (w *world) start(s Start) Run {
	w.Helper()
	if s.Who == "" {
		s.Who = "ann"
	}
	r, err := w.engine.Start(w.Context(), s)
	must(w.T, err)
	synctest.Wait()
	return w.get(r.ID)
}

func (w *world) get(id string) Run {
	w.Helper()
	r, err := w.engine.Get(w.Context(), id)
	must(w.T, err)
	return r
}

// after lets virtual time pass.
func (w *world) after(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func (w *world) order(o Order) Run {
	w.Helper()
	if o.Who == "" {
		o.Who = "bob"
	}
	_, err := w.engine.Order(w.Context(), o)
	must(w.T, err)
	synctest.Wait()
	return w.get(o.Run)
}

func (w *world) wantState(r Run, want State, reason string) {
	w.Helper()
	if r.State != want || !strings.Contains(r.Reason, reason) {
		w.Errorf("run is %s (%s), want %s (%s)", r.State, r.Reason, want, reason)
		for _, s := range r.Steps {
			w.Logf("%s %s (%s)", s.Path, s.State, s.Reason)
		}
	}
}

func (w *world) step(r Run, path string) Step {
	w.Helper()
	i := slices.IndexFunc(r.Steps, func(s Step) bool { return s.Path == path })
	if i < 0 {
		w.Fatalf("run has no step %s", path)
	}
	return r.Steps[i]
}

func (w *world) wantStep(r Run, path string, want StepState, reason string) Step {
	w.Helper()
	s := w.step(r, path)
	if s.State != want || !strings.Contains(s.Reason, reason) {
		w.Errorf("step %s is %s (%s), want %s (%s)", path, s.State, s.Reason, want, reason)
	}
	return s
}

func fails(text string) func(context.Context, *tool.Call) (tool.Outputs, error) {
	return func(context.Context, *tool.Call) (tool.Outputs, error) { return nil, fmt.Errorf("%s", text) }
}

func takes(d time.Duration) func(context.Context, *tool.Call) (tool.Outputs, error) {
	return func(ctx context.Context, c *tool.Call) (tool.Outputs, error) {
		select {
		case <-time.After(d):
			return tool.Outputs{"y": c.Inputs["x"]}, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func replace(text, old, new string) string { return strings.ReplaceAll(text, old, new) }
