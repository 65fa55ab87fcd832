package config

import (
	"strings"
	"testing"
	"time"
)

func TestRegistrySources(t *testing.T) {
	c, err := Parse([]byte("registry: {sources: [{kind: yaml, path: m}, {name: x, kind: http, url: 'http://h/m.yml', map: {team: owner}}]}"), "f")
	must(t, err)
	if s := c.Registry.Sources; s[0].Name != "yaml" || s[0].Interval != Duration(time.Minute) || s[1].Interval != Duration(5*time.Minute) || s[1].Timeout != Duration(30*time.Second) {
		t.Errorf("%+v", s)
	}
	_, err = Parse([]byte(`registry:
  sources:
  - {kind: csv, url: 'http://user:secret@h'}
  - {name: people, kind: promql, query: 'sum(', map: {a: colour, b: limits., c: labels.x}}
  - {name: csv, kind: mail, interval: 1ms}
  keep: 1m
search: {interval: 0s}
`), "f")
	want := []string{
		"f:3: registry.sources[0].path: want a value for a source of kind csv, found none", "f:3: registry.sources[0].url: want none for a source of kind csv",
		`f:4: registry.sources[1].name: want a name of its own, found "people", which what people set by the API has`, "f:4: registry.sources[1].query: want a PromQL expression",
		"f:4: registry.sources[1].map: want fields as id, owner", "f:4: registry.sources[1].map: want fields",
		`f:5: registry.sources[2].name: want a name of its own, found "csv"`, "f:5: registry.sources[2].kind: want one of yaml, csv", "f:5: registry.sources[2].interval: want 1s",
		"f:6: registry.keep: want", "f:7: search.interval: want",
	}
	if err == nil || strings.Contains(err.Error(), "secret") {
		t.Fatalf("%v", err)
	}
	got := strings.Split(err.Error(), "\n")
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || !strings.HasPrefix(got[i], want[i]) {
			t.Fatalf("%d: got\n%s", i, err)
		}
	}
}
