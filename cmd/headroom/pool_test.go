package main

import (
	"bytes"
	"net/http/httptest"
	"strings"
	"testing"
)

const (
	cannedNode = `{"name":"n1","state":"draining","reason":"disk\u001b[31m","first_seen":"2026-11-22T20:00:00+08:00","last_seen":"2026-11-22T21:05:00+08:00","version":"1",
		"resources":{"cores":4,"memory":8589934592},"load":{"cpu":25,"memory_used":2147483648},"expected_cpu":20,"synced":true,"wanted":2,"serving":1,"stopping":1,
		"drain":{"who":"ann","why":"disk\u001b[31m","at":"2026-11-22T21:00:00+08:00"},
		"workers":[{"id":"w1","service":"shop/cart","node":"n1","address":"10.0.0.1:9000","port":9000,"state":"backoff","pid":0,"restarts":3,"weight":0,"reason":"it ended with status 1","created":"2026-11-22T21:00:00+08:00","why":"idle"}]}`
	cannedService = `{"module":"shop/cart","configured":true,"mode":"apply","mode_order":{"mode":"apply","who":"ann","why":"we trust it","at":"2026-11-22T21:00:00+08:00"},
		"hold":{"until":"2026-11-22T23:00:00+08:00","who":"","why":"","at":"2026-11-22T21:00:00+08:00"},
		"desired":4,"wanted":4,"serving":3,"starting":1,"unhealthy":0,"overloaded":0,"lost":0,"stopping":0,"nodes":2,"proxies":[],"scheduled":0,
		"policy":{"minimum":2,"maximum":4,"target":0.6,"startup_seconds":60,"keep_peak":"startup"},
		"decision":` + cannedDecision + `,"workers":[{"id":"w1","service":"shop/cart","node":"n1","address":"","port":0,"state":"ready","pid":12,"restarts":0,"weight":100,"created":"2026-11-22T21:00:00+08:00","why":"the idlest"}]}`
	cannedDecision = `{"id":"scale:shop/cart@2026-11-22T13:05:00Z","module":"shop/cart","at":"2026-11-22T21:05:00+08:00","mode":"apply","applied":true,"direction":"out",
		"current":2,"wanted":6,"desired":4,"cause":"busy","caps":[{"by":"maximum","from":6,"to":4,"reason":"at most 4"}],"reason":"81.0 % busy of 2 processes","short":"1 missing: no node",
		"fraction":0.81,"busy_seconds":97.2,"processes":2,"running":2,"deviates":"","ahead_busy_seconds":null,"peak_at":null}`
	cannedTotal = `"services":1,"nodes":{"ready":2,"lost":1},"cores":8,"cpu_used":2,"cpu_ours":1,"memory":17179869184,"mem_used":4294967296,"slots":200,"desired":4,"wanted":4,"serving":3,"lost":1,"stopping":0`
)

func ok(data string) string { return `{"status":"success","data":` + data + `}` }

// poolServer answers with one node and one service.
func poolServer(t *testing.T) (*canned, *client, *bytes.Buffer) {
	api := &canned{answers: map[string]string{
		"GET pool":               ok(`{"total":{` + cannedTotal + `},"by":[{"label":"rack","value":"r1",` + cannedTotal + `}],"short":[{"module":"shop/cart","reason":"1 missing: no node"}]}`),
		"GET nodes":              ok("[" + cannedNode + "]"),
		"GET nodes/n1":           ok(cannedNode),
		"GET services":           ok("[" + cannedService + "]"),
		"GET services/shop/cart": ok(cannedService),
		"GET decisions":          ok(`{"decisions":[` + cannedDecision + `],"more":true}`),
	}}
	srv := httptest.NewServer(api)
	t.Cleanup(srv.Close)
	out := &bytes.Buffer{}
	return api, &client{server: srv.URL, out: out}, out
}

func lacks(t *testing.T, text string, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(text, want) {
			t.Errorf("lacks %q:\n%s", want, text)
		}
	}
	if strings.Contains(text, "\x1b[31m") {
		t.Error("a sign for the terminal was printed as it came")
	}
}

func TestPoolCommands(t *testing.T) {
	api, cl, out := poolServer(t)
	f := func(c poolCommand, show func(*poolCommand) error, query string, wants ...string) {
		t.Helper()
		out.Reset()
		c.client = cl
		if err := show(&c); err != nil {
			t.Fatal(err)
		}
		if api.query != query {
			t.Errorf("asked for %q; want %q", api.query, query)
		}
		lacks(t, out.String(), wants...)
	}
	f(poolCommand{by: "rack"}, (*poolCommand).total, "by=rack",
		"all             1  2 ready, 1 lost    8.0  25 %  16.0 GiB  25 %    200", "rack=r1", "TOO LITTLE ROOM FOR  WORKERS\nshop/cart            1 missing: no node")
	f(poolCommand{state: "draining"}, (*poolCommand).nodes, "state=draining", "n1    draining    4.0  25 %  8.0 GiB  25 %        2        1         1  11-22 21:05:00  drained by ann: disk")
	f(poolCommand{node: "n1"}, (*poolCommand).oneNode, "", "n1 is draining: 4.0 cores, 25 % busy", "workers: 2 that shall run, 1 serving, 1 stopping.", "w1      shop/cart  n1    10.0.0.1:9000", "it ended with status 1")
	f(poolCommand{path: "shop"}, (*poolCommand).services, "path=shop", "shop/cart  apply        4        4        3     0         0      2  81.0 %", "apply by ann: we trust it; held until 11-22 23:00 by somebody", "1 missing")
	api.answers["GET services"] = ok("[" + strings.NewReplacer(`"mode":"apply","mode_order"`, `"mode":"recommend","mode_order"`, `"desired":4,"wanted":4`, `"desired":0,"wanted":0`).Replace(cannedService) + "]")
	f(poolCommand{}, (*poolCommand).services, "", "shop/cart  recommend        4        0")
	f(poolCommand{module: "shop/cart"}, (*poolCommand).service, "", "in mode apply; workers: 4 desired, 4 that shall run, 3 serving, 0 stopping.", "Last decision: 81.0 % busy of 2 processes (explain scale:shop/cart@", "ready", "100 %  the idlest")
	f(poolCommand{module: "shop/cart", json: true}, (*poolCommand).service, "", `"mode":"apply"`)
}

func TestPoolThatIsEmptySaysWhatToDo(t *testing.T) {
	api, cl, out := poolServer(t)
	api.answers["GET pool"] = ok(`{"total":{"services":0,"nodes":{}},"by":[],"short":[]}`)
	api.answers["GET nodes"], api.answers["GET services"] = ok(`[]`), ok(`[]`)
	api.answers["GET decisions"] = ok(`{"decisions":[],"more":false}`)
	f := func(want string, do func() error) {
		t.Helper()
		out.Reset()
		if err := do(); err != nil || !strings.Contains(out.String(), want) {
			t.Errorf("%v: %s; want %q", err, out, want)
		}
	}
	f("headroom-node serve --server.url=http://127.0.0.1", (&poolCommand{client: cl}).total)
	f("No service of the pool is at shop", (&poolCommand{client: cl, path: "shop"}).total)
	f("headroom-node serve --server.url=http://127.0.0.1", (&poolCommand{client: cl}).nodes)
	f("No such nodes", (&poolCommand{client: cl, state: "lost"}).nodes)
	f(`under "services" in the server's configuration`, (&poolCommand{client: cl}).services)
	f("--newest shows the last minute", func() error {
		return (&decisionsCommand{client: cl, newest: newest{since: "24h"}}).list(noon)
	})
	f("headroom_busy_seconds_total", func() error { return (&decisionsCommand{client: cl, minute: true}).list(noon) })
}
