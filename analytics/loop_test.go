package analytics

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"headroom/ingest/rollup"
	"headroom/internal/phrases/phrasestest"
	"headroom/storage"
	"headroom/storage/embedded"
	"headroom/storage/fleet"
)

var shanghai = func() *time.Location {
	loc, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		panic(err)
	}
	return loc
}()

// world is a loop over a real store, with a rollup that tests fill.
type world struct {
	t      testing.TB
	store  *embedded.Store
	tree   *fleet.Tree
	rollup *rollup.Rollup
	loop   *Loop
}

func newWorld(t testing.TB, now time.Time) *world {
	t.Helper()
	return newWorldIn(t, now, shanghai)
}

func newWorldIn(t testing.TB, now time.Time, loc *time.Location) *world {
	t.Helper()
	store := openStore(t, t.TempDir())
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	tree := fleet.NewTree([]string{"business", "product", "service", "module"})
	r := rollup.New(rollup.Options{
		Tree: tree, NodeLabel: "node", DeviceTimeout: 3 * time.Minute,
		Load: []storage.Matcher{storage.Metric("headroom_load_percent")}, Domains: []string{"rack", "site"},
	}, now)
	loop := NewLoop(Options{
		Model: Classic(loc), Tree: tree, Rollup: r, Store: store,
		Logger: slog.New(slog.DiscardHandler), Registerer: prometheus.NewRegistry(),
	})
	return &world{t, store, tree, r, loop}
}

func openStore(t testing.TB, dir string) *embedded.Store {
	t.Helper()
	store, err := embedded.Open(embedded.Options{Path: dir, MemoryBytes: 512 << 20, WALSync: embedded.SyncNone, Retention: 100 * 365 * 24 * time.Hour, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return store
}

// history writes a module's rolled-up loads of the past.
func (w *world) history(module string, samples []storage.Sample) {
	w.t.Helper()
	n := w.tree.Add(modulePath(module))
	row := storage.Series{Labels: rollup.Labels(n, w.tree.Levels(), rollup.LoadPercent), Samples: samples}
	if err := w.store.Write(context.Background(), []storage.Series{row}); err != nil {
		w.t.Fatal(err)
	}
}

func modulePath(module string) fleet.Path { return fleet.Path{"Qzone", "WNS", "dispatch", module} }

// push sends one load for each device of a module.
func (w *world) push(module string, at time.Time, devices int, load float64) {
	for d := range devices {
		p := modulePath(module)
		labels := []storage.Label{
			{Name: storage.MetricName, Value: "headroom_load_percent"},
			{Name: "business", Value: p[0]}, {Name: "module", Value: p[3]}, {Name: "node", Value: fmt.Sprint("n", d)},
			{Name: "product", Value: p[1]}, {Name: "service", Value: p[2]},
		}
		w.rollup.Enter(labels).Add(at.UnixMilli(), load)
	}
}

func (w *world) row(module string) Row {
	w.t.Helper()
	s := w.loop.Snapshot()
	i := s.Find(modulePath(module).ID())
	if i < 0 {
		w.t.Fatalf("no row of %s", module)
	}
	return s.Rows[i]
}

// rowOf returns a module's row by a model.
func (w *world) rowOf(module, model string) Row {
	w.t.Helper()
	s, err := w.loop.Snapshot().Of(model)
	if err != nil {
		w.t.Fatal(err)
	}
	return s.Rows[s.Find(modulePath(module).ID())]
}

func near(a Number, b float64) bool { return math.Abs(float64(a)-b) < 1e-9 }

// The five rows of the mission: the same minute of 28 days has the mean and a
// standard deviation of a third of the half-width.
func TestWorkedExample(t *testing.T) {
	at := time.Date(2026, 11, 22, 21, 50, 0, 0, shanghai)
	w := newWorld(t, at)
	rows := []struct {
		module                   string
		devices                  int
		load, mean, lower, upper float64
		deviates                 bool
	}{
		{"SET_W13", 7, 23.5, 20.8, 19, 22.6, true},
		{"SET_W02", 17, 26.5, 26.8, 24.4, 29.2, false},
		{"SET_W11", 12, 20.5, 21.8, 20, 23.6, false},
		{"SET_W12", 8, 22.8, 22.2, 19.8, 24.6, false},
		{"SET_W20", 19, 32.2, 30.6, 25.2, 36, false},
	}
	for _, r := range rows {
		// Half of the days d above, half d below: their sample deviation is d·√(28/27).
		d := (r.upper - r.mean) / 3 / math.Sqrt(28.0/27)
		var samples []storage.Sample
		for day := 28; day >= 1; day-- {
			v := r.mean + d
			if day%2 == 0 {
				v = r.mean - d
			}
			samples = append(samples, storage.Sample{Timestamp: at.AddDate(0, 0, -day).UnixMilli(), Value: v})
		}
		w.history(r.module, samples)
		w.push(r.module, at.Add(20*time.Second), r.devices, r.load)
	}
	if err := w.loop.Learn(context.Background(), at); err != nil {
		t.Fatal(err)
	}
	w.loop.Evaluate(context.Background(), at.Unix())
	for _, want := range rows {
		got := w.row(want.module)
		if !near(got.Mean, want.mean) || !near(got.Lower, want.lower) || !near(got.Upper, want.upper) ||
			!near(got.Load, want.load) || got.Deviates != want.deviates || got.Devices != Number(want.devices) {
			t.Errorf("%s: %v devices, load %v, mean %v [%v, %v], deviates %v; want %+v",
				want.module, got.Devices, got.Load, got.Mean, got.Lower, got.Upper, got.Deviates, want)
		}
	}
	if r := w.row("SET_W13"); r.Direction != "up" || !near(r.Score, 1.5) || !r.Since.Equal(at) {
		t.Errorf("SET_W13: direction %q, score %v, since %v; want up, 1.5 as in the contract, %v", r.Direction, r.Score, r.Since, at)
	}
	service := w.loop.Snapshot().Rows[w.loop.Snapshot().Find("Qzone/WNS/dispatch")]
	if service.Devices != 63 || service.Level != "service" {
		t.Errorf("service above: %v devices at level %q, want 63 at service", service.Devices, service.Level)
	}
}

// A row and the series written for it are the same numbers.
func TestSeriesEqualRows(t *testing.T) {
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, shanghai)
	w := newWorld(t, at)
	var samples []storage.Sample
	for m := at.AddDate(0, 0, -61); m.Before(at); m = m.Add(5 * time.Minute) {
		hour := float64(m.Hour()) + float64(m.Minute())/60
		day := at.Sub(m).Hours() / 24
		samples = append(samples, storage.Sample{Timestamp: m.UnixMilli(), Value: 40 - day/4 + 10*math.Sin(hour/24*2*math.Pi) + math.Mod(float64(m.Unix()/300)*0.618, 1)})
	}
	w.history("m", samples)
	if err := w.loop.Learn(context.Background(), at); err != nil {
		t.Fatal(err)
	}
	for k := range 5 { // long enough for the series that are written every fourth minute
		w.push("m", at.Add(time.Duration(k)*time.Minute), 9, 99)
		w.loop.Evaluate(context.Background(), at.Unix()+int64(k)*60)
	}
	w.seriesEqualRow()

	// History that arrives now changes the current minute's verdict, and with it
	// what is stored of it.
	mean := w.row("m").Mean
	w.history("m", []storage.Sample{{Timestamp: at.AddDate(0, 0, -3).Add(4 * time.Minute).UnixMilli(), Value: 77}})
	for range 2 {
		if err := w.loop.relearnNow(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	if w.row("m").Mean == mean {
		t.Fatal("the new history did not change the band")
	}
	w.seriesEqualRow()
}

// seriesEqualRow compares the stored series of module m with its row.
func (w *world) seriesEqualRow() {
	t := w.t
	t.Helper()
	row := w.row("m")
	g := w.loop.Snapshot().Growth[w.loop.Snapshot().Find(row.ID)]
	if row.State != OK || !row.Deviates || g.State != OK || !(g.DevicesToRequest >= 0) || !row.PeakToday.Lower.Known() {
		t.Fatalf("want a complete row: %+v\n%+v", row, g)
	}
	for metric, want := range map[string]Number{
		"headroom_module_load_percent":           row.Load,
		"headroom_module_devices":                row.Devices,
		"headroom_module_load_expected":          row.Mean,
		"headroom_module_load_lower":             row.Lower,
		"headroom_module_load_upper":             row.Upper,
		"headroom_module_deviates":               1,
		"headroom_module_deviation_score":        row.Score,
		"headroom_module_alarm":                  Number(oneIf(row.Alarm)),
		"headroom_module_devices_needed":         g.DevicesNeeded,
		`headroom_module_peak_today{mid}`:        row.PeakToday.Value,
		`headroom_module_peak_today{lower}`:      row.PeakToday.Lower,
		`headroom_module_peak_today{upper}`:      row.PeakToday.Upper,
		"headroom_module_growth_percent_per_day": g.PercentPerDay,
		"headroom_module_devices_to_request":     g.DevicesToRequest,
		`headroom_module_days_to_full{mid}`:      Number(g.daysTo(g.FullOn.Value)),
	} {
		if got := w.newest(metric, row.At); got != float64(want) {
			t.Errorf("%s = %v, the row says %v", metric, got, want)
		}
	}
}

// newest reads the newest sample of a metric of module m; {bound} selects.
func (w *world) newest(metric string, at time.Time) float64 {
	w.t.Helper()
	ms := []storage.Matcher{storage.Eq("module", "m")}
	if name, bound, found := cutBraces(metric); found {
		ms, metric = append(ms, storage.Eq("bound", bound)), name
	}
	ms = append(ms, storage.Metric(metric))
	v := math.NaN()
	q := storage.Query{Matchers: ms, Range: storage.TimeRange{From: at.Add(-4 * time.Minute).UnixMilli(), To: at.UnixMilli()}}
	err := w.store.Select(context.Background(), q, func(b *storage.Block) error {
		v = b.Values[len(b.Values)-1]
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return v
}

func cutBraces(s string) (name, inside string, found bool) {
	for i := range s {
		if s[i] == '{' {
			return s[:i], s[i+1 : len(s)-1], true
		}
	}
	return s, "", false
}

func TestLearningAndStaleSayWhatIsMissing(t *testing.T) {
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, shanghai)
	w := newWorld(t, at)
	w.push("new", at.Add(time.Second), 1, 50)
	if err := w.loop.Learn(context.Background(), at); err != nil {
		t.Fatal(err)
	}
	w.loop.Evaluate(context.Background(), at.Unix())
	want := "band: 0 of 3 days at this time of day; peak: 0 of 10 full days"
	if r := w.row("new"); r.State != Learning || r.Reason != want || r.Deviates || r.Mean.Known() {
		t.Errorf("new module: %s, %q, deviates %v, mean %v", r.State, r.Reason, r.Deviates, r.Mean)
	}
	w.loop.Evaluate(context.Background(), at.Unix()+600)
	if r := w.row("new"); r.State != Stale || r.Age != 600 || r.Load.Known() || r.Reason != "no load since 2026-11-22 12:00" {
		t.Errorf("silent module: %s, %q, age %v, load %v", r.State, r.Reason, r.Age, r.Load)
	}
}

// A deviation goes on over midnight and over a new learning.
func TestSinceSurvivesMidnight(t *testing.T) {
	before := time.Date(2026, 11, 22, 23, 58, 0, 0, shanghai)
	w := newWorld(t, before)
	var samples []storage.Sample
	for m := before.AddDate(0, 0, -30).Truncate(5 * time.Minute); m.Before(before); m = m.Add(5 * time.Minute) {
		samples = append(samples, storage.Sample{Timestamp: m.UnixMilli(), Value: 20 + float64(m.Day()%3)})
	}
	w.history("m", samples)
	if err := w.loop.Learn(context.Background(), before); err != nil {
		t.Fatal(err)
	}
	for k := range 5 {
		at := before.Add(time.Duration(k) * time.Minute)
		w.push("m", at.Add(time.Second), 1, 80)
		w.loop.Evaluate(context.Background(), at.Unix())
		if r := w.row("m"); !r.Deviates || !r.Since.Equal(before) {
			t.Errorf("%s: deviates %v since %v, want since %v", r.At, r.Deviates, r.Since, before)
		}
	}
	if err := w.loop.Learn(context.Background(), before.Add(5*time.Minute)); err != nil {
		t.Fatal(err)
	}
	w.loop.Evaluate(context.Background(), before.Add(5*time.Minute).Unix())
	if r := w.row("m"); !r.Since.Equal(before) {
		t.Errorf("after learning anew: since %v, want %v", r.Since, before)
	}
}

// What a minute's table said can be had again later, from what is stored.
func TestPastTableIsTheSame(t *testing.T) {
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, shanghai)
	w := newWorld(t, at)
	var samples []storage.Sample
	for m := at.AddDate(0, 0, -45); m.Before(at); m = m.Add(5 * time.Minute) {
		samples = append(samples, storage.Sample{Timestamp: m.UnixMilli(), Value: 30 + float64((m.Unix()/300)%17)})
	}
	w.history("m", samples)
	if err := w.loop.Learn(context.Background(), at); err != nil {
		t.Fatal(err)
	}
	w.push("m", at.Add(time.Second), 3, 77)
	w.loop.Evaluate(context.Background(), at.Unix())
	was := map[string]Row{}
	for _, model := range w.models() {
		was[model] = w.rowOf("m", model)
	}
	for k := 1; k < 20; k++ {
		w.push("m", at.Add(time.Duration(k)*time.Minute), 3, 10)
		w.loop.Evaluate(context.Background(), at.Unix()+int64(k)*60)
	}
	for model, was := range was {
		past, err := w.loop.At(context.Background(), at, model)
		if err != nil {
			t.Fatal(err)
		}
		is := past.Rows[past.Find(was.ID)]
		if !is.Mean.Known() || is.Load != was.Load || is.Mean != was.Mean || is.Upper != was.Upper || is.Score != was.Score || is.Alarm != was.Alarm ||
			is.PeakToday.Value != was.PeakToday.Value || is.PeakToday.Upper != was.PeakToday.Upper {
			t.Errorf("%s, then: %+v\nnow:  %+v", model, was, is)
		}
	}
}

// A verdict is explained later with the numbers that it had.
func TestExplanationIsTheSameLater(t *testing.T) {
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, shanghai)
	w := newWorld(t, at)
	w.usualHistory("m", at, 45)
	if err := w.loop.Learn(context.Background(), at); err != nil {
		t.Fatal(err)
	}
	for k := range 3 {
		m := at.Add(time.Duration(k) * time.Minute)
		w.push("m", m, 3, 77)
		w.loop.Evaluate(context.Background(), m.Unix())
	}
	id, row := modulePath("m").ID(), w.row("m")
	if row.Since == nil || !row.Since.Equal(at) {
		t.Fatalf("deviates since %v, want %v", row.Since, at)
	}
	was := map[string]*Explanation{}
	for _, model := range w.models() {
		was[model] = w.explain(id, model)
	}
	for k := 3; k < 30; k++ {
		w.push("m", at.Add(time.Duration(k)*time.Minute), 3, 10)
		w.loop.Evaluate(context.Background(), at.Unix()+int64(k)*60)
	}
	for model, was := range was {
		is := w.explain(id+"@"+row.At.Format("2006-01-02T15:04"), model)
		is.ID = was.ID
		dropVerdict(was) // a past minute does not tell since when
		dropVerdict(is)
		if !reflect.DeepEqual(was, is) {
			t.Errorf("%s, then: %+v\nnow:  %+v", model, was, is)
		}
	}
}

// models returns the names of the models of the current snapshot.
func (w *world) models() (names []string) {
	for _, k := range w.loop.model().kinds() {
		names = append(names, k.name())
	}
	return names
}

func (w *world) explain(id, model string) *Explanation {
	w.t.Helper()
	e, err := w.loop.Explain(context.Background(), id, model)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, s := range e.Steps {
		phrasestest.Check(w.t, append(s.Inputs, s.Name, s.Formula, s.Numbers, s.Result)...)
	}
	return e
}

func dropVerdict(e *Explanation) {
	e.Steps = slices.DeleteFunc(e.Steps, func(s Step) bool { return s.Name == "deviates" })
}

// After a start the table has the modules that had data within the history.
func TestVanishedModulesLeave(t *testing.T) {
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, shanghai)
	w := newWorld(t, at)
	w.usualHistory("gone", at.AddDate(0, 0, -62), 5)
	w.usualHistory("there", at.AddDate(0, 0, -58), 1)
	opts := w.loop.opts
	opts.Tree, opts.Registerer = fleet.NewTree(w.tree.Levels()), prometheus.NewRegistry()
	if err := NewLoop(opts).Learn(context.Background(), at); err != nil {
		t.Fatal(err)
	}
	gone, there := opts.Tree.Find(modulePath("gone").ID()), opts.Tree.Find(modulePath("there").ID())
	if gone != nil || there == nil {
		t.Errorf("known: of 62 days ago %v, of 58 days ago %v; want only the latter", gone != nil, there != nil)
	}
}
