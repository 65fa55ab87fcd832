package ingest

import (
	"sync"

	"headroom/storage"
)

// batch collects the series of a request in memory that is used again.
type batch struct {
	rows    []storage.Series
	labels  []storage.Label
	samples []storage.Sample
	extra   []storage.Label
	first   int // index into labels of the series that is being built
}

var batches = sync.Pool{New: func() any { return new(batch) }}

// newBatch returns an empty batch whose series all get the extra labels. It
// must be released.
func newBatch(extra []storage.Label) *batch {
	b := batches.Get().(*batch)
	b.extra = extra
	return b
}

func (b *batch) release() {
	b.reset()
	b.extra = nil
	batches.Put(b)
}

// reset forgets all series; the strings in them must not outlive the request.
func (b *batch) reset() {
	clear(b.rows)
	clear(b.labels)
	b.rows, b.labels, b.samples, b.first = b.rows[:0], b.labels[:0], b.samples[:0], 0
}

// start begins a series.
func (b *batch) start(metric string) {
	b.first = len(b.labels)
	b.label(storage.MetricName, metric)
}

// label adds a label; one without a value is the same as none.
func (b *batch) label(name, value string) {
	if value == "" && name != storage.MetricName {
		return
	}
	b.labels = append(b.labels, storage.Label{Name: name, Value: value})
}

// end completes the series with its one sample.
func (b *batch) end(ms int64, value float64) {
	b.samples = append(b.samples, storage.Sample{Timestamp: ms, Value: value})
	b.endFrom(len(b.samples) - 1)
}

// endFrom completes the series with the samples from this index on.
func (b *batch) endFrom(sample int) {
	if len(b.extra) > 0 {
		own := addExtra(b.labels[b.first:len(b.labels):len(b.labels)], b.extra)
		b.labels = append(b.labels[:b.first], own...)
	}
	b.rows = append(b.rows, storage.Series{
		Labels:  b.labels[b.first:len(b.labels):len(b.labels)],
		Samples: b.samples[sample:len(b.samples):len(b.samples)],
	})
}

// metric is the name of the metric of the series that was built last.
func (b *batch) metric() string { return storage.Value(b.labels[b.first:], storage.MetricName) }

// drop forgets the series that is being built.
func (b *batch) drop() { b.labels = b.labels[:b.first] }
