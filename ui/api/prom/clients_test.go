package prom

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"headroom/internal/peers"
	"headroom/storage"
	"headroom/storage/promql"
)

func TestPromtool(t *testing.T) {
	base := serve(t, filled(t), promql.Options{}, Options{})
	f := func(want string, args ...string) {
		t.Helper()
		out, err := exec.CommandContext(t.Context(), "promtool", append([]string{"query"}, args...)...).CombinedOutput()
		if got := strings.Join(strings.Fields(string(out)), " "); err != nil || got != want {
			t.Errorf("promtool query %q: %v\n got %s\nwant %s", args, err, got, want)
		}
	}

	f(`{module="WNS"} => 43 @[1767229200]`, "instant", "--time=1767229200", base, `sum by (module) (load{module="WNS"})`)
	f(`{} => 92 @[1767225600] 94 @[1767225660]`,
		"range", "--start=1767225600", "--end=1767225660", "--step=60s", base, `sum(load)`)
	f(`{__name__="load", module="WNS", node="d1"} {__name__="load", module="WNS", node="d2"}`,
		"series", "--match=load{module=\"WNS\",node=~\"d.\"}", "--start=1767225600", "--end=1767229200", base)
	f(`d1 d2 gone`, "labels", "--start=1767225600", "--end=1767229200", base, "node")
}

// vmalert evaluates at the present, so it needs samples of the present.
func TestVMAlert(t *testing.T) {
	store := filled(t)
	s := storage.Series{Labels: labelsOf("__name__", "load", "module", "dispatch", "node", "live")}
	for minute := range 10 {
		at := time.Now().Add(time.Duration(-minute) * time.Minute).UnixMilli()
		s.Samples = append(s.Samples, storage.Sample{Timestamp: at, Value: 90})
	}
	slices.Reverse(s.Samples)
	if err := store.Write(t.Context(), []storage.Series{s}); err != nil {
		t.Fatal(err)
	}
	rules := filepath.Join(t.TempDir(), "rules.yml")
	if err := os.WriteFile(rules, []byte(vmalertRules), 0o600); err != nil {
		t.Fatal(err)
	}
	vmalert := peers.StartVMAlert(t, serve(t, store, promql.Options{}, Options{}), rules,
		"-rule.defaultRuleType=prometheus", "-notifier.blackhole", "-datasource.queryStep=1m")

	for deadline := time.Now().Add(time.Minute); ; time.Sleep(100 * time.Millisecond) {
		_, body := get(t, vmalert+"/api/v1/alerts")
		var data struct {
			Alerts []struct {
				State       string
				Value       string
				Labels      map[string]string
				Annotations map[string]string
			}
		}
		if err := json.Unmarshal(body.Data, &data); err != nil {
			t.Fatal(err)
		}
		if len(data.Alerts) == 1 && data.Alerts[0].State == "firing" {
			a := data.Alerts[0]
			if a.Labels["node"] != "live" || a.Value != "90" || a.Annotations["seen"] != "1 of dispatch" {
				t.Errorf("alert %+v; want node live at 90, seen 1 of dispatch", a)
			}
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("no firing alert: %s", body.Data)
		}
	}
}

// The annotation makes vmalert ask a second query, from its template.
const vmalertRules = `
groups:
- name: load
  interval: 1s
  rules:
  - alert: High
    expr: load > 80
    annotations:
      seen: '{{ with query "count(load{module=\"dispatch\"})" }}{{ . | first | value }} of {{ $labels.module }}{{ end }}'
`
