package analytics

import (
	"context"
	"testing"
	"time"

	"headroom/ingest/rollup"
	"headroom/storage"
	"headroom/storage/fleet"
)

// named notes the metrics that are written.
type named struct {
	storage.Store // the methods that a writer never calls
	metrics       map[string]bool
}

func (n *named) Write(_ context.Context, rows []storage.Series) error {
	for _, row := range rows {
		n.metrics[storage.Value(row.Labels, storage.MetricName)] = true
	}
	return nil
}

// Each series that is written has a description, and each description a series.
func TestSeriesAreDescribed(t *testing.T) {
	tree := fleet.NewTree([]string{"business", "module"})
	tree.Add(fleet.Path{"Qzone", "m"})
	store := &named{metrics: map[string]bool{}}
	w := newWriter(Options{Store: store, Tree: tree})
	at := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	for k := range slowEvery {
		s := NewSnapshot(tree, at.Add(time.Duration(k)*time.Minute), "classic")
		for i := range s.Growth {
			day := "2026-12-24"
			s.Rows[i].LargestDomain = &rollup.Domain{Label: "rack", Value: "r1", Devices: 2}
			s.Growth[i].AsOf, s.Growth[i].FullOn = "2026-11-22", Dates{day, day, day}
		}
		f := &rollup.Frame{Minute: s.At.Unix(), Values: make([]rollup.Value, len(s.Rows))}
		if err := w.write(t.Context(), s, f); err != nil {
			t.Fatal(err)
		}
	}
	described := Descriptions()
	for metric := range store.metrics {
		if described[metric] == "" {
			t.Errorf("%s is written and not described", metric)
		}
	}
	for metric := range described {
		if !store.metrics[metric] {
			t.Errorf("%s is described and not written", metric)
		}
	}
}
