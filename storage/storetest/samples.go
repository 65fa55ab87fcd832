package storetest

import (
	"context"
	"fmt"
	"math"
	"sync"
	"time"

	"headroom/storage"
)

const minute = 60_000 // ms

func writeAndSelect(s *suite) {
	t0, m := float64(start()), s.metric()
	row := with(series(m, "node", "a"), t0, 1, t0+minute, 2.5, t0+2*minute, -3)
	s.write(row)
	s.expect(of(m), row)
}

func manySeries(s *suite) {
	t0, m := float64(start()), s.metric()
	var rows []storage.Series
	for i := range 500 {
		rows = append(rows, with(series(m, "node", fmt.Sprintf("n%03d", i)), t0, float64(i), t0+minute, float64(-i)))
	}
	s.write(rows...)
	s.expect(of(m), rows...)
}

func closedRange(s *suite) {
	t0, m := start(), s.metric()
	f := float64(t0)
	s.write(with(series(m), f, 1, f+minute, 2, f+2*minute, 3))
	q := of(m)
	q.Range = storage.TimeRange{From: t0, To: t0 + minute}
	s.expect(q, with(series(m), f, 1, f+minute, 2))
	q.Range = storage.TimeRange{From: t0 + 1, To: t0 + minute - 1}
	s.expect(q)
	q.Range = storage.TimeRange{From: t0 + 2*minute, To: t0 + 2*minute}
	s.expect(q, with(series(m), f+2*minute, 3))
}

func nothingThere(s *suite) {
	s.expect(of(s.metric()))
	got, err := s.store.LabelValues(context.Background(), "node", of(s.metric()))
	if err != nil || len(got) != 0 {
		s.Errorf("label values of nothing: %v, %v", got, err)
	}
}

// longSeries writes more samples than any store puts into one block.
func longSeries(s *suite) {
	const n = 30_000
	t0, m := start(), s.metric()
	row := series(m, "node", "a")
	for i := range n {
		row.Samples = append(row.Samples, storage.Sample{Timestamp: t0 + int64(i)*50, Value: math.Sin(float64(i))})
	}
	s.write(row)
	s.expectAbout(of(m), row, 1e-9)
}

// expectAbout is expect for one series whose values may be off by a little.
func (s *suite) expectAbout(q storage.Query, want storage.Series, delta float64) {
	s.Helper()
	got := s.read(q)[name(want.Labels)]
	if len(got) != len(want.Samples) {
		s.Fatalf("%s: got %d samples, want %d", name(want.Labels), len(got), len(want.Samples))
	}
	for i, w := range want.Samples {
		if got[i].Timestamp != w.Timestamp || math.Abs(got[i].Value-w.Value) > delta {
			s.Fatalf("sample %d: got %v, want %v", i, got[i], w)
		}
	}
}

func reuse(s *suite) {
	t0, m := float64(start()), s.metric()
	name, value := []byte(m), []byte("before")
	row := with(series(m, "node", "before"), t0, 7)
	row.Labels[0].Value, row.Labels[1].Value = unsafeString(name), unsafeString(value)
	if err := s.store.Write(context.Background(), []storage.Series{row}); err != nil {
		s.Fatal(err)
	}
	copy(name, "overwritten_by_the_next_request")
	copy(value, "after")
	row.Samples[0] = storage.Sample{Timestamp: 1, Value: 1}
	row.Labels[1] = storage.Label{Name: "x", Value: "y"}
	s.write()
	s.expect(of(m), with(series(m, "node", "before"), t0, 7))
}

// StaleNaN is the value with which Prometheus ends a series.
var StaleNaN = math.Float64frombits(0x7ff0000000000002)

func staleness(s *suite) {
	t0, m := float64(start()), s.metric()
	row := with(series(m), t0, 1, t0+minute, StaleNaN, t0+2*minute, 2, t0+3*minute, StaleNaN)
	s.write(row)
	s.expect(of(m), row)
}

func specialValues(s *suite) {
	t0, m := float64(start()), s.metric()
	var rows []storage.Series
	for i, v := range []float64{0, 0.1, 1e-9, -1e15, 123456789.125, math.Inf(1), math.Inf(-1)} {
		rows = append(rows, with(series(m, "i", fmt.Sprint(i)), t0, v))
	}
	s.write(rows...)
	s.expect(of(m), rows...)
}

// longFractions need more digits than VictoriaMetrics keeps.
func longFractions(s *suite) {
	t0, m := float64(start()), s.metric()
	row := with(series(m), t0, 100./3, t0+minute, math.Pi, t0+2*minute, 2./3)
	s.write(row)
	s.expectAbout(of(m), row, 1e-12)
}

func sameSampleTwice(s *suite) {
	t0, m := float64(start()), s.metric()
	row := with(series(m), t0, 1, t0+minute, 2)
	s.write(row)
	s.write(row, row)
	s.expect(of(m), row)
}

func outOfOrder(s *suite) {
	t0, m := float64(start()), s.metric()
	s.write(with(series(m), t0+3*minute, 4, t0+minute, 2))
	s.write(with(series(m), t0, 1, t0+4*minute, 5))
	s.write(with(series(m), t0+2*minute, 3))
	s.expect(of(m), with(series(m), t0, 1, t0+minute, 2, t0+2*minute, 3, t0+3*minute, 4, t0+4*minute, 5))
}

// oldSamples fills a series backwards, over several months if the store keeps them.
func oldSamples(s *suite) {
	const day = 24 * time.Hour
	now, m := time.UnixMilli(start()), s.metric()
	want := series(m, "node", "a")
	for back := min(s.can.Backfill-day, 300*day).Truncate(day); back >= 0; back -= day {
		want.Samples = append(want.Samples, storage.Sample{Timestamp: now.Add(-back).UnixMilli(), Value: back.Hours()})
	}
	for i := range want.Samples {
		s.writeOne(storage.Series{Labels: want.Labels, Samples: want.Samples[len(want.Samples)-1-i:][:1]})
	}
	s.write()
	s.expect(of(m), want)
}

func (s *suite) writeOne(row storage.Series) {
	s.Helper()
	if err := s.store.Write(context.Background(), []storage.Series{row}); err != nil {
		s.Fatalf("write: %v", err)
	}
}

func futureSamples(s *suite) {
	now, m := time.UnixMilli(start()), s.metric()
	ahead := float64(now.Add(s.can.Future - time.Hour).UnixMilli())
	s.write(with(series(m), ahead, 42))
	s.expect(of(m), with(series(m), ahead, 42))
}

func readableAtOnce(s *suite) {
	t0, m := float64(start()), s.metric()
	s.expect(of(m)) // stores remember that there was nothing
	want := series(m, "node", "a")
	for i := range 100 {
		now := with(series(m, "node", "a"), t0+float64(i)*1000, float64(i))
		s.writeOne(now)
		want.Samples = append(want.Samples, now.Samples...)
		s.expect(of(m), want)
	}
	got, err := s.store.LabelValues(context.Background(), "node", of(m))
	if err != nil || len(got) != 1 || got[0] != "a" {
		s.Errorf("label values at once: %v, %v", got, err)
	}
}

func corrections(s *suite) {
	t0, m := float64(start()), "headroom_module_"+s.metric()
	s.write(with(series(m), t0, 1, t0+minute, 2, t0+2*minute, 3))
	s.write(with(series(m), t0+minute+1, 20))
	s.write(with(series(m), t0+minute+2, 21, t0+2*minute+59_999, 30))
	want := with(series(m), t0, 1, t0+minute, 21, t0+2*minute, 30)
	s.expect(of(m), want)

	// A range that ends at the minute holds its corrections too.
	q := of(m)
	q.Range = storage.TimeRange{From: start() - minute, To: int64(t0) + minute}
	s.expect(q, with(series(m), t0, 1, t0+minute, 21))
	q.Range = storage.TimeRange{From: int64(t0) + minute, To: int64(t0) + minute}
	s.expect(q, with(series(m), t0+minute, 21))
	// A range that starts inside of a minute does not hold that minute.
	q.Range = storage.TimeRange{From: int64(t0) + minute + 1, To: int64(t0) + 2*minute}
	s.expect(q, with(series(m), t0+2*minute, 30))
}

func concurrent(s *suite) {
	const writers, requests = 4, 25
	t0, m := float64(start()), s.metric()
	var group sync.WaitGroup
	for w := range writers {
		group.Go(func() {
			for i := range requests {
				row := with(series(m, "writer", fmt.Sprint(w)), t0+float64(i)*1000, float64(i))
				if err := s.store.Write(context.Background(), []storage.Series{row}); err != nil {
					s.Errorf("write: %v", err)
				}
			}
		})
		group.Go(func() { s.read(of(m)) })
	}
	group.Wait()
	s.write()
	for id, got := range s.read(of(m)) {
		if len(got) != requests {
			s.Errorf("%s: %d samples, want %d", id, len(got), requests)
		}
	}
}
