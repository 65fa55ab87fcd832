package builtin

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/prometheus/prometheus/promql/parser"

	"headroom/scaler/flow/tool"
	"headroom/storage/promql"
)

// Querier answers PromQL; *[promql.Engine] is one.
type Querier interface {
	Instant(ctx context.Context, query string, at time.Time) ([]promql.Sample, error)
}

// waitPromQL waits for a condition in PromQL.
type waitPromQL struct{ Options }

func (waitPromQL) Describe() tool.Description {
	return tool.Description{
		Name: "wait-promql", Title: "Wait for a condition", Source: Source, Repeatable: true, Waits: true,
		Doc: "Asks a query again and again until it has a result, or has none, for some time without a break. A query that fails breaks it.",
		Inputs: []tool.Parameter{
			{Name: "query", Type: "string", Doc: "PromQL, as the expression of an alerting rule.", Required: true},
			{Name: "want", Type: "string", Doc: "true: that it has a result; empty: that it has none.", Values: []any{"true", "empty"}, Default: "true"},
			{Name: "for", Type: "duration", Doc: "For how long without a break; 0: once is enough.", Default: "0s"},
			{Name: "every", Type: "duration", Doc: "How often it is asked.", Default: "5s"},
		},
		Outputs: []tool.Parameter{
			{Name: "value", Type: "number", Doc: "The value of the result's first series; 0 if there is none, or it is no finite number."},
			{Name: "series", Type: "int", Doc: "How many series the result has."},
		},
	}
}

// minEvery is the shortest time between two queries.
const minEvery = 100 * time.Millisecond

func (t waitPromQL) Run(ctx context.Context, c *tool.Call) (tool.Outputs, error) {
	query := in(c).text("query")
	if _, err := parser.NewParser(parser.Options{}).ParseExpr(query); err != nil {
		return nil, tool.Final(fmt.Errorf("query: %w", err))
	}
	o := t.Options
	o.Every = max(in(c).span("every"), minEvery)
	var since time.Time // since when it is so
	var out tool.Outputs
	err := o.until(ctx, c, func() (bool, string, error) {
		now := t.Now()
		samples, err := t.Query.Instant(ctx, query, now)
		if err != nil {
			since = time.Time{}
			return false, fmt.Sprintf("the query failed: %v", err), nil
		}
		holds := len(samples) > 0 == (in(c).text("want") != "empty")
		if !holds {
			since = time.Time{}
			return false, "it is not so: " + result(samples), nil
		}
		if since.IsZero() {
			since = now
		}
		out = outputsOf(samples)
		return now.Sub(since) >= in(c).span("for"), fmt.Sprintf("it is so, and must be for %s: %s", in(c).span("for"), result(samples)), nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

func outputsOf(samples []promql.Sample) tool.Outputs {
	out := tool.Outputs{"value": 0.0, "series": int64(len(samples))}
	if len(samples) > 0 && !math.IsNaN(samples[0].Value) && !math.IsInf(samples[0].Value, 0) {
		out["value"] = samples[0].Value
	}
	return out
}

// result tells what a query has found, without the values: they differ each time.
func result(samples []promql.Sample) string {
	if len(samples) == 0 {
		return "the result is empty"
	}
	return fmt.Sprintf("the result has %d series", len(samples))
}

func (t waitPromQL) Plan(ctx context.Context, c *tool.Call) (string, tool.Outputs, error) {
	query := in(c).text("query")
	samples, err := t.Query.Instant(ctx, query, t.Now())
	if err != nil {
		return "", nil, fmt.Errorf("query: %w", err)
	}
	want := "has a result"
	if in(c).text("want") == "empty" {
		want = "has none"
	}
	return fmt.Sprintf("would wait until %s %s; now %s", query, want, result(samples)), outputsOf(samples), nil
}
