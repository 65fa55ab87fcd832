package api

import (
	"context"
	"encoding/json"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"headroom/analytics"
	"headroom/analytics/ledger"
	"headroom/analytics/season"
	"headroom/storage/fleet"
)

// book answers what a ledger holds; which nodes and days were asked for is kept.
type book struct {
	entries []ledger.Entry
	asked   ledger.Query
	orders  []ledger.Ordered
	work    map[string]float64
	window  [2]int // days that the work was asked for
}

func (b *book) Orders(_ context.Context, from, to int) (of []ledger.Ordered, _ error) {
	for _, o := range b.orders {
		if made := o.AsOf + 1; from <= made && made <= to {
			of = append(of, o)
		}
	}
	return of, nil
}

func (b *book) Work(_ context.Context, first, last int) (map[string]float64, error) {
	b.window = [2]int{first, last}
	return b.work, nil
}

func (b *book) Entries(_ context.Context, q ledger.Query) (of []ledger.Entry, _ error) {
	b.asked = q
	for _, e := range b.entries {
		if path, err := fleet.ParseID(e.ID); err == nil && path.Under(q.Path) {
			of = append(of, e)
		}
	}
	return of, nil
}

func entry(id, horizon string, forecast, actual float64) ledger.Entry {
	nan, inside := analytics.Unknown(), true
	e := ledger.Entry{
		ID: id, Task: ledger.Peak, Horizon: horizon, Made: minute, For: "2026-11-21", Forecast: analytics.Number(forecast),
		Lower: analytics.Number(forecast - 1), Upper: analytics.Number(forecast + 1), Actual: nan, Naive: nan, Error: nan, NaiveError: nan, Width: nan, Score: nan,
	}
	if actual > 0 {
		e.Actual, e.Error, e.Inside, e.Score = analytics.Number(actual), analytics.Number(forecast/actual-1), &inside, 2
	}
	return e
}

func TestLedger(t *testing.T) {
	b := &book{}
	o, _ := options(t)
	o.Ledger = b
	s := New(o)
	read := func(target string) (data ledgerData) {
		t.Helper()
		w := get(t, s, target)
		if err := json.Unmarshal(w.Body.Bytes(), &struct{ Data any }{&data}); err != nil || w.Code != 200 {
			t.Fatalf("%s: %d %s %v", target, w.Code, w.Body, err)
		}
		return data
	}
	if d := read("/api/v1/ledger"); !strings.Contains(d.Note, "nothing is written down yet") || d.From != "2026-10-23" || d.To != "2026-11-22" {
		t.Errorf("empty: %+v", d)
	}
	b.entries = []ledger.Entry{entry("Qzone/WNS/a", "12:00", 20, 0)}
	if d := read("/api/v1/ledger"); !strings.Contains(d.Note, "after midnight") || len(d.Summary) != 1 || len(d.Worst) != 0 {
		t.Errorf("nothing scored: %+v", d)
	}
	b.entries = []ledger.Entry{entry("Qzone/WNS/a", "12:00", 20, 25), entry("Qzone/相册/b", "12:00", 20, 40), entry("Qzone/相册/b", "06:00", 20, 50), entry("QQ/msg/c", "06:00", 20, 80)}
	d := read("/api/v1/ledger?path=Qzone&from=2026-11-01&limit=5")
	if d.Note != "" || len(d.Summary) != 2 || d.Summary[0].Made != 1 || d.Summary[1].Made != 2 || len(d.Worst) != 2 || d.Worst[0].ID != "Qzone/相册/b" || len(d.Entries) != 0 || b.asked.Node {
		t.Errorf("of a path: %+v, asked %+v", d, b.asked)
	}
	if len(d.Days) != 1 || d.Days[0].Day != "2026-11-21" || d.Days[0].Summary.Made != 2 || d.Days[0].Summary.Horizon != "12:00" || !near(d.Days[0].Summary.Error, 0.35) {
		t.Errorf("by day: %+v", d.Days)
	}
	if d := read("/api/v1/ledger?horizon=06:00&module=Qzone"); len(d.Entries) != 1 || len(d.Worst) != 0 || !b.asked.Node {
		t.Errorf("of a node: %+v, asked %+v", d, b.asked)
	}
	band := func(id, horizon string, inside float64) ledger.Entry {
		e := entry(id, horizon, 20, 25)
		e.Task, e.Actual = ledger.Band, analytics.Number(inside)
		return e
	}
	b.entries = []ledger.Entry{band("Qzone/WNS/a", "1m", 0.99), band("Qzone/WNS/a", "1h", 0.5), band("Qzone/相册/b", "1m", 0.98)}
	if d := read("/api/v1/ledger?task=band"); len(d.Worst) != 2 || d.Worst[0].ID != "Qzone/相册/b" || d.Band != 0.9973 {
		t.Errorf("of the band: %+v", d)
	}
	for target, want := range map[string]string{
		"/api/v1/ledger?task=luck":                     "band, peak, growth, order",
		"/api/v1/ledger?module=no":                     "no such node",
		"/api/v1/ledger?from=soon":                     "2006-01-02",
		"/api/v1/ledger?from=2026-11-30&to=2026-11-01": "before the last one",
		"/api/v1/ledger?from=2020-11-30&to=2026-11-01": "at most 400 days",
		"/api/v1/ledger?path=Qzone%2F%2Fx":             "empty",
	} {
		if w := get(t, s, target); w.Code != 400 && w.Code != 404 || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s: %d %s, want %q", target, w.Code, w.Body, want)
		}
	}
}

func near(n analytics.Number, want float64) bool { return math.Abs(float64(n)-want) < 1e-9 }

// Days are summed up as the twin does it, whatever parts the tree is read in; what was
// replayed stands apart.
func TestLedgerByDay(t *testing.T) {
	b, rng := &book{}, rand.New(rand.NewPCG(1, 2))
	o, _ := options(t)
	o.Ledger = b
	s := New(o)
	type key struct {
		day      string
		replayed bool
	}
	sums, counts := map[key]float64{}, map[key]float64{}
	for range 300 {
		id := []string{"Qzone/WNS/a", "Qzone/相册/b", "QQ/msg/c"}[rng.IntN(3)]
		e := entry(id, []string{"12:00", "06:00"}[rng.IntN(2)], 20, float64(20+rng.IntN(30)))
		e.For, e.Replayed = season.Date(20000+rng.IntN(9)), rng.IntN(3) == 0
		b.entries = append(b.entries, e)
		if e.Horizon == "06:00" {
			sums[key{e.For, e.Replayed}] += math.Abs(float64(e.Error))
			counts[key{e.For, e.Replayed}]++
		}
	}
	var got struct{ Data ledgerData }
	decode(t, get(t, s, "/api/v1/ledger?task=peak&horizon=06:00"), &got)
	for _, d := range got.Data.Days {
		k := key{d.Day, d.Summary.Replayed}
		if float64(d.Summary.Made) != counts[k] || !near(d.Summary.Error, sums[k]/counts[k]) {
			t.Errorf("%+v: %+v, want %v of %v", k, d.Summary, sums[k]/counts[k], counts[k])
		}
		delete(counts, k)
	}
	if len(counts) > 0 || !slices.IsSortedFunc(got.Data.Days, func(a, b ledgerDay) int { return strings.Compare(a.Day, b.Day) }) {
		t.Errorf("%v are missing, or the order is another: %+v", counts, got.Data.Days)
	}
}

func TestExplainForecast(t *testing.T) {
	missed := entry("Qzone/WNS/a", "12:00", 20, 25)
	no := false
	missed.Inside, missed.Naive, missed.NaiveError = &no, 30, 0.2
	waits := entry("Qzone/WNS/a", "30d", 40, 0)
	waits.Task, waits.For, waits.Replayed = ledger.Growth, "2026-12-21", true
	bands := entry("Qzone/WNS/a", "1h", 20, 25)
	bands.Task, bands.Made, bands.Actual, bands.Error = ledger.Band, time.Time{}, 0.96, 0.05
	o, _ := options(t)
	o.Ledger = &book{entries: []ledger.Entry{missed, waits, bands}}
	s := New(o)
	for id, want := range map[string][]string{
		"2026-11-21/peak/12:00/Qzone/WNS/a": {`"forecast:2026-11-21/peak/12:00/Qzone/WNS/a"`, "20 ÷ 25 − 1", "-20 %", "[19, 21] %", "the peak of the day before", "30 ÷ 25 − 1", `"row:Qzone/WNS/a@2026-11-22T21:05"`, `"no"`},
		"2026-12-21/growth/30d/Qzone/WNS/a": {"computed later", "not known yet", `"order:Qzone/WNS/a@`},
		"2026-11-21/band/1h/Qzone/WNS/a":    {"said 1h before", "96 %", "5 %"},
	} {
		explained(t, s, "forecast:"+id)
		w := get(t, s, "/api/v1/explain?id=forecast:"+id)
		for _, part := range want {
			if w.Code != 200 || !strings.Contains(w.Body.String(), part) {
				t.Errorf("%s: %d lacks %s: %s", id, w.Code, part, w.Body)
			}
		}
	}
	for id, code := range map[string]int{"2026-11-21/peak/09:00/Qzone/WNS/a": 404, "2026-11-21/peak/12:00/Qzone/WNS": 404, "yesterday/peak/12:00/a": 400} {
		if w := get(t, s, "/api/v1/explain?id=forecast:"+id); w.Code != code {
			t.Errorf("%s: %d %s", id, w.Code, w.Body)
		}
	}
}
