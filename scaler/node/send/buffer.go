package send

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// buffer keeps requests in the order in which they were made, each in a file of its
// own that is named by its time. A file is whole or not there, since it gets its name
// when it is written; it is not forced to the disk, so that a loss of power may take
// the last ones.
type buffer struct {
	dir                 string
	maxBytes, maxMemory int64

	mu            sync.Mutex
	entries       []entry // the oldest first
	bytes, memory int64   // of those on disk, of the others
	dropped       int64   // to stay below the limits, or because they cannot be read
}

// entry is one request.
type entry struct {
	at   int64 // milliseconds
	size int64
	body []byte // nil: it is on disk
}

const (
	suffix     = ".write"
	unfinished = ".part"
	block      = 4 << 10 // a file takes whole blocks of the disk
)

func openBuffer(dir string, maxBytes, maxMemory int64) (*buffer, error) {
	b := &buffer{dir: dir, maxBytes: maxBytes, maxMemory: maxMemory}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the buffer of remote write: %w", err)
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("read the buffer of remote write: %w", err)
	}
	for _, f := range files {
		b.found(f)
	}
	slices.SortFunc(b.entries, func(x, y entry) int { return cmp.Compare(x.at, y.at) })
	b.shrink()
	return b, nil
}

// found takes up a file that an earlier run left. What that run has not finished goes.
func (b *buffer) found(f fs.DirEntry) {
	if strings.HasSuffix(f.Name(), unfinished) {
		os.Remove(filepath.Join(b.dir, f.Name()))
		return
	}
	name, ours := strings.CutSuffix(f.Name(), suffix)
	at, err := strconv.ParseInt(name, 10, 64)
	info, infoErr := f.Info()
	if ours && err == nil && infoErr == nil {
		b.add(entry{at: at, size: blocks(info.Size())})
	}
}

func blocks(size int64) int64 { return (size + block - 1) / block * block }

func (b *buffer) path(at int64) string {
	return filepath.Join(b.dir, fmt.Sprintf("%013d%s", at, suffix))
}

// add counts an entry in.
func (b *buffer) add(e entry) {
	b.entries = append(b.entries, e)
	if e.body == nil {
		b.bytes += e.size
	} else {
		b.memory += e.size
	}
}

// push appends a request. If the disk does not take it, the request is kept in memory
// and the error says why.
func (b *buffer) push(at int64, body []byte) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	e := entry{at: at, size: blocks(int64(len(body)))}
	err := b.write(at, body)
	if err != nil {
		e.body, e.size = slices.Clone(body), int64(len(body))
	}
	b.add(e)
	b.shrink()
	return err
}

func (b *buffer) write(at int64, body []byte) error {
	part := b.path(at) + unfinished
	err := os.WriteFile(part, body, 0o600)
	if err == nil {
		err = os.Rename(part, b.path(at))
	}
	if err != nil {
		return fmt.Errorf("write to the buffer of remote write: %w", errors.Join(err, removeIfThere(part)))
	}
	return nil
}

func removeIfThere(name string) error {
	if err := os.Remove(name); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// shrink drops the oldest until the limits hold.
func (b *buffer) shrink() {
	drop := func(onDisk bool) {
		i := slices.IndexFunc(b.entries, func(e entry) bool { return (e.body == nil) == onDisk })
		b.cut(i)
		b.dropped++
	}
	for b.bytes > b.maxBytes {
		drop(true)
	}
	for b.memory > b.maxMemory {
		drop(false)
	}
}

// cut takes entry i out.
func (b *buffer) cut(i int) {
	e := b.entries[i]
	b.entries = slices.Delete(b.entries, i, i+1)
	if e.body != nil {
		b.memory -= e.size
		return
	}
	b.bytes -= e.size
	os.Remove(b.path(e.at)) // if it stays, it is sent again after a restart: that is allowed
}

// first reads the oldest request. What cannot be read is dropped.
func (b *buffer) first() (at int64, body []byte, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for len(b.entries) > 0 {
		e := b.entries[0]
		if e.body != nil {
			return e.at, e.body, true
		}
		if body, err := os.ReadFile(b.path(e.at)); err == nil && len(body) > 0 {
			return e.at, body, true
		}
		b.cut(0)
		b.dropped++
	}
	return 0, nil, false
}

// remove takes a request out that is done. It may have been dropped meanwhile.
func (b *buffer) remove(at int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if i := slices.IndexFunc(b.entries, func(e entry) bool { return e.at == at }); i >= 0 {
		b.cut(i)
	}
}

// save tries to bring to disk what is in memory, before the daemon ends.
func (b *buffer) save() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i := range b.entries {
		e := &b.entries[i]
		if e.body == nil {
			continue
		}
		if err := b.write(e.at, e.body); err != nil {
			return err
		}
		b.memory -= e.size
		e.size, e.body = blocks(e.size), nil
		b.bytes += e.size
	}
	return nil
}

// newest is the time of the last request; 0: there is none.
func (b *buffer) newest() int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	if n := len(b.entries); n > 0 {
		return b.entries[n-1].at
	}
	return 0
}
