// Package embedded keeps samples on this machine: VictoriaMetrics' storage
// library for history, a write-ahead log for what the library has not written
// to disk yet, and a head that holds the newest samples in memory.
//
// # What a crash can lose
//
// A Write that has returned nil is in the log.
//
//   - With SyncCommit the log is on the disk by then: neither a kill -9 nor a
//     power loss loses an acknowledged sample.
//   - With SyncNone the operating system has it: a kill -9 of this program loses
//     nothing either; a crash of the system or a power loss can lose what came
//     since the last checkpoint but one, with the default FlushInterval up to
//     two and a half minutes, usually the 30 s that Linux keeps written pages.
//
// A request that was under way when the program died may be kept whole, or not
// at all. At start, what is in the log is stored again; a sample that had been
// stored already reads as one. Deletions are in the log too, and are repeated.
//
// # What can be read
//
// A sample can be read as soon as Write has returned. Of samples of equal times
// of a series the one that came last is kept, as long as the earlier one is in
// the head; after that, either. A sample later than others of its series is
// taken, at any age inside of the retention.
//
// Metrics whose names start with headroom_module_ have one value a minute, and
// can be corrected: a correction of minute m is written at m + k ms, k from 1 to
// 59,999, the newest with the highest k. All samples of such a minute read as
// one: the last, at the minute's start.
//
// Values are kept as decimal numbers of up to 53 bits; a run of samples of one
// series that mixes magnitudes further apart than that loses the small ones.
// A NaN other than Prometheus' staleness marker is not kept (and counted).
package embedded

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	vm "github.com/VictoriaMetrics/VictoriaMetrics/lib/storage"

	"headroom/storage"
	"headroom/storage/embedded/wal"
	"headroom/storage/head"
)

// When the log reaches the disk.
const (
	SyncCommit = "commit" // before Write returns
	SyncNone   = "none"   // when the operating system writes it
)

// Options of [Open]. Zero values stand for the defaults.
type Options struct {
	Path      string        // directory, is created
	Retention time.Duration // older samples are refused and, month by month, removed; default 400 days
	Future    time.Duration // samples further ahead are refused; default 400 days, at least 2
	WALSync   string        // SyncCommit (default) or SyncNone

	// FlushInterval is how often samples move from the head to the storage,
	// default one minute. Longer runs of a series cost less CPU a sample.
	FlushInterval time.Duration
	// MaxPending is how many samples may wait in the head before they move
	// early, 16 bytes each; default 4 million. With twice as many, Write waits.
	MaxPending int
	// IdleAfter is when a series without new samples is no longer active,
	// default 15 minutes.
	IdleAfter time.Duration

	MaxSeries   int   // the most series a query may match, default 1 million
	MinFreeDisk int64 // bytes; with less, Write returns storage.ErrReadOnly; default 100 MiB
	// MemoryBytes is what the caches of the storage are sized by, 0 for 60 % of
	// the machine's or the cgroup's limit. The first store of a process decides.
	MemoryBytes int64

	// Observer, Admit and Leave are told about series and samples as they are
	// accepted, see package head.
	head.Options

	Logger *slog.Logger // default slog.Default
}

func (o *Options) setDefaults() error {
	const day = 24 * time.Hour
	setDefault(&o.Retention, 400*day)
	setDefault(&o.Future, 400*day)
	setDefault(&o.WALSync, SyncCommit)
	setDefault(&o.FlushInterval, time.Minute)
	setDefault(&o.MaxPending, 4_000_000)
	setDefault(&o.IdleAfter, 15*time.Minute)
	setDefault(&o.MaxSeries, 1_000_000)
	setDefault(&o.MinFreeDisk, 100<<20)
	setDefault(&o.Logger, slog.Default())
	o.Future = max(o.Future, 2*day) // the library takes less as two days
	if o.Path == "" {
		return errors.New("open the store: no path is given")
	}
	if o.WALSync != SyncCommit && o.WALSync != SyncNone {
		return fmt.Errorf("open the store: wal_sync is %q, want %q or %q", o.WALSync, SyncCommit, SyncNone)
	}
	return nil
}

func setDefault[T comparable](v *T, to T) {
	var zero T
	if *v == zero {
		*v = to
	}
}

// Store is an open store. It is also a prometheus.Collector of its own state.
type Store struct {
	opts Options
	lock *os.File
	db   *vm.Storage
	head *head.Head
	log  *wal.Log

	// writing is held for reading by each Write from its record in the log to
	// its samples in the head, so that who holds it finds both alike.
	writing sync.RWMutex

	checkpointMu sync.Mutex // held for a whole checkpoint; taken before writing
	flushed      []flushed  // segments whose samples were handed to db, oldest first; protected by checkpointMu

	full chan struct{} // asks for a checkpoint
	room *sync.Cond    // signaled after each checkpoint
	stop chan struct{}
	done chan struct{} // closed when the background has ended

	closeOnce sync.Once
	closeErr  error
	closed    atomic.Bool

	usersMu sync.Mutex     // held while users grows or closed is set
	users   sync.WaitGroup // calls that use the library

	recovered wal.Recovered
	nans      atomic.Uint64
	refused   counters
}

// Open opens the store in a directory, and stores what the log holds. Only one
// process can have it open.
func Open(opts Options) (*Store, error) {
	if err := opts.setDefaults(); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(walDir(opts.Path), 0o755); err != nil {
		return nil, fmt.Errorf("open the store: %w", err)
	}
	lock, err := lockDir(opts.Path)
	if err != nil {
		return nil, err
	}
	db, err := openDB(opts)
	if err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	s := &Store{opts: opts, lock: lock, db: db, head: head.New(opts.Options),
		full: make(chan struct{}, 1), room: sync.NewCond(&sync.Mutex{}), stop: make(chan struct{}), done: make(chan struct{})}
	if err := s.openLog(); err != nil {
		db.MustClose()
		return nil, errors.Join(err, lock.Close())
	}
	go s.background()
	return s, nil
}

func walDir(path string) string { return filepath.Join(path, "wal") }

// Close stores everything and releases the directory. Later calls do nothing.
func (s *Store) Close() error {
	s.closeOnce.Do(func() { s.closeErr = s.close() })
	return s.closeErr
}

func (s *Store) close() error {
	close(s.stop)
	<-s.done
	s.usersMu.Lock()
	s.closed.Store(true)
	s.usersMu.Unlock()
	s.wake()
	s.users.Wait()

	s.drain()
	s.db.MustClose() // writes everything to disk
	err := errors.Join(s.log.Close(), s.log.Clear())
	return errors.Join(err, s.lock.Close())
}

// Flush makes all that was written durable. It can be read already.
func (s *Store) Flush(ctx context.Context) error {
	if err := s.enter(ctx); err != nil {
		return err
	}
	defer s.users.Done()
	return errors.Join(s.checkpoint(), s.log.Sync())
}

// enter begins a call, whose end is s.users.Done. The store is closed after all
// calls have ended; those that come later get an error.
func (s *Store) enter(ctx context.Context) error {
	s.usersMu.Lock()
	defer s.usersMu.Unlock()
	if s.closed.Load() {
		return errClosed
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	s.users.Add(1)
	return nil
}

var errClosed = errors.New("the store is closed")

var _ storage.Store = (*Store)(nil)
