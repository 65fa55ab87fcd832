package scaler

import (
	"context"
	"errors"
	"log/slog"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"headroom/analytics"
	"headroom/scaler/policy"
	"headroom/storage/fleet"
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// pool stands for the pool: it remembers what it was told.
type pool struct {
	services []Service
	desired  map[string]int
	short    map[string]string
	err      error
}

func (p *pool) Scaled(time.Time) []Service { return p.services }
func (p *pool) SetDesired(_ context.Context, _ time.Time, w map[string]int) error {
	p.desired = w
	return p.err
}
func (p *pool) Place(context.Context, time.Time) (Placement, error) {
	return Placement{Started: 1, Short: p.short}, nil
}
func (p *pool) Changed() <-chan struct{} { return nil }

// unknown forecasts nothing.
type unknown struct{}

func (unknown) Forecast(string, time.Time, float64, time.Duration) policy.Forecast {
	nan := math.NaN()
	return policy.Forecast{Ahead: nan, AheadUpper: nan, Peak: nan, PeakUpper: nan, Reason: "no history"}
}

// kept remembers decisions.
type kept struct {
	all      []Decision
	memories map[string]policy.Memory
}

func (k *kept) Keep(_ context.Context, ds []Decision, m map[string]policy.Memory) error {
	k.all = append(k.all, ds...)
	k.memories = m
	return nil
}
func (k *kept) Memories(context.Context) (map[string]policy.Memory, error) { return k.memories, nil }

// table makes a snapshot of one module.
func table(t *testing.T, at time.Time, module string, busy, processes float64) *analytics.Snapshot {
	t.Helper()
	tree := fleet.NewTree([]string{"business", "module"})
	path, err := fleet.ParseID(module)
	if err != nil {
		t.Fatal(err)
	}
	n := tree.Add(path)
	s := analytics.NewSnapshot(tree, at, "classic")
	s.Rows[n.Index].BusySeconds, s.Rows[n.Index].Processes = analytics.Number(busy), analytics.Number(processes)
	return s
}

func newLoop(t *testing.T, p *pool, k *kept) *Loop {
	t.Helper()
	l, err := New(t.Context(), Options{
		Pool: p, Forecasts: unknown{}, Keeper: k, Now: func() time.Time { return noon },
		Logger: slog.New(slog.DiscardHandler), Registerer: prometheus.NewRegistry(),
	})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func service(mode Mode) Service {
	s := policy.Default()
	s.Predictive = false
	return Service{Module: "shop/cart", Settings: s, Mode: mode, Managed: true, Running: 4, Current: 4}
}

func TestBusyProcessesAreGivenCompany(t *testing.T) {
	p, k := &pool{services: []Service{service(Apply)}}, &kept{}
	l := newLoop(t, p, k)
	// The origin's rule: 4 processes × 60 s × 0.6 = 144 s.
	if err := l.Evaluate(t.Context(), table(t, noon, "shop/cart", 180, 4)); err != nil {
		t.Fatal(err)
	}
	d := l.Newest().Of("shop/cart")
	if d == nil || d.Direction != policy.Out || d.Desired != 5 || p.desired["shop/cart"] != 5 {
		t.Fatalf("decided %+v, the pool was told %v; want 5 workers, 180 s / (60 s × 0.6)", d, p.desired)
	}
	if d.ID != "scale:shop/cart@2026-11-20T12:01:00Z" || len(k.all) != 1 {
		t.Errorf("id %q, kept %d", d.ID, len(k.all))
	}
	e := Explain(ptr(d.Record(time.UTC)))
	if text := e.Steps[0].Numbers; text != "180 s / (4 × 60 s)" {
		t.Errorf("explained by %q", text)
	}
}

func ptr[T any](v T) *T { return &v }

func TestARecommendationTellsThePoolNothing(t *testing.T) {
	p, k := &pool{services: []Service{service(Recommend)}}, &kept{}
	l := newLoop(t, p, k)
	if err := l.Evaluate(t.Context(), table(t, noon, "shop/cart", 180, 4)); err != nil {
		t.Fatal(err)
	}
	d := l.Newest().Of("shop/cart")
	if d.Desired != 5 || d.Applied || len(p.desired) != 0 {
		t.Errorf("decided %+v, the pool was told %v", d, p.desired)
	}
	if e := Explain(ptr(d.Record(time.UTC))); !strings.Contains(e.Steps[len(e.Steps)-1].Numbers, "only recommended") {
		t.Errorf("explained by %+v", e.Steps)
	}
}

func TestWhoIsNotManagedIsAsManyAsReport(t *testing.T) {
	svc := service(Recommend)
	svc.Managed, svc.Running, svc.Current = false, 0, 0
	p, k := &pool{services: []Service{svc}}, &kept{}
	l := newLoop(t, p, k)
	if err := l.Evaluate(t.Context(), table(t, noon, "shop/cart", 600, 10)); err != nil {
		t.Fatal(err)
	}
	if d := l.Newest().Of("shop/cart"); d.Current != 10 || d.Desired != 17 {
		t.Errorf("from %d to %d; want from 10 to 17, 600 s / (60 s × 0.6)", d.Current, d.Desired)
	}
}

func TestAMinuteWithoutDataChangesNothing(t *testing.T) {
	p, k := &pool{services: []Service{service(Apply)}}, &kept{}
	l := newLoop(t, p, k)
	if err := l.Evaluate(t.Context(), table(t, noon, "shop/other", 1, 1)); err != nil {
		t.Fatal(err)
	}
	d := l.Newest().Of("shop/cart")
	if d.Direction != policy.Hold || d.Desired != 4 || p.desired["shop/cart"] != 4 {
		t.Errorf("decided %+v, the pool was told %v", d, p.desired)
	}
	if r := d.Record(time.UTC); r.Busy.Known() || r.Fraction.Known() {
		t.Errorf("unknown numbers are shown as %v and %v", r.Busy, r.Fraction)
	}
}

func TestOnlyNewsAreKept(t *testing.T) {
	p, k := &pool{services: []Service{service(Apply)}}, &kept{}
	l := newLoop(t, p, k)
	for i := range 5 {
		if err := l.Evaluate(t.Context(), table(t, noon.Add(time.Duration(i)*time.Minute), "shop/cart", 138, 4)); err != nil {
			t.Fatal(err)
		}
	}
	if len(k.all) != 1 {
		t.Errorf("kept %d decisions of five steady minutes", len(k.all))
	}
	p.short = map[string]string{"shop/cart": "no node has room"}
	if err := l.Evaluate(t.Context(), table(t, noon.Add(5*time.Minute), "shop/cart", 138, 4)); err != nil {
		t.Fatal(err)
	}
	if len(k.all) != 2 || k.all[1].Short != "no node has room" {
		t.Errorf("kept %+v", k.all)
	}
}

func TestWhatFailsKeepsNothingElseFromBeingDone(t *testing.T) {
	p, k := &pool{services: []Service{service(Apply)}, err: errors.New("disk full")}, &kept{}
	l := newLoop(t, p, k)
	err := l.Evaluate(t.Context(), table(t, noon, "shop/cart", 180, 4))
	if err == nil || !strings.Contains(err.Error(), "tell the pool: disk full") {
		t.Errorf("got %v", err)
	}
	if len(k.all) != 1 || l.Newest().Of("shop/cart") == nil {
		t.Error("the decision was not kept")
	}
}

func TestSeriesCarryTheHierarchy(t *testing.T) {
	l := newLoop(t, &pool{}, &kept{})
	d := Decision{Module: "shop/cart", Decision: policy.Decision{At: noon, Direction: policy.Out, Desired: 5, Current: 4, Fraction: math.NaN()}}
	var names []string
	for _, row := range l.series(nil, []string{"business", "module"}, &d) {
		labels := map[string]string{}
		for _, lb := range row.Labels {
			labels[lb.Name] = lb.Value
		}
		if labels["business"] != "shop" || labels["module"] != "cart" {
			t.Errorf("labels %v", labels)
		}
		names = append(names, labels["__name__"]+labels["direction"])
	}
	slices.Sort(names)
	want := "headroom_scale_current_workers headroom_scale_decisions_totalhold headroom_scale_decisions_totalin headroom_scale_decisions_totalout headroom_scale_desired_workers"
	if got := strings.Join(names, " "); got != want {
		t.Errorf("wrote %s; an unknown fraction is not written", got)
	}
}
