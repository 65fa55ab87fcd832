package ingest

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/VictoriaMetrics/VictoriaMetrics/lib/prompb"

	"headroom/storage"
)

// discard is a store that costs nothing.
type discard struct{ storage.Store }

func (discard) Write(context.Context, []storage.Series) error { return nil }

// cpu is what the process has used so far.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkRemoteWrite sends all series once, in requests of 2,000 as
// Prometheus does, from the HTTP handler to the store.
func BenchmarkRemoteWrite(b *testing.B) {
	for _, n := range []int{10_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprintf("series=%d", n), func(b *testing.B) {
			s := newServer(b, nil)
			s.Ingest.store = discard{}
			requests := fleetRequests(n, 2_000)
			b.ReportAllocs()
			before := cpu()
			for b.Loop() {
				for _, body := range requests {
					r := httptest.NewRequest(http.MethodPost, "/api/v1/write", strings.NewReader(body))
					w := httptest.NewRecorder()
					s.handler.ServeHTTP(w, r)
					if w.Code != http.StatusNoContent {
						b.Fatalf("status %d: %s", w.Code, w.Body)
					}
				}
			}
			b.ReportMetric(float64(n*b.N)/(cpu()-before).Seconds(), "samples/cpu-s")
		})
	}
}

// fleetRequests makes remote writes of process series as the node daemon has
// them.
func fleetRequests(series, perRequest int) (bodies []string) {
	var batch []prompb.TimeSeries
	for i := range series {
		module := i / 900
		batch = append(batch, prompb.TimeSeries{
			Labels: pairs("__name__", "headroom_busy_seconds_total", "business", "Qzone", "job", "node", "module", fmt.Sprintf("SET_W%d", module),
				"node", fmt.Sprintf("10.%d.%d.%d", module/256, module%256, i/50%200), "process", fmt.Sprint(i), "product", "WNS", "service", "dispatch"),
			Samples: []prompb.Sample{{Value: float64(i) * 1.25, Timestamp: testNow.UnixMilli()}},
		})
		if len(batch) == perRequest {
			bodies = append(bodies, writeV1(batch...))
			batch = batch[:0]
		}
	}
	if len(batch) > 0 {
		bodies = append(bodies, writeV1(batch...))
	}
	return bodies
}
