package peers

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// readyTimeout is generous: test machines are slow and shared.
const readyTimeout = time.Minute

// Path returns the path of a peer's binary and fails the test if it is missing.
func Path(t testing.TB, name string) string {
	t.Helper()
	path, err := Find(name)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// Start starts any program for the length of the test and waits until readyURL
// answers 200.
func Start(t testing.TB, readyURL, path string, args ...string) *Process {
	t.Helper()
	p, err := Launch(filepath.Join(t.TempDir(), "log"), path, args...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Stop)
	ctx, cancel := context.WithTimeout(t.Context(), readyTimeout)
	defer cancel()
	if err := p.WaitReady(ctx, readyURL); err != nil {
		t.Fatal(err)
	}
	return p
}

// StartVictoriaMetrics starts an empty single node and returns its URL. Its
// answers are not delayed and go back 400 days.
func StartVictoriaMetrics(t testing.TB, flags ...string) string {
	t.Helper()
	addr := freeAddress(t)
	args := append([]string{
		"-storageDataPath=" + t.TempDir(), "-httpListenAddr=" + addr,
		"-retentionPeriod=400d", "-search.latencyOffset=0s", "-search.disableCache",
	}, flags...)
	Start(t, "http://"+addr+"/health", Path(t, VictoriaMetrics), args...)
	return "http://" + addr
}

// StartPrometheus starts an empty Prometheus that takes remote writes, with
// samples up to 400 days old in any order, and returns its URL. extra is
// appended to its configuration file.
func StartPrometheus(t testing.TB, extra string, flags ...string) string {
	t.Helper()
	addr, config := freeAddress(t), filepath.Join(t.TempDir(), "prometheus.yml")
	text := "storage: {tsdb: {out_of_order_time_window: 400d}}\n" + extra
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	args := append([]string{
		"--config.file=" + config, "--storage.tsdb.path=" + t.TempDir(), "--web.listen-address=" + addr,
		"--storage.tsdb.retention.time=400d", "--web.enable-remote-write-receiver",
	}, flags...)
	Start(t, "http://"+addr+"/-/ready", Path(t, Prometheus), args...)
	return "http://" + addr
}

// StartVMAgent starts a vmagent that sends what it is given, and what its flags
// make it scrape, to a remote-write URL. It returns its own URL.
func StartVMAgent(t testing.TB, writeURL string, flags ...string) string {
	t.Helper()
	addr := freeAddress(t)
	args := append([]string{
		"-httpListenAddr=" + addr, "-remoteWrite.url=" + writeURL,
		"-remoteWrite.tmpDataPath=" + t.TempDir(), "-remoteWrite.flushInterval=1s",
	}, flags...)
	Start(t, "http://"+addr+"/health", Path(t, VMAgent), args...)
	return "http://" + addr
}

// StartVMAlert starts a vmalert that evaluates a rules file against a query URL.
// Flags such as -notifier.url or -remoteWrite.url are the caller's. It returns
// vmalert's own URL.
func StartVMAlert(t testing.TB, queryURL, rules string, flags ...string) string {
	t.Helper()
	addr := freeAddress(t)
	args := append([]string{"-httpListenAddr=" + addr, "-datasource.url=" + queryURL, "-rule=" + rules}, flags...)
	Start(t, "http://"+addr+"/health", Path(t, VMAlert), args...)
	return "http://" + addr
}

func freeAddress(t testing.TB) string {
	t.Helper()
	addr, err := FreeAddress()
	if err != nil {
		t.Fatal(err)
	}
	return addr
}
