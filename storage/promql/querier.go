package promql

import (
	"context"
	"fmt"
	"slices"

	"github.com/prometheus/prometheus/model/labels"
	promstorage "github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/util/annotations"

	"headroom/storage"
)

// queryable reads the store for one query after the other.
type queryable struct {
	store      storage.Store
	maxSeries  int // of one selector
	maxSamples int // of one query
	budget     *budget
}

func (q queryable) Querier(from, to int64) (promstorage.Querier, error) {
	return &querier{
		queryable: q,
		whole:     storage.TimeRange{From: from, To: to},
		account:   account{budget: q.budget, limit: q.maxSamples},
	}, nil
}

// querier reads the store for one query. The engine uses it from one goroutine.
type querier struct {
	queryable
	whole   storage.TimeRange // of the query, where a selector names none
	account account           // of the samples read so far
}

// Select reads at once all that a selector selects: the engine lists a
// selector's series before it evaluates the first of them.
func (q *querier) Select(ctx context.Context, _ bool, hints *promstorage.SelectHints, ms ...*labels.Matcher) promstorage.SeriesSet {
	matchers, err := fromProm(ms)
	if err != nil {
		return promstorage.ErrSeriesSet(err)
	}
	span := q.whole
	if hints != nil {
		span = storage.TimeRange{From: hints.Start, To: hints.End}
	}
	var c collector
	err = q.store.Select(ctx, storage.Query{Matchers: matchers, Range: span, MaxSeries: q.maxSeries}, func(b *storage.Block) error {
		if err := q.account.take(len(b.Timestamps)); err != nil {
			return err
		}
		c.add(b)
		return nil
	})
	if err != nil {
		return promstorage.ErrSeriesSet(selectError(ctx, matchers, err))
	}
	// A store has no order of its own; sums of floats have, and must not change
	// from one call to the next.
	slices.SortFunc(c.series, func(a, b *series) int { return labels.Compare(a.labels, b.labels) })
	return &seriesSet{rest: c.series}
}

// selectError tells a store that failed from a caller that left or ran out of
// time, however the store puts it, and from a limit that was met.
func selectError(ctx context.Context, matchers []storage.Matcher, err error) error {
	if cause := ctx.Err(); cause != nil {
		return fmt.Errorf("select %v: %w", matchers, cause)
	}
	if is[*storage.LimitError](err) || is[*BusyError](err) {
		return err
	}
	return storeError{fmt.Errorf("select %v: %w", matchers, err)}
}

// LabelNames and LabelValues are not called by the engine for any query; they
// make a querier complete.
func (q *querier) LabelNames(ctx context.Context, _ *promstorage.LabelHints, ms ...*labels.Matcher) ([]string, annotations.Annotations, error) {
	matchers, err := fromProm(ms)
	if err != nil {
		return nil, nil, err
	}
	names, err := q.store.LabelNames(ctx, storage.Query{Matchers: matchers, Range: q.whole, MaxSeries: q.maxSeries})
	return names, nil, err
}

func (q *querier) LabelValues(ctx context.Context, name string, _ *promstorage.LabelHints, ms ...*labels.Matcher) ([]string, annotations.Annotations, error) {
	matchers, err := fromProm(ms)
	if err != nil {
		return nil, nil, err
	}
	values, err := q.store.LabelValues(ctx, name, storage.Query{Matchers: matchers, Range: q.whole, MaxSeries: q.maxSeries})
	return values, nil, err
}

// Close is called once the query has its result, which shares no memory with
// what was read.
func (q *querier) Close() error {
	q.account.close()
	return nil
}

// fromProm turns Prometheus' matchers into the store's.
func fromProm(ms []*labels.Matcher) ([]storage.Matcher, error) {
	out := make([]storage.Matcher, len(ms))
	for i, m := range ms {
		var err error
		if out[i], err = storage.NewMatcher(operators[m.Type], m.Name, m.Value); err != nil {
			return nil, badQuery{err}
		}
	}
	return out, nil
}

var operators = map[labels.MatchType]storage.MatchOp{
	labels.MatchEqual:     storage.Equal,
	labels.MatchNotEqual:  storage.NotEqual,
	labels.MatchRegexp:    storage.Regexp,
	labels.MatchNotRegexp: storage.NotRegexp,
}

// seriesSet hands the engine series that were read before.
type seriesSet struct {
	at   *series
	rest []*series
}

func (s *seriesSet) Next() bool {
	if len(s.rest) == 0 {
		return false
	}
	s.at, s.rest = s.rest[0], s.rest[1:]
	return true
}

func (s *seriesSet) At() promstorage.Series            { return s.at }
func (s *seriesSet) Err() error                        { return nil }
func (s *seriesSet) Warnings() annotations.Annotations { return nil }
