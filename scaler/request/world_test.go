package request

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"headroom/analytics"
	"headroom/internal/config"
	"headroom/internal/phrases/phrasestest"
	"headroom/scaler/flow"
	"headroom/scaler/flow/document"
	"headroom/storage/audit"
	"headroom/storage/fleet"
	"headroom/storage/state"
)

var (
	shanghai = time.FixedZone("CST", 8*3600)
	evening  = time.Date(2026, 11, 22, 21, 5, 0, 0, shanghai)
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// engine runs flows, of which it keeps what a real one does: one run a name.
type engine struct {
	mu     sync.Mutex
	flows  map[string]*document.Flow
	runs   map[string]*flow.Run // by id
	once   map[string]string
	calls  int
	broken error        // of the next starts
	before func() error // a start is about to be made
}

func newEngine() *engine {
	e := &engine{flows: map[string]*document.Flow{}, runs: map[string]*flow.Run{}, once: map[string]string{}}
	e.flows["expand-module"] = &document.Flow{Name: "expand-module", Inputs: []document.Input{
		{Name: "module", Type: document.Module, Required: true}, {Name: "nodes", Type: document.ListType, Of: document.Node},
	}}
	e.flows["restart"] = &document.Flow{Name: "restart", Inputs: []document.Input{
		{Name: "module", Type: document.Module, Required: true}, {Name: "others", Type: document.ListType, Of: document.Module},
		{Name: "how", Type: document.String, Values: []any{"soft", "hard"}}, {Name: "password", Type: document.String, Secret: true},
	}}
	return e
}

func (e *engine) Start(_ context.Context, s flow.Start) (flow.Run, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.calls++
	if e.before != nil {
		if err := e.before(); err != nil {
			return flow.Run{}, err
		}
	}
	if e.broken != nil {
		return flow.Run{}, e.broken
	}
	if e.flows[s.Flow] == nil {
		return flow.Run{}, fmt.Errorf("%w: %s", flow.ErrNoFlow, s.Flow)
	}
	if id, ok := e.once[s.Once]; ok {
		return *e.runs[id], nil
	}
	id := fmt.Sprint("run", len(e.runs)+1)
	e.once[s.Once] = id
	e.runs[id] = &flow.Run{ID: id, Flow: s.Flow, Inputs: s.Inputs, Who: s.Who, Why: s.Why, Source: s.Source, State: flow.Running}
	return *e.runs[id], nil
}

func (e *engine) Run(_ context.Context, id string) (flow.Run, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if r := e.runs[id]; r != nil {
		return *r, nil
	}
	return flow.Run{}, flow.ErrNoRun
}

func (e *engine) Flow(name string) (*document.Flow, error) {
	if f := e.flows[name]; f != nil {
		return f, nil
	}
	return nil, flow.ErrNoFlow
}

// touching is an engine that knows what its runs would change.
type touching struct {
	*engine
	nodes []string
	wrong error
}

func (t touching) Touches(flow.Start) ([]string, error) { return t.nodes, t.wrong }

func (e *engine) end(id string, s flow.State, reason string) flow.Run {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.runs[id].State, e.runs[id].Reason = s, reason
	return *e.runs[id]
}

// world is a book over a real database, and what it has made happen.
type world struct {
	*testing.T
	*Book
	path    string
	db      *state.DB
	conf    config.Requests
	now     time.Time
	engine  *engine
	grants  []string
	granted error
	pool    map[string]bool
	told    []string
	deaf    error
	audit   []string
	table   *analytics.Snapshot
}

func (w *world) Snapshot() *analytics.Snapshot { return w.table }

func (w *world) Has(module string) bool { return w.pool[module] }

func (w *world) Grant(_ context.Context, subject, role, path string, until time.Time, why, who string) error {
	if w.granted != nil {
		return w.granted
	}
	w.grants = append(w.grants, fmt.Sprintf("%s %s %s until %s by %s (%s)", subject, role, path, until.In(shanghai).Format("01-02"), who, why))
	return nil
}

func (w *world) Name() string { return "chat" }

type teller struct{ *world }

func (t teller) Tell(_ context.Context, m Message) error {
	if t.deaf != nil {
		return t.deaf
	}
	t.world.told = append(t.world.told, m.Title+" → "+m.To)
	return nil
}

func (w *world) Add(_ context.Context, e audit.Entry) error {
	w.audit = append(w.audit, fmt.Sprintf("%s %s %s: %s", e.Who, e.Action, e.Object, e.Why))
	return nil
}

// table has a module that asks for six devices, one that has enough, and one of which
// too little is known.
func table() *analytics.Snapshot {
	tree := fleet.NewTree([]string{"business", "module"})
	for _, path := range []fleet.Path{{"Qzone", "cart"}, {"Qzone", "web"}, {"QQ", "push"}} {
		tree.Add(path)
	}
	s := analytics.NewSnapshot(tree, evening, "calibrated")
	for _, n := range tree.Nodes() {
		s.Rows[n.Index] = analytics.Row{ID: n.ID, Path: n.Path}
		s.Growth[n.Index] = analytics.Growth{
			ID: n.ID, Path: n.Path, Devices: 20, DevicesNeeded: 20, DevicesToRequest: 0, HorizonDays: 30, TargetLoad: 60,
			Risk: analytics.Unknown(), State: analytics.OK, Reason: "20 devices, request none.",
		}
	}
	g := &s.Growth[s.Find("Qzone/cart")]
	g.DevicesNeeded, g.DevicesToRequest, g.Reason, g.FullOn = 26, 6, "20 devices: request 6.", analytics.Dates{Value: "2026-12-10", Lower: "2026-12-01"}
	g = &s.Growth[s.Find("QQ/push")]
	g.State, g.Reason, g.DevicesToRequest = analytics.Learning, "3 of 14 days", analytics.Number(math.NaN())
	return s
}

func newWorld(t *testing.T, yaml string) *world {
	t.Helper()
	w := &world{T: t, path: filepath.Join(t.TempDir(), "state.db"), now: evening, engine: newEngine(), pool: map[string]bool{}, table: table()}
	c, err := config.Parse([]byte("hierarchy: [business, module]\n"+yaml), "test.yml")
	must(t, err)
	w.conf = c.Requests
	w.open()
	return w
}

// open makes the book as a new server does.
func (w *world) open() {
	w.Helper()
	db, err := state.Open(w.path)
	must(w, err)
	w.Cleanup(func() { _ = db.Close() })
	w.db = db
	w.Book = New(Options{
		DB: db.Requests(), Config: w.conf, Hierarchy: []string{"business", "module"}, Forecasts: w, Pool: w, Granter: w,
		Tellers: []Teller{teller{w}}, Audit: w, Location: shanghai, Now: func() time.Time { return w.now },
		Logger: slog.New(slog.DiscardHandler), Registerer: prometheus.NewRegistry(),
	})
	w.Use(w.engine)
}

// restart has the server killed and started anew.
func (w *world) restart() {
	w.Helper()
	must(w, w.db.Close())
	w.open()
}

func (w *world) after(d time.Duration) {
	w.Helper()
	w.now = w.now.Add(d)
	must(w, w.Step(w.Context()))
	must(w, w.Book.Tell(w.Context()))
}

func (w *world) ask(a Ask) Request {
	w.Helper()
	r, err := w.Open(w.Context(), a)
	must(w, err)
	return r
}

func machines(who string, devices int) Ask {
	return Ask{Kind: KindMachines, Who: who, Why: "growth", Form: Form{Machines: &Machines{Module: "Qzone/cart", Devices: devices, NeededBy: "2026-12-24"}}}
}

func (w *world) do(id, action, who, why string, nodes ...string) Request {
	w.Helper()
	r, err := w.Do(w.Context(), Order{ID: id, Action: action, Who: who, Why: why, Nodes: nodes})
	must(w, err)
	return r
}

func (w *world) refused(id, action, who, why string, kind error, words string) {
	w.Helper()
	_, err := w.Do(w.Context(), Order{ID: id, Action: action, Who: who, Why: why})
	if !errors.Is(err, kind) || !strings.Contains(err.Error(), words) {
		w.Errorf("%s %s by %s: %v; want %v: %s", action, id, who, err, kind, words)
	}
	phrasestest.Refusal(w, err)
}

func (w *world) wants(id string, s State, reason string) Request {
	w.Helper()
	r, err := w.Load(w.Context(), id)
	must(w, err)
	if r.State != s || !strings.Contains(r.Reason, reason) {
		w.Errorf("%s is %s (%s); want %s (%s)", id, r.State, r.Reason, s, reason)
	}
	return r
}

func (w *world) wantTold(want ...string) {
	w.Helper()
	if !slices.Equal(w.told, want) {
		w.Errorf("told\n%s\nwant\n%s", strings.Join(w.told, "\n"), strings.Join(want, "\n"))
	}
	w.told = nil
}

// way is the history of a request.
func way(r Request) (all []string) {
	for _, s := range r.History {
		all = append(all, fmt.Sprintf("%s %s %s", s.Who, s.What, s.State))
	}
	return all
}

// bookOf is a book with nothing around it but who delivers.
func bookOf(db *state.DB, f Flows) *Book {
	b := New(Options{
		DB: db.Requests(), Config: config.Default().Requests, Hierarchy: []string{"business", "module"}, Forecasts: none{}, Location: shanghai,
		Now: func() time.Time { return evening }, Logger: slog.New(slog.DiscardHandler), Registerer: prometheus.NewRegistry(),
	})
	b.Use(f)
	return b
}

type none struct{}

func (none) Snapshot() *analytics.Snapshot { return nil }
