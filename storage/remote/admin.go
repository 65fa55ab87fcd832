package remote

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/url"

	"headroom/storage"
)

// Delete removes series by the admin API, which VictoriaMetrics has, Prometheus
// with --web.enable-admin-api. Other stores answer an error, which is returned.
func (s *Store) Delete(ctx context.Context, matchers []storage.Matcher) (int, error) {
	if len(matchers) == 0 {
		return 0, errors.New("delete: at least one matcher is needed")
	}
	if s.write == nil {
		return 0, fmt.Errorf("delete: %w", ErrNoWriteURL)
	}
	q := storage.Query{Matchers: matchers, Range: storage.TimeRange{From: firstTime, To: lastTime}, MaxSeries: math.MaxInt}
	n := 0
	if err := s.Series(ctx, q, func([]storage.Label) error { n++; return nil }); err != nil {
		return 0, fmt.Errorf("delete: count the series: %w", err)
	}
	resp, err := s.query.once(ctx, request{
		method: http.MethodPost, path: "/api/v1/admin/tsdb/delete_series", query: url.Values{"match[]": {selector(matchers)}},
	})
	if err != nil {
		return 0, fmt.Errorf("delete: %w", err)
	}
	drain(resp.Body)
	return n, nil
}

// Flush makes VictoriaMetrics show what was written before. Other stores have
// nothing to flush, or no way to ask for it.
func (s *Store) Flush(ctx context.Context) error {
	resp, err := s.query.do(ctx, request{method: http.MethodGet, path: "/internal/force_flush"})
	if e, ok := errors.AsType[*StatusError](err); ok && e.Code/100 == 4 {
		return nil
	}
	if err != nil {
		return fmt.Errorf("flush: %w", err)
	}
	drain(resp.Body)
	return nil
}
