package e2e

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestUsageErrorsExitWith2(t *testing.T) {
	t.Parallel()
	f := func(want string, args ...string) {
		t.Helper()
		status, out, errs := Run(t, args...)
		if status != 2 || !strings.Contains(errs, want) {
			t.Errorf("headroom %v: exit status %d\n%s%s\nwant 2 and %q", args, status, out, errs, want)
		}
	}

	f("--help", "serve", "--no-such-flag")
	f("--help", "no-such-command")
	f("storage.retention.time", "serve", "--storage.retention.time=long")
	f("storage.retention.time", "serve", "--storage.retention.time=0")
	f("modules", "demo", "--modules=-1")
	f("days", "demo", "--days=-1")
	f("log level loud", "serve", "--log.level=loud")
	f("asof", "backtest", "--task=peak", "--asof=noon", "x.csv")
	f("band,deviation,peak,growth, got 'nonsense'", "backtest", "--task=nonsense", "x.csv")
	f("--timezone: is for files", "backtest", "--task=peak", "--timezone=UTC")
	f("leave out the files", "backtest", "--task=peak", "--path=Qzone", "x.csv")
	f("metric", "import", "csv", "x.csv")
	f("id", "check", "module")

	// What is understood and fails is another status.
	if status, _, errs := Run(t, "warnings", "--server=http://"+freeAddress(t)); status != 1 || !strings.Contains(errs, "headroom serve") {
		t.Errorf("warnings without a server: exit status %d, %s", status, errs)
	}
	if status, _, errs := Run(t, "backtest", "--task=band", "/no/such.csv"); status != 1 || !strings.Contains(errs, "/no/such.csv") {
		t.Errorf("backtest without the file: exit status %d, %s", status, errs)
	}
	if status, _, errs := Run(t, "serve", "--web.config.file=/no/such.yml"); status != 1 || !strings.Contains(errs, "--web.config.file") || strings.Contains(errs, "listening") {
		t.Errorf("serve without the file of users: exit status %d, %s", status, errs)
	}
	if out := MustRun(t, "--version"); !strings.Contains(out, "headroom") {
		t.Errorf("--version printed %q", out)
	}
	if out := MustRun(t, "serve", "--help"); strings.Contains(out, "storageDataPath") || !strings.Contains(out, "--storage.path") {
		t.Errorf("serve --help:\n%s", out)
	}
}

func TestABadConfigurationDoesNotStart(t *testing.T) {
	t.Parallel()
	file := File(t, "headroom.yml", "node_lable: x\ntimezone: Mars/Olympus\ncapacity: {target_load: 0}\nsignals: {load: {match: 'load{'}}\n")
	for _, args := range [][]string{{"serve", "--config.file=" + file}, {"check", "config", file}} {
		status, _, errs := Run(t, args...)
		if status != 1 {
			t.Errorf("%v: exit status %d; want 1", args, status)
		}
		for _, fault := range []string{":1: node_lable", ":2: timezone", ":3: capacity.target_load", ":4: signals.load"} {
			if !strings.Contains(errs, file+fault) {
				t.Errorf("%v does not tell of %s:\n%s", args, fault, errs)
			}
		}
	}
}

func TestTwoServersDoNotShareAStore(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := StartServer(t, "--storage.path="+dir)
	s.Push(text(time.Now(), time.Now()))

	status, _, errs := Run(t, "serve", "--storage.path="+dir, "--web.listen-address=127.0.0.1:0")
	if status != 1 || !strings.Contains(errs, dir) || strings.Contains(errs, "panic") {
		t.Errorf("a second server on the same path: exit status %d\n%s", status, errs)
	}

	address := strings.TrimPrefix(s.URL, "http://")
	status, _, errs = Run(t, "serve", "--storage.path="+t.TempDir(), "--web.listen-address="+address)
	if status != 1 || !strings.Contains(errs, address) || !strings.Contains(errs, "address already in use") {
		t.Errorf("a second server on the same port: exit status %d\n%s", status, errs)
	}

	busy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close()
	config := File(t, "headroom.yml", fmt.Sprintf("ingest: {graphite_listen_address: %q}\n", busy.Addr()))
	status, _, errs = Run(t, "serve", "--storage.path="+t.TempDir(), "--web.listen-address=127.0.0.1:0", "--config.file="+config)
	if status != 1 || !strings.Contains(errs, "graphite_listen_address") {
		t.Errorf("Graphite's port is taken: exit status %d\n%s", status, errs)
	}
}

func TestAPathThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	file := File(t, "file", "not a directory")
	status, _, errs := Run(t, "serve", "--storage.path="+filepath.Join(file, "data"), "--web.listen-address=127.0.0.1:0")
	if status != 1 || !strings.Contains(errs, file) || strings.Contains(errs, "panic") {
		t.Errorf("exit status %d\n%s", status, errs)
	}
}

func TestReload(t *testing.T) {
	t.Parallel()
	file := File(t, "headroom.yml", "capacity: {target_load: 60}\n")
	s := StartServer(t, "--config.file="+file, "--web.enable-lifecycle")
	now := time.Now()
	sendLive(t, &s.Web, importHistory(t, &s.Web, now))
	id := fleet[0].id()
	target := func() float64 {
		if g := s.Orders()[id]; known(g.TargetLoad, g.DevicesNeeded) {
			return *g.TargetLoad
		}
		return 0
	}
	Eventually(t, tableWithin, "there are orders", func() bool { return target() == 60 })
	before := *s.Orders()[id].DevicesNeeded

	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("capacity: {target_load: 30}\n")
	s.Signal(syscall.SIGHUP)
	Eventually(t, startWithin, "SIGHUP halves the target", func() bool { return target() == 30 })
	if after := *s.Orders()[id].DevicesNeeded; after <= before {
		t.Errorf("%v devices are needed at half the target, %v before", after, before)
	}

	write("capacity: {target_load: nonsense}\nhierarchy: 3\n")
	status, body := s.Post("/-/reload", "")
	if status != 500 || !strings.Contains(body, file+":1: capacity.target_load") || !strings.Contains(body, file+":2: hierarchy") {
		t.Errorf("a bad file: %d %s", status, body)
	}
	if _, metrics := s.Get("/metrics"); !strings.Contains(metrics, "\nheadroom_config_last_reload_successful 0\n") {
		t.Error("the metric does not tell of the bad reload")
	}
	if got := target(); got != 30 {
		t.Errorf("after a bad reload the target is %v; want the old 30", got)
	}
	write("hierarchy: [module]\n")
	if status, body := s.Post("/-/reload", ""); status != 500 || !strings.Contains(body, "hierarchy") || !strings.Contains(body, "restart") {
		t.Errorf("what needs a restart: %d %s", status, body)
	}
	write("capacity: {target_load: 45}\n")
	if status, body := s.Post("/-/reload", ""); status != 200 {
		t.Errorf("a good file: %d %s", status, body)
	}
	Eventually(t, startWithin, "the good file is in force", func() bool { return target() == 45 })
}

func TestReloadOverHTTPIsOffByDefault(t *testing.T) {
	t.Parallel()
	s := StartServer(t)
	if status, body := s.Post("/-/reload", ""); status != 403 || !strings.Contains(body, "--web.enable-lifecycle") {
		t.Errorf("%d %s", status, body)
	}
}
