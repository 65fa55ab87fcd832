package ruletest

import (
	"context"
	"fmt"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"

	"headroom/storage"
)

// input is what a test's series hold; it is stored step by step, so that no
// evaluation sees what comes after it.
type input []storage.Series

// parse reads the series' values in PromQL's notation, such as "0+10x5 _ stale".
func (t *test) parse(p parser.Parser) (in input, err error) {
	for _, s := range t.InputSeries {
		metric, values, err := p.ParseSeriesDesc(s.Series + " " + s.Values)
		if err != nil {
			return nil, fmt.Errorf("input_series %q: %w", s.Series, err)
		}
		row := storage.Series{}
		metric.Range(func(l labels.Label) { row.Labels = append(row.Labels, storage.Label{Name: l.Name, Value: l.Value}) })
		for i, v := range values {
			if v.Histogram != nil {
				return nil, fmt.Errorf("input_series %q: native histograms are not kept by Headroom", s.Series)
			}
			if !v.Omitted {
				at := t.StartTimestamp.at().Add(time.Duration(i) * time.Duration(t.Interval))
				row.Samples = append(row.Samples, storage.Sample{Timestamp: at.UnixMilli(), Value: v.Value})
			}
		}
		in = append(in, row)
	}
	return in, nil
}

// storeUntil stores the samples up to a time that were not stored yet.
func (in input) storeUntil(ctx context.Context, store storage.Store, until time.Time) error {
	var rows []storage.Series
	for i := range in {
		n := 0
		for n < len(in[i].Samples) && in[i].Samples[n].Timestamp <= until.UnixMilli() {
			n++
		}
		if n > 0 {
			rows = append(rows, storage.Series{Labels: in[i].Labels, Samples: in[i].Samples[:n]})
			in[i].Samples = in[i].Samples[n:]
		}
	}
	return store.Write(ctx, rows)
}
