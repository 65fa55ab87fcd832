// Package memory keeps samples in memory, for as long as a test of rules or a
// calculation runs. It takes samples of any time, looks at each of its series for
// each query, and keeps nothing when it is closed.
package memory

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"headroom/storage"
)

// Store is a [storage.Store] in memory. Of samples with equal times the first is
// kept.
type Store struct {
	mu     sync.RWMutex // protects series and all they point to
	series map[string]*series
}

type series struct {
	labels []storage.Label // sorted by name
	times  []int64         // increasing
	values []float64
}

// New returns an empty store.
func New() *Store { return &Store{series: map[string]*series{}} }

// Write implements storage.Store.
func (s *Store) Write(ctx context.Context, rows []storage.Series) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	refused := &storage.RefusedError{}
	for i := range rows {
		at, err := s.enter(rows[i].Labels)
		if err != nil {
			refused.Add(storage.RefusedLabels, len(rows[i].Samples), err)
			continue
		}
		for _, sample := range rows[i].Samples {
			at.add(sample.Timestamp, sample.Value)
		}
	}
	if refused.Samples > 0 {
		return refused
	}
	return nil
}

// enter returns the series with these labels, which it copies if it is new. s.mu
// must be held.
func (s *Store) enter(labels []storage.Label) (*series, error) {
	sorted := make([]storage.Label, 0, len(labels))
	for _, l := range labels {
		if l.Value != "" {
			sorted = append(sorted, storage.Label{Name: strings.Clone(l.Name), Value: strings.Clone(l.Value)})
		}
	}
	slices.SortFunc(sorted, func(a, b storage.Label) int { return strings.Compare(a.Name, b.Name) })
	for i, l := range sorted {
		if l.Name == "" || i > 0 && l.Name == sorted[i-1].Name {
			return nil, fmt.Errorf("label %q occurs twice or has no name", l.Name)
		}
	}
	if len(sorted) == 0 {
		return nil, fmt.Errorf("a series has no labels")
	}
	key := fmt.Sprintf("%q", sorted)
	at := s.series[key]
	if at == nil {
		at = &series{labels: sorted}
		s.series[key] = at
	}
	return at, nil
}

func (s *series) add(t int64, v float64) {
	i, found := slices.BinarySearch(s.times, t)
	if !found {
		s.times, s.values = slices.Insert(s.times, i, t), slices.Insert(s.values, i, v)
	}
}

// within returns the part of a series in a range. The slices are the store's.
func (s *series) within(r storage.TimeRange) (times []int64, values []float64) {
	from, _ := slices.BinarySearch(s.times, r.From)
	to, found := slices.BinarySearch(s.times, r.To)
	if found {
		to++
	}
	if from >= to {
		return nil, nil
	}
	return s.times[from:to], s.values[from:to]
}

// Select implements storage.Store.
func (s *Store) Select(ctx context.Context, q storage.Query, f func(*storage.Block) error) error {
	found, err := s.find(ctx, q)
	if err != nil {
		return err
	}
	for _, b := range found {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := f(&b); err != nil {
			return err
		}
	}
	return nil
}

// find copies what a query selects, so that it is read without the lock.
func (s *Store) find(ctx context.Context, q storage.Query) (found []storage.Block, err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	matching := 0
	for _, one := range s.series {
		if !storage.MatchesAll(q.Matchers, one.labels) {
			continue
		}
		if matching++; q.MaxSeries > 0 && matching > q.MaxSeries {
			return nil, &storage.LimitError{What: "series", Limit: q.MaxSeries}
		}
		if times, values := one.within(q.Range); len(times) > 0 {
			found = append(found, storage.Block{Labels: slices.Clone(one.labels), Timestamps: slices.Clone(times), Values: slices.Clone(values)})
		}
	}
	return found, nil
}

// Series implements storage.Store.
func (s *Store) Series(ctx context.Context, q storage.Query, f func([]storage.Label) error) error {
	return s.Select(ctx, q, func(b *storage.Block) error { return f(b.Labels) })
}

// LabelNames implements storage.Store.
func (s *Store) LabelNames(ctx context.Context, q storage.Query) ([]string, error) {
	return s.list(ctx, q, func(l storage.Label) (string, bool) { return l.Name, true })
}

// LabelValues implements storage.Store.
func (s *Store) LabelValues(ctx context.Context, name string, q storage.Query) ([]string, error) {
	return s.list(ctx, q, func(l storage.Label) (string, bool) { return l.Value, l.Name == name })
}

// list gathers something of the labels of all series that are selected, sorted.
func (s *Store) list(ctx context.Context, q storage.Query, what func(storage.Label) (string, bool)) (all []string, err error) {
	err = s.Series(ctx, q, func(labels []storage.Label) error {
		for _, l := range labels {
			if text, ok := what(l); ok {
				all = append(all, text)
			}
		}
		return nil
	})
	slices.Sort(all)
	return slices.Compact(all), err
}

// Delete implements storage.Store.
func (s *Store) Delete(ctx context.Context, matchers []storage.Matcher) (n int, err error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if len(matchers) == 0 {
		return 0, fmt.Errorf("delete: want at least one matcher, found none")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for key, one := range s.series {
		if storage.MatchesAll(matchers, one.labels) {
			delete(s.series, key)
			n++
		}
	}
	return n, nil
}

// Flush implements storage.Store; all is visible at once.
func (*Store) Flush(ctx context.Context) error { return ctx.Err() }

// Close implements storage.Store.
func (*Store) Close() error { return nil }
