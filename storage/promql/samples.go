package promql

import (
	"slices"

	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/tsdb/chunkenc"

	"headroom/storage"
)

// millis is a time in Unix milliseconds.
//
// By this name, vet does not take the iterator's Seek for that of an io.Seeker.
type millis = int64

// run is a stretch of samples, times increasing.
type run struct {
	times  []millis
	values []float64
}

// series holds what a selector selected of one series.
type series struct {
	labels labels.Labels
	runs   []run // oldest first, none empty
}

// Labels and Iterator make it a series of Prometheus' storage.
func (s *series) Labels() labels.Labels { return s.labels }

func (s *series) Iterator(old chunkenc.Iterator) chunkenc.Iterator {
	it, ok := old.(*iterator)
	if !ok {
		it = new(iterator)
	}
	*it = iterator{rest: s.runs}
	return it
}

// collector copies blocks, which are valid only while they are handed over.
type collector struct {
	series []*series
	last   []storage.Label // labels of the last series

	build  labels.ScratchBuilder
	times  []millis  // free part of the current slab
	values []float64 // of equal length
}

// slab is the number of samples that is asked for at a time: a selector of many
// series with few samples each must not cost two allocations a series.
const slab = 4096

func (c *collector) add(b *storage.Block) {
	if len(b.Timestamps) == 0 {
		return
	}
	if len(c.series) == 0 || !slices.Equal(c.last, b.Labels) {
		c.begin(b.Labels)
	}
	s := c.series[len(c.series)-1]
	s.runs = append(s.runs, c.copy(b))
}

func (c *collector) begin(ls []storage.Label) {
	c.build.Reset()
	for _, l := range ls {
		c.build.Add(l.Name, l.Value)
	}
	s := &series{labels: c.build.Labels()}
	c.series = append(c.series, s)
	// Not ls itself: its memory is the store's.
	c.last = c.last[:0]
	s.labels.Range(func(l labels.Label) { c.last = append(c.last, storage.Label{Name: l.Name, Value: l.Value}) })
}

func (c *collector) copy(b *storage.Block) run {
	n := len(b.Timestamps)
	if n > len(c.times) {
		c.times, c.values = make([]millis, max(n, slab)), make([]float64, max(n, slab))
	}
	r := run{times: c.times[:n:n], values: c.values[:n:n]}
	c.times, c.values = c.times[n:], c.values[n:]
	copy(r.times, b.Timestamps)
	copy(r.values, b.Values)
	return r
}

// iterator walks over the samples of a series.
type iterator struct {
	at   run // the run under way
	i    int // position in it plus one; 0 before the first sample
	rest []run
}

func (it *iterator) Next() chunkenc.ValueType {
	if it.i < len(it.at.times) {
		it.i++
		return chunkenc.ValFloat
	}
	return it.nextRun()
}

func (it *iterator) nextRun() chunkenc.ValueType {
	if len(it.rest) == 0 {
		*it = iterator{}
		return chunkenc.ValNone
	}
	*it = iterator{at: it.rest[0], i: 1, rest: it.rest[1:]}
	return chunkenc.ValFloat
}

// Seek goes to the first sample at t or later. It stays where it is if the current sample is at t or later.
func (it *iterator) Seek(t millis) chunkenc.ValueType {
	for len(it.at.times) == 0 || it.at.times[len(it.at.times)-1] < t {
		if it.nextRun() == chunkenc.ValNone {
			return chunkenc.ValNone
		}
	}
	from := max(it.i-1, 0)
	i, _ := slices.BinarySearch(it.at.times[from:], t)
	it.i = from + i + 1
	return chunkenc.ValFloat
}

func (it *iterator) At() (int64, float64) { return it.at.times[it.i-1], it.at.values[it.i-1] }
func (it *iterator) AtT() int64           { return it.at.times[it.i-1] }
func (*iterator) AtST() int64             { return 0 } // start times are not stored
func (*iterator) Err() error              { return nil }

// AtHistogram and AtFloatHistogram are never called: no sample is one.
func (*iterator) AtHistogram(*histogram.Histogram) (int64, *histogram.Histogram) {
	panic("BUG: a stored sample is no histogram")
}

func (*iterator) AtFloatHistogram(*histogram.FloatHistogram) (int64, *histogram.FloatHistogram) {
	panic("BUG: a stored sample is no histogram")
}
