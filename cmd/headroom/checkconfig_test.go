package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestCheckConfig(t *testing.T) {
	f := func(text string, status int, want string) {
		t.Helper()
		path := filepath.Join(t.TempDir(), "headroom.yml")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		cmd := program("check", "config", path)
		out, _ := cmd.CombinedOutput()
		got := strings.ReplaceAll(string(out), path, "FILE")
		if cmd.ProcessState.ExitCode() != status || got != want {
			t.Errorf("%q: exit %d, output\n%s\nwant %d,\n%s", text, cmd.ProcessState.ExitCode(), got, status, want)
		}
	}

	f("", 0, "FILE is good\n")
	f("node_lable: x\ncapacity: {band_days: 1}\n", 1, `FILE:1: node_lable: unknown key; known here: `+
		`timezone, hierarchy, node_label, process_label, failure_domains, signals, capacity, rollup, storage, ingest, query, alerting, keda, requests, access, pool, services, flows, registry, search, consistency, report, scrape_configs
FILE:2: capacity.band_days: want 3 to 365, found 1
headroom: FILE: faults: 2
`)

	cmd := program("check", "config", "/no/such/file")
	if out, _ := cmd.CombinedOutput(); cmd.ProcessState.ExitCode() != 1 || !strings.Contains(string(out), "no such file") {
		t.Errorf("missing file: exit %d, %s", cmd.ProcessState.ExitCode(), out)
	}
	cmd = program("check", "config")
	if _ = cmd.Run(); cmd.ProcessState.ExitCode() != 2 {
		t.Errorf("no file: exit %d; want 2, as for other usage errors", cmd.ProcessState.ExitCode())
	}
}

// The flows that a configuration names are checked with it.
func TestCheckConfigReadsItsFlows(t *testing.T) {
	dir := t.TempDir()
	config := filepath.Join(dir, "headroom.yml")
	write := func(name, text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Join(dir, "flows"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("headroom.yml", "flows: {dir: flows}\n")
	write("flows/good.yaml", "name: good\nsteps: [{id: say, tool: no-op, with: {says: x}}]\n")
	if out, err := program("check", "config", config).CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
	write("flows/bad.yml", "name: bad\nsteps:\n- {id: say, tool: nop}\n")
	out, err := program("check", "config", config).CombinedOutput()
	if err == nil || !strings.Contains(string(out), filepath.Join(dir, "flows/bad.yml")+":3: ") {
		t.Errorf("%v: %s", err, out)
	}
	write("headroom.yml", "flows: {dir: none}\n")
	if out, err := program("check", "config", config).CombinedOutput(); err == nil || !strings.Contains(string(out), "flows.dir") {
		t.Errorf("%v: %s", err, out)
	}
}
