package main

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/kingpin/v2"
)

const (
	cannedSummary = `"module":"shop/web","file":"/etc/declared/web.yml","line":3,"nodes":16,"inconsistent":7,"unknown":1,"text":"7 of 16 inconsistent, 1 unknown",
		"since":"2026-11-28T12:00:00Z","items":9,"bad":7,"ignored":1,"adopted":1,"conflicts":1`
	cannedConsistency = `{` + cannedSummary + `,"by_item":[],"list":[
		{"node":"n1","state":"inconsistent","why":"its workers run there","closed":"it is inconsistent","ok":7,"ignored":1,"items":[
			{"item":"package:nginx","kind":"package","name":"nginx","state":"different","declared":">= 1.22","found":"1.18\u001b[31m","reason":"version 1.18 instead of 1.22 or later","since":"2026-11-28T12:00:00Z","cause":{"kind":"run","run":"r7","text":"x"}},
			{"item":"port:80","kind":"port","name":"80","state":"ignored","was":"missing","declared":"nginx","reason":"nobody listens there","cause":{"kind":"first","text":"x"},"ignored":{"who":"ann","why":"moved","at":"2026-11-28T12:00:00Z","until":"2026-11-29T12:00:00Z"}}]},
		{"node":"n2","state":"unknown","reason":"the node is silent","why":"its workers run there","ok":0,"ignored":0,"items":[]}],
		"overrides":[{"item":"file:/etc/x","node":"n1","who":"ann","why":"it is right","at":"2026-11-28T12:00:00Z","file":"/etc/declared/web.yml","line":9,"patch":" files:\n-   - path: /etc/x\n+   - path: /etc/x\n+     mode: \"0600\"\n","conflict":"- path: /etc/x"}]}`
	cannedEnvironment = `{"path":"","nodes":3,"unknown":1,"properties":[{"name":"kernel","values":[{"value":"6.1.0","nodes":1,"outliers":0},{"value":"5.10.0","nodes":1,"outliers":1}]}],
		"outliers":[{"node":"n2","property":"kernel","found":"5.10.0","allowed":"6.1.*","path":"","blocks":true}],"machines":[]}`
)

func TestConsistencyCommands(t *testing.T) {
	api := &canned{answers: map[string]string{
		"GET consistency":           ok(`{"path":"","modules":2,"affected":1,"nodes":20,"inconsistent":7,"unknown":1,"list":[{` + cannedSummary + `}]}`),
		"GET consistency/shop/web":  ok(cannedConsistency),
		"POST consistency/shop/web": ok(`{"runs":["run-1"],"module":` + cannedConsistency + `}`),
		"GET environment":           ok(cannedEnvironment),
	}}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, there := api.answers[r.Method+" "+strings.TrimPrefix(r.URL.Path, "/api/v1/")]; !there {
			w.WriteHeader(http.StatusNotFound)
			_, _ = io.WriteString(w, `{"status":"error","errorType":"not_found","error":"nothing is declared"}`)
			return
		}
		api.ServeHTTP(w, r)
	}))
	defer srv.Close()
	var out bytes.Buffer
	f := func(c consistencyCommand, do func(*consistencyCommand) error, sent string, wants ...string) {
		t.Helper()
		out.Reset()
		c.client = &client{server: srv.URL, out: &out}
		if err := do(&c); err != nil {
			t.Fatal(err)
		}
		if got := api.query + api.body; got != sent {
			t.Errorf("sent %s; want %s", got, sent)
		}
		lacks(t, out.String(), wants...)
	}
	show, order := (*consistencyCommand).show, (*consistencyCommand).order
	f(consistencyCommand{}, show, "", "1 of 2 modules have inconsistent nodes.", "shop/web     16             7        1      9        1        1  11-28 12:00  1 adopted, and changed in /etc/declared/web.yml since")
	f(consistencyCommand{path: "shop"}, show, "path=shop", "1 of 2 modules")
	f(consistencyCommand{path: "shop/web", node: "n1"}, show, "node=n1",
		"shop/web: 7 of 16 inconsistent, 1 unknown (declared in /etc/declared/web.yml:3)",
		"n1    different  package:nginx  >= 1.22   1.18", "11-28 12:00  run r7      version 1.18 instead of 1.22 or later",
		"nobody listens there, ignored by ann: moved (until 11-29 12:00 UTC)", "n2    unknown", "the node is silent",
		"New workers of the module go to the other nodes.", "file:/etc/x was adopted from n1 by ann: it is right. Put it into /etc/declared/web.yml:9:",
		"The file says something else than it did then: - path: /etc/x", "+     mode: \"0600\"")
	f(consistencyCommand{path: "shop/web", json: true}, show, "", `"by_item":[]`)
	f(consistencyCommand{path: "shop/web", action: "repair", why: "sale"}, order, `{"action":"repair","who":"`+me()+`","why":"sale"}`, "Started: headroom run show run-1")
	f(consistencyCommand{path: "shop/web", action: "adopt", node: "n1", item: "package:nginx", why: "x"}, order,
		`{"action":"adopt","node":"n1","item":"package:nginx","who":"`+me()+`","why":"x"}`, "7 of 16")
	out.Reset()
	e := environmentCommand{client: &client{server: srv.URL, out: &out}}
	if err := e.show(); err != nil {
		t.Fatal(err)
	}
	lacks(t, out.String(), "Nodes: 3, of which 1 are not known.", "kernel    5.10.0      1            1", "n2    kernel    5.10.0  6.1.*    all  gets no new workers")
}

// Each command acts on its own arguments.
func TestConsistencyLines(t *testing.T) {
	api := &canned{answers: map[string]string{
		"GET consistency": ok(`{}`), "GET consistency/shop/web": ok(cannedConsistency), "GET environment": ok(cannedEnvironment),
		"POST consistency/shop/web": ok(`{"runs":[],"module":` + cannedConsistency + `}`),
	}}
	srv := httptest.NewServer(api)
	defer srv.Close()
	f := func(path, sent string, args ...string) {
		t.Helper()
		app := kingpin.New("headroom", "").Terminate(nil)
		addConsistency(app)
		addEnvironment(app)
		if _, err := app.Parse(append(args, "--server", srv.URL)); err != nil {
			t.Errorf("%v: %v", args, err)
		}
		if api.path != path || !strings.HasPrefix(api.body, sent) {
			t.Errorf("%v asked for %s with %s; want %s with %s", args, api.path, api.body, path, sent)
		}
	}
	f("consistency", "", "consistency")
	f("consistency/shop/web", "", "consistency", "shop/web")
	f("consistency/shop/web", "", "consistency", "show", "shop/web", "--node", "n1")
	for _, action := range []string{"ignore", "unignore", "adopt", "unadopt", "repair"} {
		f("consistency/shop/web", `{"action":"`+action+`","node":"n1","item":"port:80",`, "consistency", action, "shop/web", "port:80", "--node", "n1", "--reason", "x")
	}
	f("consistency/shop/web", `{"action":"repair","who"`, "consistency", "repair", "shop/web", "--reason", "x")
	f("environment", "", "environment", "shop")
}

func TestConfigWithFaultyDeclarations(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "declared"), 0o755); err != nil {
		t.Fatal(err)
	}
	config := filepath.Join(dir, "headroom.yml")
	writeFile(t, config, "hierarchy: [business, module]\nconsistency: {dir: declared}\n")
	writeFile(t, filepath.Join(dir, "declared", "web.yml"), "modules:\n- module: shop/web\n  pots: []\n")
	out, status := answerOf(t, dir, "check", "config", config)
	if status != 1 || !strings.Contains(out, "declared/web.yml:3: modules[0].pots: unknown key") {
		t.Errorf("exit %d, %s", status, out)
	}
	writeFile(t, filepath.Join(dir, "declared", "web.yml"), "modules:\n- module: shop/web\n")
	if out, status := answerOf(t, dir, "check", "config", config); status != 0 {
		t.Errorf("exit %d, %s", status, out)
	}
}
