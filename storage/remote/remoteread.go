package remote

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"strings"

	"github.com/golang/snappy"
	"github.com/prometheus/prometheus/prompb"
	"github.com/prometheus/prometheus/tsdb/chunkenc"

	"headroom/storage"
)

const (
	remoteReadPath = "/api/v1/read"
	maxFrame       = 64 << 20  // bytes; Prometheus sends frames of 1 MiB
	maxSampleBody  = 512 << 20 // bytes, compressed, of an answer that is not streamed
)

var (
	castagnoli = crc32.MakeTable(crc32.Castagnoli)
	readHeader = map[string]string{
		"Content-Type":                     "application/x-protobuf",
		"Content-Encoding":                 "snappy",
		"X-Prometheus-Remote-Read-Version": "0.1.0",
	}
)

func readRequest(r *prompb.ReadRequest) request {
	message, err := r.Marshal()
	if err != nil {
		panic(fmt.Sprintf("BUG: marshal a read request: %v", err))
	}
	return request{method: http.MethodPost, path: remoteReadPath, body: snappy.Encode(nil, message), header: readHeader}
}

// probeRemoteRead reads nothing.
func probeRemoteRead() request { return readRequest(&prompb.ReadRequest{}) }

// readChunks reads by Prometheus' remote read: streamed chunks, or samples from
// stores that do not stream.
func (s *Store) readChunks(ctx context.Context, q storage.Query, c *collector) error {
	resp, err := s.query.do(ctx, readRequest(&prompb.ReadRequest{
		AcceptedResponseTypes: []prompb.ReadRequest_ResponseType{
			prompb.ReadRequest_STREAMED_XOR_CHUNKS, prompb.ReadRequest_SAMPLES,
		},
		Queries: []*prompb.Query{{
			StartTimestampMs: q.Range.From, EndTimestampMs: q.Range.To, Matchers: protoMatchers(q.Matchers),
		}},
	}))
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if strings.Contains(resp.Header.Get("Content-Type"), "x-streamed-protobuf") {
		return s.readStream(resp.Body, c)
	}
	return s.readSamples(resp.Body, c)
}

func protoMatchers(matchers []storage.Matcher) []*prompb.LabelMatcher {
	types := map[storage.MatchOp]prompb.LabelMatcher_Type{
		storage.Equal: prompb.LabelMatcher_EQ, storage.NotEqual: prompb.LabelMatcher_NEQ,
		storage.Regexp: prompb.LabelMatcher_RE, storage.NotRegexp: prompb.LabelMatcher_NRE,
	}
	var out []*prompb.LabelMatcher
	for _, m := range selective(matchers) {
		out = append(out, &prompb.LabelMatcher{Type: types[m.Op], Name: m.Name, Value: m.Value})
	}
	return out
}

// readStream reads frames of chunks; a long series fills several of them.
func (s *Store) readStream(body io.Reader, c *collector) error {
	r := bufio.NewReaderSize(body, 64<<10)
	var frame []byte
	for {
		var err error
		frame, err = nextFrame(r, frame)
		if err == io.EOF {
			return nil
		}
		var answer prompb.ChunkedReadResponse
		if err == nil {
			err = answer.Unmarshal(frame)
		}
		if err != nil {
			return fmt.Errorf("remote read of %s: %w", redacted(s.query.base), err)
		}
		for _, series := range answer.ChunkedSeries {
			if err := addChunks(c, series); err != nil {
				return err
			}
		}
	}
}

// nextFrame reads a length, a checksum and so many bytes. io.EOF means that the
// stream ended between frames.
func nextFrame(r *bufio.Reader, buf []byte) ([]byte, error) {
	size, err := binary.ReadUvarint(r)
	if err != nil {
		return buf, err
	}
	if size > maxFrame {
		return buf, fmt.Errorf("frame of %d bytes, at most %d are taken", size, maxFrame)
	}
	if uint64(cap(buf)) < size {
		buf = make([]byte, size)
	}
	buf = buf[:size]
	var sum [4]byte
	if _, err := io.ReadFull(r, sum[:]); err != nil {
		return buf, noEOF(err)
	}
	if _, err := io.ReadFull(r, buf); err != nil {
		return buf, noEOF(err)
	}
	if binary.BigEndian.Uint32(sum[:]) != crc32.Checksum(buf, castagnoli) {
		return buf, errors.New("frame with a wrong checksum")
	}
	return buf, nil
}

// noEOF: an end inside of a frame is not the end of the stream.
func noEOF(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// addChunks decodes chunks of floats; native histograms are not read.
func addChunks(c *collector, series *prompb.ChunkedSeries) error {
	var times []int64
	var values []float64
	for _, chunk := range series.Chunks {
		if chunk.Type != prompb.Chunk_XOR {
			continue
		}
		decoded, err := chunkenc.FromData(chunkenc.EncXOR, chunk.Data)
		if err != nil {
			return fmt.Errorf("remote read: chunk of %v: %w", series.Labels, err)
		}
		it := decoded.Iterator(nil)
		for it.Next() == chunkenc.ValFloat {
			t, v := it.At()
			times, values = append(times, t), append(values, v)
		}
		if err := it.Err(); err != nil {
			return fmt.Errorf("remote read: chunk of %v: %w", series.Labels, err)
		}
	}
	return c.add(fromProto(series.Labels), times, values)
}

func (s *Store) readSamples(body io.Reader, c *collector) error {
	answer, err := sampleAnswer(body)
	if err != nil {
		return fmt.Errorf("remote read of %s: %w", redacted(s.query.base), err)
	}
	for _, result := range answer.Results {
		for _, series := range result.Timeseries {
			var times []int64
			var values []float64
			for _, sample := range series.Samples {
				times, values = append(times, sample.Timestamp), append(values, sample.Value)
			}
			if err := c.add(fromProto(series.Labels), times, values); err != nil {
				return err
			}
		}
	}
	return nil
}

func sampleAnswer(body io.Reader) (*prompb.ReadResponse, error) {
	compressed, err := io.ReadAll(io.LimitReader(body, maxSampleBody+1))
	if err != nil {
		return nil, err
	}
	if len(compressed) > maxSampleBody {
		return nil, fmt.Errorf("the answer is larger than %d bytes", maxSampleBody)
	}
	message, err := snappy.Decode(nil, compressed)
	if err != nil {
		return nil, err
	}
	var answer prompb.ReadResponse
	return &answer, answer.Unmarshal(message)
}

func fromProto(labels []prompb.Label) []storage.Label {
	out := make([]storage.Label, len(labels))
	for i, l := range labels {
		out[i] = storage.Label{Name: l.Name, Value: l.Value}
	}
	return out
}
