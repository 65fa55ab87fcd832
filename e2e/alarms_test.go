package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"headroom/internal/peers"
)

// worker is a real process that Debian's process-exporter watches.
type worker struct {
	name, binary, starter string
}

func newWorker(t *testing.T) *worker {
	t.Helper()
	dir := t.TempDir()
	w := &worker{name: fmt.Sprintf("wrk%d", time.Now().UnixNano()%1e9)}
	w.binary, w.starter = filepath.Join(dir, w.name), filepath.Join(dir, "start.sh")
	sleep, err := exec.LookPath("sleep")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(sleep)
	if err != nil {
		t.Fatal(err)
	}
	script := fmt.Sprintf("#!/bin/sh\n[ -x %[1]s ] || { echo \"%[1]s is not there\" >&2; exit 1; }\nsetsid %[1]s 86400 >/dev/null 2>&1 </dev/null &\n", w.binary)
	for name, content := range map[string][]byte{w.binary: text, w.starter: []byte(script)} {
		if err := os.WriteFile(name, content, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(w.kill)
	return w
}

func (w *worker) start(t *testing.T) {
	t.Helper()
	if out, err := exec.Command(w.starter).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}

func (w *worker) running() bool { return exec.Command("pgrep", "-x", w.name).Run() == nil }
func (w *worker) kill()         { _ = exec.Command("pkill", "-KILL", "-x", w.name).Run() }

// watch runs Debian's exporters and Prometheus, whose rule rings when the worker is
// gone, and returns Prometheus' address.
func (w *worker) watch(t *testing.T, alertmanager string) string {
	t.Helper()
	node, processes, addr := freeAddress(t), freeAddress(t), freeAddress(t)
	peers.Start(t, "http://"+node+"/metrics", debian(t, "prometheus-node-exporter"), "--web.listen-address="+node)
	names := File(t, "processes.yml", fmt.Sprintf("process_names:\n- comm: [%s]\n", w.name))
	peers.Start(t, "http://"+processes+"/metrics", debian(t, "prometheus-process-exporter"), "-web.listen-address="+processes, "-config.path="+names)
	rules := File(t, "rules.yml", fmt.Sprintf(`
groups:
- name: workers
  rules:
  - alert: ProcessDead
    expr: absent(namedprocess_namegroup_num_procs{groupname=%[1]q} > 0)
    labels: {severity: critical, business: shop, product: web, service: cart, module: %[1]s, node: web-1}
    annotations: {summary: "%[1]s does not run", runbook_url: "http://wiki.example.com/dead"}
  - alert: NodeDown
    expr: up{job="machines"} == 0
`, w.name))
	target, err := url.Parse(alertmanager)
	if err != nil {
		t.Fatal(err)
	}
	config := File(t, "prometheus.yml", fmt.Sprintf(`
global: {scrape_interval: 1s, evaluation_interval: 1s}
rule_files: [%q]
alerting: {alertmanagers: [{static_configs: [{targets: [%q]}]}]}
scrape_configs:
- {job_name: machines, static_configs: [{targets: [%q]}]}
- {job_name: processes, static_configs: [{targets: [%q]}]}
`, rules, target.Host, node, processes))
	peers.Start(t, "http://"+addr+"/-/ready", debian(t, "prometheus"), "--config.file="+config,
		"--storage.tsdb.path="+t.TempDir(), "--web.listen-address="+addr)
	return "http://" + addr
}

// alarm is what the API says of one.
type alarm struct {
	ID, Kind, Outcome, Reason string
	Path                      string
	ClosedAt                  *time.Time `json:"closed_at"`
	Trail                     []struct{ Stage, What, Reason string }
}

func (w *Web) alarms(query string) (list []alarm) {
	w.t.Helper()
	var page struct{ Data struct{ Alarms []alarm } }
	w.getJSON("/api/v1/alarms"+query, &page)
	return page.Data.Alarms
}

func (w *Web) getJSON(path string, into any) {
	w.t.Helper()
	resp, err := http.Get(w.URL + path)
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(into); err != nil || resp.StatusCode != http.StatusOK {
		w.t.Fatalf("%s: %s, %v", path, resp.Status, err)
	}
}

// A process that Prometheus watches dies: it is restarted and nobody is woken. Then
// it cannot be restarted: one notification says what was tried.
func TestADeadProcessIsRestartedOrTold(t *testing.T) {
	t.Parallel()
	hook, mail, w := listenForWebhooks(t), listenForMail(t), newWorker(t)
	routes := File(t, "alertmanager.yml", fmt.Sprintf(`
global: {smtp_smarthost: %q, smtp_from: headroom@example.com, smtp_require_tls: false}
route: {receiver: on-call, group_wait: 1s, group_interval: 2s}
receivers:
- name: on-call
  webhook_configs: [{url: %q}]
  email_configs: [{to: night@example.com, hello: localhost}]
`, mail.Address, hook.URL))
	s := StartServer(t, "--config.file="+File(t, "headroom.yml", fmt.Sprintf(`
alerting:
  config_file: %q
  heal:
    dry_run: false
    backoff: 0s
    rules:
    - name: dead processes
      match: ['alertname="ProcessDead"']
      actions:
      - {kind: restart_process, command: [%q], timeout: 10s, verify: {within: 20s}}
`, routes, w.starter)))
	w.start(t)
	prometheus := &Web{t: t, URL: w.watch(t, s.URL)}
	Eventually(t, time.Minute, "Prometheus sees the worker", func() bool {
		n, ok := prometheus.Number(fmt.Sprintf("namedprocess_namegroup_num_procs{groupname=%q}", w.name), time.Now())
		return ok && n == 1 && len(s.alarms("?open=true")) == 0
	})
	before := len(s.alarms("?kind=ProcessDead")) // rang before the first scrape, perhaps
	told := len(hook.Told())

	w.kill()
	Eventually(t, 2*time.Minute, "the worker runs again and the alarm is healed", func() bool {
		list := s.alarms("?kind=ProcessDead")
		return w.running() && len(list) == before+1 && list[0].Outcome == "healed" && list[0].ClosedAt != nil
	})
	if n := len(hook.Told()); n != told {
		t.Errorf("%d notifications about what was healed: %+v", n-told, hook.Told())
	}

	if err := os.Remove(w.binary); err != nil {
		t.Fatal(err)
	}
	w.kill()
	Eventually(t, 2*time.Minute, "a webhook and a mail tell what was tried", func() bool {
		return len(hook.Told()) > told && len(mail.Mails()) > 0
	})
	n := hook.Told()[told]
	if n.Version != "4" || n.Status != "firing" || len(n.Alerts) != 1 || n.Alerts[0].Labels["alertname"] != "ProcessDead" {
		t.Errorf("%+v", n)
	}
	if tried := n.Alerts[0].Annotations["headroom_tried"]; !strings.Contains(tried, "restart_process") || !strings.Contains(tried, "is not there") {
		t.Errorf("it does not tell what was tried: %q", n.Alerts[0].Annotations)
	}
	if text := mail.Mails()[0]; !strings.Contains(text, "ProcessDead") || !strings.Contains(text, "is not there") {
		t.Errorf("the mail does not tell what was tried:\n%s", text)
	}
	var list []alarm
	Eventually(t, time.Minute, "the record says that somebody was told", func() bool {
		list = s.alarms("?kind=ProcessDead")
		return list[0].Outcome == "notified"
	})
	if list[0].Path != "shop/web/cart/"+w.name {
		t.Errorf("%+v", list[0])
	}
	if _, out, _ := Run(t, "explain", "--server="+s.URL, "alarm:"+list[0].ID); !strings.Contains(out, "heal") || !strings.Contains(out, "notify") {
		t.Errorf("explain does not tell the whole way:\n%s", out)
	}
	if n := len(hook.Told()); n != told+1 {
		t.Errorf("%d notifications, want one", n-told)
	}
}
