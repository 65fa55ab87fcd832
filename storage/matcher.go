package storage

import (
	"fmt"
	"strings"

	"github.com/grafana/regexp"
)

// MatchOp is how a [Matcher] compares a label's value.
type MatchOp int

// The four operators of PromQL's selectors.
const (
	Equal MatchOp = iota
	NotEqual
	Regexp
	NotRegexp
)

func (op MatchOp) String() string { return [...]string{"=", "!=", "=~", "!~"}[op] }

// Matcher tells series apart by one label. A label that a series lacks counts
// as empty; regular expressions are anchored at both ends, as in PromQL.
type Matcher struct {
	Op          MatchOp
	Name, Value string

	re *regexp.Regexp
}

// NewMatcher returns a matcher, or an error if value is no regular expression
// where op needs one.
func NewMatcher(op MatchOp, name, value string) (Matcher, error) {
	m := Matcher{Op: op, Name: name, Value: value}
	if op == Equal || op == NotEqual {
		return m, nil
	}
	re, err := regexp.Compile("^(?s:" + value + ")$")
	if err != nil {
		return Matcher{}, fmt.Errorf("matcher %s%s%q: %w", name, op, value, err)
	}
	m.re = re
	return m, nil
}

// Eq matches the series whose label name is value.
func Eq(name, value string) Matcher { return Matcher{Op: Equal, Name: name, Value: value} }

// Metric matches the series of one metric.
func Metric(name string) Matcher { return Eq(MetricName, name) }

func (m Matcher) String() string { return fmt.Sprintf("%s%s%q", m.Name, m.Op, m.Value) }

// Matches tells whether a label of this value matches.
func (m Matcher) Matches(value string) bool {
	switch m.Op {
	case Equal:
		return value == m.Value
	case NotEqual:
		return value != m.Value
	case Regexp:
		return m.re.MatchString(value)
	default:
		return !m.re.MatchString(value)
	}
}

// MatchesAll tells whether a series with these labels meets every matcher.
func MatchesAll(matchers []Matcher, labels []Label) bool {
	for _, m := range matchers {
		if !m.Matches(Value(labels, m.Name)) {
			return false
		}
	}
	return true
}

// Value returns the value of the label name, empty if there is none.
func Value(labels []Label, name string) string {
	for i := range labels {
		if labels[i].Name == name {
			return labels[i].Value
		}
	}
	return ""
}

// Minutely tells whether a metric is one that Headroom writes once a minute.
// Its minutes can be corrected: a correction is stored at the minute + k ms, k
// from 1 to 59,999, and reads as the minute's only value if its k is highest.
func Minutely(metric string) bool {
	return strings.HasPrefix(metric, "headroom_module_") || strings.HasPrefix(metric, "headroom_group_")
}
