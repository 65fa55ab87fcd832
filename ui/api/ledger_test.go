package api

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"headroom/analytics"
	"headroom/analytics/ledger"
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
