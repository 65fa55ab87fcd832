package main

import (
	"bytes"
	"errors"
	"log/slog"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"headroom/alerting/lease"
	"headroom/storage/state"
	"headroom/ui/api"
)

// leasing is a server with leases that die after ttl.
func leasing(t *testing.T, ttl time.Duration) (url string, leases *lease.Leases) {
	t.Helper()
	db, err := state.Open(filepath.Join(t.TempDir(), "state.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	leases, err = lease.New(t.Context(), time.Now(), lease.Options{
		Store: db.Leases(), Location: time.UTC, Logger: slog.New(slog.DiscardHandler),
		Defaults: func() lease.Defaults {
			return lease.Defaults{TTL: ttl, Limit: time.Hour, Grace: time.Minute, Expected: 7, Least: 1}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(api.New(api.Options{Leases: leases, Location: time.UTC, Logger: slog.New(slog.DiscardHandler)}).Handler())
	t.Cleanup(srv.Close)
	return srv.URL, leases
}

type finished struct {
	status      int
	out, stderr string
}

func runProgram(t *testing.T, stdin string, args ...string) (r finished) {
	t.Helper()
	cmd := program(args...)
	var out, stderr bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &out, &stderr
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return finished{cmd.ProcessState.ExitCode(), out.String(), stderr.String()}
}

func only(t *testing.T, leases *lease.Leases) lease.Lease {
	t.Helper()
	all, err := leases.List(t.Context(), time.Now(), 10)
	if err != nil || len(all) != 1 {
		t.Fatalf("%+v, %v", all, err)
	}
	return all[0]
}

func TestChangeRunsACommandUnderALease(t *testing.T) {
	url, leases := leasing(t, time.Minute)
	r := runProgram(t, "in", "change", "--server", url, "--kind", "deploy", "--run", "4711", "--node", "n1", "--node", "n2", "--path", "Qzone",
		"--effect", `alertname="Dead"`, "--expect", "500", "--", "sh", "-c", "cat; exit 3")
	if r.status != 3 || r.out != "in" || !strings.Contains(r.stderr, "failed after 0s: hid 0 alarms") {
		t.Errorf("%+v", r)
	}
	if l := only(t, leases); l.How != lease.Failed || l.Result != "exit status 3" || len(l.Nodes) != 2 || l.Paths[0] != "Qzone" || l.Expected != 500 || l.Run != "4711" || l.Effect[0] != `alertname="Dead"` {
		t.Errorf("%+v", l)
	}
}

func TestChangeBeatsWhileItsCommandRuns(t *testing.T) {
	url, leases := leasing(t, time.Second)
	r := runProgram(t, "", "change", "--server", url, "--kind", "deploy", "--node", "n1", "--", "sleep", "2.5")
	if l := only(t, leases); r.status != 0 || l.How != lease.Done || l.Expected != 7 {
		t.Errorf("%+v, %+v", r, l)
	}
}

func TestChangePassesSignalsOn(t *testing.T) {
	url, leases := leasing(t, time.Minute)
	cmd := program("change", "--server", url, "--kind", "deploy", "--node", "n1", "--", "sh", "-c", `trap 'echo cleaned; exit 9' TERM; echo ready; while :; do sleep 0.1; done`)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 100)
	n, _ := out.Read(buf)
	_ = cmd.Process.Signal(syscall.SIGTERM)
	m, _ := out.Read(buf[n:])
	_ = cmd.Wait()
	if got := string(buf[:n+m]); got != "ready\ncleaned\n" || cmd.ProcessState.ExitCode() != 9 {
		t.Errorf("%q, exit status %d", got, cmd.ProcessState.ExitCode())
	}
	if l := only(t, leases); l.How != lease.Cancelled {
		t.Errorf("%+v", l)
	}
}

func TestChangeIsNotBegunWithoutAServer(t *testing.T) {
	url, leases := leasing(t, time.Minute)
	server := "http://127.0.0.1:1"
	f := func(status int, want string, args ...string) {
		t.Helper()
		r := runProgram(t, "", append([]string{"change", "--server", server}, args...)...)
		if r.status != status || !strings.Contains(r.stderr+r.out, want) {
			t.Errorf("%v: %+v", args, r)
		}
	}

	f(125, "the change was not begun: no server can be reached", "--kind", "deploy", "--node", "n1", "--", "echo", "never")
	f(0, "ran\n", "--kind", "deploy", "--node", "n1", "--without-mute", "--", "echo", "ran")
	f(127, "executable file not found", "--kind", "deploy", "--node", "n1", "--", "no such command")
	f(2, "--kind", "--node", "n1", "--", "echo", "never")

	server = url
	f(125, "nodes: want the nodes or the paths", "--kind", "deploy", "--without-mute", "--", "echo", "never")
	if all, err := leases.List(t.Context(), time.Now(), 10); err != nil || len(all) != 0 {
		t.Errorf("%+v, %v", all, err)
	}
}

func TestChangeList(t *testing.T) {
	at := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	line := leaseLine{Run: "4711", Kind: "deploy", Who: "ann", Nodes: []string{"n1", "n2", "n3"}, Paths: []string{"Qzone"}, StartedAt: at, Expected: 100, Hidden: 41}
	line.ID, line.Fires = "abc", 3
	over := leaseLine{Kind: "restart", Nodes: []string{"n1"}, StartedAt: at, Expected: 10}
	over.ID, over.EndedAt, over.How = "abd", &at, lease.Died
	var out bytes.Buffer
	if err := printLeases(&out, []leaseLine{line, over}); err != nil {
		t.Fatal(err)
	}
	wantOutput(t, out.String(), `ID   STARTED           KIND     RUN   BY   TOUCHES           STATE  HIDDEN  EXPECTED  FIRING
abc  2026-11-27 12:00  deploy   4711  ann  3 nodes of Qzone  runs       41       100       3
abd  2026-11-27 12:00  restart             n1                died        0        10       0
`)
	out.Reset()
	held := heldLease{Summary: "deploy done: hid 12 alarms", Fires: 12, Firing: make([]lease.Hidden, 12)}
	if err := held.tell(&out); err != nil || !strings.HasSuffix(out.String(), "and 2 more\n") {
		t.Errorf("%v\n%s", err, out.String())
	}
}
