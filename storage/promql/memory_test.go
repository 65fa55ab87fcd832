package promql

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"

	"headroom/storage"
)

// memory is a store for tests of what a real one does rarely: it can be made to
// fail or to hang.
type memory struct {
	mu     sync.Mutex
	series map[string]storage.Series

	fail error
	hang chan struct{} // when set, Select waits for it or for its context
}

func (m *memory) Write(_ context.Context, rows []storage.Series) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.series == nil {
		m.series = map[string]storage.Series{}
	}
	for _, row := range rows {
		ls := slices.Clone(row.Labels)
		slices.SortFunc(ls, func(a, b storage.Label) int { return cmp.Compare(a.Name, b.Name) })
		s := m.series[fmt.Sprint(ls)]
		s.Labels, s.Samples = ls, append(s.Samples, row.Samples...)
		slices.SortFunc(s.Samples, func(a, b storage.Sample) int { return cmp.Compare(a.Timestamp, b.Timestamp) })
		m.series[fmt.Sprint(ls)] = s
	}
	return nil
}

// Select splits each series into blocks of at most three samples.
func (m *memory) Select(ctx context.Context, q storage.Query, f func(*storage.Block) error) error {
	if m.hang != nil {
		select {
		case <-m.hang:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if m.fail != nil {
		return m.fail
	}
	for i, s := range m.matching(q) {
		if q.MaxSeries > 0 && i >= q.MaxSeries {
			return &storage.LimitError{What: "series", Limit: q.MaxSeries}
		}
		for samples := range slices.Chunk(s.Samples, 3) {
			b := storage.Block{Labels: s.Labels}
			for _, x := range samples {
				b.Timestamps, b.Values = append(b.Timestamps, x.Timestamp), append(b.Values, x.Value)
			}
			if err := f(&b); err != nil {
				return err
			}
			clear(b.Timestamps) // a block is valid only until f returns
			clear(b.Values)
		}
	}
	return nil
}

func (m *memory) matching(q storage.Query) (out []storage.Series) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, key := range slices.Sorted(maps.Keys(m.series)) {
		s := m.series[key]
		if !storage.MatchesAll(q.Matchers, s.Labels) {
			continue
		}
		s.Samples = slices.DeleteFunc(slices.Clone(s.Samples), func(x storage.Sample) bool {
			return x.Timestamp < q.Range.From || x.Timestamp > q.Range.To
		})
		if len(s.Samples) > 0 {
			out = append(out, s)
		}
	}
	return out
}

func (m *memory) Series(ctx context.Context, q storage.Query, f func([]storage.Label) error) error {
	last := ""
	return m.Select(ctx, q, func(b *storage.Block) error {
		if id := fmt.Sprint(b.Labels); id != last {
			last = id
			return f(b.Labels)
		}
		return nil
	})
}

func (m *memory) LabelNames(_ context.Context, q storage.Query) ([]string, error) {
	return m.distinct(q, func(l storage.Label) string { return l.Name }), m.fail
}

func (m *memory) LabelValues(_ context.Context, name string, q storage.Query) ([]string, error) {
	return m.distinct(q, func(l storage.Label) string {
		if l.Name != name {
			return ""
		}
		return l.Value
	}), m.fail
}

func (m *memory) distinct(q storage.Query, f func(storage.Label) string) []string {
	set := map[string]bool{}
	for _, s := range m.matching(q) {
		for _, l := range s.Labels {
			if v := f(l); v != "" {
				set[v] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(set))
}

func (m *memory) Delete(context.Context, []storage.Matcher) (int, error) { return 0, nil }
func (m *memory) Flush(context.Context) error                            { return nil }
func (m *memory) Close() error                                           { return nil }
