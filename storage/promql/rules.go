package promql

import (
	"context"
	"fmt"
	"time"

	prom "github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	promstorage "github.com/prometheus/prometheus/storage"
)

// Vector evaluates the expression of a rule at one time, without waiting for a
// slot. A scalar gives a vector of one.
func (e *Engine) Vector(ctx context.Context, query string, at time.Time) (prom.Vector, error) {
	a, err := e.run(ctx, Request{Query: query, Start: at, End: at})
	if err != nil {
		return nil, err
	}
	defer a.Close()
	switch v := a.Value.(type) {
	case prom.Vector:
		return v, nil // of an instant query it is the caller's
	case prom.Scalar:
		return prom.Vector{{T: v.T, F: v.V}}, nil
	default:
		return nil, badQuery{fmt.Errorf("it gives a %s, want an instant vector or a scalar", parser.DocumentedType(v.Type()))}
	}
}

// Queryable reads the store as Prometheus' own packages do, within the engine's
// limits.
func (e *Engine) Queryable() promstorage.Queryable { return e.queryable() }
