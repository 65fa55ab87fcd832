package embedded

import (
	"context"
	"fmt"

	vm "github.com/VictoriaMetrics/VictoriaMetrics/lib/storage"

	"headroom/storage"
	"headroom/storage/head"
)

// Series implements storage.Store. The library knows by the day when a series
// had samples, and of ranges longer than 40 days not even that.
func (s *Store) Series(ctx context.Context, q storage.Query, f func([]storage.Label) error) error {
	if err := s.enter(ctx); err != nil {
		return err
	}
	defer s.users.Done()
	// The head first: what leaves it meanwhile is in the library already.
	keys := map[string]struct{}{}
	r := storage.TimeRange{From: q.Range.From, To: lastOfMinute(q.Range.To)}
	s.head.Keys(q.Matchers, r, func(key string) { keys[key] = struct{}{} })
	if err := s.addStoredKeys(ctx, keys, q); err != nil {
		return err
	}
	if limit := s.limit(q); len(keys) > limit {
		return &storage.LimitError{What: "series", Limit: limit}
	}
	for key := range keys {
		if err := f(head.Labels(key)); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// addStoredKeys adds the keys of what the library has.
func (s *Store) addStoredKeys(ctx context.Context, keys map[string]struct{}, q storage.Query) error {
	filters, err := tagFilters(q.Matchers)
	if err != nil {
		return err
	}
	limit := s.limit(q)
	stored, err := s.db.SearchMetricNames(nil, []*vm.TagFilters{filters}, vmRange(q.Range), limit, deadline(ctx))
	if err != nil {
		if err := ctx.Err(); err != nil {
			return err
		}
		return fmt.Errorf("list series: %w", searchError(err, limit))
	}
	var names nameReader
	for _, name := range stored {
		key, _, err := names.key([]byte(name))
		if err != nil {
			return err
		}
		keys[key] = struct{}{}
	}
	return nil
}
