package builtin_test

import (
	"context"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"headroom/alerting/lease"
	"headroom/internal/config"
	"headroom/scaler/allocate"
	"headroom/scaler/flow/builtin"
	"headroom/scaler/flow/tool"
	"headroom/scaler/node/wire"
	"headroom/scaler/pool"
	"headroom/storage/fleet"
	"headroom/storage/state"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

const pooled = `
timezone: UTC
hierarchy: [business, module]
services:
  - {module: shop/web, mode: apply, command: [/bin/web, "{port}"], ports: {from: 9000, to: 9099}, proxies: [a]}
  - {module: shop/idle, mode: recommend, command: [/bin/idle]}
`

// world is a pool and leases over a real state database, with nodes that do as they are
// told whenever the world turns.
type world struct {
	t      *testing.T
	db     *state.DB
	pool   *pool.Pool
	leases *lease.Leases
	opts   builtin.Options

	settings pool.Settings

	mu    sync.Mutex // held while the world turns
	nodes map[string]*agent
	pids  int
}

// agent is a node that pretends to run workers.
type agent struct {
	have string
	runs map[string]started
	away bool // it starts nothing
}

// started is a process of a worker.
type started struct {
	wire.Status
	restart int
}

func newWorld(t *testing.T, nodes ...string) *world {
	w := &world{t: t, nodes: map[string]*agent{}}
	c, err := config.Parse([]byte(pooled), "test.yml")
	must(t, err)
	settings, err := pool.SettingsOf(c)
	must(t, err)
	w.db, err = state.Open(filepath.Join(t.TempDir(), "state.db"))
	must(t, err)
	t.Cleanup(func() { _ = w.db.Close() })
	w.settings = settings
	w.reopen()
	w.leases, err = lease.New(t.Context(), time.Now(), lease.Options{
		Store: w.db.Leases(), Marker: noMarks{}, Location: time.UTC, Logger: slog.New(slog.DiscardHandler), Registerer: prometheus.NewRegistry(),
		Defaults: func() lease.Defaults {
			return lease.Defaults{TTL: time.Minute, Limit: time.Hour, Grace: time.Minute, Expected: 10, Least: 1}
		},
	})
	must(t, err)
	for _, n := range nodes {
		w.nodes[n] = &agent{runs: map[string]started{}}
	}
	w.turn(0)
	w.opts.Leases = w.leases
	return w
}

// reopen is a restart of the server: the pool knows what is on the disk.
func (w *world) reopen() {
	w.t.Helper()
	var err error
	w.pool, err = pool.New(w.t.Context(), pool.Options{DB: w.db})
	must(w.t, err)
	must(w.t, w.pool.Configure(w.t.Context(), w.settings))
	w.opts.Pool, w.opts.Every = w.pool, time.Millisecond
}

type noMarks struct{}

func (noMarks) Add(_ context.Context, m fleet.Mark) (fleet.Mark, error) { return m, nil }

// turn has nodes do what they shall, and carries out what people asked for; a service
// that nobody asked anything of gets so many workers.
func (w *world) turn(workers int) {
	w.t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	ctx := context.Background()
	for name, a := range w.nodes {
		d, changed, err := w.pool.Sync(ctx, name, a.report(), a.have, 0)
		must(w.t, err)
		if changed && !a.away {
			w.obey(a, d)
			_, _, err = w.pool.Sync(ctx, name, a.report(), a.have, 0)
			must(w.t, err)
		}
	}
	must(w.t, w.pool.Settle(ctx))
	plan := w.pool.Input(time.Now())
	for _, st := range w.pool.Standings(time.Now()) {
		i := slices.IndexFunc(plan.Services, func(s allocate.Service) bool { return s.Module == st.Module })
		if i < 0 {
			continue
		}
		switch {
		case st.Manual > 0:
			plan.Services[i].Workers = st.Manual
		case workers > 0:
			plan.Services[i].Workers = workers
		}
	}
	_, err := w.pool.Apply(ctx, time.Now(), pool.Plan{Input: plan, Result: allocate.Plan(plan)})
	must(w.t, err)
}

// obey starts and stops workers. w.mu must be held.
func (w *world) obey(a *agent, d *wire.Desired) {
	a.have = d.Version
	runs := map[string]started{}
	for _, one := range d.Workers {
		s, ok := a.runs[one.ID]
		if !ok || s.restart != one.Restart {
			w.pids++
			s = started{wire.Status{ID: one.ID, Service: one.Service, Port: one.Port, Proxy: one.Proxy, PID: w.pids, State: wire.Ready, Since: time.Now(), Weight: 100}, one.Restart}
		}
		runs[one.ID] = s
	}
	a.runs = runs
}

func (a *agent) report() *wire.Report {
	r := &wire.Report{
		Version: "1", Boot: "boot", Daemon: "daemon", Have: a.have, Workers: []wire.Status{},
		Resources: &wire.Resources{Cores: 8, Memory: 16 << 30, Address: "host", MaxWorkers: 100},
	}
	for _, s := range a.runs {
		r.Workers = append(r.Workers, s.Status)
	}
	return r
}

// live has the world turn until the test ends.
func (w *world) live() {
	ctx, cancel := context.WithCancel(context.Background())
	var work sync.WaitGroup
	work.Go(func() {
		for ctx.Err() == nil {
			w.turn(0)
			time.Sleep(time.Millisecond)
		}
	})
	w.t.Cleanup(func() { cancel(); work.Wait() })
}

// find returns a tool.
func (w *world) find(name string) tool.Tool {
	w.t.Helper()
	one := tool.NewCatalog(builtin.New(w.opts)...).Find(name)
	if one == nil {
		w.t.Fatalf("there is no tool %s", name)
	}
	return one
}

// call is one of a tool, with the defaults of its inputs filled in as the engine does.
func (w *world) call(name string, inputs map[string]any) *tool.Call {
	w.t.Helper()
	all := map[string]any{}
	for _, p := range w.find(name).Describe().Inputs {
		if p.Default != nil {
			all[p.Name] = p.Default
		}
	}
	for k, v := range inputs {
		all[k] = v
	}
	return &tool.Call{
		Key: "r1/one/1", Run: "r1", Flow: "expand", Step: "one", Attempt: 1, Who: "ann", Why: "more load",
		Inputs: all, Log: &strings.Builder{}, Began: time.Now(),
	}
}

// do calls a tool.
func (w *world) do(name string, inputs map[string]any) tool.Outputs {
	w.t.Helper()
	out, err := w.find(name).Run(w.t.Context(), w.call(name, inputs))
	must(w.t, err)
	return out
}

func (w *world) check(name string, c *tool.Call) tool.Finding {
	w.t.Helper()
	found, err := w.find(name).(tool.Checker).Check(w.t.Context(), c)
	must(w.t, err)
	return found
}

func (w *world) plan(name string, inputs map[string]any) string {
	w.t.Helper()
	text, _, err := w.find(name).(tool.Planner).Plan(w.t.Context(), w.call(name, inputs))
	must(w.t, err)
	return text
}

// fails calls a tool that fails, and looks at why.
func (w *world) fails(name string, inputs map[string]any, want string, final bool) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := w.find(name).Run(ctx, w.call(name, inputs))
	if err == nil || !strings.Contains(err.Error(), want) || tool.IsFinal(err) != final {
		w.t.Errorf("%s %v: got %v (final: %v); want %q", name, inputs, err, tool.IsFinal(err), want)
	}
}
