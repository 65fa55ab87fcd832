package ruletest

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
	promrules "github.com/prometheus/prometheus/rules"
)

// checkAlerts compares the firing alerts of one name with what is expected.
func (w *world) checkAlerts(a *alertTest) error {
	var want, got []string
	for _, e := range a.Expected {
		ls := map[string]string{}
		maps.Copy(ls, e.Labels)
		ls[labels.AlertName] = a.Alertname
		want = append(want, alertText(labels.FromMap(ls), labels.FromMap(e.Annotations)))
	}
	for _, g := range w.groups {
		for _, r := range g.Rules() {
			rule, ok := r.(*promrules.AlertingRule)
			if !ok || rule.Name() != a.Alertname {
				continue
			}
			for _, alert := range rule.ActiveAlerts() {
				if alert.State == promrules.StateFiring {
					got = append(got, alertText(alert.Labels, alert.Annotations))
				}
			}
		}
	}
	return differ(fmt.Sprintf("alert %s at %s", a.Alertname, a.EvalTime), want, got)
}

// alertText is an alert as it is compared and shown: labels on the first line,
// each annotation on one of its own.
func alertText(ls, annotations labels.Labels) string {
	var b strings.Builder
	b.WriteString(ls.String())
	annotations.Range(func(l labels.Label) { fmt.Fprintf(&b, "\n    %s: %q", l.Name, l.Value) })
	return b.String()
}

// checkExpr compares what an expression gives with what is expected. fuzzy takes
// neighbouring floats for equal.
func (w *world) checkExpr(ctx context.Context, e *exprTest, at time.Time, fuzzy bool) error {
	vector, err := w.engine.Vector(ctx, e.Expr, at)
	title := fmt.Sprintf("expr %q at %s", e.Expr, e.EvalTime)
	if err != nil {
		return fmt.Errorf("%s: %w", title, err)
	}
	var want, got []sample
	for _, s := range e.Expected {
		ls, err := metric(w.engine.Parser(), s)
		if err != nil {
			return fmt.Errorf("%s: %w", title, err)
		}
		want = append(want, sample{ls, s.Value})
	}
	for _, s := range vector {
		got = append(got, sample{s.Metric, s.F})
	}
	if same(want, got, fuzzy) {
		return nil
	}
	if err := differ(title, texts(want), texts(got)); err != nil {
		return err
	}
	return fmt.Errorf("%s: NaN is not equal to NaN: compare with itself instead (x != x)", title)
}

func metric(p parser.Parser, s expectedSample) (labels.Labels, error) {
	if s.Histogram != "" {
		return labels.EmptyLabels(), fmt.Errorf("labels %q: native histograms are not kept by Headroom", s.Labels)
	}
	ls, err := p.ParseMetric(s.Labels)
	if err != nil {
		return ls, fmt.Errorf("labels %q: %w", s.Labels, err)
	}
	return ls, nil
}

type sample struct {
	labels labels.Labels
	value  float64
}

// same tells whether two lists hold the same samples. As in promtool, NaN is not
// equal to itself.
func same(a, b []sample, fuzzy bool) bool {
	byLabels := func(a, b sample) int { return labels.Compare(a.labels, b.labels) }
	slices.SortStableFunc(a, byLabels)
	slices.SortStableFunc(b, byLabels)
	return slices.EqualFunc(a, b, func(a, b sample) bool {
		near := fuzzy && (math.Nextafter(a.value, math.Inf(-1)) == b.value || math.Nextafter(a.value, math.Inf(1)) == b.value)
		return labels.Equal(a.labels, b.labels) && (a.value == b.value || near)
	})
}

func texts(samples []sample) (all []string) {
	for _, s := range samples {
		all = append(all, s.labels.String()+" "+strconv.FormatFloat(s.value, 'g', -1, 64))
	}
	return all
}

// differ returns an error that lists what is missing and what is too much, nil if
// the lists hold the same.
func differ(title string, want, got []string) error {
	missing, extra := without(want, got), without(got, want)
	if len(missing)+len(extra) == 0 {
		return nil
	}
	lines := []string{title + ":"}
	for _, text := range missing {
		lines = append(lines, indent(text, "  - "))
	}
	for _, text := range extra {
		lines = append(lines, indent(text, "  + "))
	}
	lines = append(lines, "  (- expected, + found)")
	return fmt.Errorf("%s", strings.Join(lines, "\n"))
}

// without returns what a holds more of than b, sorted.
func without(a, b []string) (more []string) {
	counts := map[string]int{}
	for _, text := range b {
		counts[text]++
	}
	for _, text := range a {
		if counts[text]--; counts[text] < 0 {
			more = append(more, text)
		}
	}
	slices.Sort(more)
	return more
}

// indent puts a prefix before the first line of text, and as many spaces before
// the others.
func indent(text, prefix string) string {
	return prefix + strings.ReplaceAll(text, "\n", "\n"+strings.Repeat(" ", len(prefix)))
}
