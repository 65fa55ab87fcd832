package flow

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"headroom/scaler/flow/document"
	"headroom/scaler/flow/tool"
	"headroom/storage/state"
)

// serverFolder makes the test binary a server that carries out runs until it is killed;
// with serverEnds it ends by itself once all runs have.
const (
	serverFolder = "HEADROOM_FLOW_TEST_SERVER"
	serverEnds   = "HEADROOM_FLOW_TEST_LAST"
)

func TestMain(m *testing.M) {
	if folder := os.Getenv(serverFolder); folder != "" {
		if err := serve(folder, os.Getenv(serverEnds) != ""); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// effects is a tool whose effects are lines of a file.
type effects struct{ path string }

func (e effects) Describe() tool.Description {
	d := named("effect")
	d.Inputs = append(d.Inputs, tool.Parameter{Name: "fails", Type: "int"})
	return d
}

func line(c *tool.Call) string {
	kind := "do"
	if strings.Contains(c.Key, "/undo/") {
		kind = "undo"
	}
	return fmt.Sprintf("%s %s %s %d", c.Run, kind, c.Step, c.Attempt)
}

// Run fails as often as it is told to, and otherwise has its effect once: it can be
// killed before it and after.
func (e effects) Run(_ context.Context, c *tool.Call) (tool.Outputs, error) {
	time.Sleep(rand.N(2 * time.Millisecond))
	if n, _ := c.Inputs["fails"].(int64); int64(c.Attempt) <= n {
		return nil, errors.New("it fails")
	}
	f, err := os.OpenFile(e.path, os.O_APPEND|os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if _, err := f.WriteString(line(c) + "\n"); err != nil {
		return nil, err
	}
	if err := f.Sync(); err != nil {
		return nil, err
	}
	time.Sleep(rand.N(2 * time.Millisecond))
	return tool.Outputs{"y": c.Step}, nil
}

func (e effects) Check(_ context.Context, c *tool.Call) (tool.Finding, error) {
	text, err := os.ReadFile(e.path)
	if err != nil && !os.IsNotExist(err) {
		return tool.Finding{}, err
	}
	if slices.Contains(strings.Split(string(text), "\n"), line(c)) {
		return tool.Finding{State: tool.Done, Outputs: tool.Outputs{"y": c.Step}, Reason: "its line is there"}, nil
	}
	return tool.Finding{State: tool.NotDone, Reason: "its line is not there"}, nil
}

// killFlows are twenty steps that end well, and six of which the last one fails.
func killFlows(tools *tool.Catalog) ([]*document.Flow, error) {
	var good, bad strings.Builder
	good.WriteString("name: good\ntitle: Good\nsteps:\n")
	for i := range 6 {
		fmt.Fprintf(&good, "  - {id: a%d, tool: effect, with: {x: %d}}\n", i, i)
	}
	good.WriteString("  - id: sides\n    branches:\n")
	for _, b := range []string{"l", "r"} {
		fmt.Fprintf(&good, "      - {id: %s, steps: [{id: %s1, tool: effect}, {id: %s2, tool: effect}, {id: %s3, tool: effect}]}\n", b, b, b, b)
	}
	good.WriteString("  - {id: flaky, tool: effect, with: {fails: 1}, retries: {times: 2, backoff: 5ms}}\n")
	good.WriteString("  - {id: roll, for_each: \"['x', 'y', 'z']\", concurrency: 2, steps: [{id: e1, tool: effect, with: {x: \"${item}\"}}, {id: e2, tool: effect}]}\n")
	good.WriteString("  - {id: last, tool: effect, with: {x: \"${steps.flaky.outputs.y}\"}}\n")
	bad.WriteString("name: bad\ntitle: Bad\non_failure: undo\nsteps:\n")
	for i := range 5 {
		fmt.Fprintf(&bad, "  - {id: b%d, tool: effect, undo: {tool: effect, with: {x: \"${steps.b%d.outputs.y}\"}}}\n", i, i)
	}
	bad.WriteString("  - {id: breaks, tool: effect, with: {fails: 100}}\n")
	var flows []*document.Flow
	for _, text := range []string{good.String(), bad.String()} {
		p, err := document.Load([]byte(text), "kill.yml", tools)
		if err != nil {
			return nil, err
		}
		flows = append(flows, p.Flow())
	}
	return flows, nil
}

const openRuns = 6

// serve carries out runs. When one ends it starts another.
func serve(folder string, last bool) error {
	db, err := state.Open(filepath.Join(folder, "state.db"))
	if err != nil {
		return err
	}
	tools := tool.NewCatalog(effects{filepath.Join(folder, "effects")})
	flows, err := killFlows(tools)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	var e *Engine
	var one sync.Mutex
	more := func() error {
		one.Lock()
		defer one.Unlock()
		for {
			_, open, err := e.List(ctx, Query{Open: true})
			if last && err == nil && open == 0 {
				fmt.Println("all are over")
				stop()
			}
			if err != nil || last || open >= openRuns {
				return err
			}
			_, n, err := e.List(ctx, Query{})
			if err == nil {
				_, err = e.Start(ctx, Start{Flow: []string{"good", "bad"}[n%2], Who: "test", Once: fmt.Sprint("run ", n)})
			}
			if err != nil {
				return err
			}
		}
	}
	e, err = New(ctx, Options{DB: db, Tools: tools, Flows: flows, Limits: Limits{Steps: 4}, Ended: func(context.Context, Run) { _ = more() }})
	if err != nil {
		return err
	}
	fmt.Println("begins")
	if err := more(); err != nil {
		return err
	}
	return e.Run(ctx)
}

// TestKilledAtAnyPoint kills a server again and again while runs go on: each ends as it
// shall, and no step has its effect twice.
func TestKilledAtAnyPoint(t *testing.T) {
	kills := 100
	if text := os.Getenv("HEADROOM_FLOW_KILLS"); text != "" {
		kills, _ = strconv.Atoi(text)
	} else if racing {
		kills = 20
	}
	folder := t.TempDir()
	for range kills {
		killServer(t, folder, rand.N(60*time.Millisecond))
	}
	if out := runServer(t, folder); !strings.Contains(out, "all are over") {
		t.Fatalf("the last server: %s", out)
	}
	db, err := state.Open(filepath.Join(folder, "state.db"))
	must(t, err)
	e, err := New(t.Context(), Options{DB: db, Tools: tool.NewCatalog(effects{})})
	must(t, err)
	runs, n, err := e.List(t.Context(), Query{Limit: 100_000})
	must(t, err)
	had, total := readEffects(t, folder)
	resumed := 0
	for _, r := range runs {
		r, err := e.Get(t.Context(), r.ID)
		must(t, err)
		checkKilled(t, r, had[r.ID])
		for _, s := range r.Steps {
			for _, a := range s.Attempts {
				resumed += a.Resumed
			}
		}
	}
	must(t, db.Close())
	t.Logf("%d kills, %d runs, %d effects, %d steps found under way", kills, n, total, resumed)
	if resumed == 0 || n < openRuns {
		t.Errorf("%d runs, %d steps found under way: the test shows nothing", n, resumed)
	}
}

func server(folder string, env ...string) *exec.Cmd {
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), append(env, serverFolder+"="+folder)...)
	return c
}

// killServer starts a server and kills it some time after it begins.
func killServer(t *testing.T, folder string, after time.Duration) {
	t.Helper()
	c := server(folder)
	out, err := c.StdoutPipe()
	must(t, err)
	must(t, c.Start())
	lines := bufio.NewScanner(out)
	if !lines.Scan() || lines.Text() != "begins" {
		t.Fatalf("the server says %q", lines.Text())
	}
	time.Sleep(after)
	must(t, c.Process.Kill())
	if lines.Scan() {
		t.Fatalf("the server ended: %s", lines.Text())
	}
	_ = c.Wait() // it was killed
}

func runServer(t *testing.T, folder string) string {
	t.Helper()
	out, err := server(folder, serverEnds+"=1").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return string(out)
}

// readEffects returns the effects by run, without the numbers of attempts.
func readEffects(t *testing.T, folder string) (byRun map[string][]string, n int) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(folder, "effects"))
	must(t, err)
	byRun = map[string][]string{}
	for l := range strings.Lines(string(text)) {
		words := strings.Fields(l)
		byRun[words[0]] = append(byRun[words[0]], words[1]+" "+words[2])
		n++
	}
	return byRun, n
}

func checkKilled(t *testing.T, r Run, had []string) {
	t.Helper()
	times := map[string]int{}
	for _, what := range had {
		times[what]++
	}
	for what, n := range times {
		if n > 1 {
			t.Errorf("run %s (%s): %s had its effect %d times", r.ID, r.Flow, what, n)
		}
	}
	if r.Flow == "bad" {
		want := []string{"do b0", "do b1", "do b2", "do b3", "do b4", "undo b4", "undo b3", "undo b2", "undo b1", "undo b0"}
		if r.State != Failed || !slices.Equal(had, want) {
			t.Errorf("run %s is %s (%s) and had %q", r.ID, r.State, r.Reason, had)
		}
		return
	}
	if r.State != Done || len(times) != 20 {
		t.Errorf("run %s is %s (%s) and had %d effects: %q", r.ID, r.State, r.Reason, len(times), slices.Sorted(maps.Keys(times)))
	}
	for _, pair := range [][2]string{{"do a0", "do a1"}, {"do a5", "do sides/l/l1"}, {"do sides/l/l1", "do sides/l/l2"}, {"do sides/r/r3", "do flaky"}, {"do flaky", "do roll[1]/e1"}, {"do roll[2]/e1", "do roll[2]/e2"}, {"do roll[1]/e2", "do last"}} {
		if slices.Index(had, pair[0]) > slices.Index(had, pair[1]) {
			t.Errorf("run %s: %s came after %s", r.ID, pair[0], pair[1])
		}
	}
}
