package remote

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/VictoriaMetrics/VictoriaMetrics/lib/prompb"
	"github.com/golang/snappy"

	"headroom/storage"
)

// maxSamples is the most samples of one request, about 300 KB of them.
const maxSamples = 10_000

// RefusedRemote is the reason for which a *storage.RefusedError counts samples
// of requests that the remote store refused.
const RefusedRemote = "remote"

var writeHeader = map[string]string{
	"Content-Type":                      "application/x-protobuf",
	"Content-Encoding":                  "snappy",
	"X-Prometheus-Remote-Write-Version": "0.1.0",
}

// Write sends all rows, in requests of at most 10,000 samples, one after the
// other. It repeats a request that the remote store cannot take now, and goes
// on to the next after one that it will never take.
func (s *Store) Write(ctx context.Context, rows []storage.Series) error {
	if s.write == nil {
		return ErrNoWriteURL
	}
	var refused storage.RefusedError
	var buf []byte
	for piece, samples := range pieces(rows, maxSamples) {
		buf = (&prompb.WriteRequest{Timeseries: piece}).MarshalProtobuf(buf[:0])
		err := s.send(ctx, buf)
		if e, ok := errors.AsType[*StatusError](err); ok && e.Code/100 == 4 && !e.temporary() && !denied(e) {
			refused.Add(RefusedRemote, samples, err)
			continue
		}
		if err != nil {
			return err
		}
	}
	if refused.Samples > 0 {
		return &refused
	}
	return nil
}

// denied: the fault is in the configuration, not in the samples.
func denied(e *StatusError) bool {
	switch e.Code {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusMethodNotAllowed:
		return true
	}
	return false
}

func (s *Store) send(ctx context.Context, message []byte) error {
	body := snappy.Encode(nil, message)
	resp, err := s.write.do(ctx, request{method: http.MethodPost, body: body, header: writeHeader})
	if err != nil {
		return err
	}
	drain(resp.Body)
	return nil
}

// pieces cuts rows into pieces of at most n samples; with each it yields how
// many there are. A piece is valid until the next.
func pieces(rows []storage.Series, n int) func(yield func([]storage.Series, int) bool) {
	return func(yield func([]storage.Series, int) bool) {
		var piece []storage.Series
		samples := 0
		for _, row := range rows {
			labels := withoutEmpty(row.Labels)
			for part := range slices.Chunk(row.Samples, n) {
				if samples+len(part) > n {
					if !yield(piece, samples) {
						return
					}
					piece, samples = piece[:0], 0
				}
				piece = append(piece, storage.Series{Labels: labels, Samples: part})
				samples += len(part)
			}
		}
		if samples > 0 {
			yield(piece, samples)
		}
	}
}

// withoutEmpty leaves out labels without a value: they count as absent, and some
// receivers refuse a series that has them.
func withoutEmpty(labels []storage.Label) []storage.Label {
	empty := func(l storage.Label) bool { return l.Value == "" }
	if !slices.ContainsFunc(labels, empty) {
		return labels
	}
	return slices.DeleteFunc(slices.Clone(labels), empty)
}
