package embedded

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"time"

	vm "github.com/VictoriaMetrics/VictoriaMetrics/lib/storage"

	"headroom/storage"
	"headroom/storage/embedded/wal"
	"headroom/storage/head"
)

// lockDir makes sure that only one process has the directory.
func lockDir(path string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(path, "lock"), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fmt.Errorf("open the store: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("open the store: %s is in use by another process: %w", path, err)
	}
	return f, nil
}

// prepare sets what the library has for the whole process.
var prepare sync.Once

func prepareLibrary(o Options) {
	if !flag.Parsed() {
		_ = flag.CommandLine.Parse(nil) // the library insists; its flags are not ours
	}
	_ = flag.Set("loggerLevel", "WARN")
	if o.MemoryBytes > 0 {
		_ = flag.Set("memory.allowedBytes", strconv.FormatInt(o.MemoryBytes, 10))
	}
	vm.SetFreeDiskSpaceLimit(o.MinFreeDisk)
}

// openDB opens the library's storage, whose errors are panics.
func openDB(o Options) (db *vm.Storage, err error) {
	prepare.Do(func() { prepareLibrary(o) })
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("open the store in %s: %v", o.Path, p)
		}
	}()
	return vm.MustOpenStorage(filepath.Join(o.Path, "data"), vm.OpenOptions{Retention: o.Retention, FutureRetention: o.Future}), nil
}

// openLog stores what the log holds and starts a new one.
func (s *Store) openLog() error {
	dir, start := walDir(s.opts.Path), time.Now()
	r := replay{store: s, runs: map[string][]storage.Sample{}}
	recovered, err := wal.Replay(dir, wal.Handler{Samples: r.samples, Deletion: r.deletion})
	if err != nil {
		return fmt.Errorf("open the store: %w", err)
	}
	r.flush()
	s.recovered = recovered
	s.logRecovered(time.Since(start))
	if s.log, err = wal.Open(dir, s.opts.WALSync == SyncCommit); err != nil {
		return fmt.Errorf("open the store: %w", err)
	}
	s.flushed = []flushed{{before: s.log.Segment(), at: time.Now()}}
	return nil
}

// replay hands what the log holds to the library, in runs of one series.
type replay struct {
	store   *Store
	runs    map[string][]storage.Sample
	pending int
}

func (r *replay) samples(key string, samples []storage.Sample) {
	if !head.ValidKey(key) {
		return
	}
	r.runs[key] = append(r.runs[key], samples...)
	if r.pending += len(samples); r.pending >= r.store.opts.MaxPending {
		r.flush()
	}
}

func (r *replay) deletion(matchers []storage.Matcher) error {
	r.flush()
	_, err := r.store.deleteStored(matchers)
	return err
}

func (r *replay) flush() {
	f := newFlusher(r.store.db)
	for key, samples := range r.runs {
		f.add(key, samples)
	}
	f.flush()
	r.store.db.DebugFlush()
	clear(r.runs)
	r.pending = 0
}

func (s *Store) logRecovered(took time.Duration) {
	r := s.recovered
	if r.Samples > 0 || r.Torn > 0 {
		s.opts.Logger.Info("Recovered samples from the write-ahead log", "samples", r.Samples, "segments", r.Segments,
			"torn_bytes", r.Torn, "duration", took)
	}
	if err := errors.Join(r.Damaged...); err != nil {
		s.opts.Logger.Error("The write-ahead log is damaged: acknowledged samples may be missing", "err", err)
	}
}
