package wal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"

	"headroom/storage"
)

// Handler takes what a log holds, in the order in which it was written.
type Handler struct {
	// Samples takes samples of a series; they are valid until it returns.
	Samples func(key string, samples []storage.Sample)
	// Deletion takes a deletion.
	Deletion func(matchers []storage.Matcher) error
}

// Recovered tells what a [Replay] found.
type Recovered struct {
	Segments, Records, Samples int
	// Torn is how many bytes at the end of segments were no whole record: what
	// was being written, and not yet acknowledged, when the program died.
	Torn int64
	// Damaged lists what cannot be explained by a crash: acknowledged samples
	// may be missing. The files are kept, with ".damaged" added to their names.
	Damaged []error
}

// Replay reads a log. An error is one of reading files or of the handler;
// damage is reported in the result.
func Replay(dir string, h Handler) (Recovered, error) {
	var r Recovered
	files, err := list(dir)
	if err != nil {
		return r, err
	}
	names := map[uint32][]string{}
	for _, n := range files.names {
		b, err := os.ReadFile(n.path)
		if err != nil {
			return r, fmt.Errorf("read the write-ahead log: %w", err)
		}
		names[uint32(n.number)] = r.readNames(n.path, b)
	}
	for _, s := range files.segments {
		b, err := os.ReadFile(s.path)
		if err != nil {
			return r, fmt.Errorf("read the write-ahead log: %w", err)
		}
		damaged := len(r.Damaged)
		if err := r.readSegment(s.path, b, names, h); err != nil {
			return r, fmt.Errorf("replay %s: %w", s.path, err)
		}
		if len(r.Damaged) > damaged {
			if err := keepDamaged(s.path, b); err != nil {
				return r, err
			}
		}
	}
	return r, nil
}

// keepDamaged keeps a copy of a segment for whoever wants to look into it.
func keepDamaged(path string, content []byte) error {
	if err := os.WriteFile(path+".damaged", content, 0o644); err != nil {
		return fmt.Errorf("keep a damaged segment: %w", err)
	}
	return nil
}

// readNames returns the names of a generation. They end at the first that is
// not whole: records that refer to later ones were never acknowledged.
func (r *Recovered) readNames(path string, b []byte) (names []string) {
	_, b, err := checkHeader(b, namesMagic)
	if err != nil {
		r.header(path, len(b), err)
		return nil
	}
	for len(b) > 0 {
		record, rest, ok := frame(b)
		if !ok {
			r.Torn += int64(len(b))
			break
		}
		names, b = append(names, string(record)), rest
	}
	return names
}

// header notes a header that is not as it should be.
func (r *Recovered) header(path string, size int, err error) {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		r.Torn += int64(size) // the program died while it created the file
		return
	}
	r.Damaged = append(r.Damaged, fmt.Errorf("%s %w", path, err))
}

// readSegment replays the records of a segment.
func (r *Recovered) readSegment(path string, content []byte, names map[uint32][]string, h Handler) error {
	generation, b, err := checkHeader(content, segmentMagic)
	if err != nil {
		r.header(path, len(content), err)
		return nil
	}
	r.Segments++
	s := segmentReader{Recovered: r, Handler: h, names: names[generation]}
	for len(b) > 0 {
		record, rest, ok := frame(b)
		if !ok {
			return r.notWhole(path, len(content)-len(b), b, &s)
		}
		if err := s.read(record); err != nil {
			if !errors.Is(err, errRecord) {
				return err
			}
			r.Damaged = append(r.Damaged, fmt.Errorf("%s at byte %d: %w", path, len(content)-len(b), err))
		}
		b = rest
	}
	return nil
}

// notWhole deals with a record that is cut off or whose checksum is wrong. If
// whole records follow, something damaged the file and they are still read.
// Otherwise it is what was being written last.
func (r *Recovered) notWhole(path string, at int, b []byte, s *segmentReader) error {
	rest := skip(b)
	if rest == nil {
		r.Torn += int64(len(b))
		return nil
	}
	r.Damaged = append(r.Damaged, fmt.Errorf("%s at byte %d: %d bytes do not match their checksum", path, at, len(b)-len(rest)))
	for len(rest) > 0 {
		record, next, ok := frame(rest)
		if !ok {
			r.Torn += int64(len(rest))
			return nil
		}
		if err := s.read(record); err != nil && !errors.Is(err, errRecord) {
			return err
		}
		rest = next
	}
	return nil
}

// skip returns what follows a bad record, nil unless a whole record does.
func skip(b []byte) []byte {
	if len(b) < frameSize {
		return nil
	}
	size := uint64(binary.LittleEndian.Uint32(b))
	if size == 0 || size > uint64(len(b)-frameSize) {
		return nil
	}
	rest := b[frameSize+size:]
	if _, _, ok := frame(rest); !ok {
		return nil
	}
	return rest
}

// frame takes the first record off b. It is not ok if it is not whole.
func frame(b []byte) (record, rest []byte, ok bool) {
	if len(b) < frameSize {
		return nil, nil, false
	}
	size, sum := uint64(binary.LittleEndian.Uint32(b)), binary.LittleEndian.Uint32(b[4:])
	b = b[frameSize:]
	// A record is never empty: zeros are what a power loss leaves.
	if size == 0 || size > uint64(len(b)) || crc32.Checksum(b[:size], castagnoli) != sum {
		return nil, nil, false
	}
	return b[:size], b[size:], true
}

// segmentReader hands the records of a segment on.
type segmentReader struct {
	*Recovered
	Handler
	names []string
	buf   []storage.Sample
}

func (s *segmentReader) read(record []byte) (err error) {
	s.Records++
	switch record[0] {
	case kindSamples:
		unknown := 0
		s.buf, err = decodeSamples(record[1:], s.buf, func(id uint32, samples []storage.Sample) {
			if int(id) > len(s.names) {
				unknown++
				return
			}
			s.Recovered.Samples += len(samples)
			s.Handler.Samples(s.names[id-1], samples)
		})
		if err == nil && unknown > 0 {
			err = fmt.Errorf("%w: %d series have no name", errRecord, unknown)
		}
		return err
	case kindDeletion:
		matchers, err := decodeDeletion(record[1:])
		if err != nil {
			return err
		}
		return s.Deletion(matchers)
	default:
		return fmt.Errorf("%w: unknown kind %q", errRecord, record[0])
	}
}
