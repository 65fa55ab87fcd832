package heal_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	amalert "github.com/prometheus/alertmanager/alert"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/model"

	"headroom/alerting"
	"headroom/alerting/alarm"
	"headroom/alerting/heal"
	"headroom/internal/config"
	"headroom/storage/state"
)

// shop is a real process that is kept by a pid file, as an init script would.
type shop struct{ pidFile, program, script string }

func newShop(t *testing.T) shop {
	dir := t.TempDir()
	sleep, err := exec.LookPath("sleep")
	if err != nil {
		t.Fatal(err)
	}
	s := shop{filepath.Join(dir, "pid"), filepath.Join(dir, "shop"), filepath.Join(dir, "restart")}
	if err := os.Symlink(sleep, s.program); err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprintf(`#!/bin/sh
[ -x %[1]s ] || { echo "%[1]s: not found" >&2; exit 1; }
setsid %[1]s 1000 >/dev/null 2>&1 </dev/null &
echo $! > %[2]s
echo restarted $1
`, s.program, s.pidFile)
	if err := os.WriteFile(s.script, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(s.script).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	t.Cleanup(s.kill)
	return s
}

func (s shop) pid() int {
	text, _ := os.ReadFile(s.pidFile)
	pid, _ := strconv.Atoi(strings.TrimSpace(string(text)))
	return pid
}

func (s shop) runs() bool { return s.pid() > 0 && heal.Alive(s.pid()) }

func (s shop) kill() {
	if pid := s.pid(); pid > 0 {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
}

// catcher is a last stage that keeps what comes to it.
type catcher struct {
	mu     sync.Mutex
	caught []*alarm.Alarm
}

func (c *catcher) Name() string { return "notify" }

func (c *catcher) Run(_ context.Context, now time.Time, alarms []*alarm.Alarm) []*alarm.Alarm {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, a := range alarms {
		if !a.Ended && a.Outcome == alarm.Waiting {
			a.Stay(now, c.Name(), alarm.Notified, "ops", "told", time.Time{})
			c.caught = append(c.caught, a.Clone())
		}
	}
	return nil
}

func (c *catcher) got() []*alarm.Alarm {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.caught
}

// running is a pipeline that restarts the shop.
type running struct {
	*testing.T
	shop     shop
	pipeline *alerting.Pipeline
	stage    *heal.Stage
	history  alerting.History
	told     *catcher
}

func run(t *testing.T) *running {
	r := &running{T: t, shop: newShop(t), told: &catcher{}}
	script := []string{r.shop.script, "{{ .Labels.unit }}"}
	verify := config.HealVerify{Within: config.Duration(2 * time.Second)}
	cfg := config.Default().Alerting.Heal
	cfg.DryRun = false
	cfg.Rules = []config.HealRule{{Name: "dead", Match: []string{"alertname=ProcessDown"}, MaxHeals: 3, Actions: []config.HealAction{
		{Name: "restart", Kind: "restart_process", Command: script, Timeout: config.Duration(10 * time.Second), Verify: verify},
		{Name: "reboot", Kind: "restart_server", Command: []string{"true"}, Timeout: config.Duration(10 * time.Second), Verify: verify},
	}}}
	db, err := state.Open(filepath.Join(t.TempDir(), "state.db"))
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	r.stage, err = heal.New(t.Context(), heal.Options{
		Config: cfg, Store: db.Heals(), Now: time.Now, Wake: func() { r.pipeline.Wake() }, Logger: log, Registerer: prometheus.NewRegistry(),
	})
	if err != nil {
		t.Fatal(err)
	}
	r.history = alerting.History{Table: db.Alarms()}
	r.pipeline, err = alerting.New(t.Context(), alerting.Options{
		Stages: []alarm.Stage{r.stage, r.told}, Keeper: r.history, IgnoreLabels: func() []string { return nil },
		Logger: log, Registerer: prometheus.NewRegistry(),
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- r.pipeline.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		<-done
		r.stage.Close(ctx)
		_ = db.Close()
	})
	return r
}

// send tells of the dead process as Prometheus does: again and again, until it runs.
func (r *running) send(ends time.Time) {
	r.Helper()
	now := time.Now()
	labels := model.LabelSet{"alertname": "ProcessDown", "unit": "shop"}
	err := r.pipeline.Receive(r.Context(), alarm.FromAPI, &amalert.Alert{UpdatedAt: now, Alert: model.Alert{Labels: labels, StartsAt: now, EndsAt: ends}})
	if err != nil {
		r.Fatal(err)
	}
}

// became is the alarm as it was last written down.
func (r *running) became() *alarm.Alarm {
	r.Helper()
	var last *alarm.Alarm
	if err := r.history.Each(r.Context(), state.AlarmQuery{}, func(a *alarm.Alarm) error { last = a; return nil }); err != nil {
		r.Fatal(err)
	}
	return last
}

func TestARealProcessIsStartedAgain(t *testing.T) {
	r := run(t)
	first := r.shop.pid()
	r.shop.kill()
	heal.Await(t, "it is dead", func() bool { return !r.shop.runs() })
	r.send(time.Now().Add(time.Hour))
	heal.Await(t, "it runs anew", func() bool { return r.shop.runs() && r.shop.pid() != first })
	r.send(time.Now().Add(-time.Millisecond))
	heal.Await(t, "the alarm is closed", func() bool { return !r.became().Open() })
	if a := r.became(); a.Outcome != alarm.Healed || len(r.told.got()) > 0 {
		t.Errorf("%s: %s; told of %d", a.Outcome, a.Reason, len(r.told.got()))
	}
	heals, err := r.stage.Heals(t.Context(), state.HealFilter{})
	if err != nil || len(heals) != 1 || heals[0].Output != "restarted shop\n" || heals[0].Result != state.HealDone {
		t.Errorf("%+v, %v", heals, err)
	}
}

func TestARealProcessThatCannotBeStartedIsTold(t *testing.T) {
	r := run(t)
	if err := os.Remove(r.shop.program); err != nil {
		t.Fatal(err)
	}
	r.shop.kill()
	r.send(time.Now().Add(time.Hour))
	heal.Await(t, "somebody is told", func() bool { return len(r.told.got()) > 0 })
	tried := string(r.told.got()[0].Annotations[heal.Annotation])
	for _, want := range []string{"1. restart: failed after ", "exit status 1: " + r.shop.program + ": not found", "2. reboot: done in ", ", and did not help within 2 s", "; not healed: 2 actions did not help"} {
		if !strings.Contains(tried, want) {
			t.Errorf("told: %s\nlacks: %s", tried, want)
		}
	}
	if len(r.told.got()) != 1 {
		t.Errorf("told %d times", len(r.told.got()))
	}
}
