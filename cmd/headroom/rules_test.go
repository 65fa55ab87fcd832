package main

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"headroom/internal/config"
)

const goodRules = "groups: [{name: g, rules: [{alert: A, expr: up == 0}, {alert: A, expr: up == 1}]}]\n"

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// answerOf is what a command printed, with the folder left out, and its status.
func answerOf(t *testing.T, dir string, args ...string) (string, int) {
	t.Helper()
	cmd := program(args...)
	out, _ := cmd.CombinedOutput()
	return strings.ReplaceAll(string(out), dir+"/", ""), cmd.ProcessState.ExitCode()
}

func TestCheckRules(t *testing.T) {
	dir := t.TempDir()
	good, bad := filepath.Join(dir, "good.yml"), filepath.Join(dir, "bad.yml")
	writeFile(t, good, goodRules)
	writeFile(t, bad, "groups:\n  - name: g\n    rules:\n      - alert: A\n        expr: up ==\n      - alert: B\n        expr: sum(\n")
	out, status := answerOf(t, dir, "check", "rules", good)
	if want := "warning: good.yml: group \"g\", rule 2: \"A\" is also that of good.yml: group \"g\", rule 1\ngood: files: 1, groups: 1, rules: 2\n"; status != 0 || out != want {
		t.Errorf("exit %d, %s", status, out)
	}
	out, status = answerOf(t, dir, "check", "rules", good, bad)
	if status != 1 || !strings.Contains(out, "bad.yml:5: ") || !strings.Contains(out, "bad.yml:7: ") || !strings.Contains(out, "faults: 2") {
		t.Errorf("exit %d, %s", status, out)
	}
	file := filepath.Join(dir, "headroom.yml")
	writeFile(t, file, "alerting: {rule_files: ['*d.yml']}\n")
	if out, status = answerOf(t, dir, "check", "config", file); status != 1 || !strings.Contains(out, "bad.yml:5: ") {
		t.Errorf("check config: exit %d, %s", status, out)
	}
}

func TestTestRules(t *testing.T) {
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "good.yml"), goodRules)
	test := filepath.Join(dir, "test.yml")
	writeFile(t, test, "rule_files: [good.yml]\ntests:\n  - {name: one, promql_expr_test: [{expr: 'vector(1)', eval_time: 1m}]}\n  - {name: two}\n")
	if out, status := answerOf(t, dir, "test", "rules", test); status != 1 || !strings.Contains(out, "+ {} 1") {
		t.Errorf("exit %d, %s", status, out)
	}
	if out, status := answerOf(t, dir, "test", "rules", "--run=two", test); status != 0 || out != "test.yml\n  ok    two\n" {
		t.Errorf("exit %d, %s", status, out)
	}
	if out, status := answerOf(t, dir, "test", "rules", "--run=(", test); status != 2 {
		t.Errorf("a bad expression: exit %d, %s", status, out)
	}
}

// A reload with a faulty rule file changes nothing.
func TestReloadOfRules(t *testing.T) {
	dir := t.TempDir()
	file, rule := filepath.Join(dir, "headroom.yml"), filepath.Join(dir, "r.yml")
	writeFile(t, file, "alerting: {rule_files: [r.yml]}\n")
	writeFile(t, rule, goodRules)
	cfg, err := config.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	s, err := newServer(serveOptions{storagePath: t.TempDir(), retention: 24 * time.Hour, configFile: file}, cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.close() })
	writeFile(t, rule, "groups: [{name: g, rules: [{alert: A, expr: '('}]}]\n")
	writeFile(t, file, "alerting: {rule_files: [r.yml]}\ncapacity: {target_load: 50}\n")
	if err := s.reload(t.Context()); err == nil || !strings.Contains(err.Error(), "r.yml:1: ") {
		t.Errorf("%v", err)
	}
	if got := s.config().Capacity.TargetLoad; got != 60 {
		t.Errorf("target_load %v: half of a configuration was taken", got)
	}
	writeFile(t, rule, goodRules)
	if err := s.reload(t.Context()); err != nil {
		t.Error(err)
	}
	if got := s.config().Capacity.TargetLoad; got != 50 {
		t.Errorf("target_load %v", got)
	}
}
