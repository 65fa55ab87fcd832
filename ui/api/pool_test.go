package api

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"headroom/analytics"
	"headroom/internal/config"
	"headroom/scaler"
	"headroom/scaler/node/wire"
	"headroom/scaler/policy"
	"headroom/scaler/pool"
	"headroom/storage/fleet"
	"headroom/storage/state"
)

// blind expects nothing.
type blind struct{}

func (blind) Forecast(string, time.Time, float64, time.Duration) policy.Forecast {
	nan := math.NaN()
	return policy.Forecast{Ahead: nan, AheadUpper: nan, Peak: nan, PeakUpper: nan, Reason: "its history is still being read"}
}

const cartService = `
timezone: UTC
hierarchy: [business, module]
services:
- {module: shop/cart, mode: apply, command: [/bin/cart], ports: {from: 9000, to: 9099}, proxies: [a, b], policy: {minimum: 4}}
`

// pooled is a server with a pool of one service, its loop, and a node that joined.
type pooled struct {
	*Server
	t    *testing.T
	loop *scaler.Loop
	pool *pool.Pool
}

func newPooled(t *testing.T) *pooled {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	c, err := config.Parse([]byte(cartService), "test.yml")
	must(err)
	settings, err := pool.SettingsOf(c)
	must(err)
	db, err := state.Open(filepath.Join(t.TempDir(), "pool.db"))
	must(err)
	t.Cleanup(func() { _ = db.Close() })
	p, err := pool.New(t.Context(), pool.Options{DB: db})
	must(err)
	must(p.Configure(t.Context(), settings))
	access, err := pool.ReadAccess(config.Pool{}, true)
	must(err)
	loop := scaler.New(scaler.Options{
		Pool: p, Forecasts: blind{}, Policy: policy.Default, Location: time.UTC, Logger: slog.New(slog.DiscardHandler), Registerer: prometheus.NewRegistry(),
	})
	o, _ := options(t)
	o.Now = func() time.Time { return minute.Add(7 * time.Minute) }
	o.Pool, o.Scaling, o.Decisions, o.Sync = p, loop, db.Pool(), pool.NewHandler(p, access).Serve
	return &pooled{New(o), t, loop, p}
}

// sync speaks for the node and returns what shall run there.
func (s *pooled) sync(version string, workers ...wire.Status) (code int, d wire.Desired) {
	s.t.Helper()
	body, err := json.Marshal(wire.Report{
		Boot: "b", Daemon: "d", Have: version, Workers: append([]wire.Status{}, workers...),
		Resources: &wire.Resources{Cores: 32, Memory: 64 << 30, Address: "10.0.0.1", MaxWorkers: 100, PerCore: 2},
	})
	if err != nil {
		s.t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, "/api/v1/nodes/n1/sync", strings.NewReader(string(body)))
	r.Header.Set("Content-Type", "application/json")
	if version != "" {
		r.Header.Set("If-None-Match", `"`+version+`"`)
	}
	w := ask(s.t, s.Server, r)
	if w.Code == 200 {
		if err := json.Unmarshal(w.Body.Bytes(), &d); err != nil {
			s.t.Fatal(err)
		}
	}
	return w.Code, d
}

// minute decides in a minute in which the module's processes were so busy.
func (s *pooled) minute(at time.Time, busy, processes float64) {
	s.t.Helper()
	tree := fleet.NewTree([]string{"business", "module"})
	n := tree.Add(fleet.Path{"shop", "cart"})
	snap := analytics.NewSnapshot(tree, at, "classic")
	snap.Rows[n.Index].BusySeconds, snap.Rows[n.Index].Processes = analytics.Number(busy), analytics.Number(processes)
	if err := s.loop.Evaluate(s.t.Context(), snap); err != nil {
		s.t.Fatal(err)
	}
}

// started is a server whose node runs the four workers that it was told to.
func started(t *testing.T) *pooled {
	s := newPooled(t)
	s.sync("")
	s.minute(minute, math.NaN(), math.NaN())
	_, d := s.sync("")
	var ran []wire.Status
	for _, one := range d.Workers {
		ran = append(ran, wire.Status{ID: one.ID, Service: one.Service, Port: one.Port, Proxy: one.Proxy, State: wire.Ready, PID: 7, Weight: 100})
	}
	if code, _ := s.sync(d.Version, ran...); code != 304 || len(ran) != 4 {
		t.Fatalf("%d, %d workers", code, len(ran))
	}
	return s
}

func (s *pooled) post(target, body string) *httptest.ResponseRecorder {
	s.t.Helper()
	r := httptest.NewRequest(http.MethodPost, target, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.SetBasicAuth("li", "secret")
	return ask(s.t, s.Server, r)
}

// holds checks that an answer has a code and words in it.
func (s *pooled) holds(w *httptest.ResponseRecorder, code int, words ...string) {
	s.t.Helper()
	for _, word := range words {
		if w.Code != code || !strings.Contains(w.Body.String(), word) {
			s.t.Errorf("%d %s\nwant %d and %s", w.Code, w.Body, code, word)
		}
	}
}

func TestThePool(t *testing.T) {
	s := started(t)
	s.holds(get(t, s.Server, "/api/v1/pool"), 200, `"services":1`, `"ready":1`, `"serving":4`, `"short":[]`)
	s.holds(get(t, s.Server, "/api/v1/pool?path=other"), 200, `"services":0`)
	s.holds(get(t, s.Server, "/api/v1/pool?by=rack"), 200, `"label":"rack"`)
	s.holds(get(t, s.Server, "/api/v1/nodes"), 200, `"name":"n1"`, `"state":"ready"`)
	s.holds(get(t, s.Server, "/api/v1/nodes?state=lost"), 200, `"data":[]`)
	s.holds(get(t, s.Server, "/api/v1/nodes?state=odd"), 400, "want one of ready")
	s.holds(get(t, s.Server, "/api/v1/nodes/n1"), 200, `"service":"shop/cart"`)
	s.holds(get(t, s.Server, "/api/v1/nodes/n2"), 404, "no such node")
	s.holds(get(t, s.Server, "/api/v1/services"), 200, `"module":"shop/cart"`, `"minimum":4`, `"decision":{"id":"scale:shop/cart@`)
	s.holds(get(t, s.Server, "/api/v1/services?path=bank"), 200, `"data":[]`)
	s.holds(get(t, s.Server, "/api/v1/services/shop%2Fcart"), 200, `"workers":[{`, `"spec":{`)
	s.holds(get(t, s.Server, "/api/v1/services/shop%2Fnone"), 404, "no such service")
}

// ofNames is a pool of nodes with these names.
type ofNames struct {
	Pool
	names []string
}

func (p ofNames) Nodes() (nodes []pool.Node) {
	for _, name := range p.names {
		nodes = append(nodes, pool.Node{Name: name, State: pool.Ready})
	}
	return nodes
}

func TestNodesStandByName(t *testing.T) {
	s := started(t)
	s.Server.Pool = ofNames{s.Server.Pool, []string{"host-10", "host-2", "Host-1"}}
	var answer struct{ Data []struct{ Name string } }
	decode(t, get(t, s.Server, "/api/v1/nodes"), &answer)
	if got := fmt.Sprint(answer.Data); got != "[{Host-1} {host-2} {host-10}]" {
		t.Errorf("nodes stand as %s", got)
	}
	brief := `{"name":"Host-1","state":"ready","resources":{"labels":null},"load":{"cpu":0},"expected_cpu":0,"wanted":0,"serving":0,"stopping":0}`
	s.holds(get(t, s.Server, "/api/v1/nodes?brief=true"), 200, `[`+brief+`,{`)
}

func TestOrdersOfPeople(t *testing.T) {
	s := started(t)
	s.holds(s.post("/api/v1/nodes/n1/orders", `{"action":"cordon","reason":"disk"}`), 200, `"state":"cordoned"`, `"who":"li"`, `"why":"disk"`)
	s.holds(s.post("/api/v1/nodes/n1/orders", `{"action":"open"}`), 200, `"state":"ready"`)
	s.holds(s.post("/api/v1/nodes/n1/orders", `{"action":"burn"}`), 400, "want one of cordon")
	s.holds(s.post("/api/v1/nodes/nx/orders", `{"action":"drain"}`), 404, "no such node")
	service := "/api/v1/services/shop%2Fcart/orders"
	s.holds(s.post(service, `{"action":"mode","mode":"recommend","reason":"night"}`), 200, `"mode":"recommend"`)
	s.holds(s.post(service, `{"action":"mode","mode":"yolo"}`), 400, "yolo")
	s.holds(s.post(service, `{"action":"mode","mode":""}`), 200, `"mode":"apply"`)
	s.holds(s.post(service, `{"action":"workers","workers":7,"reason":"sale"}`), 200, `"manual":{`)
	s.minute(minute.Add(time.Minute), 100, 4)
	s.holds(get(t, s.Server, "/api/v1/modules/shop%2Fcart/scale"), 200, `"desired":7`)
	s.holds(s.post(service, `{"action":"workers","workers":0}`), 200)
	s.holds(s.post(service, `{"action":"mode","mode":"recommend","reason":"night"}`), 200)
	s.minute(minute.Add(2*time.Minute), math.NaN(), math.NaN())
	s.holds(get(t, s.Server, "/api/v1/modules/shop%2Fcart/scale"), 503, "busy seconds of the minute are unknown")
	s.holds(s.post("/api/v1/workers/none/restart", ``), 404, "no such worker")
}

func TestDecisions(t *testing.T) {
	s := started(t)
	s.minute(minute.Add(time.Minute), 180, 4) // 180 s / (60 s × 0.6) = 5
	s.holds(get(t, s.Server, "/api/v1/modules/shop%2Fcart/scale"), 200, `"desired":5`, `"current":4`)
	s.Now = func() time.Time { return minute.Add(7*time.Minute + time.Second) } // nothing was decided for 5 min
	s.holds(get(t, s.Server, "/api/v1/modules/shop%2Fcart/scale"), 503, "more than 5m0s ago")
	s.holds(get(t, s.Server, "/api/v1/modules/shop%2Fnone/scale"), 404, "nothing is decided about")
	s.holds(get(t, s.Server, "/api/v1/decisions?direction=out&limit=1"), 200, `"desired":5`, `"more":true`)
	s.holds(get(t, s.Server, "/api/v1/decisions?newest=true"), 200, `"fraction":0.75`)
	s.holds(get(t, s.Server, "/api/v1/decisions?path=bank"), 200, `"decisions":[]`)
	id := scaler.DecisionID("shop/cart", minute.Add(2*time.Minute))
	s.holds(get(t, s.Server, "/api/v1/explain?id="+strings.ReplaceAll(id, "+", "%2B")), 200, "180 s / (4 × 60 s)")
	s.holds(get(t, s.Server, "/api/v1/explain?id=scale:shop/cart"), 200, "180 s / (4 × 60 s)")
	s.holds(get(t, s.Server, "/api/v1/explain?id=scale:shop/cart@1999-01-01T00:00:00Z"), 404, "no such decision")
}

func TestTargetsOfProxies(t *testing.T) {
	s := started(t)
	w := get(t, s.Server, "/api/v1/sd?module=shop%2Fcart")
	if n := strings.Count(w.Body.String(), `"targets"`); w.Code != 200 || n != 4 {
		t.Fatalf("%d, %d targets: %s", w.Code, n, w.Body)
	}
	s.holds(w, 200, `"10.0.0.1:9000"`, `"__meta_headroom_weight":"100"`, `"__meta_headroom_state":"ready"`)
	s.holds(get(t, s.Server, "/api/v1/sd?module=shop%2Fcart&proxy=front"), 404, `\"front\" is none of the proxies`, `[\"a\" \"b\"]`)
	if n := strings.Count(get(t, s.Server, "/api/v1/sd?module=shop%2Fcart&proxy=a").Body.String(), `"targets"`); n != 2 {
		t.Errorf("%d targets behind proxy a; want 2 of 4", n)
	}
	r := httptest.NewRequest(http.MethodGet, "/api/v1/sd?module=shop%2Fcart&wait=1ms", nil)
	r.Header.Set("If-None-Match", w.Header().Get("ETag"))
	if w := ask(t, s.Server, r); w.Code != 304 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	s.holds(get(t, s.Server, "/api/v1/sd?module=shop%2Fcart&wait=1h"), 400, "from 0s to 1m")
	s.holds(get(t, s.Server, "/api/v1/sd"), 400, "id of a module")

	s.pool.Close() // the server stops: whoever waits asks again
	r = httptest.NewRequest(http.MethodGet, "/api/v1/sd?module=shop%2Fcart&wait=1m", nil)
	r.Header.Set("If-None-Match", w.Header().Get("ETag"))
	s.holds(ask(t, s.Server, r), 503, "the server is stopping")
}
