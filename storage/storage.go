// Package storage keeps samples: it declares the one interface through which
// every other package writes and reads time series.
//
// A series is a set of labels, its metric name under "__name__"; a sample is a
// time in Unix milliseconds and a float64. Package embedded keeps them on this
// machine, package remote in any Prometheus-compatible store; package storetest
// holds what each of them has to do.
package storage

import (
	"context"
	"errors"

	"github.com/VictoriaMetrics/VictoriaMetrics/lib/prompb"
)

// MetricName is the label that holds a series' metric name.
const MetricName = "__name__"

// Label, Sample and Series are those of the remote-write protocol, so that a
// parsed request reaches the store without being copied.
type (
	Label  = prompb.Label
	Sample = prompb.Sample
	Series = prompb.TimeSeries
)

// ErrReadOnly means that the store takes no writes for now (the disk is nearly
// full); senders should retry later.
var ErrReadOnly = errors.New("storage is read-only: too little free disk space")

// A LimitError tells that an answer would exceed a limit. Nothing was cut off
// silently: the whole query failed.
type LimitError struct {
	What  string // what there was too much of: "series", "samples"
	Limit int
}

// Store keeps series. All methods may be called from many goroutines.
type Store interface {
	// Write stores all samples of rows or returns an error. Once it has
	// returned nil the samples are as durable as the implementation documents.
	// Rows need not be in any order; the same sample may be written twice.
	// The store keeps no reference to rows: their memory may be reused.
	Write(ctx context.Context, rows []Series) error

	// Select calls f with the samples that q selects, block by block. The
	// blocks of one series follow each other, oldest first; inside a series
	// times increase strictly (of samples with equal times one is kept).
	// A series without samples in the range is not visited. The block and its
	// slices are valid until f returns. An error of f ends the Select and is
	// returned as it is.
	Select(ctx context.Context, q Query, f func(*Block) error) error

	// Series calls f once with the labels, sorted by name, of each series that q
	// selects, in any order, without reading samples. As with LabelNames and
	// LabelValues the range is kept as exactly as the store's index knows it: a
	// series whose samples lie near the range may be listed too. The labels are
	// valid until f returns. An error of f ends the listing and is returned as
	// it is.
	Series(ctx context.Context, q Query, f func([]Label) error) error

	// LabelNames and LabelValues list, sorted, what occurs in the series that
	// q selects. Without matchers all series count.
	LabelNames(ctx context.Context, q Query) ([]string, error)
	LabelValues(ctx context.Context, name string, q Query) ([]string, error)

	// Delete removes the series that match, for all time, and returns how many
	// there were. At least one matcher is needed.
	Delete(ctx context.Context, matchers []Matcher) (int, error)

	// Flush makes all that was written visible to reads and durable.
	Flush(ctx context.Context) error

	// Close flushes and releases everything. The store cannot be used after.
	Close() error
}

// Query selects series and the time range to read of them.
type Query struct {
	Matchers []Matcher // all must match; empty matches every series
	Range    TimeRange
	// MaxSeries is the most series that may match, 0 for the store's own
	// limit. More is a *LimitError.
	MaxSeries int
}

// TimeRange is a closed interval in Unix milliseconds.
type TimeRange struct{ From, To int64 }

// Block is a run of samples of one series.
type Block struct {
	Labels     []Label // sorted by name
	Timestamps []int64 // Unix milliseconds, increasing
	Values     []float64
}
