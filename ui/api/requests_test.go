package api

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"headroom/internal/config"
	"headroom/scaler/flow"
	"headroom/scaler/flow/document"
	"headroom/scaler/request"
	"headroom/storage/state"
)

// flows has one flow, whose runs never end.
type flows struct{}

func (flows) Start(_ context.Context, s flow.Start) (flow.Run, error) {
	return flow.Run{ID: "run1", Flow: s.Flow, Source: s.Source, State: flow.Running}, nil
}

func (flows) Run(_ context.Context, id string) (flow.Run, error) {
	return flow.Run{ID: id, State: flow.Running}, nil
}

func (flows) Flow(name string) (*document.Flow, error) {
	if name != "restart" {
		return nil, flow.ErrNoFlow
	}
	return &document.Flow{Name: name, Inputs: []document.Input{{Name: "module", Type: document.Module, Required: true}}}, nil
}

type asking struct {
	*Server
	t    *testing.T
	book *request.Book
}

// newAsking is a server that takes requests into a real database.
func newAsking(t *testing.T) asking {
	t.Helper()
	o, c := options(t)
	db, err := state.Open(filepath.Join(t.TempDir(), "requests.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	conf := config.Default().Requests
	conf.Approvers = []config.RequestApprovers{{Path: "Qzone", Who: []string{"qi"}}}
	book := request.New(request.Options{
		DB: db.Requests(), Config: conf, Hierarchy: levels, Forecasts: c, Location: shanghai, Now: func() time.Time { return minute },
		Logger: slog.New(slog.DiscardHandler), Registerer: prometheus.NewRegistry(),
	})
	book.Use(flows{})
	o.Requests, o.Reports.Requests = book, book
	return asking{New(o), t, book}
}

func (a asking) post(target, user, body string) *httptest.ResponseRecorder {
	a.t.Helper()
	r := httptest.NewRequest(http.MethodPost, target, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	if user != "" {
		r.SetBasicAuth(user, "secret")
	}
	return ask(a.t, a.Server, r)
}

func (a asking) wants(w *httptest.ResponseRecorder, code int, words ...string) {
	a.t.Helper()
	if w.Code != code {
		a.t.Errorf("%d %s; want %d", w.Code, w.Body, code)
	}
	for _, word := range words {
		if !strings.Contains(w.Body.String(), word) {
			a.t.Errorf("%s; want %s in it", w.Body, word)
		}
	}
}

const set = "Qzone/WNS/dispatch/SET_W20"

func TestRequests(t *testing.T) {
	a := newAsking(t)
	a.wants(get(t, a.Server, "/api/v1/requests/draft?kind=machines&module="+set), 200, `"devices":8`, `"devices_to_request":8`, `"who":["qi"]`, `"rule":""`)
	for _, kind := range []string{"business", "access", "change"} {
		a.wants(get(t, a.Server, "/api/v1/requests/draft?module=Qzone&kind="+kind), 200, `"`+kind+`":{`)
	}
	machines := `{"kind":"machines","why":"growth","who":"nobody","machines":{"module":"` + set + `","devices":7,"needed_by":"2026-12-24","forecast":{"devices_to_request":99}}}`
	a.wants(a.post("/api/v1/requests", "ann", machines), 200, `"id":"R1"`, `"state":"open"`, `"who":"ann"`, "the forecast asks for 8; asked for are 7", "waits for approval by qi")
	a.wants(a.post("/api/v1/requests", "", `{"kind":"access","who":"bob","why":"duty","access":{"role":"operator","path":"QQ","until":"2026-12-01T00:00:00Z"}}`), 200, `"id":"R2"`, `"subject":"bob"`)
	a.wants(a.post("/api/v1/requests", "ann", `{"kind":"change","why":"slow","change":{"flow":"restart","inputs":{"module":"`+set+`"}}}`), 200, `"id":"R3"`, `"flow":"restart"`)
	a.wants(a.post("/api/v1/requests", "ann", `{"kind":"business","why":"new","business":{"module":"Qzone/WNS/dispatch/new","command":["/bin/new"]}}`), 200, `"id":"R4"`, `"proposal":"- module: Qzone/WNS/dispatch/new`)
	a.wants(a.post("/api/v1/requests", "ann", `{"kind":"machines","why":"","machines":{"module":"","devices":0,"needed_by":"soon"}}`), 400, "why: want", `machines.module`, `machines.devices`, `machines.needed_by`)
	a.wants(a.post("/api/v1/requests", "ann", `{"kind":"machines","colour":"red"}`), 400, "colour")

	a.wants(a.post("/api/v1/requests/R1", "bob", `{"action":"approve"}`), 403, "that is for qi")
	a.wants(a.post("/api/v1/requests/R1", "bob", `{"action":"comment","why":"in the budget?"}`), 200, `"what":"comment"`)
	a.wants(a.post("/api/v1/requests/R1", "qi", `{"action":"bless"}`), 400, "want one of approve, reject")
	a.wants(a.post("/api/v1/requests/R1", "qi", `{"action":"approve"}`), 200, `"state":"approved"`, `"may":["cancel","comment","deliver","done"]`)
	a.wants(a.post("/api/v1/requests/R1", "qi", `{"action":"approve"}`), 409, "R1 is approved")
	a.wants(a.post("/api/v1/requests/R1", "rack", `{"action":"deliver","nodes":["n1","n2"]}`), 200, `"state":"done"`, `"nodes":["n1","n2"]`)
	a.wants(a.post("/api/v1/requests/R3", "qi", `{"action":"approve"}`), 200)
	if err := a.book.Step(t.Context()); err != nil {
		t.Fatal(err)
	}
	a.wants(get(t, a.Server, "/api/v1/requests/R3"), 200, `"state":"running"`, `"run":"run1"`)
	a.wants(get(t, a.Server, "/api/v1/requests/R99"), 404, "no such request")
	a.wants(a.post("/api/v1/requests/x", "qi", `{"action":"approve"}`), 404)
	a.wants(get(t, a.Server, "/api/v1/explain?id=request:R1"), 200, "7 machines for "+set, "risk of being short")
}

func TestRequestsAreFound(t *testing.T) {
	a := newAsking(t)
	for _, path := range []string{"Qzone", "QQ", ""} {
		a.wants(a.post("/api/v1/requests", "ann", `{"kind":"access","why":"duty of `+path+`","access":{"role":"viewer","path":"`+path+`","until":"2026-12-01T00:00:00Z"}}`), 200)
	}
	a.wants(a.post("/api/v1/requests/R2", "ann", `{"action":"cancel"}`), 200, `"state":"canceled"`)
	f := func(query string, want ...string) {
		t.Helper()
		var got struct{ Data requestList }
		decode(t, get(t, a.Server, "/api/v1/requests"+query), &got)
		var ids []string
		for _, r := range got.Data.Requests {
			ids = append(ids, r.ID)
		}
		if strings.Join(ids, " ") != strings.Join(want, " ") {
			t.Errorf("%s: %q; want %q", query, ids, want)
		}
	}
	f("", "R3", "R2", "R1")
	f("?path=Qzone", "R1")
	f("?state=canceled", "R2")
	f("?state=under_way", "R3", "R1")
	f("?kind=machines")
	f("?text=DUTY+OF+qq", "R2")
	f("?who=ann&limit=1&offset=1", "R2")
	f("?to=2026-11-22T00:00:00Z")
	for query, want := range map[string]string{"?state=gone": "one of open", "?kind=x": "one of machines", "?from=soon": "want a time", "?offset=-1": "whole number"} {
		a.wants(get(t, a.Server, "/api/v1/requests"+query), 400, want)
	}
}

func TestTheReportListsTheMonthsRequests(t *testing.T) {
	a := newAsking(t)
	a.wants(get(t, a.Server, "/api/v1/reports/2026-11"), 200, `"lines"`)
	if w := get(t, a.Server, "/api/v1/reports/2026-11"); strings.Contains(w.Body.String(), `"requests"`) {
		t.Errorf("nothing was asked for: %s", w.Body)
	}
	a.wants(a.post("/api/v1/requests", "ann", `{"kind":"access","why":"duty","access":{"role":"viewer","path":"QQ","until":"2026-12-01T00:00:00Z"}}`), 200)
	a.wants(get(t, a.Server, "/api/v1/reports/2026-11"), 200, `"requests":[{"id":"R1","kind":"access","state":"open"`)
	a.wants(a.post("/api/v1/reports/2026-11", "ann", ""), 200, `"requests":[{"id":"R1"`)
	a.wants(a.post("/api/v1/requests/R1", "ann", `{"action":"cancel"}`), 200)
	a.wants(get(t, a.Server, "/api/v1/reports/2026-11"), 200, `"state":"open"`) // as it was published
}
