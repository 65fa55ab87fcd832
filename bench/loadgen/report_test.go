package main

import (
	"strings"
	"testing"
)

func TestTargetsAreJudged(t *testing.T) {
	tab := newTable([]string{headroom, victoriaMetrics, prometheus})
	tab.set(rowIngest, headroom, 380_000)
	tab.set(rowIngest, victoriaMetrics, 400_000)
	tab.set(rowIngest, prometheus, 200_000)
	tab.set(rowTableCPU, prometheus, 10)
	tab.least(rowTableCPU, prometheus, 12)
	var b strings.Builder
	if err := tab.print(&b, targets); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"at least 0.9 x victoria-metrics (met)", "at least 2 x prometheus (MISSED)",
		"-         -                 10.000      at most 0.1\n", // unknown is no verdict
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
}

func TestActiveSeriesAreDistinct(t *testing.T) {
	rows, err := activeSeries(5000)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, r := range rows {
		key := ""
		for _, l := range r.Labels {
			key += l.Name + "\xff" + l.Value + "\xff"
		}
		if seen[key] {
			t.Fatalf("twice: %v", r.Labels)
		}
		seen[key] = true
	}
	fill(rows, 0, 1000)
	if len(rows) != 5000 || len(rows[4999].Samples) != 1 {
		t.Errorf("%d series", len(rows))
	}
}
