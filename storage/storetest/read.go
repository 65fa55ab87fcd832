package storetest

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"headroom/storage"
)

// always is a range that holds every sample that a test writes.
func always() storage.TimeRange {
	const day = 24 * 3600 * 1000
	now := start()
	return storage.TimeRange{From: now - 3650*day, To: now + 3650*day}
}

// name writes the labels as a selector, the key under which tests find a series.
func name(labels []storage.Label) string {
	var b strings.Builder
	for _, l := range labels {
		fmt.Fprintf(&b, "%s=%q,", l.Name, l.Value)
	}
	return b.String()
}

// read returns what q selects, by the name of the series, and checks what the
// interface promises of blocks.
func (s *suite) read(q storage.Query) map[string][]storage.Sample {
	s.Helper()
	got := map[string][]storage.Sample{}
	last := ""
	err := s.store.Select(context.Background(), q, func(b *storage.Block) error {
		s.Helper()
		id := name(b.Labels)
		if _, seen := got[id]; seen && id != last {
			s.Errorf("blocks of %s do not follow each other", id)
		}
		last = id
		s.checkBlock(q, b, got[id])
		for i, t := range b.Timestamps {
			got[id] = append(got[id], storage.Sample{Timestamp: t, Value: b.Values[i]})
		}
		return nil
	})
	if err != nil {
		s.Fatalf("select %v: %v", q.Matchers, err)
	}
	return got
}

func (s *suite) checkBlock(q storage.Query, b *storage.Block, before []storage.Sample) {
	s.Helper()
	id := name(b.Labels)
	if !slices.IsSortedFunc(b.Labels, func(x, y storage.Label) int { return strings.Compare(x.Name, y.Name) }) {
		s.Errorf("labels of %s are not sorted", id)
	}
	if len(b.Timestamps) == 0 || len(b.Timestamps) != len(b.Values) {
		s.Fatalf("block of %s with %d times and %d values", id, len(b.Timestamps), len(b.Values))
	}
	if n := len(before); n > 0 && before[n-1].Timestamp >= b.Timestamps[0] {
		s.Errorf("block of %s starts at %d, not after %d", id, b.Timestamps[0], before[n-1].Timestamp)
	}
	for i, t := range b.Timestamps {
		if t < q.Range.From || t > q.Range.To {
			s.Errorf("sample of %s at %d is outside of [%d, %d]", id, t, q.Range.From, q.Range.To)
		}
		if i > 0 && t <= b.Timestamps[i-1] {
			s.Errorf("times of %s do not increase: %d after %d", id, t, b.Timestamps[i-1])
		}
	}
}

// expect checks that the matchers select exactly these series and samples.
// Values are compared by their bits.
func (s *suite) expect(q storage.Query, want ...storage.Series) {
	s.Helper()
	got := s.read(q)
	for _, w := range want {
		id := name(w.Labels)
		if !slices.EqualFunc(got[id], w.Samples, sameSample) {
			s.Errorf("%s: %s (of %d series)", id, difference(got[id], w.Samples), len(got))
		}
		delete(got, id)
	}
	if len(got) > 0 {
		s.Errorf("series that should not be selected by %v: %v", q.Matchers, slices.Sorted(maps.Keys(got)))
	}
}

// difference says where two lists of samples part.
func difference(got, want []storage.Sample) string {
	i := 0
	for i < min(len(got), len(want)) && sameSample(got[i], want[i]) {
		i++
	}
	at := func(x []storage.Sample) any {
		if i < len(x) {
			return x[i]
		}
		return "nothing"
	}
	return fmt.Sprintf("got %d samples, want %d; sample %d: got %v, want %v", len(got), len(want), i, at(got), at(want))
}

func sameSample(a, b storage.Sample) bool {
	return a.Timestamp == b.Timestamp && math.Float64bits(a.Value) == math.Float64bits(b.Value)
}

// of selects all samples of a metric.
func of(metric string, more ...storage.Matcher) storage.Query {
	return storage.Query{Matchers: append([]storage.Matcher{storage.Metric(metric)}, more...), Range: always()}
}
