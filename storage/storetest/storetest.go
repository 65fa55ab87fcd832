// Package storetest holds what every implementation of [storage.Store] has to
// do, as tests that run against the real thing.
//
// The tests keep apart by metric names of their own, so a store may be shared
// between them, and one that others write to at the same time does no harm.
package storetest

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"headroom/storage"
)

// Capabilities tell what a store can do beyond what all of them do. Tests that
// need more are left out.
type Capabilities struct {
	Delete     bool // Store.Delete works
	OutOfOrder bool // samples older than the newest of their series
	// Backfill is how far back samples may lie, 0 for not further than an hour.
	Backfill time.Duration
	// Future is how far ahead samples may lie, 0 for not at all.
	Future time.Duration
	// Immediate means that a sample can be read as soon as Write has returned.
	Immediate bool
	// Corrections means that the samples of a minute of a metric that starts
	// with headroom_module_ read as one, the last.
	Corrections bool
}

// Run runs the suite. open is called once for each test; the tests do not close
// the store that it returns.
func Run(t *testing.T, open func(*testing.T) storage.Store, can Capabilities) {
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if c.needs != nil && !c.needs(can) {
				t.Logf("not run: this store does not claim it can")
				return
			}
			c.run(&suite{T: t, store: open(t), can: can})
		})
	}
}

type testCase struct {
	name  string
	needs func(Capabilities) bool
	run   func(*suite)
}

var cases = []testCase{
	{"write and select", nil, writeAndSelect},
	{"series of one request", nil, manySeries},
	{"range is closed", nil, closedRange},
	{"nothing there", nil, nothingThere},
	{"long series", nil, longSeries},
	{"memory may be reused", nil, reuse},
	{"staleness markers", nil, staleness},
	{"special values", nil, specialValues},
	{"long fractions", nil, longFractions},
	{"label values of any bytes", nil, strangeLabels},
	{"empty labels count as absent", nil, emptyLabels},
	{"order of labels", nil, labelOrder},
	{"same sample twice", nil, sameSampleTwice},
	{"matchers", nil, matchers},
	{"label names and values", nil, labels},
	{"list series", nil, listSeries},
	{"series limit", nil, seriesLimit},
	{"error of the visitor", nil, visitorError},
	{"canceled", nil, canceled},
	{"writers and readers at once", nil, concurrent},
	{"out of order", func(c Capabilities) bool { return c.OutOfOrder }, outOfOrder},
	{"old samples", func(c Capabilities) bool { return c.Backfill > 48*time.Hour }, oldSamples},
	{"future samples", func(c Capabilities) bool { return c.Future > 0 }, futureSamples},
	{"readable at once", func(c Capabilities) bool { return c.Immediate }, readableAtOnce},
	{"corrections", func(c Capabilities) bool { return c.Corrections }, corrections},
	{"delete", func(c Capabilities) bool { return c.Delete }, deleteSeries},
}

// suite is one test with its store.
type suite struct {
	*testing.T
	store storage.Store
	can   Capabilities
}

var metrics atomic.Int64

// metric returns a metric name that no other test of any process uses.
func (s *suite) metric() string {
	return fmt.Sprintf("storetest_%d_%d", time.Now().UnixNano(), metrics.Add(1))
}

// start returns the minute from which tests write: half an hour ago, so that
// any store takes what follows.
func start() int64 { return time.Now().Add(-30 * time.Minute).Truncate(time.Minute).UnixMilli() }

// series builds a series of a metric with labels given as name, value, ….
func series(metric string, pairs ...string) storage.Series {
	s := storage.Series{Labels: []storage.Label{{Name: storage.MetricName, Value: metric}}}
	for i := 0; i < len(pairs); i += 2 {
		s.Labels = append(s.Labels, storage.Label{Name: pairs[i], Value: pairs[i+1]})
	}
	return s
}

// with returns the series with samples given as time, value, ….
func with(s storage.Series, samples ...float64) storage.Series {
	for i := 0; i < len(samples); i += 2 {
		s.Samples = append(s.Samples, storage.Sample{Timestamp: int64(samples[i]), Value: samples[i+1]})
	}
	return s
}

// write stores rows and makes them visible.
func (s *suite) write(rows ...storage.Series) {
	s.Helper()
	if err := s.store.Write(context.Background(), rows); err != nil {
		s.Fatalf("write: %v", err)
	}
	if err := s.store.Flush(context.Background()); err != nil {
		s.Fatalf("flush: %v", err)
	}
}
