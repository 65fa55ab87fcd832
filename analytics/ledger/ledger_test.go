package ledger

import (
	"context"
	"log/slog"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"headroom/analytics"
	"headroom/analytics/season"
	"headroom/ingest/rollup"
	"headroom/storage"
	"headroom/storage/embedded"
	"headroom/storage/fleet"
)

var shanghai = time.FixedZone("Asia/Shanghai", 8*3600)

// world is a loop over a real store, and a ledger that watches it.
type world struct {
	t      *testing.T
	store  *embedded.Store
	tree   *fleet.Tree
	rollup *rollup.Rollup
	loop   *analytics.Loop
	ledger *Ledger
	load   func(time.Time) float64 // that devices send
	busy   bool                    // history is being loaded
}

var module = fleet.Path{"shop", "api"}

// load has a peak in the evening that is different every day.
func load(at time.Time) float64 {
	hour := float64(at.Hour()) + float64(at.Minute())/60
	return 40 + float64(at.YearDay()*7%5) - 15*math.Cos((hour-8)/24*2*math.Pi) + float64(at.Minute()*31%7)/10
}

func newWorld(t *testing.T, now time.Time) *world { return newWorldOf(t, now, 65) }

// newWorldOf has so many days of history.
func newWorldOf(t *testing.T, now time.Time, days int) *world {
	store, err := embedded.Open(embedded.Options{Path: t.TempDir(), MemoryBytes: 256 << 20, WALSync: embedded.SyncNone, Retention: 100 * 365 * 24 * time.Hour, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	tree := fleet.NewTree([]string{"service", "module"})
	w := &world{t: t, load: load, store: store, tree: tree, rollup: rollup.New(rollup.Options{
		Tree: tree, NodeLabel: "node", DeviceTimeout: 3 * time.Minute, Load: []storage.Matcher{storage.Metric("headroom_load_percent")},
	}, now)}
	m := analytics.Classic(shanghai)
	m.Name = analytics.ModelCalibrated
	w.loop = analytics.NewLoop(analytics.Options{Model: m, Tree: tree, Rollup: w.rollup, Store: store, Logger: slog.New(slog.DiscardHandler), Registerer: prometheus.NewRegistry()})
	w.restart()
	w.history(now, days)
	w.learn(now)
	return w
}

// restart gives the world a ledger that remembers nothing.
func (w *world) restart() {
	w.ledger = New(Options{Snapshots: w.loop, Tree: w.tree, Store: w.store, Location: shanghai, Logger: slog.New(slog.DiscardHandler), Registerer: prometheus.NewRegistry(), Past: w.loop, Busy: func() bool { return w.busy }})
}

func (w *world) history(end time.Time, days int) {
	n := w.tree.Add(module)
	loads := storage.Series{Labels: rollup.Labels(n, w.tree.Levels(), rollup.LoadPercent)}
	devices := storage.Series{Labels: rollup.Labels(n, w.tree.Levels(), rollup.Devices)}
	for at := end.AddDate(0, 0, -days); at.Before(end); at = at.Add(time.Minute) {
		loads.Samples = append(loads.Samples, storage.Sample{Timestamp: at.UnixMilli(), Value: load(at)})
		devices.Samples = append(devices.Samples, storage.Sample{Timestamp: at.UnixMilli(), Value: 4})
	}
	above := w.tree.Find(n.Path[:1].ID())
	all := []storage.Series{
		loads, devices,
		{Labels: rollup.Labels(above, w.tree.Levels(), rollup.LoadPercent), Samples: loads.Samples},
		{Labels: rollup.Labels(above, w.tree.Levels(), rollup.Devices), Samples: devices.Samples},
	}
	if err := w.store.Write(context.Background(), all); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) learn(now time.Time) {
	if err := w.loop.Learn(context.Background(), now); err != nil {
		w.t.Fatal(err)
	}
}

// run lets the minutes pass.
func (w *world) run(from, to time.Time) {
	w.t.Helper()
	for at := from; at.Before(to); at = at.Add(time.Minute) {
		if at.Hour() == 0 && at.Minute() == 1 {
			w.learn(at)
		}
		for _, node := range []string{"a", "b", "c", "d"} {
			w.rollup.Enter([]storage.Label{
				{Name: storage.MetricName, Value: "headroom_load_percent"}, {Name: "module", Value: "api"}, {Name: "node", Value: node}, {Name: "service", Value: "shop"},
			}).Add(at.UnixMilli(), w.load(at))
		}
		w.loop.Evaluate(context.Background(), at.Unix())
		if err := w.ledger.Observe(context.Background(), w.loop.Snapshot()); err != nil {
			w.t.Fatal(err)
		}
	}
}

// entries reads what the ledger has about days of the module.
func (w *world) entries(task string, from, to time.Time) []Entry {
	w.t.Helper()
	cal := season.NewCalendar(shanghai)
	first, _ := cal.Split(from.Unix())
	last, _ := cal.Split(to.Unix())
	got, err := w.ledger.Entries(context.Background(), Query{Path: module, Task: task, From: first, To: last})
	if err != nil {
		w.t.Fatal(err)
	}
	return got
}

// peakOf computes a day's peak once more.
func peakOf(day time.Time) float64 {
	most := 0.0
	for slot := range 288 {
		sum := 0.0
		for k := range 5 {
			sum += load(day.Add(time.Duration(slot*5+k) * time.Minute))
		}
		most = math.Max(most, sum/5)
	}
	return most
}

func TestPeaksAreWrittenDownAndScored(t *testing.T) {
	day := time.Date(2026, 11, 22, 0, 0, 0, 0, shanghai)
	w := newWorld(t, day)
	w.run(day, day.Add(12*time.Hour+5*time.Minute))
	said := map[string]Entry{}
	for _, e := range w.entries(Peak, day, day) {
		if e.Actual.Known() || e.Error.Known() || e.Inside != nil {
			t.Errorf("the day is not over: %+v", e)
		}
		said[e.Horizon] = e
	}
	if len(said) != 4 || !said["12:00"].Forecast.Known() || !said["12:00"].Lower.Known() {
		t.Fatalf("by noon: %+v", said)
	}
	w.restart()
	w.run(day.Add(12*time.Hour+5*time.Minute), day.Add(25*time.Hour))

	got := w.entries(Peak, day, day)
	if len(got) != 6 {
		t.Fatalf("%d entries of the day, want 6: %+v", len(got), got)
	}
	for _, e := range got {
		actual, yesterday := peakOf(day), peakOf(day.AddDate(0, 0, -1))
		if was, ok := said[e.Horizon]; ok && (e.Forecast != was.Forecast || e.Upper != was.Upper || !e.Made.Equal(was.Made)) {
			t.Errorf("what was written changed:\n%+v\n%+v", was, e)
		}
		inside := float64(e.Lower) <= actual && actual <= float64(e.Upper)
		if math.Abs(float64(e.Actual)-actual) > 1e-9 || math.Abs(float64(e.Naive)-yesterday) > 1e-9 || e.Error != e.Forecast/e.Actual-1 ||
			math.Abs(float64(e.NaiveError)-(yesterday/actual-1)) > 1e-9 || *e.Inside != inside {
			t.Errorf("%v came, %v the day before: %+v", actual, yesterday, e)
		}
		if v := w.newest(`headroom_module_forecast_error_ratio`, "today_"+e.Horizon); v != float64(e.Error) {
			t.Errorf("series of %s: %v, want %v", e.Horizon, v, e.Error)
		}
	}
	s := summarize(got)
	if len(s) != 6 || s[0].Horizon != "00:00" || s[0].Scored != 1 || s[0].Error != size(got[0].Error) {
		t.Errorf("%+v", s)
	}
}

// Until the configured model has learned another one stands in for it in tables, but
// not in the ledger.
func TestWhatStandsInIsNotWrittenDown(t *testing.T) {
	day := time.Date(2026, 11, 22, 0, 0, 0, 0, shanghai)
	w := newWorld(t, day)
	w.run(day.Add(11*time.Hour+59*time.Minute), day.Add(12*time.Hour))
	w.loop.Evaluate(context.Background(), day.Add(12*time.Hour).Unix())
	classic, err := w.loop.Snapshot().Of(analytics.ModelClassic)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.ledger.Observe(context.Background(), classic); err != nil {
		t.Fatal(err)
	}
	if got := w.entries(Peak, day, day); len(got) != 0 {
		t.Errorf("%+v", got)
	}
	if err := w.ledger.Observe(context.Background(), w.loop.Snapshot()); err != nil {
		t.Fatal(err)
	}
	if got := w.entries(Peak, day, day); len(got) != 1 || got[0].Forecast != w.loop.Snapshot().Rows[w.loop.Snapshot().Find(module.ID())].PeakToday.Value {
		t.Errorf("%+v", got)
	}
}

func summarize(entries []Entry) []Summary {
	var t Tally
	for i := range entries {
		t.Add(&entries[i])
	}
	return t.Summaries()
}

// newest reads the newest sample of a metric and horizon.
func (w *world) newest(metric, horizon string) float64 {
	v := math.NaN()
	ms := []storage.Matcher{storage.Metric(metric)}
	if horizon != "" {
		ms = append(ms, storage.Eq("horizon", horizon))
	}
	err := w.store.Select(context.Background(), storage.Query{Matchers: ms, Range: storage.TimeRange{To: math.MaxInt64 / 4}}, func(b *storage.Block) error {
		v = b.Values[len(b.Values)-1]
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return v
}

func TestTheBandsCoverageIsCounted(t *testing.T) {
	day := time.Date(2026, 11, 22, 0, 0, 0, 0, shanghai)
	w := newWorld(t, day)
	inside, judged := 0, 0
	for at := day; at.Before(day.AddDate(0, 0, 1)); at = at.Add(time.Minute) {
		w.run(at, at.Add(time.Minute))
		s := w.loop.Snapshot()
		if r := &s.Rows[s.Find(module.ID())]; r.Mean.Known() {
			judged++
			if r.Lower <= r.Load && r.Load <= r.Upper {
				inside++
			}
		}
	}
	w.run(day.AddDate(0, 0, 1), day.AddDate(0, 0, 1).Add(30*time.Minute))
	got := w.entries(Band, day, day)
	got = slices.DeleteFunc(got, func(e Entry) bool { return e.Horizon != "1m" })
	if want := float64(inside) / float64(judged); len(got) != 1 || math.Abs(float64(got[0].Actual)-want) > 1e-12 || judged < 1400 {
		t.Errorf("%+v, want %v of %d minutes", got, want, judged)
	}
}

// A forecast of 7 days is scored when they are over, an order when its lead time
// is.
func TestGrowthAndOrdersAreScoredWhenTheirTimeHasCome(t *testing.T) {
	day := time.Date(2026, 11, 2, 0, 0, 0, 0, shanghai)
	w := newWorld(t, day)
	w.run(day, day.Add(90*time.Minute))
	expected := w.loop.Snapshot().Growth[w.loop.Snapshot().Find(module.ID())].PeakMax
	for k := 1; k <= 30; k++ { // more days than are scored after a start, for the naive forecast
		if _, err := w.ledger.score(context.Background(), dayOf(day)-k); err != nil {
			t.Fatal(err)
		}
	}
	made := w.entries("", day, day.AddDate(0, 0, 100))
	count := map[string]int{}
	for _, e := range made {
		count[e.Task+e.Horizon]++
		if e.Actual.Known() {
			t.Errorf("not over: %+v", e)
		}
	}
	ordered, err := w.ledger.Orders(context.Background(), dayOf(day)-20, dayOf(day)+20)
	if err != nil || len(ordered) != 1 || ordered[0].AsOf != dayOf(day)-1 || ordered[0].Horizon != 30 || ordered[0].Devices != 4 || !ordered[0].Request.Known() || !ordered[0].Forecast.Known() {
		t.Fatalf("ordered: %+v, %v", ordered, err)
	}
	if work, err := w.ledger.Work(context.Background(), dayOf(day), dayOf(day)+29); work != nil || err != nil {
		t.Errorf("the lead time is not over: %v, %v", work, err)
	}
	for _, want := range []string{"growthmax30d", "growth7d", "growth30d", "growth60d", "growth90d", "order30d", "peak00:00"} {
		if count[want] != 1 {
			t.Errorf("%d of %s: %+v", count[want], want, count)
		}
	}

	// The days pass; only the minutes that the ledger needs are played.
	for k := 1; k <= 30; k++ {
		next := day.AddDate(0, 0, k)
		w.history(next, 1)
		w.run(next.Add(30*time.Minute), next.Add(31*time.Minute))
	}
	seventh := day.AddDate(0, 0, 6) // the last day known was the one before
	got := w.entries(Growth, seventh, seventh)
	if len(got) != 1 || math.Abs(float64(got[0].Actual)-peakOf(seventh)) > 1e-9 || math.Abs(float64(got[0].Naive)-peakOf(seventh.AddDate(0, 0, -7))) > 1e-9 || got[0].Inside == nil {
		t.Errorf("%v came: %+v", peakOf(seventh), got)
	}
	largest := 0.0
	for k := range 30 {
		largest = math.Max(largest, peakOf(day.AddDate(0, 0, k)))
	}
	before := 0.0
	for k := 1; k <= 30; k++ {
		before = math.Max(before, peakOf(day.AddDate(0, 0, -k)))
	}
	most := slices.DeleteFunc(w.entries(Growth, day.AddDate(0, 0, 29), day.AddDate(0, 0, 29)), func(e Entry) bool { return e.Horizon != "max30d" })
	if len(most) != 1 || !(math.Abs(float64(most[0].Actual)-largest) < 1e-9) || !(math.Abs(float64(most[0].Naive)-before) < 1e-9) || most[0].Inside == nil {
		t.Fatalf("%v came at most, %v before: %+v", largest, before, most)
	}
	if e := most[0]; e.Forecast != expected.Value || e.Lower != expected.Lower || e.Upper != expected.Upper {
		t.Errorf("%+v was expected: %+v", expected, e)
	}
	orders := w.entries(Order, day.AddDate(0, 0, 29), day.AddDate(0, 0, 29))
	if want := math.Ceil(4 * largest / 60); len(orders) != 1 || float64(orders[0].Actual) != want || !(orders[0].Forecast >= 1) {
		t.Errorf("%v devices were needed: %+v", want, orders)
	}
	for _, e := range append(orders, w.entries(Growth, day.AddDate(0, 0, 29), day.AddDate(0, 0, 29))...) {
		horizon := map[string]string{Order: "order_"}[e.Task] + e.Horizon
		if v := w.newest("headroom_module_forecast_error_ratio", horizon); v != float64(e.Error) {
			t.Errorf("series of %s: %v, want %v", horizon, v, e.Error)
		}
	}
	work, err := w.ledger.Work(context.Background(), dayOf(day), dayOf(day)+29)
	if err != nil || !(math.Abs(work[module.ID()]-4*largest) < 1e-9) {
		t.Errorf("work of %v, want %v, %v", work, 4*largest, err)
	}
	// Above modules the order is of devices that they share; here it is one module's.
	above, err := w.ledger.Entries(context.Background(), Query{Path: module[:1], Node: true, Task: Order, From: dayOf(day) + 29, To: dayOf(day) + 29})
	if err != nil || len(above) != 1 || above[0].ID != "shop" || above[0].Actual != orders[0].Actual || !(above[0].Forecast >= 1) {
		t.Errorf("of the node above: %+v, %v", above, err)
	}
	again, err := w.ledger.Orders(context.Background(), dayOf(day), dayOf(day)+20)
	if err != nil || len(again) != 1 || again[0] != ordered[0] {
		t.Errorf("%+v, was %+v, %v", again, ordered, err)
	}
	// Of a window of which most days are not known nothing can be said.
	if work, err := w.ledger.Work(context.Background(), dayOf(day)-100, dayOf(day)+29); len(work) != 0 || err != nil {
		t.Errorf("work of %v, %v", work, err)
	}
}

func dayOf(at time.Time) int {
	day, _ := season.NewCalendar(shanghai).Split(at.Unix())
	return day
}
