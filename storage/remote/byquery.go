package remote

import (
	"context"
	"fmt"
	"net/url"
	"slices"

	"headroom/storage"
)

// readByQueries reads raw samples through the query API, where there is nothing
// better: a query of selector[range] for each series. A range that is too much
// for the remote store is asked for in halves.
func (s *Store) readByQueries(ctx context.Context, q storage.Query, c *collector) error {
	var all [][]storage.Label
	err := s.Series(ctx, q, func(labels []storage.Label) error {
		all = append(all, labels) // our own: each was made for its series
		return nil
	})
	if err != nil {
		return err
	}
	for _, labels := range all {
		r := storage.TimeRange{From: max(q.Range.From, firstTime), To: min(q.Range.To, lastTime)}
		if err := s.readHalving(ctx, labels, r, c); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) readHalving(ctx context.Context, labels []storage.Label, r storage.TimeRange, c *collector) error {
	err := s.readPiece(ctx, labels, r, c)
	if !tooBig(err) || r.From >= r.To {
		return err
	}
	middle := r.From + (r.To-r.From)/2
	if err := s.readHalving(ctx, labels, storage.TimeRange{From: r.From, To: middle}, c); err != nil {
		return err
	}
	return s.readHalving(ctx, labels, storage.TimeRange{From: middle + 1, To: r.To}, c)
}

func (s *Store) readPiece(ctx context.Context, labels []storage.Label, r storage.TimeRange, c *collector) error {
	// Prometheus 3 leaves out a range's left edge, older ones include it: ask
	// for one millisecond more, and drop what is too early.
	form := url.Values{
		"query": {fmt.Sprintf("%s[%dms]", exactly(labels), r.To-r.From+1)},
		"time":  {seconds(r.To)},
	}
	return s.ask(ctx, "/api/v1/query", form, func(got []storage.Label, times []int64, values []float64) error {
		if !slices.Equal(got, labels) {
			return nil // a series with more labels, which has its own turn
		}
		first, _ := slices.BinarySearch(times, r.From)
		if first == len(times) {
			return nil
		}
		return c.add(labels, times[first:], values[first:])
	})
}
