package notify_test

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"headroom/internal/peers"
)

// amtool runs Alertmanager's own tool against the API.
func (w *world) amtool(args ...string) string {
	w.t.Helper()
	path, err := peers.Find(peers.Amtool)
	must(w.t, err)
	out, err := exec.CommandContext(w.t.Context(), path, append([]string{"--alertmanager.url=" + w.api.URL}, args...)...).CombinedOutput()
	if err != nil {
		w.t.Fatalf("amtool %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

func TestAmtool(t *testing.T) {
	t.Parallel()
	w := newWorld(t, quick)
	want := func(out string, parts ...string) {
		t.Helper()
		for _, part := range parts {
			if !strings.Contains(out, part) {
				t.Errorf("no %q in\n%s", part, out)
			}
		}
	}
	w.amtool("alert", "add", "Dead", "job=a", "node=n1", "--annotation=summary=it is dead")
	w.expect("firing ops: Dead/firing")
	want(w.amtool("alert", "query"), "Dead", "it is dead", "active")
	want(w.amtool("alert", "query", "-o", "json", "node=n1"), `"job":"a"`, `"state":"active"`, `"name":"ops"`)
	if out := w.amtool("alert", "query", "node=n2"); strings.Contains(out, "Dead") {
		t.Errorf("not asked for:\n%s", out)
	}

	id := strings.TrimSpace(w.amtool("silence", "add", "alertname=Dead", "--comment=works", "--author=ann", "--duration=1h"))
	want(w.amtool("silence", "query"), id, "alertname=\"Dead\"", "ann", "works")
	want(w.amtool("alert", "query", "--silenced"), "Dead", "suppressed")
	if out := w.amtool("alert", "query"); strings.Contains(out, "Dead") {
		t.Errorf("silenced:\n%s", out)
	}
	w.amtool("silence", "expire", id)
	want(w.amtool("silence", "query", "--expired"), id)
	want(w.amtool("alert", "query"), "Dead")

	want(w.amtool("config", "show"), "receiver: ops", "group_by:")
	want(w.amtool("config", "routes", "show"), "default-route", "receiver: ops")
	want(w.amtool("config", "routes", "test", "alertname=Dead"), "ops")
	want(w.amtool("cluster", "show"), "disabled")
	want(w.amtool("check-config", filepath.Join(w.dir, "alertmanager.yml")), "SUCCESS")
}
