package embedded

import (
	"context"
	"maps"
	"sync"

	vm "github.com/VictoriaMetrics/VictoriaMetrics/lib/storage"

	"headroom/storage/embedded/wal"
)

// Stats tell how much there is in a store.
type Stats struct {
	ActiveSeries   int    // series with new samples, see Options.IdleAfter
	PendingSamples int    // in the head and the log only
	Samples        uint64 // in the library, counting copies that are not merged yet
	DiskBytes      uint64 // of samples and index, without the log
	WALBytes       int64
	ReadOnly       bool

	NaNs    uint64            // dropped since the start
	Refused map[string]uint64 // since the start, by the reasons of storage.RefusedError

	// Recovered is what the log held at the start.
	Recovered wal.Recovered
}

// Stats returns the state of the store at this moment; nothing if it is closed.
func (s *Store) Stats() Stats {
	if s.enter(context.Background()) != nil {
		return Stats{}
	}
	defer s.users.Done()
	var m vm.Metrics
	s.db.UpdateMetrics(&m)
	t := &m.TableMetrics
	return Stats{
		ActiveSeries:   s.head.Active(),
		PendingSamples: s.head.Pending(),
		Samples:        t.TotalRowsCount(),
		DiskBytes:      t.SmallSizeBytes + t.BigSizeBytes + t.IndexDBMetrics.FileSizeBytes,
		WALBytes:       wal.Size(walDir(s.opts.Path)),
		ReadOnly:       s.db.IsReadOnly(),
		NaNs:           s.nans.Load(),
		Refused:        s.refused.copy(),
		Recovered:      s.recovered,
	}
}

// ActiveSeries returns the number of series with new samples.
func (s *Store) ActiveSeries() int { return s.head.Active() }

// ActiveSeriesOf returns that of one metric. Admit may call it.
func (s *Store) ActiveSeriesOf(metric string) int { return s.head.ActiveOf(metric) }

// counters count by reason.
type counters struct {
	mu sync.Mutex
	n  map[string]uint64
}

func (c *counters) add(by map[string]int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.n == nil {
		c.n = map[string]uint64{}
	}
	for reason, n := range by {
		c.n[reason] += uint64(n)
	}
}

func (c *counters) copy() map[string]uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.n)
}
