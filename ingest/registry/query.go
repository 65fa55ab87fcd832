package registry

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"headroom/storage/promql"
)

// Querier evaluates PromQL.
type Querier interface {
	Instant(ctx context.Context, query string, at time.Time) ([]promql.Sample, error)
}

// query is a source of series whose labels hold facts. Values mean nothing.
type query struct {
	text    string
	querier Querier
	now     func() time.Time
	new     func() *collector
}

// read implements source.
func (q *query) read(ctx context.Context, _ string) (answer, error) {
	samples, err := q.querier.Instant(ctx, q.text, q.now())
	if err != nil {
		return answer{}, fmt.Errorf("query %s: %w", q.text, err)
	}
	if len(samples) == 0 {
		return answer{}, errors.New("the query has no series now")
	}
	c, named := q.new(), 0
	for _, s := range samples {
		labels := map[string]string{}
		for _, l := range s.Labels {
			labels[l.Name] = l.Value
		}
		if c.labels(place{file: "the query"}, labels) {
			named++
		}
	}
	if named == 0 {
		return answer{}, fmt.Errorf("no series of the query has the labels of the business tree (%s)", strings.Join(c.levels, ", "))
	}
	declared, err := c.result()
	return answer{declared: declared}, err
}
