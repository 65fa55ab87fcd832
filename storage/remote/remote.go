// Package remote keeps samples in any Prometheus-compatible store: it writes by
// remote write 1.0 and reads by what the other side offers.
//
// A Select reads by VictoriaMetrics' export, else by Prometheus' remote read,
// else series by series through the query API; which of them is found out once,
// at the first read. The last way does not see staleness markers.
//
// A sample is as durable, and readable as soon, as the remote store says:
// Prometheus shows it at once, VictoriaMetrics within seconds or after Flush.
// A request that the remote store refuses for good counts as refused as a whole
// in a *storage.RefusedError, although the store may have kept a part of it.
//
// Query and QueryRange hand PromQL to the remote store, for shadow mode.
//
// Passwords, tokens and query strings of URLs never appear in errors or logs.
package remote

import (
	"cmp"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"headroom/storage"
)

// ErrNoWriteURL means that the store was opened for reading only.
var ErrNoWriteURL = errors.New("the remote store is read-only: no write_url is configured")

// Options say where the remote store is. The zero value of a limit is its default.
type Options struct {
	WriteURL string // complete, as in http://host:9090/api/v1/write; empty: read-only
	QueryURL string // what comes before /api/v1; needed

	// Username and Password, or BearerToken, are sent with each request. A user
	// in a URL is used for requests to it.
	Username, Password string
	BearerToken        string
	Headers            map[string]string // such as X-Scope-OrgID
	TLS                *tls.Config

	Timeout   time.Duration // until an answer begins; default 2 minutes
	RetryFor  time.Duration // how long a failing request is repeated; default 30 seconds
	MaxSeries int           // most series of a Select; default 500,000

	Transport http.RoundTripper // instead of TLS and Timeout; for tests
	Logger    *slog.Logger      // default: slog.Default()
}

// Store is a [storage.Store] at another place.
type Store struct {
	write     *client // nil if read-only
	query     *client
	maxSeries int
	log       *slog.Logger

	mu   sync.Mutex
	read reader // nil until it is known what the remote store offers
}

var _ storage.Store = (*Store)(nil)

// Open checks the options. It sends no request: the remote store may start later.
func Open(o Options) (*Store, error) {
	if o.QueryURL == "" {
		return nil, errors.New("open remote store: no query_url is configured")
	}
	o.Timeout = cmp.Or(o.Timeout, 2*time.Minute)
	o.RetryFor = cmp.Or(o.RetryFor, 30*time.Second)
	if o.Transport == nil {
		o.Transport = transport(o)
	}
	s := &Store{maxSeries: cmp.Or(o.MaxSeries, 500_000), log: cmp.Or(o.Logger, slog.Default())}
	var err error
	if s.query, err = newClient(o.QueryURL, o); err != nil {
		return nil, fmt.Errorf("open remote store: query_url: %w", err)
	}
	if o.WriteURL == "" {
		return s, nil
	}
	if s.write, err = newClient(o.WriteURL, o); err != nil {
		return nil, fmt.Errorf("open remote store: write_url: %w", err)
	}
	return s, nil
}

// Close releases the connections.
func (s *Store) Close() error {
	s.query.http.CloseIdleConnections()
	if s.write != nil {
		s.write.http.CloseIdleConnections()
	}
	return nil
}
