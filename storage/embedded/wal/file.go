package wal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// The files of a log: names.G holds the names of generation G, segment.N the
// records of segment N. Both start with a header of 16 bytes.
const (
	namesPrefix   = "names."
	segmentPrefix = "segment."
	headerSize    = 16
	version       = 1
)

func namesPath(dir string, generation uint32) string {
	return filepath.Join(dir, fmt.Sprintf("%s%08d", namesPrefix, generation))
}

func segmentPath(dir string, number uint64) string {
	return filepath.Join(dir, fmt.Sprintf("%s%08d", segmentPrefix, number))
}

// header is magic (8 bytes), version (4) and the generation (4).
func header(magic string, generation uint32) []byte {
	h := make([]byte, 0, headerSize)
	h = append(h, magic...)
	h = binary.LittleEndian.AppendUint32(h, version)
	return binary.LittleEndian.AppendUint32(h, generation)
}

const (
	namesMagic   = "hr-names"
	segmentMagic = "hr-segmt"
)

func namesHeader() []byte                    { return header(namesMagic, 0) }
func segmentHeader(generation uint32) []byte { return header(segmentMagic, generation) }

// checkHeader returns the generation in a header and what follows it.
func checkHeader(b []byte, magic string) (generation uint32, rest []byte, err error) {
	if len(b) < headerSize {
		return 0, nil, io.ErrUnexpectedEOF
	}
	if string(b[:8]) != magic {
		return 0, nil, fmt.Errorf("starts with %q instead of %q", b[:8], magic)
	}
	if v := binary.LittleEndian.Uint32(b[8:]); v != version {
		return 0, nil, fmt.Errorf("has version %d of the format; this program knows version %d", v, version)
	}
	return binary.LittleEndian.Uint32(b[12:]), b[headerSize:], nil
}

// listed is a file of the log.
type listed struct {
	path       string
	number     uint64
	generation uint32 // of a segment; 0 if its header cannot be read
}

type files struct{ names, segments []listed }

// list returns the files of a log, in order of their numbers.
func list(dir string) (files, error) {
	var f files
	entries, err := os.ReadDir(dir) // sorted by name, so by number as well
	if err != nil {
		return f, fmt.Errorf("read the directory of the write-ahead log: %w", err)
	}
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		if digits, ok := strings.CutPrefix(e.Name(), namesPrefix); ok {
			if n, err := strconv.ParseUint(digits, 10, 32); err == nil {
				f.names = append(f.names, listed{path: path, number: n})
			}
		}
		if digits, ok := strings.CutPrefix(e.Name(), segmentPrefix); ok {
			if n, err := strconv.ParseUint(digits, 10, 64); err == nil {
				f.segments = append(f.segments, listed{path, n, generationOf(path)})
			}
		}
	}
	return f, nil
}

func generationOf(path string) uint32 {
	f, err := os.Open(path)
	if err != nil {
		return 0
	}
	defer f.Close()
	var b [headerSize]byte
	if _, err := io.ReadFull(f, b[:]); err != nil {
		return 0
	}
	generation, _, err := checkHeader(b[:], segmentMagic)
	if err != nil {
		return 0
	}
	return generation
}

// file is a file of the log that is being written. A nil file is closed.
type file struct{ f *os.File }

// create makes a new file with a header, durable under its name.
func create(path string, header []byte) (*file, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC|os.O_APPEND, 0o644)
	if err != nil {
		return nil, err
	}
	_, err = f.Write(header)
	if err = errors.Join(err, f.Sync(), syncDir(filepath.Dir(path))); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &file{f}, nil
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

func (f *file) append(b []byte, fsync bool) error {
	if len(b) == 0 {
		return nil
	}
	if _, err := f.f.Write(b); err != nil {
		return fmt.Errorf("write to the write-ahead log: %w", err)
	}
	if fsync {
		return f.sync()
	}
	return nil
}

func (f *file) sync() error {
	if f == nil {
		return nil
	}
	if err := f.f.Sync(); err != nil {
		return fmt.Errorf("sync the write-ahead log: %w", err)
	}
	return nil
}

// close closes a file whose content was synced or is given up.
func (f *file) close() {
	if f != nil {
		_ = f.f.Close()
	}
}
