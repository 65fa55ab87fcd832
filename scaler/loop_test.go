package scaler

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"headroom/analytics"
	"headroom/ingest/rollup"
	"headroom/internal/config"
	"headroom/internal/phrases/phrasestest"
	"headroom/scaler/node/wire"
	"headroom/scaler/policy"
	"headroom/scaler/pool"
	"headroom/storage"
	"headroom/storage/fleet"
	"headroom/storage/state"
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// unknown forecasts nothing.
type unknown struct{}

func (unknown) Forecast(string, time.Time, float64, time.Duration) policy.Forecast {
	nan := math.NaN()
	return policy.Forecast{Ahead: nan, AheadUpper: nan, Peak: nan, PeakUpper: nan, Reason: "its history is still being read"}
}

// world is a loop over a real pool of one node, which runs what it is told.
type world struct {
	*Loop
	t    *testing.T
	now  time.Time
	db   *state.DB
	pool *pool.Pool
}

const cart = `
timezone: UTC
hierarchy: [business, module]
pool: {policy: {predictive: false}}
services:
- {module: shop/cart, command: [/bin/cart], ports: {from: 9000, to: 9099}, policy: {minimum: 4}}
`

func newWorld(t *testing.T, text string) *world {
	t.Helper()
	w := &world{t: t, now: noon}
	c, err := config.Parse([]byte(text), "test.yml")
	must(t, err)
	settings, err := pool.SettingsOf(c)
	must(t, err)
	w.db, err = state.Open(filepath.Join(t.TempDir(), "state.db"))
	must(t, err)
	t.Cleanup(func() { _ = w.db.Close() })
	w.pool, err = pool.New(t.Context(), pool.Options{DB: w.db, Now: func() time.Time { return w.now }})
	must(t, err)
	must(t, w.pool.Configure(t.Context(), settings))
	w.Loop = New(Options{
		Pool: w.pool, Forecasts: unknown{}, Policy: func() policy.Settings { return pool.PolicyOf(c.Pool.Policy) }, Location: time.UTC,
		Now: func() time.Time { return w.now }, Logger: slog.New(slog.DiscardHandler), Registerer: prometheus.NewRegistry(),
	})
	return w
}

// sync has the node run all that it is told to, and tell so.
func (w *world) sync() int { return w.syncAs("n1", "10.0.0.1") }

func (w *world) syncAs(node, address string) int {
	w.t.Helper()
	r := &wire.Report{
		Boot: "b", Daemon: node, Resources: &wire.Resources{Cores: 32, Memory: 64 << 30, Address: address, MaxWorkers: 100, PerCore: 2},
		Workers: []wire.Status{},
	}
	d, _, err := w.pool.Sync(w.t.Context(), node, r, "", 0)
	must(w.t, err)
	for _, one := range d.Workers {
		r.Workers = append(r.Workers, wire.Status{ID: one.ID, Service: one.Service, Port: one.Port, Proxy: one.Proxy, State: wire.Ready, Since: w.now, Weight: 100})
	}
	r.Have = d.Version
	_, _, err = w.pool.Sync(w.t.Context(), node, r, d.Version, 0)
	must(w.t, err)
	return len(d.Workers)
}

// minute evaluates a minute in which a module's processes were so busy.
func (w *world) minute(module string, busy, processes float64) *Decision {
	w.t.Helper()
	must(w.t, w.Evaluate(w.t.Context(), table(w.t, w.now.Add(-time.Minute), module, busy, processes)))
	d := w.Newest().Of("shop/cart")
	w.now = w.now.Add(time.Minute)
	if d != nil {
		r := d.Record(time.UTC)
		for _, s := range Explain(&r).Steps {
			phrasestest.Check(w.t, append(s.Inputs, s.Name, s.Formula, s.Numbers, s.Result)...)
		}
	}
	return d
}

func (w *world) kept() []state.PoolDecision {
	w.t.Helper()
	all, err := w.db.Pool().Decisions(w.t.Context(), state.PoolDecisionQuery{})
	must(w.t, err)
	return all
}

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

func TestBusyProcessesAreGivenCompany(t *testing.T) {
	w := newWorld(t, cart)
	w.sync()
	must(t, w.pool.SetMode(t.Context(), "shop/cart", pool.Apply, "ann", "try it"))
	w.minute("shop/cart", math.NaN(), math.NaN()) // the minimum
	if n := w.sync(); n != 4 {
		t.Fatalf("%d workers run; want the minimum of 4", n)
	}
	// The origin's rule: 4 processes × 60 s × 0.6 = 144 s.
	d := w.minute("shop/cart", 180, 4)
	if d.Direction != policy.Out || d.Desired != 5 || !d.Applied {
		t.Fatalf("decided %+v; want 5 workers, 180 s / (60 s × 0.6)", d)
	}
	if n := w.sync(); n != 5 {
		t.Errorf("%d workers run", n)
	}
	if d.ID != "scale:shop/cart@2026-11-20T12:01:00Z" {
		t.Errorf("id %q", d.ID)
	}
	kept, err := w.db.Pool().Decision(t.Context(), d.ID)
	must(t, err)
	var r Record
	must(t, json.Unmarshal(kept.Data, &r))
	if text := Explain(&r).Steps[0].Numbers; text != "180 s / (4 × 60 s)" {
		t.Errorf("explained by %q", text)
	}
}

func TestTheMinimumWaitsForNoMinute(t *testing.T) {
	w := newWorld(t, cart)
	w.sync()
	must(t, w.Place(t.Context()))
	if n := w.sync(); n != 0 {
		t.Errorf("%d workers run of a service whose decisions are only recommended", n)
	}
	must(t, w.pool.SetMode(t.Context(), "shop/cart", pool.Apply, "ann", "try it"))
	must(t, w.Place(t.Context()))
	if n := w.sync(); n != 4 {
		t.Errorf("%d workers run; want the minimum of 4", n)
	}
}

func TestTheFirstWorkersAreNoMoreThanTheMaximum(t *testing.T) {
	w := newWorld(t, strings.Replace(cart, "policy: {minimum: 4}", `policy: {minimum: 1, maximum: 3}, schedule: [{minimum: 5, cron: "* * * * *", for: 1h}]`, 1))
	w.sync()
	must(t, w.pool.SetMode(t.Context(), "shop/cart", pool.Apply, "ann", "try it"))
	must(t, w.Place(t.Context()))
	if n := w.sync(); n != 3 {
		t.Errorf("%d workers run; want the maximum of 3", n)
	}
}

func TestWorkersThatAreStoppedAreNoCompany(t *testing.T) {
	w := newWorld(t, cart)
	w.sync()
	must(t, w.pool.SetMode(t.Context(), "shop/cart", pool.Apply, "ann", "try it"))
	must(t, w.Place(t.Context()))
	w.sync() // four run
	// Nine have reported in the minute, five of them before they were stopped.
	if d := w.minute("shop/cart", 200, 9); d.Direction != policy.Out || d.Desired != 6 {
		t.Errorf("decided %+v; want 6 workers, 200 s / (60 s × 0.6)", d.Decision)
	}
}

// Others start the workers: what was asked for holds while they start, and while the
// samples of some are late.
func TestWhatOthersWereAskedForHolds(t *testing.T) {
	w := newWorld(t, "timezone: UTC\nhierarchy: [business, module]\npool: {policy: {predictive: false}}\n")
	w.minute("shop/cart", 280, 8)
	if d := w.minute("shop/cart", 140, 4); d.Desired != 8 || !strings.Contains(d.Reason, "within the last 5m up to 8 workers were needed") {
		t.Errorf("half of the samples are late: %+v", d.Decision)
	}
	for range 4 {
		w.minute("shop/cart", 140, 4)
	}
	if d := w.minute("shop/cart", 140, 4); d.Desired != 4 || d.Direction != policy.Hold {
		t.Errorf("five minutes later: %+v", d.Decision)
	}
}

// After a start nobody remembers how many ran, and three of ten have not told yet what
// they do: none is missed for that.
func TestWhoHasNotToldYetRunsAllTheSame(t *testing.T) {
	w := newWorld(t, "timezone: UTC\nhierarchy: [business, module]\npool: {policy: {predictive: false, stabilise: 0s}}\n")
	s := table(t, w.now.Add(-time.Minute), "shop/cart", 210, 7)
	s.Rows[s.Find("shop/cart")].Waiting = 3
	must(t, w.Evaluate(t.Context(), s))
	if d := w.Newest().Of("shop/cart"); d.Current != 10 || d.Desired != 10 || d.Fraction != 0.5 {
		t.Errorf("decided %+v; want 10 to stay, 210 s / (7 × 60 s) of their time busy", d.Decision)
	}
}

// The minute before the start does not say who was missing in it: a service that others
// scale is told no number, configured or not.
func TestOfAMinuteBeforeTheStartNobodyKnowsWhoWasMissing(t *testing.T) {
	w := newWorld(t, strings.Replace(cart, "minimum: 4", "minimum: 1, stabilise: 0s", 1))
	before := func(module string) *Decision {
		s := table(t, w.now.Add(-time.Minute), module, 90, 3)
		s.Rows[s.Find(module)].Waiting = rollup.NotKept
		must(t, w.Evaluate(t.Context(), s))
		w.now = w.now.Add(time.Minute)
		return w.Newest().Of(module)
	}
	if d := before("shop/other"); d != nil {
		t.Errorf("decided %+v of a minute that knew three processes of nobody knows how many", d.Decision)
	}
	if d := before("shop/cart"); !strings.Contains(d.Unusable(), "unknown") {
		t.Errorf("decided %+v; want no number for others", d.Decision)
	}
}

// Half of the nodes' samples are late: what is seen is half of the work.
func TestNobodyLeavesForSamplesThatAreLate(t *testing.T) {
	w := newWorld(t, strings.Replace(cart, "minimum: 4", "minimum: 1, stabilise: 0s", 1))
	w.sync()
	must(t, w.pool.SetMode(t.Context(), "shop/cart", pool.Apply, "ann", "try it"))
	must(t, w.pool.SetManual(t.Context(), "shop/cart", 8, "ann", "try it"))
	w.minute("shop/cart", math.NaN(), math.NaN())
	w.sync()
	must(t, w.pool.SetManual(t.Context(), "shop/cart", 0, "ann", "try it"))
	if d := w.minute("shop/cart", 130, 4); d.Direction != policy.Hold || d.Desired != 8 || !strings.Contains(d.Reason, "4 of the 8") || !strings.HasPrefix(d.Reason, "Busy 0.54 of 4 processes") {
		t.Errorf("decided %+v", d.Decision)
	}
	if d := w.minute("shop/cart", math.NaN(), 3); d.Direction != policy.Hold || d.Desired != 8 || d.Cause != policy.Unknown || !math.IsNaN(d.Fraction) {
		t.Errorf("of a minute in which too few told it is decided %+v", d.Decision)
	}
	if d := w.minute("shop/cart", 130, 8); d.Direction != policy.In {
		t.Errorf("decided %+v", d.Decision)
	}
}

func TestANumberThatAPersonAsksForWaitsForNoMinute(t *testing.T) {
	w := newWorld(t, cart)
	w.sync()
	must(t, w.pool.SetMode(t.Context(), "shop/cart", pool.Apply, "ann", "try it"))
	w.minute("shop/cart", 138, 4)
	must(t, w.pool.SetManual(t.Context(), "shop/cart", 7, "ann", "sale"))
	must(t, w.Place(t.Context()))
	if n := w.sync(); n != 7 {
		t.Errorf("%d workers run; want the 7 that were asked for", n)
	}
	must(t, w.pool.SetManual(t.Context(), "shop/cart", 1, "ann", "")) // below the minimum
	must(t, w.Place(t.Context()))
	w.sync()
	w.sync()
	if v, err := w.pool.Service("shop/cart"); err != nil || v.Wanted != 4 {
		t.Errorf("%d workers shall run, %v; want the minimum of 4", v.Wanted, err)
	}
}

func TestARecommendationStartsNothing(t *testing.T) {
	w := newWorld(t, cart)
	w.sync()
	d := w.minute("shop/cart", 180, 4)
	if n := w.sync(); d.Desired != 5 || d.Applied || n != 0 {
		t.Errorf("decided %+v, and %d workers run", d, n)
	}
	r := d.Record(time.UTC)
	e := Explain(&r)
	if !strings.Contains(e.Steps[len(e.Steps)-1].Numbers, "only recommended") {
		t.Errorf("explained by %+v", e.Steps)
	}
}

// flows begins a run for each decision that it is shown, or fails.
type flows struct {
	shown []string
	fail  error
}

func (f *flows) Begin(_ context.Context, d *Decision) (string, error) {
	f.shown = append(f.shown, d.ID)
	if f.fail != nil {
		return "", f.fail
	}
	return "r" + string(rune('0'+len(f.shown))), nil
}

func TestARecommendationIsCarriedOutByAFlowOnce(t *testing.T) {
	w := newWorld(t, cart)
	w.sync()
	f := &flows{}
	w.opts.Changes = f
	d := w.minute("shop/cart", 180, 4)
	again := w.minute("shop/cart", 180, 4)
	if d.Run != "r1" || again.Run != "r1" || len(f.shown) != 1 {
		t.Errorf("runs %q and %q for %q; want one for both minutes", d.Run, again.Run, f.shown)
	}
	r := d.Record(time.UTC)
	if e := Explain(&r); !strings.Contains(e.Steps[len(e.Steps)-1].Numbers, "flow run r1") {
		t.Errorf("explained by %+v", e.Steps)
	}
	if other := w.minute("shop/cart", 300, 4); other.Desired == d.Desired || other.Run != "r2" {
		t.Errorf("another decision is %+v; want a flow of its own", other)
	}
	w.now = w.now.Add(10 * time.Minute) // what was needed before counts no more
	if calm := w.minute("shop/cart", 140, 4); calm.Direction != policy.Hold || calm.Run != "" {
		t.Errorf("four that are enough get %+v", calm)
	}
	if later := w.minute("shop/cart", 300, 4); later.Run != "r3" {
		t.Errorf("the same decision after a calm minute has run %q; want a new one", later.Run)
	}
}

func TestAFlowThatDoesNotBeginIsTriedAgain(t *testing.T) {
	w := newWorld(t, cart)
	w.sync()
	f := &flows{fail: errors.New("too many runs")}
	w.opts.Changes = f
	decide := func() error {
		w.now = w.now.Add(time.Minute)
		return w.Evaluate(context.Background(), table(w.t, w.now.Add(-time.Minute), "shop/cart", 180, 4))
	}
	if err := decide(); !errors.Is(err, f.fail) {
		t.Errorf("the minute ends with %v", err)
	}
	f.fail = nil
	if err := decide(); err != nil || len(f.shown) != 2 {
		t.Errorf("%d tries, %v; want one more", len(f.shown), err)
	}
}

func TestEveryModuleThatTellsHowBusyItIsGetsARecommendation(t *testing.T) {
	w := newWorld(t, "timezone: UTC\nhierarchy: [business, module]\npool: {policy: {predictive: false}}\n")
	if d := w.minute("shop/cart", 600, 10); d == nil || d.Current != 10 || d.Desired != 17 || d.Mode != pool.Recommend {
		t.Errorf("decided %+v; want from 10 to 17, 600 s / (60 s × 0.6)", d)
	}
}

func TestAMinuteWithoutDataChangesNothing(t *testing.T) {
	w := newWorld(t, cart)
	w.sync()
	must(t, w.pool.SetMode(t.Context(), "shop/cart", pool.Apply, "", ""))
	w.minute("shop/cart", 300, 4)
	before := w.sync()
	d := w.minute("shop/other", 1, 1)
	if n := w.sync(); d.Direction != policy.Hold || n != before {
		t.Errorf("decided %+v; %d workers run, and %d did", d, n, before)
	}
	if r := d.Record(time.UTC); r.Busy.Known() || r.Fraction.Known() {
		t.Errorf("unknown numbers are shown as %v and %v", r.Busy, r.Fraction)
	}
}

func TestOnlyNewsAreKept(t *testing.T) {
	w := newWorld(t, cart)
	w.sync()
	for range 5 {
		w.minute("shop/cart", 138, 4)
	}
	if kept := w.kept(); len(kept) != 1 {
		t.Errorf("of five steady minutes %d decisions are kept: %s", len(kept), kept)
	}
	for range 5 {
		if d := w.minute("shop/cart", 200, 4); d.Direction != policy.Out {
			t.Errorf("decided %+v", d)
		}
	}
	if kept := w.kept(); len(kept) != 2 {
		t.Errorf("a recommendation that nobody follows is kept %d times: %s", len(kept)-1, kept)
	}
}

func TestNewsThatCouldNotBeKeptAreKeptLater(t *testing.T) {
	w := newWorld(t, cart)
	w.sync()
	w.minute("shop/cart", 138, 4)
	ctx, away := context.WithCancel(t.Context())
	away()
	if err := w.Evaluate(ctx, table(t, w.now.Add(-time.Minute), "shop/cart", 200, 4)); err == nil {
		t.Fatal("no error without a state database")
	}
	w.now = w.now.Add(time.Minute)
	w.minute("shop/cart", 200, 4)
	if kept := w.kept(); len(kept) != 2 {
		t.Errorf("%d decisions are kept; want the second one too, a minute late: %s", len(kept), kept)
	}
}

func TestAMinuteIsKeptOnceOverARestart(t *testing.T) {
	w := newWorld(t, cart)
	w.sync()
	d := w.minute("shop/cart", 180, 4)
	w.Loop.kept = nil // as the next server begins
	w.now = w.now.Add(-time.Minute)
	if again := w.minute("shop/cart", 180, 4); again.ID != d.ID || len(w.kept()) != 1 {
		t.Errorf("%s after %s; %d are kept", again.ID, d.ID, len(w.kept()))
	}
}

func TestAClockThatWasSetBackStopsNothing(t *testing.T) {
	w := newWorld(t, cart)
	w.sync()
	must(t, w.pool.SetMode(t.Context(), "shop/cart", pool.Apply, "ann", "try it"))
	first := w.minute("shop/cart", 180, 4)
	w.now = w.now.Add(24 * time.Hour)
	w.minute("shop/cart", 180, 4)
	w.sync()
	w.now = noon
	w.Loop.kept = nil // a server starts anew
	again := w.minute("shop/cart", 260, 5)
	if again.ID != first.ID || again.Direction != policy.Out {
		t.Fatalf("decided %+v", again)
	}
	if n := w.sync(); n != again.Desired {
		t.Errorf("%d workers run; want %d", n, again.Desired)
	}
	w.minute("shop/cart", 400, float64(again.Desired))
	if kept := w.kept(); len(kept) != 3 || !kept[1].At.Equal(noon.Add(time.Minute)) {
		t.Errorf("kept %v; want what was decided after the clock was right", kept)
	}
}

func TestADecisionTellsWhatThereWasNoRoomFor(t *testing.T) {
	w := newWorld(t, cart)
	must(t, w.pool.SetMode(t.Context(), "shop/cart", pool.Apply, "", ""))
	d := w.minute("shop/cart", 180, 4) // there is no node
	if !strings.HasPrefix(d.Short, "4 missing: ") {
		t.Errorf("short %q", d.Short)
	}
	w.sync() // one joins
	must(t, w.Place(t.Context()))
	if n := w.sync(); n != 4 {
		t.Errorf("%d workers run between two minutes; want the minimum of 4", n)
	}
}

func TestWhatIsNotKnownIsNoNumberForOthers(t *testing.T) {
	w := newWorld(t, cart)
	written := func(d *Decision) (yes bool) {
		for _, row := range w.series(nil, []string{"business", "module"}, d) {
			yes = yes || slices.Contains(row.Labels, storage.Label{Name: storage.MetricName, Value: desiredSeries})
		}
		return yes
	}
	if d := w.minute("shop/cart", 180, 4); d.Unusable() != "" || !written(d) {
		t.Errorf("a judged minute: unusable %q, written %v", d.Unusable(), written(d))
	}
	if d := w.minute("shop/cart", math.NaN(), math.NaN()); !strings.Contains(d.Unusable(), "unknown") || written(d) {
		t.Errorf("an unknown minute of a service run by others: unusable %q, written %v", d.Unusable(), written(d))
	}
	must(t, w.pool.SetMode(t.Context(), "shop/cart", pool.Apply, "", ""))
	if d := w.minute("shop/cart", math.NaN(), math.NaN()); d.Unusable() != "" || !written(d) {
		t.Errorf("an unknown minute of a service of the pool: unusable %q, written %v", d.Unusable(), written(d))
	}
}

// A node joins an old one that has all eight workers: at most two move in a minute.
func TestMovesAreCountedByTheMinute(t *testing.T) {
	w := newWorld(t, strings.Replace(strings.Replace(cart, "minimum: 4", "minimum: 8", 1), "pool: {", "pool: {moves_per_minute: 2, ", 1))
	w.sync()
	must(t, w.pool.SetMode(t.Context(), "shop/cart", pool.Apply, "", ""))
	w.minute("shop/cart", 200, 8)
	w.sync()
	w.syncAs("n2", "10.0.0.2")
	moved := func() int { return w.syncAs("n2", "10.0.0.2") }
	must(t, w.Place(t.Context()))
	if n := moved(); n != 0 {
		t.Errorf("%d workers moved between two minutes", n)
	}
	for minute := range 2 {
		w.minute("shop/cart", 200, 8)
		for range 3 {
			moved()
			must(t, w.pool.Settle(t.Context())) // the new ones serve, the old ones are stopped
			w.sync()
			must(t, w.Place(t.Context()))
		}
		if n := moved(); n != 2*(minute+1) {
			t.Errorf("%d workers moved after %d minutes of two each", n, minute+1)
		}
	}
}

// hanging is a store that answers when its caller gives up.
type hanging struct {
	storage.Store
	until time.Time
}

func (h *hanging) Write(ctx context.Context, _ []storage.Series) error {
	h.until, _ = ctx.Deadline()
	return context.DeadlineExceeded
}

func TestAStoreThatHangsStopsNoPlacementForLong(t *testing.T) {
	w := newWorld(t, cart)
	store := &hanging{}
	w.opts.Store = store
	if err := w.Evaluate(t.Context(), table(t, w.now.Add(-time.Minute), "shop/cart", 180, 4)); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("no error: %v", err)
	}
	if left := time.Until(store.until); store.until.IsZero() || left > writeWithin {
		t.Errorf("the store may take %v; want at most %v", left, writeWithin)
	}
}

func TestSeriesCarryTheHierarchy(t *testing.T) {
	l := newWorld(t, cart).Loop
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
