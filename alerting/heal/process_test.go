package heal

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/model"

	"headroom/alerting/alarm"
	"headroom/internal/config"
	"headroom/storage/state"
)

// shop is a real process that is kept by a pid file, as an init script would.
type shop struct{ pidFile, script string }

func newShop(t *testing.T) shop {
	dir := t.TempDir()
	s := shop{filepath.Join(dir, "pid"), filepath.Join(dir, "restart")}
	text := fmt.Sprintf("#!/bin/sh\nsetsid sleep 1000 >/dev/null 2>&1 </dev/null &\necho $! > %s\necho restarted $1\n", s.pidFile)
	if err := os.WriteFile(s.script, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.kill)
	return s
}

func (s shop) pid() int {
	text, _ := os.ReadFile(s.pidFile)
	pid, _ := strconv.Atoi(strings.TrimSpace(string(text)))
	return pid
}

func (s shop) runs() bool { return s.pid() > 0 && alive(s.pid()) }

func (s shop) kill() {
	if pid := s.pid(); pid > 0 {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
}

// A real process dies; the rule's command starts it again, and a query sees it.
func TestARealProcessIsStartedAgain(t *testing.T) {
	shop := newShop(t)
	if out, err := exec.Command(shop.script).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	first := shop.pid()
	shop.kill()
	await(t, "it is dead", func() bool { return !shop.runs() })

	cfg := config.Default().Alerting.Heal
	cfg.DryRun = false
	cfg.Rules = []config.HealRule{{Name: "dead", Match: []string{"alertname=ProcessDown"}, MaxHeals: 3, Actions: []config.HealAction{{
		Name: "restart", Kind: "restart_process", Command: []string{shop.script, "{{ .Labels.unit }}"}, Timeout: config.Duration(10 * time.Second),
		Verify: config.HealVerify{Within: config.Duration(10 * time.Second), Query: `up{unit="{{ .Labels.unit }}"} == 1`},
	}}}}
	db, err := state.Open(filepath.Join(t.TempDir(), "state.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	woken := make(chan struct{}, 100)
	stage, err := New(t.Context(), Options{
		Config: cfg, Store: db.Heals(), Wake: func() { woken <- struct{}{} }, Now: time.Now,
		Query: func(_ context.Context, expr string, _ time.Time) (bool, error) {
			return expr == `up{unit="shop"} == 1` && shop.runs(), nil
		},
		Logger: slog.New(slog.DiscardHandler), Registerer: prometheus.NewRegistry(),
	})
	if err != nil {
		t.Fatal(err)
	}
	defer stage.Close(t.Context())

	labels := model.LabelSet{"alertname": "ProcessDown", "unit": "shop"}
	a := &alarm.Alarm{ID: "a-1", Key: alarm.KeyOf(labels), Labels: labels, Received: time.Now()}
	run := func() []*alarm.Alarm { return stage.Run(t.Context(), time.Now(), []*alarm.Alarm{a}) }
	for run(); !strings.Contains(a.Reason, "its query says"); run() {
		select {
		case <-woken:
		case <-time.After(20 * time.Second):
			t.Fatalf("waited in vain: %+v", a)
		}
	}
	if !shop.runs() || shop.pid() == first {
		t.Error("it does not run anew")
	}
	a.EndsAt, a.Ended = time.Now(), true
	if out := run(); len(out) > 0 || a.Outcome != alarm.Healed {
		t.Errorf("%d passed on, %s: %s", len(out), a.Outcome, a.Reason)
	}
	heals, err := stage.Heals(t.Context(), state.HealFilter{})
	if err != nil || len(heals) != 1 || heals[0].Output != "restarted shop\n" || heals[0].Result != state.HealDone {
		t.Errorf("%+v, %v", heals, err)
	}
}
