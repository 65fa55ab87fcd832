package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/prometheus/promql/parser"
)

// Registry says where the facts of modules come from: owner, level, runbook,
// dependencies and others.
type Registry struct {
	Sources     []RegistrySource `yaml:"sources"`      // the most important one first
	RunbooksDir string           `yaml:"runbooks_dir"` // of Markdown files
	Keep        Duration         `yaml:"keep"`         // how long changes of facts are kept
}

// RegistrySource is one place that facts are read from.
type RegistrySource struct {
	Name            string            `yaml:"name"`
	Kind            string            `yaml:"kind"`              // one of RegistryKinds
	Path            string            `yaml:"path"`              // of yaml: a file or directory; of csv: a file; of file_sd: a file or pattern
	URL             string            `yaml:"url"`               // of http and http_sd
	BearerTokenFile string            `yaml:"bearer_token_file"` // likewise
	Query           string            `yaml:"query"`             // of promql
	Interval        Duration          `yaml:"interval"`          // from one look to the next
	Timeout         Duration          `yaml:"timeout"`           // of one look
	Map             map[string]string `yaml:"map"`               // a field for a label or column of another name
}

// RegistryKinds are the kinds of sources.
var RegistryKinds = []string{"yaml", "csv", "http", "promql", "file_sd", "http_sd"}

// RegistryPeople is the name of what people set by the API, which no source can have.
const RegistryPeople = "people"

func defaultRegistry() Registry { return Registry{Sources: []RegistrySource{}, Keep: 400 * day} }

// fill sets what a source leaves out.
func (r *Registry) fill() {
	for i := range r.Sources {
		s := &r.Sources[i]
		interval := Duration(time.Minute)
		if s.remote() {
			interval = Duration(5 * time.Minute)
		}
		setDefault(&s.Interval, interval)
		setDefault(&s.Timeout, Duration(30*time.Second))
		setDefault(&s.Name, s.Kind)
	}
}

func (s RegistrySource) remote() bool {
	return s.Kind == "http" || s.Kind == "http_sd" || s.Kind == "promql"
}

func (r Registry) check(k checker) {
	taken := names{RegistryPeople: "what people set by the API"}
	for i, s := range r.Sources {
		at := k.item("sources", i)
		taken.own(at, "name", s.Name, at.key)
		s.check(at)
	}
	k.between("keep", r.Keep, day, 3650*day)
}

func (s RegistrySource) check(k checker) {
	k.oneOf("kind", s.Kind, RegistryKinds...)
	needs := func(name, value string, kinds ...string) {
		if slices.Contains(kinds, s.Kind) {
			k.want(value != "", name, "a value for a source of kind "+s.Kind, "none")
		} else {
			k.want(value == "", name, "none for a source of kind "+s.Kind, "one")
		}
	}
	needs("path", s.Path, "yaml", "csv", "file_sd")
	needs("url", s.URL, "http", "http_sd")
	needs("query", s.Query, "promql")
	if s.URL != "" {
		k.address("url", s.URL)
	}
	k.want(s.BearerTokenFile == "" || s.URL != "", "bearer_token_file", "none without url", "one")
	if s.Query != "" {
		_, err := parser.NewParser(parser.Options{}).ParseExpr(s.Query)
		k.want(err == nil, "query", "a PromQL expression", fmt.Sprint(err))
	}
	k.between("interval", s.Interval, Duration(time.Second), 30*day)
	k.between("timeout", s.Timeout, Duration(time.Second), Duration(10*time.Minute))
	for _, label := range slices.Sorted(maps.Keys(s.Map)) {
		k.want(isFact(s.Map[label]), "map", "fields as "+strings.Join(factNames, ", ")+", limits.NAME, labels.NAME", fmt.Sprintf("%q", s.Map[label]))
	}
}

// factNames are the facts that are no entry of a map; "id" names the node.
var factNames = []string{"id", "owner", "level", "runbook", "dependencies", "device_type", "contacts", "notes"}

func isFact(name string) bool {
	for _, prefix := range []string{"limits.", "labels."} {
		if key, ok := strings.CutPrefix(name, prefix); ok {
			return key != ""
		}
	}
	return slices.Contains(factNames, name)
}
