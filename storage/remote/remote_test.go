package remote

import (
	"context"
	"log/slog"
	"reflect"
	"slices"
	"testing"
	"time"

	"headroom/internal/peers"
	"headroom/storage"
	"headroom/storage/storetest"
)

func open(t *testing.T, o Options) *Store {
	t.Helper()
	o.Logger = slog.New(slog.DiscardHandler)
	s, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func openAt(t *testing.T, url string) *Store {
	t.Helper()
	return open(t, Options{WriteURL: url + "/api/v1/write", QueryURL: url})
}

func TestVictoriaMetrics(t *testing.T) {
	url := peers.StartVictoriaMetrics(t)
	storetest.Run(t, func(t *testing.T) storage.Store { return openAt(t, url) }, storetest.Capabilities{
		Delete: true, OutOfOrder: true, Backfill: 300 * 24 * time.Hour, Future: 2 * time.Hour, Corrections: true,
	})
}

func TestPrometheus(t *testing.T) {
	url := peers.StartPrometheus(t, "", "--web.enable-admin-api")
	storetest.Run(t, func(t *testing.T) storage.Store { return openAt(t, url) }, storetest.Capabilities{
		Delete: true, OutOfOrder: true, Backfill: 300 * 24 * time.Hour, Immediate: true, Corrections: true,
	})
}

// Stores with nothing but the query API show the same samples.
func TestByQueries(t *testing.T) {
	s := openAt(t, peers.StartPrometheus(t, ""))
	now := time.Now().Truncate(time.Minute).UnixMilli()
	rows := []storage.Series{
		{Labels: labelsOf("__name__", "load")},
		{Labels: labelsOf("__name__", "load", "node", "a")},
		{Labels: labelsOf("__name__", "load", "module", "业务\"\n", "node", "a")},
	}
	for i := range rows {
		for k := range int64(2000) {
			rows[i].Samples = append(rows[i].Samples, storage.Sample{Timestamp: now - k*minute, Value: float64(k) / 3})
		}
	}
	if err := s.Write(t.Context(), rows); err != nil {
		t.Fatal(err)
	}
	q := storage.Query{
		Matchers: []storage.Matcher{storage.Metric("load")},
		Range:    storage.TimeRange{From: now - 1000*minute, To: now - 10*minute},
	}
	want := selected(t, s, q)
	if len(want) != len(rows) {
		t.Fatalf("remote read: got %d series, want %d", len(want), len(rows))
	}
	s.read = s.readByQueries
	if got := selected(t, s, q); !reflect.DeepEqual(got, want) {
		t.Errorf("by queries: got\n%v\nwant\n%v", got, want)
	}
}

// selected returns what a query selects, ordered by the labels.
func selected(t *testing.T, s *Store, q storage.Query) []storage.Block {
	t.Helper()
	var blocks []storage.Block
	err := s.Select(context.Background(), q, func(b *storage.Block) error {
		blocks = append(blocks, storage.Block{
			Labels: slices.Clone(b.Labels), Timestamps: slices.Clone(b.Timestamps), Values: slices.Clone(b.Values),
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(blocks, func(a, b storage.Block) int {
		return slices.CompareFunc(a.Labels, b.Labels, func(x, y storage.Label) int {
			return slices.Compare([]string{x.Name, x.Value}, []string{y.Name, y.Value})
		})
	})
	return blocks
}

func labelsOf(pairs ...string) []storage.Label {
	var labels []storage.Label
	for i := 0; i < len(pairs); i += 2 {
		labels = append(labels, storage.Label{Name: pairs[i], Value: pairs[i+1]})
	}
	return labels
}
