package prom

import (
	"fmt"
	"log/slog"
	"math"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/prometheus/model/value"

	"headroom/storage"
	"headroom/storage/embedded"
	"headroom/storage/promql"
)

// t0 is where the series of fleet begin. The requests under testdata name it.
var t0 = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// fleet is two hours of two modules with two devices each, a sample a minute,
// and what else the requests under testdata ask for.
func fleet() (rows []storage.Series) {
	for m, module := range []string{"WNS", "dispatch"} {
		for d := range 2 {
			labels := func(name string) []storage.Label {
				return labelsOf("__name__", name, "module", module, "node", fmt.Sprintf("d%d", d+1))
			}
			rows = append(rows, minutes(labels("load"), 120, func(i int) float64 {
				return 20 + 5*float64(m) + float64(d) + float64(i%7)/4
			}))
			rows = append(rows, minutes(labels("busy_seconds_total"), 120, func(i int) float64 {
				return float64(i%60) * (30 + 7.5*float64(d+m)) // starts again after an hour
			}))
		}
	}
	for i, le := range []string{"0.1", "0.5", "+Inf"} {
		rows = append(rows, minutes(labelsOf("__name__", "latency_seconds_bucket", "le", le), 120, func(minute int) float64 {
			return float64(minute * (i + 1) * 10)
		}))
	}
	return append(rows, odd()...)
}

// odd are series that are hard to write down.
func odd() (rows []storage.Series) {
	for i, v := range []float64{math.Inf(1), math.Inf(-1), 1e21, 123456789012, 1e-7, 0.1 + 0.2, -1.5} {
		rows = append(rows, minutes(labelsOf("__name__", "odd_values", "i", fmt.Sprint(i)), 1, func(int) float64 { return v }))
	}
	rows = append(rows, minutes(labelsOf("__name__", "metric.with.dots", "label with spaces", "<&>\"\\日本"), 2, func(int) float64 { return 1 }))

	gone := minutes(labelsOf("__name__", "load", "module", "WNS", "node", "gone"), 6, func(i int) float64 { return float64(i) })
	gone.Samples[5].Value = math.Float64frombits(value.StaleNaN)
	return append(rows, gone)
}

func minutes(labels []storage.Label, n int, f func(int) float64) storage.Series {
	s := storage.Series{Labels: labels}
	for i := range n {
		at := t0.Add(time.Duration(i) * time.Minute).UnixMilli()
		s.Samples = append(s.Samples, storage.Sample{Timestamp: at, Value: f(i)})
	}
	return s
}

func labelsOf(pairs ...string) (ls []storage.Label) {
	for i := 0; i < len(pairs); i += 2 {
		ls = append(ls, storage.Label{Name: pairs[i], Value: pairs[i+1]})
	}
	return ls
}

// filled opens a store that holds the fleet.
func filled(t testing.TB) storage.Store {
	t.Helper()
	// The series keep their age, so that their answers can be written down.
	store, err := embedded.Open(embedded.Options{Path: t.TempDir(), Retention: 50 * 365 * 24 * time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := store.Write(t.Context(), fleet()); err != nil {
		t.Fatal(err)
	}
	return store
}

// serve starts the API over a store and returns its URL.
func serve(t testing.TB, store storage.Store, limits promql.Options, opts Options) string {
	t.Helper()
	gin.SetMode(gin.TestMode)
	if opts.Logger == nil {
		opts.Logger = slog.New(slog.DiscardHandler)
	}
	r := gin.New()
	r.UseRawPath, r.UnescapePathValues = true, true
	Register(r.Group("/api/v1"), promql.New(store, limits), opts)
	srv := httptest.NewServer(r)
	t.Cleanup(srv.Close)
	return srv.URL
}
