package rules

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"headroom/storage/promql"
)

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func load(dir string, patterns ...string) (*Set, error) {
	return Load(promql.New(nil, promql.Options{}).Parser(), dir, patterns...)
}

const manyFaults = `groups:
  - name: one
    rules:
      - alert: A
        expr: up ==
      - record: 'bad{name}'
        expr: up
      - alert: B
        expr: up
        labels:
          severity: '{{ $labels.x'
      - expr: up
  - name: one
    rules: []
`

func TestAllFaultsAreReportedWithTheirLines(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a.yml", manyFaults)
	write(t, dir, "b.yml", "groups:\n  - nam: x\n    rules:\n      - alert: C\n        expr: up\n        fro: 5m\n")
	write(t, dir, "c.yml", "groups: [\n")
	_, err := load(dir, "a.yml", "*.yml", "missing.yml")
	if err == nil {
		t.Fatal("no error")
	}
	got := strings.ReplaceAll(err.Error(), dir+"/", "")
	for _, want := range []string{
		`a.yml:5: group "one", rule 1, "A": could not parse expression`,
		`a.yml:6: group "one", rule 2, "bad{name}": braces present`,
		`a.yml:8: group "one", rule 3, "B": label "severity"`,
		`a.yml:12: group "one", rule 4, "": one of 'record' or 'alert' must be set`,
		`a.yml:13: groupname: "one" is repeated`,
		`b.yml:2: field nam not found`,
		`b.yml:6: field fro not found`,
		`c.yml:`,
		`missing.yml: there is no such file`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("lacks %s", want)
		}
	}
	if t.Failed() {
		t.Log("\n" + got)
	}
	if n := strings.Count(got, "rule 1, \"A\""); n != 1 {
		t.Errorf("%d times the fault of a file that two patterns match", n)
	}
}

func TestPatternsMayMatchNothing(t *testing.T) {
	set, err := load(t.TempDir(), "rules/*.yml")
	if err != nil || len(set.Files) != 0 {
		t.Errorf("%v, %v", set, err)
	}
}

func TestDuplicatesAreNamed(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a.yml", "groups: [{name: g, rules: [{record: a, expr: b}, {record: a, expr: c}, {record: a, expr: c, labels: {x: y}}]}]")
	set, err := load(dir, "a.yml")
	if err != nil {
		t.Fatal(err)
	}
	if got := set.Duplicates(); len(got) != 1 || !strings.Contains(got[0], `group "g", rule 2: "a" is also that of`) {
		t.Errorf("%q", got)
	}
	if groups, rules := set.Count(); groups != 1 || rules != 3 {
		t.Errorf("%d groups, %d rules", groups, rules)
	}
}

func FuzzLoad(f *testing.F) {
	f.Add(manyFaults)
	f.Add("groups: [{name: g, limit: 1, interval: 5m, rules: [{alert: a, expr: b, for: 1m}]}]")
	f.Fuzz(func(t *testing.T, text string) {
		dir := t.TempDir()
		write(t, dir, "a.yml", text)
		if set, err := load(dir, "a.yml"); err == nil {
			set.Duplicates()
			set.Count()
		}
	})
}
