package embedded

import (
	"time"
	"unsafe"

	vm "github.com/VictoriaMetrics/VictoriaMetrics/lib/storage"

	"headroom/storage"
)

// onDisk is how long the library may take to write to disk what it was given:
// its parts in memory live for 5 s, and up to 13 s were measured under load.
const onDisk = 30 * time.Second

// flushed says that all samples of the segments before a number were handed to
// the library at a time.
type flushed struct {
	before uint64
	at     time.Time
}

// background makes checkpoints until the store is closed.
func (s *Store) background() {
	defer close(s.done)
	ticker := time.NewTicker(s.opts.FlushInterval)
	defer ticker.Stop()
	for {
		select {
		case <-s.stop:
			return
		case <-ticker.C:
		case <-s.full:
		}
		if err := s.checkpoint(); err != nil {
			s.opts.Logger.Error("The store could not make a checkpoint; it will try again", "err", err)
		}
		s.head.Sweep(time.Now().Add(-s.opts.IdleAfter).Unix(), &s.writing)
	}
}

// checkpoint hands all that was written so far to the library and starts a new
// segment of the log; segments that nobody needs any more are removed.
func (s *Store) checkpoint() error {
	s.checkpointMu.Lock()
	defer s.checkpointMu.Unlock()
	s.writing.Lock()
	err := s.log.Rotate(s.tooManyNames())
	segment := s.log.Segment()
	s.writing.Unlock()

	s.drain()
	s.db.DebugFlush()
	s.wake()
	if err != nil {
		return err
	}
	now := time.Now()
	s.flushed = append(s.flushed, flushed{segment, now})
	return s.removeSegments(now)
}

// tooManyNames tells whether most names in the log are of series that left.
func (s *Store) tooManyNames() bool {
	return s.log.Known() > 2*s.head.Active()+10_000
}

// removeSegments removes the segments whose samples are on disk by now.
// s.checkpointMu must be held.
func (s *Store) removeSegments(now time.Time) error {
	var before uint64
	for len(s.flushed) > 0 && now.Sub(s.flushed[0].at) >= onDisk {
		before = s.flushed[0].before
		s.flushed = s.flushed[1:]
	}
	if before == 0 {
		return nil
	}
	return s.log.Remove(before)
}

// drain moves the samples of the head to the library.
func (s *Store) drain() {
	f := newFlusher(s.db)
	s.head.Drain(time.Now().Unix(), f.add)
	f.flush()
}

// flusher hands samples to the library in large batches: runs of one series
// cost it a quarter of single samples.
type flusher struct {
	db   *vm.Storage
	rows []vm.MetricRow
}

// flushRows is the library's own batch.
const flushRows = 8000

func newFlusher(db *vm.Storage) *flusher {
	return &flusher{db: db, rows: make([]vm.MetricRow, 0, flushRows)}
}

func (f *flusher) add(key string, samples []storage.Sample) {
	name := unsafe.Slice(unsafe.StringData(key), len(key)) // the library only reads it
	for i := range samples {
		if len(f.rows) == flushRows {
			f.flush()
		}
		f.rows = append(f.rows, vm.MetricRow{MetricNameRaw: name, Timestamp: samples[i].Timestamp, Value: samples[i].Value})
	}
}

func (f *flusher) flush() {
	f.db.AddRows(f.rows, 64)
	f.rows = f.rows[:0]
}
