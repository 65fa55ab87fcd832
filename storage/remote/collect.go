package remote

import (
	"slices"

	"headroom/storage"
)

// collector gathers the samples of one series after the other and hands each
// series on as the interface of the store promises it.
type collector struct {
	query     storage.Query
	maxSeries int
	f         func(*storage.Block) error

	block  storage.Block
	series int
}

// add takes samples of a series. The samples of one series follow each other.
func (c *collector) add(labels []storage.Label, times []int64, values []float64) error {
	if c.series == 0 || !slices.Equal(labels, c.block.Labels) {
		if err := c.flush(); err != nil {
			return err
		}
		if c.series++; c.series > c.maxSeries {
			return &storage.LimitError{What: "series", Limit: c.maxSeries}
		}
		c.block.Labels = slices.Clone(labels)
	}
	c.block.Timestamps = append(c.block.Timestamps, times...)
	c.block.Values = append(c.block.Values, values...)
	return nil
}

// flush hands on the series that was gathered.
func (c *collector) flush() error {
	b := &c.block
	tidy(b)
	if corrected(storage.Value(b.Labels, storage.MetricName)) {
		collapse(b)
	}
	trim(b, c.query.Range)
	defer func() { b.Timestamps, b.Values = b.Timestamps[:0], b.Values[:0] }()
	if len(b.Timestamps) == 0 {
		return nil
	}
	out := *b // f may not grow or cut the slices that are used again
	return c.f(&out)
}

// tidy makes times increase strictly; of equal ones the last stays. Stores send
// them so already, but for samples that were written twice.
func tidy(b *storage.Block) {
	if !slices.IsSorted(b.Timestamps) {
		sortByTime(b)
	}
	n := 0
	for i, t := range b.Timestamps {
		if n > 0 && b.Timestamps[n-1] == t {
			n--
		}
		b.Timestamps[n], b.Values[n] = t, b.Values[i]
		n++
	}
	b.Timestamps, b.Values = b.Timestamps[:n], b.Values[:n]
}

func sortByTime(b *storage.Block) {
	samples := make([]storage.Sample, len(b.Timestamps))
	for i, t := range b.Timestamps {
		samples[i] = storage.Sample{Timestamp: t, Value: b.Values[i]}
	}
	slices.SortStableFunc(samples, func(x, y storage.Sample) int {
		return int(min(max(x.Timestamp-y.Timestamp, -1), 1))
	})
	for i, s := range samples {
		b.Timestamps[i], b.Values[i] = s.Timestamp, s.Value
	}
}

// trim cuts a block to a range: stores answer whole chunks.
func trim(b *storage.Block, r storage.TimeRange) {
	from, _ := slices.BinarySearch(b.Timestamps, r.From)
	to, _ := slices.BinarySearch(b.Timestamps, r.To+1)
	to = max(from, to)
	b.Timestamps, b.Values = b.Timestamps[from:to], b.Values[from:to]
}

const (
	minute      = 60_000     // ms
	widestDelay = minute - 1 // of a correction after its minute, ms
)

// corrected tells whether a metric is one of the minute series that Headroom
// writes itself. A correction of a minute lies up to 59,999 ms after it.
func corrected(metric string) bool { return storage.Minutely(metric) }

// collapse leaves the last sample of each minute, at the minute's start.
func collapse(b *storage.Block) {
	for i, t := range b.Timestamps {
		b.Timestamps[i] = t - t%minute
	}
	tidy(b)
}

// widened is the range to read so that no correction of its last minute is missed.
func widened(q storage.Query) storage.TimeRange {
	for _, m := range q.Matchers {
		if m.Name == storage.MetricName && m.Op == storage.Equal && !corrected(m.Value) {
			return q.Range
		}
	}
	return storage.TimeRange{From: q.Range.From, To: q.Range.To + widestDelay}
}
