package ingest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/golang/snappy"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
)

// A sizeError means that a body is larger than ingest.max_request_size,
// compressed or not.
type sizeError struct{ limit int64 }

func (e *sizeError) Error() string {
	return fmt.Sprintf("the request is larger than %d bytes, compressed or decompressed (ingest.max_request_size)", e.limit)
}

// An encodingError means that the body's compression is not known here.
type encodingError struct{ encoding string }

func (e *encodingError) Error() string {
	return fmt.Sprintf("Content-Encoding %q is not one of gzip, deflate, zstd, snappy, identity", e.encoding)
}

// body holds a request's bytes while it is worked on.
type body struct {
	raw, plain []byte
	reserved   int64 // of the budget
}

const (
	keepCapacity = 4 << 20 // larger buffers are left to the garbage collector
	firstRead    = 64 << 10
)

var bodies = sync.Pool{New: func() any { return new(body) }}

func (b *body) release(pool *budget) {
	pool.give(b.reserved)
	if cap(b.raw) > keepCapacity || cap(b.plain) > keepCapacity {
		return
	}
	b.raw, b.plain, b.reserved = b.raw[:0], b.plain[:0], 0
	bodies.Put(b)
}

// read fills b.raw from r, which may have at most limit bytes. The length is
// the one announced, -1 if none was.
func (b *body) read(r io.Reader, length, limit int64, pool *budget) error {
	if length > limit {
		return &sizeError{limit}
	}
	size := length + 1 // one more, to see the end without growing
	if length < 0 {
		size = firstRead
	}
	if err := b.reserve(max(size, int64(cap(b.raw))), pool); err != nil {
		return err
	}
	b.raw = grow(b.raw[:0], int(size))
	for {
		n, err := r.Read(b.raw[len(b.raw):cap(b.raw)])
		b.raw = b.raw[:len(b.raw)+n]
		switch {
		case int64(len(b.raw)) > limit:
			return &sizeError{limit}
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("read the request's body: %w", err)
		}
		if len(b.raw) == cap(b.raw) {
			if err := b.reserve(int64(cap(b.raw)), pool); err != nil {
				return err
			}
			b.raw = grow(b.raw, 2*cap(b.raw))
		}
	}
}

func (b *body) reserve(n int64, pool *budget) error {
	if err := pool.take(n); err != nil {
		return err
	}
	b.reserved += n
	return nil
}

// grow returns b with room for at least size bytes in all.
func grow(b []byte, size int) []byte {
	if cap(b) >= size {
		return b
	}
	return append(make([]byte, 0, size), b...)
}

// decompress returns the plain bytes of b.raw, valid until release.
func (b *body) decompress(encoding string, limit int64) ([]byte, error) {
	switch strings.ToLower(strings.TrimSpace(encoding)) {
	case "", "identity", "none":
		return b.raw, nil
	case "snappy":
		return b.unsnap(limit)
	case "gzip":
		return inflate(b, &gzipReaders, limit)
	case "deflate":
		return inflate(b, &zlibReaders, limit)
	case "zstd":
		return inflate(b, &zstdReaders, limit)
	}
	return nil, &encodingError{encoding}
}

// unsnap decompresses snappy's block format, which states its length in front.
func (b *body) unsnap(limit int64) ([]byte, error) {
	// A copy of 64 bytes, the longest there is, takes 3: a body that promises
	// more than that is corrupt, and must not make us allocate.
	const maxRatio = 22
	n, err := snappy.DecodedLen(b.raw)
	switch {
	case err != nil || n > maxRatio*len(b.raw):
		return nil, errors.New("decompress snappy: the body is corrupt or not in snappy's block format")
	case int64(n) > limit:
		return nil, &sizeError{limit}
	}
	b.plain = grow(b.plain[:0], n)
	if b.plain, err = snappy.Decode(b.plain[:cap(b.plain)], b.raw); err != nil {
		return nil, fmt.Errorf("decompress snappy: %w", err)
	}
	return b.plain, nil
}

// An inflater is a decompressing reader that can be used again.
type inflater interface {
	io.Reader
	Reset(io.Reader) error
}

// inflaters keeps readers of one compression for the next request.
type inflaters struct {
	name  string
	pool  sync.Pool
	start func(io.Reader) (inflater, error)
}

var (
	gzipReaders = inflaters{name: "gzip", start: func(r io.Reader) (inflater, error) { return gzip.NewReader(r) }}
	zlibReaders = inflaters{name: "deflate", start: func(r io.Reader) (inflater, error) {
		z, err := zlib.NewReader(r)
		return zlibReader{z}, err
	}}
	zstdReaders = inflaters{name: "zstd", start: func(r io.Reader) (inflater, error) {
		// The window is what a frame's header can make the decoder allocate.
		return zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(8<<20))
	}}
)

type zlibReader struct{ io.ReadCloser }

func (z zlibReader) Reset(r io.Reader) error { return z.ReadCloser.(zlib.Resetter).Reset(r, nil) }

func (p *inflaters) get(r io.Reader) (inflater, error) {
	if z, ok := p.pool.Get().(inflater); ok {
		return z, z.Reset(r)
	}
	return p.start(r)
}

// inflate decompresses b.raw bit by bit, so that a small body cannot make us
// allocate more than limit.
func inflate(b *body, from *inflaters, limit int64) ([]byte, error) {
	z, err := from.get(bytes.NewReader(b.raw))
	if err != nil {
		return nil, fmt.Errorf("decompress %s: %w", from.name, err)
	}
	buf := bytes.NewBuffer(b.plain[:0])
	n, err := buf.ReadFrom(io.LimitReader(z, limit+1))
	b.plain = buf.Bytes()
	switch {
	case err != nil:
		return nil, fmt.Errorf("decompress %s: %w", from.name, err)
	case n > limit:
		return nil, &sizeError{limit}
	}
	from.pool.Put(z)
	return b.plain, nil
}
