package api

import (
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"headroom/scaler/operations"
	"headroom/storage/state"
)

func TestOperations(t *testing.T) {
	o, _ := options(t)
	db, err := state.Open(filepath.Join(t.TempDir(), "operations.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	now := func() time.Time { return minute }
	o.Now = now
	o.Operations = operations.New(operations.Options{Source: db.Operations(), Location: shanghai, Now: now, Logger: slog.New(slog.DiscardHandler)})
	s := New(o)
	ended := minute.Add(-time.Hour)
	err = db.Flows().Save(t.Context(), state.FlowChange{Runs: []state.FlowRun{
		{ID: "r", Flow: "restart", Module: "Qzone/WNS/x/y", State: "done", Source: "person", Created: ended.Add(-90 * time.Second), Ended: ended, Data: []byte("{}")},
	}})
	if err != nil {
		t.Fatal(err)
	}
	f := func(query string, code int, words ...string) operations.Answer {
		t.Helper()
		w := get(t, s, "/api/v1/operations"+query)
		for _, word := range words {
			if w.Code != code || !strings.Contains(w.Body.String(), word) {
				t.Errorf("%s: %d %s; want %d, %s", query, w.Code, w.Body, code, word)
			}
		}
		var got struct{ Data operations.Answer }
		if code == 200 {
			decode(t, w, &got)
		}
		return got.Data
	}
	if a := f("", 200, `"mean_seconds":90`, `"sources":{"person":1,`); len(a.Lines) != 30 || a.Lines[29].Key != "2026-11-22" || a.Lines[29].Changes.Runs != 1 {
		t.Errorf("%+v", a)
	}
	if a := f("?by=node&path=Qzone", 200, `"flow":"restart"`); len(a.Lines) != 1 || a.Lines[0].Key != "Qzone/WNS" {
		t.Errorf("%+v", a)
	}
	if a := f("?path=QQ&from=2026-11-20T00:00:00%2B08:00&to=2026-11-22T00:00:00%2B08:00", 200); len(a.Lines) != 2 || a.Total.Changes.Runs != 0 {
		t.Errorf("%+v", a)
	}
	f("?from=2026-01-01T00:00:00Z", 400, "want 1 to 62 days")
	f("?by=week", 400, "one of day, node")
}
