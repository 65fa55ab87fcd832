package promql

import (
	"context"
	"fmt"
	"time"

	prom "github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/util/stats"

	"headroom/storage"
)

// Request is a query as a user asks it.
type Request struct {
	Query      string
	Start, End time.Time
	Step       time.Duration // 0 for an instant query, at Start

	Lookback  time.Duration // 0 for the engine's
	StepStats bool          // count samples step by step
}

// Answer is what a query came to. Its memory is the engine's: nothing of it may
// be used after Close.
type Answer struct {
	Value           parser.Value // Scalar, Vector, Matrix or String
	Warnings, Infos []string
	Stats           *stats.Statistics

	close func()
}

// Close gives the answer's memory back.
func (a *Answer) Close() { a.close() }

// Run answers a user's query, as soon as one of the slots is free. KindOf tells
// its errors apart.
func (e *Engine) Run(ctx context.Context, req Request) (*Answer, error) {
	leave, err := e.gate.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	return e.run(ctx, req)
}

func (e *Engine) run(ctx context.Context, req Request) (*Answer, error) {
	q, err := e.prepare(ctx, req)
	if err != nil {
		return nil, badQuery{err}
	}
	res := q.Exec(ctx)
	if res.Err != nil {
		q.Close()
		return nil, res.Err
	}
	// Ten of each are enough to see what is wrong, as in Prometheus.
	warnings, infos := res.Warnings.AsStrings(req.Query, 10, 10)
	return &Answer{Value: res.Value, Warnings: warnings, Infos: infos, Stats: q.Stats(), close: q.Close}, nil
}

func (e *Engine) prepare(ctx context.Context, req Request) (prom.Query, error) {
	opts := prom.NewPrometheusQueryOpts(req.StepStats, req.Lookback, nil)
	if req.Step == 0 {
		return e.prom.NewInstantQuery(ctx, e.queryable(), opts, req.Query, req.Start)
	}
	return e.prom.NewRangeQuery(ctx, e.queryable(), opts, req.Query, req.Start, req.End, req.Step)
}

func (e *Engine) queryable() queryable {
	return queryable{store: e.store, maxSeries: e.opts.MaxSeries, maxSamples: e.opts.MaxSamples, budget: e.budget}
}

// Sample is one value of an instant query.
type Sample struct {
	Labels []storage.Label // sorted by name; none for a scalar
	Time   int64           // Unix milliseconds
	Value  float64         // may be NaN, as in 0/0
}

// Instant evaluates query at one time, without waiting for a slot. A query that
// gives a range vector or a string is an error.
func (e *Engine) Instant(ctx context.Context, query string, at time.Time) ([]Sample, error) {
	a, err := e.run(ctx, Request{Query: query, Start: at, End: at})
	if err != nil {
		return nil, fmt.Errorf("query %q: %w", query, err)
	}
	defer a.Close()
	switch v := a.Value.(type) {
	case prom.Vector:
		return fromVector(v), nil
	case prom.Scalar:
		return []Sample{{Time: v.T, Value: v.V}}, nil
	default:
		return nil, fmt.Errorf("query %q: %w", query, badQuery{fmt.Errorf("it gives a %s, want an instant vector or a scalar", parser.DocumentedType(v.Type()))})
	}
}

func fromVector(v prom.Vector) []Sample {
	out := make([]Sample, len(v))
	for i := range v {
		out[i] = Sample{Labels: fromPromLabels(v[i].Metric), Time: v[i].T, Value: v[i].F}
	}
	return out
}

// Range evaluates query at each step from start to end, both included, without
// waiting for a slot.
func (e *Engine) Range(ctx context.Context, query string, start, end time.Time, step time.Duration) ([]storage.Series, error) {
	if step <= 0 {
		return nil, fmt.Errorf("query %q: %w", query, badQuery{fmt.Errorf("step %s is not positive", step)})
	}
	a, err := e.run(ctx, Request{Query: query, Start: start, End: end, Step: step})
	if err != nil {
		return nil, fmt.Errorf("query %q: %w", query, err)
	}
	defer a.Close()
	m := a.Value.(prom.Matrix) // a range query gives nothing else
	out := make([]storage.Series, len(m))
	for i := range m {
		out[i] = storage.Series{Labels: fromPromLabels(m[i].Metric), Samples: fromPoints(m[i].Floats)}
	}
	return out, nil
}

func fromPoints(points []prom.FPoint) []storage.Sample {
	out := make([]storage.Sample, len(points))
	for i, p := range points {
		out[i] = storage.Sample{Timestamp: p.T, Value: p.F}
	}
	return out
}
