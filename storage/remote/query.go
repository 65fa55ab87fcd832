package remote

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"time"

	"headroom/storage"
)

// Point is the value of a series at an instant. NaN is a value that was computed.
type Point struct {
	Labels    []storage.Label // sorted by name; none for a scalar
	Timestamp int64           // Unix milliseconds
	Value     float64
}

// Query evaluates PromQL at an instant and returns its vector or scalar.
func (s *Store) Query(ctx context.Context, promql string, at time.Time) ([]Point, error) {
	var points []Point
	form := url.Values{"query": {promql}, "time": {seconds(at.UnixMilli())}}
	err := s.ask(ctx, "/api/v1/query", form, func(labels []storage.Label, times []int64, values []float64) error {
		if len(times) != 1 {
			return fmt.Errorf("the query returns ranges of samples, want an instant vector or a scalar")
		}
		points = append(points, Point{Labels: labels, Timestamp: times[0], Value: values[0]})
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("query %.200q: %w", promql, err)
	}
	return points, nil
}

// Limits of one request for a range. Prometheus answers at most 11,000 points a
// series; a day at a time keeps its memory and the pauses of others short.
const (
	maxPoints = 11_000
	maxPiece  = 24 * time.Hour
)

// RangeQuery is PromQL over a time range.
type RangeQuery struct {
	Query    string
	From, To time.Time     // both included; evaluated at From, From+Step, …
	Step     time.Duration // at least a millisecond
	// Progress, if not nil, is called after each piece with the time that is
	// done and the whole.
	Progress func(done, total time.Duration)
}

// QueryRange evaluates a query over a range, however long: in pieces of at most
// a day and 11,000 points, oldest first, one at a time. A piece that is too much
// for the remote store is asked for in halves. It calls f for each series of
// each piece; the block is valid until f returns.
func (s *Store) QueryRange(ctx context.Context, q RangeQuery, f func(*storage.Block) error) error {
	if q.Step < time.Millisecond || q.To.Before(q.From) {
		return fmt.Errorf("query %.200q: bad range from %v to %v by %v", q.Query, q.From, q.To, q.Step)
	}
	points := min(maxPoints, int64(maxPiece/q.Step))
	for from := q.From; !from.After(q.To); {
		points = max(points, 1)
		last := from.Add(time.Duration(points-1) * q.Step)
		if last.After(q.To) {
			last = q.To
		}
		err := s.queryPiece(ctx, q, from, last, f)
		if tooBig(err) && points > 1 {
			points /= 2
			s.log.Info("remote store could not answer a range at once, asking for less", "points", points, "reason", err)
			continue
		}
		if err != nil {
			return fmt.Errorf("query %.200q from %v to %v: %w", q.Query, from, last, err)
		}
		from = from.Add(time.Duration(points) * q.Step)
		if q.Progress != nil {
			q.Progress(min(from.Sub(q.From), q.To.Sub(q.From)), q.To.Sub(q.From))
		}
	}
	return nil
}

func (s *Store) queryPiece(ctx context.Context, q RangeQuery, from, to time.Time, f func(*storage.Block) error) error {
	form := url.Values{
		"query": {q.Query},
		"start": {seconds(from.UnixMilli())}, "end": {seconds(to.UnixMilli())},
		"step": {strconv.FormatFloat(q.Step.Seconds(), 'f', 3, 64)},
		// VictoriaMetrics would leave out the newest points and move the ends.
		"nocache": {"1"},
	}
	return s.ask(ctx, "/api/v1/query_range", form, func(labels []storage.Label, times []int64, values []float64) error {
		return f(&storage.Block{Labels: slices.Clip(labels), Timestamps: times, Values: values})
	})
}
