package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"headroom/scaler/demand"
	"headroom/scaler/policy"
	"headroom/scaler/replay"
)

var replayStart = time.Date(2026, 10, 5, 0, 0, 0, 0, time.UTC)

// rhythm is the load of a minute of the tests.
func rhythm(i int) float64 { return 500 * (1.3 - math.Cos(float64(i%1440)/1440*2*math.Pi)) }

func replaying(t *testing.T, change func(r *replayCommand)) (string, error) {
	t.Helper()
	var out bytes.Buffer
	r := &replayCommand{client: &client{out: &out}, zone: "UTC", workers: 100, limit: 100}
	r.pool = replayPool{cores: 8, memory: "16GiB", domains: 1, workerCPU: 0.2, workerMemory: "64MiB"}
	r.Margin, r.Level = 0.2, demand.DefaultLevel
	change(r)
	if err := r.check(); err != nil {
		return "", err
	}
	err := r.run()
	return out.String(), err
}

// recordedFile writes so many days of a load.
func recordedFile(t *testing.T, days int) string {
	t.Helper()
	var text strings.Builder
	text.WriteString("timestamp,value\n")
	for i := range days * 1440 {
		fmt.Fprintf(&text, "%d,%.1f\n", replayStart.Unix()+int64(i)*60, rhythm(i))
	}
	file := filepath.Join(t.TempDir(), "load.csv")
	if err := os.WriteFile(file, []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestReplayOfFiles(t *testing.T) {
	file := recordedFile(t, 6)
	out, err := replaying(t, func(r *replayCommand) { r.files = []string{file} })
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"load, 2026-10-08 00:00:00 to 2026-10-11 00:00:00", "RULE", "static 120: peak before + 20 %", "static 100: the peak that came", "HPA at 0.60"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
	out, err = replaying(t, func(r *replayCommand) { r.files, r.json = []string{file, recordedFile(t, 2)}, true })
	var result struct {
		Series  []replay.Comparison
		LeftOut []leftOut `json:"left_out"`
	}
	if err = errors.Join(err, json.Unmarshal([]byte(out), &result)); err != nil || len(result.Series) != 1 || len(result.LeftOut) != 1 {
		t.Errorf("%v %s", err, out)
	}
}

// A hundred workers at the peak, 16 of them on a node of 8 cores.
func TestReplayInAPool(t *testing.T) {
	file := recordedFile(t, 5)
	const why = " of 101 workers have no place: of 3 nodes 3 have 2 workers of it for each core"
	out, err := replaying(t, func(r *replayCommand) { r.files, r.pool.nodes = []string{file}, 3 })
	for _, want := range []string{"one pool of 3 nodes", "minutes short of room", "fewest nodes that suffice", why} {
		if err != nil || !strings.Contains(out, want) {
			t.Errorf("%v, %q is not in\n%s", err, want, out)
		}
	}
	out, err = replaying(t, func(r *replayCommand) { r.files, r.pool.nodes, r.json = []string{file}, 8, true })
	var result struct{ Pool replay.Placement }
	if err = errors.Join(err, json.Unmarshal([]byte(out), &result)); err != nil || result.Pool.Fewest != 7 || result.Pool.Short.Minutes != 0 {
		t.Errorf("%v %s", err, out)
	}
}

func TestReplayTellsAllFaults(t *testing.T) {
	_, err := replaying(t, func(r *replayCommand) {
		r.pool = replayPool{nodes: -1, memory: "much", workerMemory: "-1", workerCPU: -1}
		r.Margin, r.Level, r.workers, r.zone, r.from, r.module, r.files = -1, 1, -1, "Nowhere", "soon", "a", []string{"x"}
	})
	for _, flag := range []string{"--margin", "--level", "--workers", "--timezone", "--from", "--module", "--nodes", "--node-cores", "--node-memory", "--domains", "--worker-cpu", "--worker-memory"} {
		if err == nil || !strings.Contains(err.Error(), flag) {
			t.Errorf("%s is not in %v", flag, err)
		}
	}
	file := filepath.Join(t.TempDir(), "policy.yaml")
	if err := os.WriteFile(file, []byte("target: 2\nstabilise: soon\nfoo: 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = readPolicy(file)
	for _, want := range []string{":1: target: want a fraction", ":2: stabilise: want a duration", ":3: foo: unknown key"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in %v", want, err)
		}
	}
	if s, err := readPolicy(""); err != nil || s != policy.Default() {
		t.Errorf("without a file: %+v, %v", s, err)
	}
}

// A server that keeps 35 days of one module, with a gap of an hour, and 40
// processes that always ran.
func TestReplayOfAServer(t *testing.T) {
	points := 0
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := func(data any) { _ = json.NewEncoder(w).Encode(map[string]any{"status": "success", "data": data}) }
		switch q := r.URL.Query(); r.URL.Path {
		case "/api/v1/status":
			answer(map[string]any{"levels": []string{"business", "module"}, "timezone": "UTC"})
		case "/api/v1/series":
			answer([]map[string]string{{"__name__": "headroom_module_busy_seconds", "business": "Qzone", "module": `a"b`}})
		case "/api/v1/query_range":
			from, _ := strconv.ParseInt(q.Get("start"), 10, 64)
			to, _ := strconv.ParseInt(q.Get("end"), 10, 64)
			values := [][2]any{}
			for at := from; at <= to; at += 60 {
				i := int(at-replayStart.Unix()) / 60
				v := rhythm(i)
				if strings.Contains(q.Get("query"), "processes") {
					v = 40
				}
				if points++; i < 34*1440 || i >= 34*1440+60 {
					values = append(values, [2]any{at, fmt.Sprint(v)})
				}
			}
			if !strings.Contains(q.Get("query"), `{business="Qzone",module="a\"b"}[1m]`) || len(values) > 11_000 {
				t.Errorf("asked %s for %d points", q.Get("query"), len(values))
			}
			answer(map[string]any{"resultType": "matrix", "result": []any{map[string]any{"metric": map[string]string{}, "values": values}}})
		case "/api/v1/nodes":
			rack := func(name string) map[string]any {
				return map[string]any{"cores": 16, "memory": 1 << 34, "labels": map[string]string{"rack": name}}
			}
			answer([]any{map[string]any{"name": "a", "resources": rack("r1")}, map[string]any{"name": "b", "resources": rack("r2")}})
		default:
			http.NotFound(w, r)
		}
	}))
	defer srv.Close()
	out, err := replaying(t, func(r *replayCommand) {
		r.pool.labels = []string{"rack"}
		r.server, r.from, r.to = srv.URL, replayStart.AddDate(0, 0, 33).Format(time.RFC3339), replayStart.AddDate(0, 0, 35).Format(time.RFC3339)
	})
	if err != nil {
		t.Fatal(err)
	}
	// 2 days less an hour with 40 workers are 47 × 40 worker-hours.
	for _, want := range []string{`Qzone/a"b, 2026-11-07 00:00:00 to 2026-11-09 00:00:00`, "what ran", "1880.0", "one pool of 2 nodes", "… with a domain"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
	if want := 2 * 30 * 1440; points != want {
		t.Errorf("%d points were asked for, want %d", points, want)
	}
	if _, err := replaying(t, func(r *replayCommand) { r.server, r.module = srv.URL, "Qzone" }); err == nil || !strings.Contains(err.Error(), "want business/module") {
		t.Errorf("a module that is none: %v", err)
	}
}

func TestReplayWithoutAMinuteIsTold(t *testing.T) {
	var out bytes.Buffer
	if err := seriesReplayGrid([]*replay.Comparison{{}}).print(&out, false); err != nil || strings.Contains(out.String(), "NaN") {
		t.Errorf("%v:\n%s", err, &out)
	}
}
