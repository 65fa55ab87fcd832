package notify_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"headroom/alerting/alarm"
	"headroom/internal/peers"
)

// A real Prometheus and a real vmalert send here, while what they watch is broken.
func TestRealSenders(t *testing.T) {
	t.Parallel()
	w := newWorld(t, quick)
	var broken atomic.Int64
	target := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, fmt.Sprintf("broken %d\n", broken.Load()))
	}))
	t.Cleanup(target.Close)
	rules := func(name string) string {
		file := filepath.Join(t.TempDir(), "rules.yml")
		text := "groups: [{name: g, interval: 500ms, rules: [{alert: " + name + ", expr: 'broken == 1', labels: {job: '" + name + "'}, annotations: {summary: it broke}}]}]\n"
		must(t, os.WriteFile(file, []byte(text), 0o600))
		return file
	}
	address := strings.TrimPrefix(w.api.URL, "http://")
	prometheus := peers.StartPrometheus(t, `
global: {scrape_interval: 500ms, scrape_timeout: 400ms}
rule_files: [`+rules("ByPrometheus")+`]
scrape_configs: [{job_name: x, static_configs: [{targets: ['`+strings.TrimPrefix(target.URL, "http://")+`']}]}]
alerting: {alertmanagers: [{static_configs: [{targets: ['`+address+`']}]}]}
`)
	peers.StartVMAlert(t, prometheus, rules("ByVmalert"), "-notifier.url="+w.api.URL, "-evaluationInterval=500ms", "-rule.evalDelay=0s")

	broken.Store(1)
	w.expectBoth("firing ops: ByPrometheus/firing", "firing ops: ByVmalert/firing")
	a := w.notified("ByPrometheus")
	if a.Source != alarm.FromAPI || a.GeneratorURL == "" || a.Annotations["summary"] != "it broke" || time.Until(a.EndsAt) > 10*time.Minute {
		t.Errorf("%+v", a)
	}
	broken.Store(0)
	w.expectBoth("resolved ops: ByPrometheus/resolved", "resolved ops: ByVmalert/resolved")
	w.eventually("all is closed", func() bool { return len(w.pipeline.Open()) == 0 })
}
