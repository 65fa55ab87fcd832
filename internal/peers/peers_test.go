package peers

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestFindNamesTheCommandForAMissingPeer(t *testing.T) {
	t.Setenv("HEADROOM_PEERS", t.TempDir())
	_, err := Find(VMAgent)
	if err == nil || !strings.Contains(err.Error(), "scripts/peers.sh") {
		t.Fatalf("got %v, want an error that names scripts/peers.sh", err)
	}
}

func TestWaitReadyShowsTheLogOfAProcessThatEnded(t *testing.T) {
	p, err := Launch(filepath.Join(t.TempDir(), "log"), "/bin/sh", "-c", "echo no such flag; exit 2")
	if err != nil {
		t.Fatal(err)
	}
	addr := freeAddress(t)
	err = p.WaitReady(t.Context(), "http://"+addr)
	if err == nil || !strings.Contains(err.Error(), "no such flag") {
		t.Fatalf("got %v, want an error with the log", err)
	}
}

func TestStopEndsTheProcess(t *testing.T) {
	p, err := Launch(filepath.Join(t.TempDir(), "log"), "/bin/sleep", "600")
	if err != nil {
		t.Fatal(err)
	}
	p.Stop()
	select {
	case <-p.Exited():
	default:
		t.Fatal("still running after Stop")
	}
}

func TestStartedPeersAnswer(t *testing.T) {
	vm := StartVictoriaMetrics(t)
	rules := filepath.Join(t.TempDir(), "rules.yml")
	if err := os.WriteFile(rules, []byte("groups: []\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, url := range map[string]string{
		VictoriaMetrics: vm + "/health",
		Prometheus:      StartPrometheus(t, "") + "/-/healthy",
		VMAgent:         StartVMAgent(t, vm+"/api/v1/write") + "/health",
		VMAlert:         StartVMAlert(t, vm, rules, "-rule.defaultRuleType=prometheus", "-notifier.blackhole") + "/health",
	} {
		if !answers(context.Background(), url) {
			t.Errorf("%s does not answer at %s", name, url)
		}
	}
}
