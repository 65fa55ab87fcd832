package api

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"headroom/alerting/heal"
	"headroom/internal/config"
	"headroom/storage/state"
)

// healing is a server that heals, and its database.
func healing(t *testing.T) (*Server, state.Heals) {
	o, _ := options(t)
	db, err := state.Open(filepath.Join(t.TempDir(), "state.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	stage, err := heal.New(t.Context(), heal.Options{
		Config: config.Default().Alerting.Heal, Store: db.Heals(), Now: time.Now, Logger: o.Logger, Registerer: prometheus.NewRegistry(),
	})
	if err != nil {
		t.Fatal(err)
	}
	o.Heals = stage
	return New(o), db.Heals()
}

func TestHeals(t *testing.T) {
	s, store := healing(t)
	at := minute.Add(-time.Hour)
	for i, h := range []state.Heal{
		{ID: "a.1", Alarm: "a", Name: "ProcessDown", Rule: "web", Action: "restart", Kind: "restart_process", Module: "Qzone/WNS", Node: "n1", Started: at},
		{ID: "b.1", Module: "QQ", Dry: true, Result: state.HealWould, Started: at.Add(time.Minute), Ended: at.Add(time.Minute), Output: "would have run: reboot"},
	} {
		if err := store.Begin(t.Context(), h); err != nil {
			t.Fatal(i, err)
		}
	}
	f := func(query string, want ...string) {
		t.Helper()
		var got struct{ Data healList }
		decode(t, get(t, s, "/api/v1/heals"+query), &got)
		var ids []string
		for _, h := range got.Data.Heals {
			ids = append(ids, h.ID+" "+h.Result)
		}
		if strings.Join(ids, ", ") != strings.Join(want, ", ") {
			t.Errorf("%s: %q; want %q", query, ids, want)
		}
	}
	f("", "b.1 would", "a.1 running")
	f("?path=Qzone", "a.1 running")
	f("?result=would", "b.1 would")
	f("?limit=1", "b.1 would")
	f("?to="+at.Add(time.Second).UTC().Format(time.RFC3339), "a.1 running")
	f("?from="+at.Add(time.Second).UTC().Format(time.RFC3339), "b.1 would")
	for query, want := range map[string]string{"?result=luck": "one of done, failed", "?from=soon": "want a time", "?limit=-1": "whole number"} {
		if w := get(t, s, "/api/v1/heals"+query); w.Code != 400 || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s: %d %s", query, w.Code, w.Body)
		}
	}
}

func TestTheBrakeOfHealing(t *testing.T) {
	s, store := healing(t)
	release := func(body string) *httptest.ResponseRecorder {
		t.Helper()
		r := httptest.NewRequest(http.MethodPost, "/api/v1/heals/brake/release", strings.NewReader(body))
		r.SetBasicAuth("li", "secret")
		return ask(t, s, r)
	}
	if w := get(t, s, "/api/v1/heals/brake"); !strings.Contains(w.Body.String(), `"stopped":false,"since":null`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if err := store.Stop(t.Context(), state.Brake{Since: minute, Reason: "too much"}); err != nil {
		t.Fatal(err)
	}
	if w := get(t, s, "/api/v1/heals/brake"); !strings.Contains(w.Body.String(), `"stopped":true,"since":"2026-11-22T21:05:00+08:00","reason":"too much"`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := release(`{"reason":" "}`); w.Code != 400 || !strings.Contains(w.Body.String(), "a reason is needed") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	var got struct{ Data brakeData }
	if w := release(`{"reason":"the rack is back"}`); w.Code != 200 || json.Unmarshal(w.Body.Bytes(), &got) != nil {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if b := got.Data; b.Stopped || b.ReleasedBy != "li" || b.ReleaseWhy != "the rack is back" || b.ReleasedAt == nil {
		t.Errorf("%+v", b)
	}
	if w := release(`{"reason":"again"}`); w.Code != 409 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}
