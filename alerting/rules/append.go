package rules

import (
	"context"
	"errors"

	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"
	promstorage "github.com/prometheus/prometheus/storage"

	"headroom/storage"
)

// errHistogram refuses what no store of ours keeps.
var errHistogram = errors.New("the rule gives a native histogram, which is not kept: take a quantile, sum or count of it")

// appendable writes what rules record into the store.
type appendable struct{ store storage.Store }

// AppenderV2 implements Prometheus' AppendableV2.
func (a appendable) AppenderV2(ctx context.Context) promstorage.AppenderV2 {
	return &appender{ctx: ctx, store: a.store}
}

// appender gathers the samples of one rule's evaluation.
type appender struct {
	ctx   context.Context
	store storage.Store
	rows  []storage.Series
}

func (a *appender) Append(_ promstorage.SeriesRef, ls labels.Labels, _, t int64, v float64, h *histogram.Histogram, fh *histogram.FloatHistogram, _ promstorage.AOptions) (promstorage.SeriesRef, error) {
	if h != nil || fh != nil {
		return 0, errHistogram
	}
	row := storage.Series{Labels: make([]storage.Label, 0, ls.Len()), Samples: []storage.Sample{{Timestamp: t, Value: v}}}
	ls.Range(func(l labels.Label) { row.Labels = append(row.Labels, storage.Label{Name: l.Name, Value: l.Value}) })
	a.rows = append(a.rows, row)
	return 0, nil
}

func (a *appender) Commit() error {
	if len(a.rows) == 0 {
		return nil
	}
	return a.store.Write(a.ctx, a.rows)
}

func (a *appender) Rollback() error {
	a.rows = nil
	return nil
}
