package library_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"headroom/scaler/flow/builtin"
	"headroom/scaler/flow/library"
	"headroom/scaler/flow/tool"
)

const good = `
name: NAME
title: A flow
steps:
- {id: one, tool: no-op, with: {says: WORD}}
`

func flowOf(name, word string) string {
	return strings.NewReplacer("NAME", name, "WORD", word).Replace(good)
}

func TestFaultyDocumentsHinderNoOthers(t *testing.T) {
	shipped := fstest.MapFS{
		"expand.yml": {Data: []byte(flowOf("expand", "shipped"))}, "shrink.yml": {Data: []byte(flowOf("shrink", "shipped"))},
		"repair.yml": {Data: []byte(flowOf("repair", "shipped"))},
	}
	dir := t.TempDir()
	for file, text := range map[string]string{
		"expand.yaml": flowOf("expand", "own"), "other.yml": flowOf("other", "own"), "twice.yml": flowOf("other", "again"),
		"shrink.yml": strings.Replace(flowOf("shrink", "own"), "no-op", "no-tool", 1), "rubbish.yml": "steps: [", "notes.txt": "notes",
	} {
		if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	l, err := library.Read(shipped, dir, tool.NewCatalog(builtin.New(builtin.Options{})...))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range l.Flows() {
		names = append(names, f.Name)
	}
	if got := strings.Join(names, " "); got != "expand other repair" {
		t.Errorf("flows %s", got)
	}
	if e, _ := l.Find("expand"); e.Source != filepath.Join(dir, "expand.yaml") || !strings.Contains(e.Text, "own") {
		t.Errorf("expand is %+v", e)
	}
	if e, _ := l.Find("repair"); e.Source != library.Shipped {
		t.Errorf("repair is %+v", e)
	}
	faults := map[string]string{}
	for _, e := range l.Entries {
		if len(e.Faults) > 0 {
			faults[filepath.Base(e.Source)] = e.Faults.Error()
		}
	}
	for file, want := range map[string]string{
		"shrink.yml": "no-tool", "rubbish.yml": "rubbish.yml:", "twice.yml": `want a name of its own, found "other", which other.yml has`,
	} {
		if !strings.Contains(faults[file], want) {
			t.Errorf("%s: %s", file, faults[file])
		}
	}
	if len(faults) != 3 {
		t.Errorf("faults %v", faults)
	}
	if _, err := library.Read(shipped, filepath.Join(dir, "none"), tool.NewCatalog()); err == nil || !strings.Contains(err.Error(), "flows.dir: ") {
		t.Errorf("error %v", err)
	}
}
