package prom

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"headroom/alerting"
	"headroom/alerting/rules"
	"headroom/internal/peers"
	"headroom/storage/promql"
	"headroom/storage/state"
)

const exampleRules = `groups:
  - name: b
    interval: 1s
    rules:
      - {record: two, expr: vector(1) + 1, labels: {team: a}}
      - alert: Always
        expr: vector(2) > 1
        labels: {severity: page}
        annotations: {summary: "is {{ $value }}"}
      - {alert: Later, expr: vector(3), for: 1h, keep_firing_for: 5m}
      - {alert: Never, expr: vector(0) > 1}
      - {alert: Broken, expr: 'vector(1) + on (b) (vector(1) or label_replace(vector(1), "c", "d", "", ""))'}
  - name: a
    interval: 1s
    limit: 7
    rules: [{record: three, expr: vector(3)}]
`

// startRules evaluates the example's rules over a real store, and returns our own
// address and their file.
func startRules(t *testing.T) (base, file string) {
	t.Helper()
	file = filepath.Join(t.TempDir(), "rules.yml")
	if err := os.WriteFile(file, []byte(exampleRules), 0o600); err != nil {
		t.Fatal(err)
	}
	store := filled(t)
	engine := promql.New(store, promql.Options{})
	db, err := state.Open(filepath.Join(t.TempDir(), "state.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	log := slog.New(slog.DiscardHandler)
	book, err := alerting.New(t.Context(), alerting.Options{Keeper: alerting.History{Table: db.Alarms()}, IgnoreLabels: func() []string { return nil }, Logger: log})
	if err != nil {
		t.Fatal(err)
	}
	set, err := rules.Load(engine.Parser(), "", file)
	if err != nil {
		t.Fatal(err)
	}
	r := rules.New(rules.Options{Engine: engine, Store: store, Book: book, URL: func() *url.URL { return &url.URL{Scheme: "http", Host: "h"} }, Logger: log}, set, time.Minute)
	done := make(chan error, 1)
	go func() { done <- r.Run(t.Context()) }()
	t.Cleanup(func() { <-done })
	return serve(t, store, promql.Options{}, Options{Rules: r}), file
}

// evaluated gets a path once every rule has been evaluated.
func evaluated(t *testing.T, base, path string) string {
	t.Helper()
	for {
		_, body := fetch(t, base+"/api/v1/rules")
		if !strings.Contains(body, `"health":"unknown"`) && strings.Contains(body, `"state":"firing"`) && strings.Contains(body, `"state":"pending"`) {
			_, body = fetch(t, base+path)
			return body
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func fetch(t *testing.T, target string) (int, string) {
	t.Helper()
	resp, err := http.Get(target)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

var momentary = regexp.MustCompile(`"(activeAt|lastEvaluation|evaluationTime)":("[^"]*"|[0-9.e-]+)`)

// TestRulesAsInPrometheus asks us and a real Prometheus with the same rules.
func TestRulesAsInPrometheus(t *testing.T) {
	ours, file := startRules(t)
	theirs := peers.StartPrometheus(t, "rule_files: ["+file+"]\n")
	paths := []string{
		"/api/v1/rules", "/api/v1/rules?type=alert", "/api/v1/rules?type=record", "/api/v1/rules?type=x",
		"/api/v1/rules?rule_name[]=two&rule_name[]=Never", "/api/v1/rules?rule_group[]=a", "/api/v1/rules?file[]=none",
		"/api/v1/rules?exclude_alerts=true", "/api/v1/rules?exclude_alerts=perhaps", `/api/v1/rules?match[]={severity="page"}`,
		"/api/v1/rules?match[]={}", "/api/v1/rules?group_limit=1", "/api/v1/rules?group_limit=0", "/api/v1/rules?group_limit=x",
		"/api/v1/rules?group_next_token=x", "/api/v1/rules?group_limit=1&group_next_token=x", "/api/v1/alerts",
	}
	for _, path := range paths {
		got, want := evaluated(t, ours, path), evaluated(t, theirs, path)
		if a, b := plain(t, got), plain(t, want); !reflect.DeepEqual(a, b) {
			t.Errorf("%s: we answer\n%s\nPrometheus answers\n%s", path, got, want)
		}
	}
}

// plain is an answer without what differs from one moment to the next.
func plain(t *testing.T, body string) any {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(momentary.ReplaceAllString(body, `"$1":0`)), &v); err != nil {
		t.Fatalf("%v in %s", err, body)
	}
	return v
}

func TestRulesPageByPage(t *testing.T) {
	base, _ := startRules(t)
	body := evaluated(t, base, "/api/v1/rules?group_limit=1")
	var page struct {
		Data struct {
			GroupNextToken string
			Groups         []struct{ Name string }
		}
	}
	if err := json.Unmarshal([]byte(body), &page); err != nil || page.Data.GroupNextToken == "" || page.Data.Groups[0].Name != "a" {
		t.Fatalf("%v: %s", err, body)
	}
	_, body = fetch(t, base+"/api/v1/rules?group_limit=1&group_next_token="+page.Data.GroupNextToken)
	if !strings.Contains(body, `"name":"b"`) || strings.Contains(body, "groupNextToken") {
		t.Errorf("second page: %s", body)
	}
}
