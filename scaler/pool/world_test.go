package pool

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"headroom/internal/config"
	"headroom/scaler/allocate"
	"headroom/scaler/node/wire"
	"headroom/storage/state"
)

var noon = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// parse reads a configuration.
func parse(t testing.TB, text string) Settings {
	t.Helper()
	c, err := config.Parse([]byte("timezone: UTC\nhierarchy: [business, module]\n"+text), "test.yml")
	must(t, err)
	s, err := SettingsOf(c)
	must(t, err)
	return s
}

const oneService = `
services:
  - module: shop/web
    mode: apply
    command: [/bin/web, "{port}"]
    ports: {from: 9000, to: 9009}
    proxies: [a, b]
`

// world is a pool over a real state database, with nodes that do as they are told.
type world struct {
	t      testing.TB
	now    time.Time
	path   string
	db     *state.DB
	nodes  []*agent
	conf   Settings
	failed func(error) error // see Pool.saved
	*Pool
}

func newWorld(t testing.TB, text string, nodes ...string) *world {
	w := &world{t: t, now: noon, path: filepath.Join(t.TempDir(), "state.db"), conf: parse(t, text)}
	w.start()
	t.Cleanup(func() { _ = w.db.Close() })
	for _, name := range nodes {
		w.join(name)
	}
	return w
}

func (w *world) start() {
	w.t.Helper()
	db, err := state.Open(w.path)
	must(w.t, err)
	w.db = db
	w.Pool, err = New(w.t.Context(), Options{DB: db, Now: func() time.Time { return w.now }})
	must(w.t, err)
	w.saved = w.failed
	must(w.t, w.Configure(w.t.Context(), w.conf))
}

// restart forgets everything but the database, as a kill does. Nodes notice it.
func (w *world) restart() {
	w.t.Helper()
	must(w.t, w.db.Close())
	w.start()
}

func (w *world) join(name string) *agent {
	w.t.Helper()
	a := &agent{w: w, name: name, daemon: name + "-daemon", boot: name + "-boot", res: wire.Resources{
		Cores: 8, Memory: 16 << 30, Address: "host-" + name, Labels: map[string]string{"rack": "r-" + name}, MaxWorkers: 100,
	}, state: wire.Ready}
	w.nodes = append(w.nodes, a)
	must(w.t, a.sync())
	return a
}

// pass lets time pass: each second the pool settles, every ten all nodes sync.
func (w *world) pass(d time.Duration) {
	w.t.Helper()
	for end := w.now.Add(d); w.now.Before(end); {
		w.now = w.now.Add(time.Second)
		if w.now.Second()%10 == 0 {
			w.sync()
		}
		must(w.t, w.Settle(w.t.Context()))
	}
}

// sync has all nodes sync that are not away, until nothing changes any more.
func (w *world) sync() {
	w.t.Helper()
	for range 5 {
		for _, a := range w.nodes {
			if !a.away {
				must(w.t, a.sync())
			}
		}
		must(w.t, w.Settle(w.t.Context()))
	}
}

// plan makes a plan for a number of workers of each service and applies it.
func (w *world) plan(workers int) Applied {
	w.t.Helper()
	done, err := w.apply(workers)
	must(w.t, err)
	return done
}

func (w *world) apply(workers int) (Applied, error) {
	in := w.Input(w.now)
	for i := range in.Services {
		in.Services[i].Workers = workers
	}
	return w.Apply(context.Background(), w.now, Plan{Input: in, Result: allocate.Plan(in)})
}

// agent is a node daemon that only pretends to run workers.
type agent struct {
	w            *world
	name         string
	daemon, boot string
	res          wire.Resources
	away         bool
	state        wire.State // of workers that it starts
	load         wire.Load
	have         string
	runs         []wire.Status
	desired      wire.Desired
}

func (a *agent) report() *wire.Report {
	return &wire.Report{
		Version: "1", Boot: a.boot, Daemon: a.daemon, Have: a.have, Resources: &a.res, Load: a.load, Workers: append([]wire.Status{}, a.runs...),
	}
}

func (a *agent) sync() error {
	d, changed, err := a.w.Sync(context.Background(), a.name, a.report(), a.have, 0)
	if err != nil {
		return fmt.Errorf("%s: %w", a.name, err)
	}
	if changed {
		a.obey(d)
	}
	return nil
}

// obey starts and stops workers at once.
func (a *agent) obey(d *wire.Desired) {
	a.have, a.desired = d.Version, *d
	a.runs = slices.DeleteFunc(a.runs, func(s wire.Status) bool {
		return !slices.ContainsFunc(d.Workers, func(w wire.Worker) bool { return w.ID == s.ID })
	})
	for _, w := range d.Workers {
		if d.Services[w.Service] == nil {
			a.w.t.Errorf("%s: worker %s is of service %q, which it is not told of", a.name, w.ID, w.Service)
		}
		if !slices.ContainsFunc(a.runs, func(s wire.Status) bool { return s.ID == w.ID }) {
			a.runs = append(a.runs, wire.Status{ID: w.ID, Service: w.Service, Port: w.Port, Proxy: w.Proxy, PID: 7, State: a.state, Since: a.w.now, Weight: 100})
		}
	}
}

func (a *agent) set(state wire.State) {
	for i := range a.runs {
		a.runs[i].State = state
	}
}

// running is how many workers each node runs, as the nodes know it.
func (w *world) running() string {
	var all []string
	for _, a := range w.nodes {
		all = append(all, fmt.Sprintf("%s:%d", a.name, len(a.runs)))
	}
	return strings.Join(all, " ")
}

func (w *world) want(running string) {
	w.t.Helper()
	if got := w.running(); got != running {
		w.t.Errorf("%s: running %s; want %s", w.now.Format(time.TimeOnly), got, running)
	}
}

func (w *world) service() ServiceView {
	w.t.Helper()
	v, err := w.Service("shop/web")
	must(w.t, err)
	return v
}
