package embedded

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"

	vm "github.com/VictoriaMetrics/VictoriaMetrics/lib/storage"

	"headroom/storage"
	"headroom/storage/head"
)

// LabelNames implements storage.Store. The library knows by the day when a
// series had samples.
func (s *Store) LabelNames(ctx context.Context, q storage.Query) ([]string, error) {
	if err := s.enter(ctx); err != nil {
		return nil, err
	}
	defer s.users.Done()
	names := map[string]struct{}{}
	s.head.Keys(q.Matchers, q.Range, func(key string) {
		for _, l := range head.Labels(key) {
			names[l.Name] = struct{}{}
		}
	})
	filters, err := filterList(q.Matchers)
	if err != nil {
		return nil, err
	}
	limit := s.limit(q)
	stored, err := s.db.SearchLabelNames(nil, filters, vmRange(q.Range), math.MaxInt32, limit, deadline(ctx))
	if err != nil {
		return nil, fmt.Errorf("list label names: %w", searchError(err, limit))
	}
	return union(names, stored), nil
}

// LabelValues implements storage.Store.
func (s *Store) LabelValues(ctx context.Context, name string, q storage.Query) ([]string, error) {
	if err := s.enter(ctx); err != nil {
		return nil, err
	}
	defer s.users.Done()
	values := map[string]struct{}{}
	s.head.Keys(q.Matchers, q.Range, func(key string) {
		if v := head.Value(key, name); v != "" {
			values[v] = struct{}{}
		}
	})
	filters, err := filterList(q.Matchers)
	if err != nil {
		return nil, err
	}
	limit := s.limit(q)
	stored, err := s.db.SearchLabelValues(nil, name, filters, vmRange(q.Range), math.MaxInt32, limit, deadline(ctx))
	if err != nil {
		return nil, fmt.Errorf("list values of label %q: %w", name, searchError(err, limit))
	}
	return union(values, stored), nil
}

// filterList is empty without matchers, which the library answers faster.
func filterList(matchers []storage.Matcher) ([]*vm.TagFilters, error) {
	if len(matchers) == 0 {
		return nil, nil
	}
	filters, err := tagFilters(matchers)
	return []*vm.TagFilters{filters}, err
}

func union(set map[string]struct{}, more []string) []string {
	for _, s := range more {
		set[s] = struct{}{}
	}
	return slices.Sorted(maps.Keys(set))
}
