package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"headroom/scaler/node"
	"headroom/scaler/node/wire"
)

func TestTheTableDoesNothingToATerminal(t *testing.T) {
	var out bytes.Buffer
	table := node.Table{Node: "n1", Workers: []wire.Status{{ID: "w1", Reason: "health check /: status \x1b[2J\nw2 ready – \u009b31m"}}}
	if err := show(&out, table, time.Now()); err != nil {
		t.Fatal(err)
	}
	if text := out.String(); strings.ContainsAny(text, "\x1b\u009b") || strings.Count(text, "\n") != 3 || !strings.Contains(text, " – ") {
		t.Errorf("%q", text)
	}
}

func TestCommandLines(t *testing.T) {
	good := filepath.Join(t.TempDir(), "node.yml")
	if err := os.WriteFile(good, []byte("limits: {max_workers: 5}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	f := func(line string, status int, want string) {
		t.Helper()
		var out, errs bytes.Buffer
		got := start(strings.Fields(line), &out, &errs)
		if text := out.String() + errs.String(); got != status || !strings.Contains(text, want) {
			t.Errorf("headroom-node %s: status %d\n%s\nwant %d and %q", line, got, text, status, want)
		}
	}
	for _, line := range []string{"--help", "-h", "help", "status --help", "run -h"} {
		f(line, 0, "--state.path             Directory of the daemon's state and the workers' output. Default: /var/lib/headroom-node.")
	}
	f("--version", 0, "headroom-node (version=")
	f("check config "+good, 0, "is good")
	f("check config /nowhere", 1, "/nowhere cannot be used")
	f("check config", 2, "check config: want one FILE, found 0")
	f("check", 2, `unknown command "check"`)
	f("sevre", 2, `unknown command "sevre"`)
	f("status now", 2, `status: unexpected argument "now"`)
	f("--config.fiel=x", 2, "flag provided but not defined: -config.fiel")
	f("--log.level=loud", 2, "Try: headroom-node --help")
	f("--config.file=/nowhere", 1, "read configuration: open /nowhere")
	f("run", 1, "--desired is missing")
	f("status --web.listen-address=127.0.0.1:1", 1, "ask the daemon")
}
