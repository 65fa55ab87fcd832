package wal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math"

	"headroom/storage"
)

// Records are framed by their length and checksum, four bytes each. The first
// byte of a record tells its kind.
const (
	frameSize     = 8
	kindSamples   = 'S'
	kindDeletion  = 'D'
	maxRecordSize = math.MaxInt32
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func appendFrame(dst, record []byte) []byte {
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(record)))
	dst = binary.LittleEndian.AppendUint32(dst, crc32.Checksum(record, castagnoli))
	return append(dst, record...)
}

func appendName(dst []byte, key string) []byte {
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(key)))
	dst = binary.LittleEndian.AppendUint32(dst, crc32.Checksum([]byte(key), castagnoli))
	return append(dst, key...)
}

// Samples builds the record of one write. The zero value is empty.
type Samples struct {
	record []byte
	id     uint32 // of the series before
	time   int64  // of the sample before
}

// Reset empties the record and keeps its memory.
func (r *Samples) Reset() { *r = Samples{record: append(r.record[:0], kindSamples)} }

// Bytes returns the record; it is valid until the next Reset.
func (r *Samples) Bytes() []byte { return r.record }

// Add appends samples of a series. Numbers and times are written as
// differences, values as they are.
func (r *Samples) Add(ref Ref, samples []storage.Sample) {
	b := binary.AppendVarint(r.record, int64(ref.id())-int64(r.id))
	b = binary.AppendUvarint(b, uint64(len(samples)))
	for i := range samples {
		b = binary.AppendVarint(b, samples[i].Timestamp-r.time)
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(samples[i].Value))
		r.time = samples[i].Timestamp
	}
	r.record, r.id = b, ref.id()
}

var errRecord = errors.New("the record cannot be decoded")

// decodeSamples calls f for each series of a record (without its kind). The
// samples are valid until f returns; buf is memory for them.
func decodeSamples(b []byte, buf []storage.Sample, f func(id uint32, samples []storage.Sample)) ([]storage.Sample, error) {
	var id, t int64
	for len(b) > 0 {
		d, n := binary.Varint(b)
		if n <= 0 || id+d <= 0 || id+d > math.MaxUint32 {
			return buf, errRecord
		}
		id, b = id+d, b[n:]
		count, n := binary.Uvarint(b)
		if n <= 0 || count > uint64(len(b)) { // each sample has nine bytes at least
			return buf, errRecord
		}
		b, buf = b[n:], buf[:0]
		for range count {
			d, n := binary.Varint(b)
			if n <= 0 || len(b) < n+8 {
				return buf, errRecord
			}
			t += d
			buf = append(buf, storage.Sample{Timestamp: t, Value: math.Float64frombits(binary.LittleEndian.Uint64(b[n:]))})
			b = b[n+8:]
		}
		f(uint32(id), buf)
	}
	return buf, nil
}

// Deletion returns the record of a deletion.
func Deletion(matchers []storage.Matcher) []byte {
	b := []byte{kindDeletion}
	for _, m := range matchers {
		b = append(b, byte(m.Op))
		b = binary.AppendUvarint(b, uint64(len(m.Name)))
		b = append(b, m.Name...)
		b = binary.AppendUvarint(b, uint64(len(m.Value)))
		b = append(b, m.Value...)
	}
	return b
}

func decodeDeletion(b []byte) (matchers []storage.Matcher, err error) {
	for len(b) > 0 {
		op := storage.MatchOp(b[0])
		var name, value string
		if name, b, err = cut(b[1:]); err != nil {
			return nil, err
		}
		if value, b, err = cut(b); err != nil {
			return nil, err
		}
		if op < storage.Equal || op > storage.NotRegexp {
			return nil, fmt.Errorf("%w: matcher of kind %d", errRecord, op)
		}
		m, err := storage.NewMatcher(op, name, value)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errRecord, err)
		}
		matchers = append(matchers, m)
	}
	return matchers, nil
}

// cut takes a string with its length off b.
func cut(b []byte) (s string, rest []byte, err error) {
	size, n := binary.Uvarint(b)
	if n <= 0 || size > uint64(len(b)-n) {
		return "", nil, errRecord
	}
	b = b[n:]
	return string(b[:size]), b[size:], nil
}
