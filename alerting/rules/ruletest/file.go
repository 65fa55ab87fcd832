// Package ruletest runs unit tests of rules in promtool's form: series go in, the
// rules are evaluated as the server evaluates them, and what they raise and
// record is compared with what the test expects.
//
// A file gets the verdict that promtool gives it. Native histograms, which
// Headroom does not keep, are an error.
package ruletest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/prometheus/common/model"
	"go.yaml.in/yaml/v3"
)

// file is a test file.
type file struct {
	RuleFiles          []string       `yaml:"rule_files"`
	EvaluationInterval model.Duration `yaml:"evaluation_interval"`
	GroupEvalOrder     []string       `yaml:"group_eval_order"`
	FuzzyCompare       bool           `yaml:"fuzzy_compare"` // neighbouring floats are equal
	Tests              []test         `yaml:"tests"`

	dir string // that rule files are relative to
}

// test is a group of series with what is expected of them.
type test struct {
	Name           string            `yaml:"name"`
	Interval       model.Duration    `yaml:"interval"` // of the series' values
	StartTimestamp start             `yaml:"start_timestamp"`
	InputSeries    []inputSeries     `yaml:"input_series"`
	Alerts         []alertTest       `yaml:"alert_rule_test"`
	Exprs          []exprTest        `yaml:"promql_expr_test"`
	ExternalLabels map[string]string `yaml:"external_labels"`
	ExternalURL    string            `yaml:"external_url"`
}

type inputSeries struct {
	Series string `yaml:"series"`
	Values string `yaml:"values"`
}

type alertTest struct {
	EvalTime  model.Duration  `yaml:"eval_time"`
	Alertname string          `yaml:"alertname"`
	Expected  []expectedAlert `yaml:"exp_alerts"`
}

type expectedAlert struct {
	Labels      map[string]string `yaml:"exp_labels"`
	Annotations map[string]string `yaml:"exp_annotations"`
}

type exprTest struct {
	Expr     string           `yaml:"expr"`
	EvalTime model.Duration   `yaml:"eval_time"`
	Expected []expectedSample `yaml:"exp_samples"`
}

type expectedSample struct {
	Labels    string  `yaml:"labels"`
	Value     float64 `yaml:"value"`
	Histogram string  `yaml:"histogram"`
}

// start is the time of a test's first value, by default 1970-01-01.
type start struct{ time.Time }

// UnmarshalYAML reads RFC 3339 or Unix seconds.
func (s *start) UnmarshalYAML(node *yaml.Node) error {
	if t, err := time.Parse(time.RFC3339Nano, node.Value); err == nil {
		s.Time = t.UTC()
		return nil
	}
	seconds, err := strconv.ParseFloat(node.Value, 64)
	if err != nil || math.Abs(seconds) > 1e11 {
		return fmt.Errorf("line %d: start_timestamp: want a time as 2026-11-27T12:00:00Z or Unix seconds, found %q", node.Line, node.Value)
	}
	s.Time = time.UnixMilli(int64(seconds * 1000)).UTC()
	return nil
}

// at is the time of the first value.
func (s start) at() time.Time {
	if s.IsZero() {
		return time.Unix(0, 0).UTC()
	}
	return s.Time
}

// read reads a test file and fills in what it leaves out.
func read(name string) (*file, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	f := &file{dir: filepath.Dir(name)}
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(f); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if f.EvaluationInterval == 0 {
		f.EvaluationInterval = model.Duration(time.Minute)
	}
	seen := map[string]bool{}
	for _, group := range f.GroupEvalOrder {
		if seen[group] {
			return nil, fmt.Errorf("group_eval_order: %q occurs twice", group)
		}
		seen[group] = true
	}
	for i := range f.Tests {
		if err := f.Tests[i].fill(i, f.EvaluationInterval); err != nil {
			return nil, err
		}
	}
	return f, nil
}

func (t *test) fill(i int, interval model.Duration) error {
	if t.Interval == 0 {
		t.Interval = interval
	}
	if t.Name == "" {
		t.Name = fmt.Sprintf("test %d", i+1)
	}
	for _, a := range t.Alerts {
		if a.Alertname == "" {
			return fmt.Errorf("%s: alert_rule_test at %s: alertname is missing", t.Name, a.EvalTime)
		}
	}
	return nil
}

// last is the time of the latest expectation.
func (t *test) last() time.Time {
	var last model.Duration
	for _, a := range t.Alerts {
		last = max(last, a.EvalTime)
	}
	for _, e := range t.Exprs {
		last = max(last, e.EvalTime)
	}
	return t.StartTimestamp.at().Add(time.Duration(last))
}
