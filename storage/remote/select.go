package remote

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"headroom/storage"
)

// reader reads what a query selects and adds it to the collector.
type reader func(ctx context.Context, q storage.Query, c *collector) error

// Select reads series by the best way that the remote store offers. Memory is
// needed for one series at a time.
func (s *Store) Select(ctx context.Context, q storage.Query, f func(*storage.Block) error) error {
	read, err := s.reader(ctx)
	if err != nil {
		return fmt.Errorf("find out how to read: %w", err)
	}
	c := &collector{query: q, maxSeries: s.limit(q), f: f}
	wide := q
	wide.Range = widened(q)
	if err := read(ctx, wide, c); err != nil {
		return err
	}
	return c.flush()
}

func (s *Store) limit(q storage.Query) int {
	if q.MaxSeries > 0 {
		return q.MaxSeries
	}
	return s.maxSeries
}

// reader finds out, once, what the remote store offers.
func (s *Store) reader(ctx context.Context) (reader, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.read != nil {
		return s.read, nil
	}
	export, err := s.offers(ctx, probeExport(), "stream+json")
	if err != nil {
		return nil, err
	}
	remoteRead, err := false, error(nil)
	if !export {
		if remoteRead, err = s.offers(ctx, probeRemoteRead(), "protobuf"); err != nil {
			return nil, err
		}
	}
	way := "queries"
	switch {
	case export:
		s.read, way = s.readExport, "export"
	case remoteRead:
		s.read, way = s.readChunks, "remote read"
	default:
		s.read = s.readByQueries
	}
	s.log.Info("remote store found", "url", redacted(s.query.base), "reading_by", way)
	return s.read, nil
}

// offers tells whether the remote store answers a request with content of a
// type. A refusal is a no; that it cannot be reached is an error.
func (s *Store) offers(ctx context.Context, r request, contentType string) (bool, error) {
	resp, err := s.query.do(ctx, r)
	if e, ok := errors.AsType[*StatusError](err); ok && (e.Code < 500 || e.Code == http.StatusNotImplemented) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	drain(resp.Body)
	return strings.Contains(resp.Header.Get("Content-Type"), contentType), nil
}
