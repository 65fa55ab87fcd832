package promql

import (
	"fmt"
	"testing"
	"time"

	"headroom/storage"
	"headroom/storage/embedded"
)

// BenchmarkInstant asks what a minute in shadow mode asks, of samples that are
// on disk. The unit is series per second.
func BenchmarkInstant(b *testing.B) {
	for _, modules := range []int{100, 2_428} {
		const nodes = 9 // per module, as 22,400 servers in 2,428 modules
		store := benchStore(b, modules, nodes)
		e := New(store, Options{})
		for _, query := range []string{
			`load`,
			`avg by (module) (load)`,
			`sum by (module) (rate(busy_seconds_total[5m]))`,
		} {
			b.Run(fmt.Sprintf("modules=%d/%s", modules, query), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if got, err := e.Instant(b.Context(), query, t0.Add(time.Hour)); err != nil || len(got) < modules {
						b.Fatalf("%d samples, %v", len(got), err)
					}
				}
				b.ReportMetric(float64(b.N)*float64(modules*nodes)/b.Elapsed().Seconds(), "series/s")
			})
		}
	}
}

func benchStore(b *testing.B, modules, nodes int) storage.Store {
	b.Helper()
	opts := embedded.Options{Path: b.TempDir(), Retention: 50 * 365 * 24 * time.Hour}
	store, err := embedded.Open(opts)
	if err != nil {
		b.Fatal(err)
	}
	var rows []storage.Series
	for i := range modules * nodes {
		for _, name := range []string{"load", "busy_seconds_total"} {
			s := storage.Series{Labels: labelsOf("__name__", name, "business", "Qzone", "module", fmt.Sprintf("SET_W%d", i/nodes), "node", fmt.Sprintf("10.1.%d.%d", i/250, i%250))}
			for minute := range 61 {
				s.Samples = append(s.Samples, storage.Sample{Timestamp: t0.Add(time.Duration(minute) * time.Minute).UnixMilli(), Value: float64(minute * (i%7 + 1))})
			}
			rows = append(rows, s)
		}
	}
	if err := store.Write(b.Context(), rows); err != nil {
		b.Fatal(err)
	}
	if err := store.Close(); err != nil { // what is read again comes from disk
		b.Fatal(err)
	}
	if store, err = embedded.Open(opts); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = store.Close() })
	return store
}
