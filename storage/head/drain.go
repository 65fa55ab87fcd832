package head

import (
	"sync"
	"time"

	"headroom/storage"
)

// settle is how long the storage below may take to find a new series, even
// after it was told to flush: its index remembers empty answers for 10 s.
const settle = 15 * time.Second

// Drain hands the samples that came since the last Drain to f, series by
// series, and forgets those of the Drain before: by then the storage below has
// to show them. Only samples of a series younger than 15 s are kept longer.
// now is in Unix seconds. The samples are valid until f returns, the key always.
// Only one Drain may run at a time; others may write and read.
func (h *Head) Drain(now int64, f func(key string, samples []storage.Sample)) {
	var all []*Series
	for i := range h.shards {
		sh := &h.shards[i]
		all = sh.appendAll(all[:0])
		for _, s := range all {
			h.pending.Add(-int64(s.drain(now, f)))
		}
	}
}

// appendAll appends the series of the shard, metric by metric.
func (sh *shard) appendAll(dst []*Series) []*Series {
	sh.mu.RLock()
	defer sh.mu.RUnlock()
	for _, g := range sh.metrics {
		dst = append(dst, g.series...)
	}
	return dst
}

func (s *Series) drain(now int64, f func(string, []storage.Sample)) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.drained > 0 && now-s.firstDrain >= int64(settle/time.Second) {
		s.forget()
	}
	fresh := s.samples[s.drained:]
	if len(fresh) == 0 {
		return 0
	}
	if s.firstDrain == 0 {
		s.firstDrain = now
	}
	f(s.key, fresh)
	s.drained = len(s.samples)
	return len(fresh)
}

// usualRoom is room for so many samples that a series may keep it: a minute or
// two of most senders.
const usualRoom = 32

// forget drops the drained samples. Memory that a burst needed, such as the
// loading of history, is given back.
func (s *Series) forget() {
	rest := s.samples[s.drained:]
	if cap(s.samples) > max(usualRoom, 4*len(rest)) {
		s.samples = append([]storage.Sample(nil), rest...)
	} else {
		s.samples = s.samples[:copy(s.samples, rest)]
	}
	s.drained = 0
}

// Sweep lets the series leave that hold no samples and were not written to
// since before (Unix seconds), and returns how many left. It holds writers, a
// lock that keeps them out between Enter and Append, for short times only.
func (h *Head) Sweep(before int64, writers sync.Locker) (n int) {
	for i := range h.shards {
		sh := &h.shards[i]
		sh.mu.RLock()
		idle := sh.idle(before)
		sh.mu.RUnlock()
		if idle {
			writers.Lock()
			n += h.remove(sh, func(s *Series) bool { return s.idle(before) })
			writers.Unlock()
		}
	}
	return n
}

// idle tells whether a series can leave. sh.mu must be held, for reading.
func (sh *shard) idle(before int64) bool {
	for _, g := range sh.metrics {
		for _, s := range g.series {
			if s.idle(before) {
				return true
			}
		}
	}
	return false
}

func (s *Series) idle(before int64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seen.Load() < before && len(s.samples) == 0
}

// Delete removes the series that match, with their samples. No writer may be
// between Enter and Append.
func (h *Head) Delete(matchers []storage.Matcher) (n int) {
	m := compile(matchers)
	for i := range h.shards {
		n += h.remove(&h.shards[i], func(s *Series) bool { return m.match(s.key) })
	}
	return n
}

func (h *Head) remove(sh *shard, leaves func(*Series) bool) (n int) {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	for _, g := range sh.metrics {
		for i := len(g.series) - 1; i >= 0; i-- {
			s := g.series[i]
			if !leaves(s) {
				continue
			}
			s.gone.Store(true)
			sh.remove(s)
			n++
			h.count(g.metric, -1)
			h.pending.Add(-int64(len(s.samples) - s.drained))
			if h.opts.Leave != nil {
				h.opts.Leave(Labels(s.key))
			}
		}
	}
	return n
}
