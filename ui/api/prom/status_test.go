package prom

import (
	"encoding/json"
	"os"
	"regexp"
	"testing"
	"time"

	"headroom/storage/promql"
)

// Clients choose their requests by the version; it is that of the module.
func TestVersionIsThatOfTheEngine(t *testing.T) {
	mod, err := os.ReadFile("../../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`github.com/prometheus/prometheus v0\.(\d)(\d\d)\.(\d+)`).FindSubmatch(mod)
	if m == nil {
		t.Fatal("go.mod names no version v0.NNN.N of prometheus")
	}
	if want := string(m[1]) + "." + string(m[2]) + "." + string(m[3]); want != Version {
		t.Errorf("Version is %s, the module's is %s", Version, want)
	}
}

func TestStatus(t *testing.T) {
	base := serve(t, filled(t), promql.Options{}, Options{
		Build: Build{Version: "1.2.3", Revision: "abc"}, Started: t0, Keep: 400 * 24 * time.Hour,
		Flags:    func() map[string]string { return map[string]string{"storage.path": "./data"} },
		Config:   func() string { return "timezone: Asia/Shanghai\n" },
		Metadata: told{"load": {{Type: "gauge", Help: "Load.", Unit: "percent"}, {Type: "counter"}}, "up": {{Type: "gauge"}}},
		Now:      func() time.Time { return t0 },
	}) + "/api/v1"
	f := func(path, field, want string) {
		t.Helper()
		resp, body := get(t, base+path)
		var data map[string]json.RawMessage
		if err := json.Unmarshal(body.Data, &data); err != nil || resp.StatusCode != 200 {
			t.Fatalf("%s: %d, %v", path, resp.StatusCode, err)
		}
		if got := string(data[field]); got != want {
			t.Errorf("%s: %s is %s, want %s", path, field, got, want)
		}
	}

	f("/status/buildinfo", "version", `"`+Version+`"`)
	f("/status/buildinfo", "headroom", `"1.2.3"`)
	f("/status/runtimeinfo", "startTime", `"2026-01-01T00:00:00Z"`)
	f("/status/runtimeinfo", "storageRetention", `"400d"`)
	f("/status/flags", "storage.path", `"./data"`)
	f("/status/config", "yaml", `"timezone: Asia/Shanghai\n"`)
	f("/metadata?limit_per_metric=1", "load", `[{"type":"gauge","help":"Load.","unit":"percent"}]`)
	f("/metadata?limit=1", "up", ``)
	f("/metadata?metric=up", "load", ``)
}

// Grafana takes a Prometheus with "features" for a Mimir.
func TestBuildInfoLooksLikePrometheus(t *testing.T) {
	_, body := get(t, serve(t, filled(t), promql.Options{}, Options{})+"/api/v1/status/buildinfo")
	var data map[string]string
	if err := json.Unmarshal(body.Data, &data); err != nil {
		t.Fatal(err)
	}
	for _, field := range []string{"version", "revision", "branch", "buildUser", "buildDate", "goVersion"} {
		if _, ok := data[field]; !ok {
			t.Errorf("%s is missing", field)
		}
	}
	if _, ok := data["features"]; ok {
		t.Error("features are shown")
	}
}

// told is what senders have told about their metrics.
type told map[string][]Metadata

func (m told) Metadata(metric string) map[string][]Metadata {
	if metric == "" {
		return m
	}
	if list, ok := m[metric]; ok {
		return map[string][]Metadata{metric: list}
	}
	return nil
}
