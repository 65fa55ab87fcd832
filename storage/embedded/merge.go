package embedded

import (
	"fmt"
	"math"
	"slices"
	"strings"

	vm "github.com/VictoriaMetrics/VictoriaMetrics/lib/storage"

	"headroom/storage"
	"headroom/storage/head"
)

// columns are samples of one series, their times increasing strictly.
type columns struct {
	times  []int64
	values []float64
}

// merger joins what the library and the head hold of a series.
type merger struct {
	*selection
	tr vm.TimeRange
	f  func(*storage.Block) error

	block      vm.Block
	held, next columns // held is not handed out yet: later blocks may overlap it
	fresh      columns // of the head, what is not in held yet
	merged     columns // memory for join
	out        storage.Block
	minutes    bool // the series has one value a minute, see correctable
	asked      storage.TimeRange
}

// series hands out the samples of one series. The library gives its blocks in
// order of their first sample, but they may overlap.
func (m *merger) series(s *selected, asked storage.TimeRange) error {
	m.out.Labels = head.Labels(s.key)
	slices.SortFunc(m.out.Labels, func(a, b storage.Label) int { return strings.Compare(a.Name, b.Name) })
	m.minutes = correctable(m.out.Labels)
	m.asked = asked
	m.held.reset()
	m.fresh.set(s.fresh)
	for i := s.first; i != 0; i = m.blocks[i-1].next {
		if err := m.read(&m.blocks[i-1].ref); err != nil {
			return err
		}
		if err := m.push(); err != nil {
			return err
		}
	}
	return m.emitBefore(math.MaxInt64)
}

// read reads a block of the library into next.
func (m *merger) read(ref *vm.BlockRef) error {
	ref.MustReadBlock(&m.block)
	if err := m.block.UnmarshalData(); err != nil {
		return fmt.Errorf("read a stored block of %v: %w", m.out.Labels, err)
	}
	m.next.reset()
	m.next.times, m.next.values = m.block.AppendRowsWithTimeRangeFilter(m.next.times, m.next.values, m.tr)
	m.next.dedupe()
	return nil
}

// push joins next with what is held if they overlap. Otherwise it hands out
// what is held, and holds next.
func (m *merger) push() error {
	if len(m.next.times) == 0 {
		return nil
	}
	first := m.next.times[0]
	if m.minutes {
		first = floorMinute(first)
	}
	if n := len(m.held.times); n > 0 && m.held.times[n-1] >= first {
		m.join(&m.next)
		return nil
	}
	err := m.emitBefore(first)
	m.held, m.next = m.next, m.held
	return err
}

// join joins samples with those that are held.
func (m *merger) join(c *columns) {
	m.merged.merge(&m.held, c)
	m.held, m.merged = m.merged, m.held
}

// emitBefore hands out what is held, all of which lies before a time, with what
// the head has before that time.
func (m *merger) emitBefore(t int64) error {
	if n, _ := slices.BinarySearch(m.fresh.times, t); n > 0 {
		m.join(&columns{m.fresh.times[:n], m.fresh.values[:n]})
		m.fresh = columns{m.fresh.times[n:], m.fresh.values[n:]}
	}
	if m.minutes {
		m.held.collapse()
	}
	return m.emit()
}

// emit hands out what is held, cut to what was asked for.
func (m *merger) emit() error {
	c := &m.held
	from, _ := slices.BinarySearch(c.times, m.asked.From)
	to, found := slices.BinarySearch(c.times, m.asked.To)
	if found {
		to++
	}
	if from >= to {
		return nil
	}
	m.out.Timestamps, m.out.Values = c.times[from:to], c.values[from:to]
	return m.f(&m.out)
}

func (c *columns) reset() { c.times, c.values = c.times[:0], c.values[:0] }

// set takes samples in the order of their arrival; of equal times the last.
func (c *columns) set(samples []storage.Sample) {
	c.reset()
	byTime := func(a, b storage.Sample) int { return int(min(1, max(-1, a.Timestamp-b.Timestamp))) }
	if !slices.IsSortedFunc(samples, byTime) {
		slices.SortStableFunc(samples, byTime)
	}
	for i := range samples {
		c.times = append(c.times, samples[i].Timestamp)
		c.values = append(c.values, samples[i].Value)
	}
	c.dedupe()
}

// dedupe keeps the last of equal times. Nearly always there are none.
func (c *columns) dedupe() {
	n := 1
	for n < len(c.times) && c.times[n-1] < c.times[n] {
		n++
	}
	for i := n; i < len(c.times); i++ {
		if c.times[i] == c.times[n-1] {
			n--
		}
		c.times[n], c.values[n] = c.times[i], c.values[i]
		n++
	}
	c.times, c.values = c.times[:min(n, len(c.times))], c.values[:min(n, len(c.values))]
}

// merge sets c to the samples of a and b; of equal times that of b.
func (c *columns) merge(a, b *columns) {
	c.reset()
	i, j := 0, 0
	for i < len(a.times) && j < len(b.times) {
		switch {
		case a.times[i] < b.times[j]:
			c.times, c.values = append(c.times, a.times[i]), append(c.values, a.values[i])
			i++
		case a.times[i] == b.times[j]:
			i++
		default:
			c.times, c.values = append(c.times, b.times[j]), append(c.values, b.values[j])
			j++
		}
	}
	c.times = append(append(c.times, a.times[i:]...), b.times[j:]...)
	c.values = append(append(c.values, a.values[i:]...), b.values[j:]...)
}

func correctable(labels []storage.Label) bool {
	return storage.Minutely(storage.Value(labels, storage.MetricName))
}

const minute = 60_000 // ms

func floorMinute(t int64) int64 { return t - (t%minute+minute)%minute }

// lastOfMinute is the last millisecond of t's minute.
func lastOfMinute(t int64) int64 {
	return max(t, floorMinute(t)+minute-1) // of the end of time, t
}

// collapse keeps the last sample of each minute, at the minute's start.
func (c *columns) collapse() {
	for i := range c.times {
		c.times[i] = floorMinute(c.times[i])
	}
	c.dedupe()
}
