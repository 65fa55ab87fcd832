// Package wal is the write-ahead log of the embedded store: what was
// acknowledged stands here until it is surely in the storage itself.
//
// Writers that come together share one fsync. Names of series are written once
// per generation of the log and are referred to by number, so a sample costs
// about eleven bytes. The format is described in docs/wal.md.
package wal

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"sync"
)

// Ref is the number of a series in a generation of the log. Zero is no series.
type Ref uint64

func makeRef(generation, id uint32) Ref { return Ref(generation)<<32 | Ref(id) }

func (r Ref) generation() uint32 { return uint32(r >> 32) }
func (r Ref) id() uint32         { return uint32(r) }

// Log is an open log. All methods may be called at the same time, except that
// Rotate must not run beside a writer that is between Name and Append.
type Log struct {
	dir   string
	fsync bool

	commitMu sync.Mutex // held while a batch is written; taken before mu
	names    *file
	segment  *file

	mu         sync.Mutex // protects the fields below
	pending    *commit
	generation uint32
	known      uint32 // names in this generation
	number     uint64 // of the segment
	failed     error
}

// commit is what is written and synced together.
type commit struct {
	names, records []byte
	done           bool // protected by Log.commitMu, as err
	err            error
}

// Open starts a new segment, in a new generation, behind all that stands in
// dir. What stood there has to be read by [Replay] before. With fsync, Append
// returns after the disk has it, otherwise after the operating system has it.
func Open(dir string, fsync bool) (*Log, error) {
	files, err := list(dir)
	if err != nil {
		return nil, err
	}
	l := &Log{dir: dir, fsync: fsync, pending: &commit{}}
	for _, s := range files.segments {
		l.number = max(l.number, s.number)
	}
	for _, s := range files.names {
		l.generation = max(l.generation, uint32(s.number))
	}
	if err := l.Rotate(true); err != nil {
		return nil, err
	}
	return l, nil
}

// Name returns the reference of a series: ref itself if it is one of this
// generation, a new one otherwise.
func (l *Log) Name(ref Ref, key string) Ref {
	l.mu.Lock()
	defer l.mu.Unlock()
	if ref.generation() == l.generation {
		return ref
	}
	l.known++
	l.pending.names = appendName(l.pending.names, key)
	return makeRef(l.generation, l.known)
}

// Generation tells which references are valid; it changes in Rotate only.
func (l *Log) Generation() uint32 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.generation
}

// Known returns the number of names in this generation.
func (l *Log) Known() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return int(l.known)
}

// Valid tells whether ref belongs to a generation.
func (r Ref) Valid(generation uint32) bool { return r.generation() == generation }

// Append writes a record and returns once it is durable. After an error the
// log takes nothing more until it is rotated into a new generation.
func (l *Log) Append(record []byte) error {
	l.mu.Lock()
	if l.failed != nil {
		l.mu.Unlock()
		return l.failed
	}
	c := l.pending
	c.records = appendFrame(c.records, record)
	l.mu.Unlock()

	l.commitMu.Lock()
	defer l.commitMu.Unlock()
	if !c.done {
		l.commitLocked()
	}
	return c.err
}

// commitLocked writes what is pending. l.commitMu must be held.
func (l *Log) commitLocked() {
	l.mu.Lock()
	c := l.pending
	l.pending = &commit{}
	c.err = l.failed
	l.mu.Unlock()

	c.done = true
	if c.err == nil {
		c.err = l.write(c)
	}
	if c.err != nil {
		l.mu.Lock()
		l.failed = c.err
		l.mu.Unlock()
	}
}

func (l *Log) write(c *commit) error {
	// Names first: a record must never refer to a name that was lost.
	if err := l.names.append(c.names, l.fsync); err != nil {
		return err
	}
	return l.segment.append(c.records, l.fsync)
}

// Sync makes all that was appended durable, also in a log without fsync.
func (l *Log) Sync() error {
	l.commitMu.Lock()
	defer l.commitMu.Unlock()
	return errors.Join(l.names.sync(), l.segment.sync())
}

// Rotate closes the segment and starts the next. If renew is set, or after an
// error, a new generation starts with it, in which every series has to be
// named again.
func (l *Log) Rotate(renew bool) error {
	l.commitMu.Lock()
	defer l.commitMu.Unlock()
	l.mu.Lock()
	defer l.mu.Unlock()
	if renew || l.failed != nil {
		if err := l.renewLocked(); err != nil {
			return err
		}
	}
	segment, err := create(segmentPath(l.dir, l.number+1), segmentHeader(l.generation))
	if err != nil {
		return fmt.Errorf("start segment %d of the write-ahead log: %w", l.number+1, err)
	}
	l.segment.close()
	l.segment = segment
	l.number++
	l.failed = nil
	return nil
}

// renewLocked starts a generation. l.commitMu and l.mu must be held.
func (l *Log) renewLocked() error {
	names, err := create(namesPath(l.dir, l.generation+1), namesHeader())
	if err != nil {
		return fmt.Errorf("start generation %d of the write-ahead log: %w", l.generation+1, err)
	}
	l.names.close()
	l.names = names
	l.generation++
	l.known = 0
	l.pending = &commit{}
	// Until there is a segment of this generation nothing can be appended.
	l.failed = errors.New("the write-ahead log has no segment")
	return nil
}

// Segment returns the number of the segment that is being written.
func (l *Log) Segment() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.number
}

// Remove removes the segments before number, and the names that only they used.
func (l *Log) Remove(number uint64) error {
	files, err := list(l.dir)
	if err != nil {
		return err
	}
	oldest := l.Generation()
	for _, s := range files.segments {
		if s.number >= number {
			oldest = min(oldest, s.generation)
			continue
		}
		if err := os.Remove(s.path); err != nil {
			return fmt.Errorf("remove a segment of the write-ahead log: %w", err)
		}
	}
	for _, s := range files.names {
		if uint32(s.number) < oldest {
			if err := os.Remove(s.path); err != nil {
				return fmt.Errorf("remove names of the write-ahead log: %w", err)
			}
		}
	}
	return nil
}

// Clear removes a log that was closed, when all that stood in it is stored:
// segments first, since a segment is nothing without its names.
func (l *Log) Clear() error {
	if err := l.Remove(math.MaxUint64); err != nil {
		return err
	}
	files, err := list(l.dir)
	if err != nil {
		return err
	}
	for _, s := range files.names {
		if err := os.Remove(s.path); err != nil {
			return fmt.Errorf("remove names of the write-ahead log: %w", err)
		}
	}
	return nil
}

// Size returns the bytes of the log on disk.
func Size(dir string) (bytes int64) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return 0
	}
	for _, e := range entries {
		if info, err := os.Stat(filepath.Join(dir, e.Name())); err == nil {
			bytes += info.Size()
		}
	}
	return bytes
}

// Close closes the files; nothing is removed.
func (l *Log) Close() error {
	err := l.Sync()
	l.commitMu.Lock()
	defer l.commitMu.Unlock()
	l.names.close()
	l.segment.close()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.failed = errors.New("the write-ahead log is closed")
	return err
}
