// Package ingest takes in samples: it parses what senders push over HTTP,
// checks it against the limits, hands it to the store and acknowledges it.
//
// An answer of 204 (200 where a protocol wants it) means that the store has
// taken all samples of the request and will keep them as it documents. 400 means
// that at least one was refused and names the first reason; it is never worth a
// retry. 503 with Retry-After means that nothing is wrong with the request but
// that Headroom cannot keep up. What each protocol does with the good part of a
// bad batch is written in docs/ingest.md.
//
// Each sample that is not kept is counted by its reason in
// headroom_ingest_rejected_samples_total.
//
// Packages scrape, statsd and graphite take in what does not come over HTTP
// pushes; they write through a [Sink].
package ingest

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"

	"headroom/internal/config"
	"headroom/storage"
)

// Options say where samples go and what is let in.
type Options struct {
	Store  storage.Store
	Limits config.Ingest
	// Retention is how old a sample may be; 0 lets the store decide.
	Retention  time.Duration
	Logger     *slog.Logger
	Registerer prometheus.Registerer // nil: metrics are kept but not registered
	Now        func() time.Time      // nil: time.Now
}

// Ingest is the way in. It has no state but the set of active series and
// what senders told about metrics, so it needs no closing.
type Ingest struct {
	store   storage.Store
	checker *checker
	gate    *gate
	budget  *budget
	maxSize int64
	metrics *metrics
	log     *slog.Logger
	now     func() time.Time

	descriptions *descriptions
}

// New returns an Ingest that writes to opts.Store.
func New(opts Options) *Ingest {
	if opts.Now == nil {
		opts.Now = time.Now
	}
	limiter := NewLimiter(opts.Limits, opts.Now())
	m := newMetrics(opts.Registerer, limiter)
	return &Ingest{
		store:   opts.Store,
		checker: &checker{limits: opts.Limits, retention: opts.Retention, limiter: limiter, offenders: newOffenders(opts.Logger, m)},
		gate:    newGate(opts.Limits.MaxConcurrent, m.waiting),
		budget:  newBudget(bodiesInFlight * int64(opts.Limits.MaxRequestSize)),
		maxSize: int64(opts.Limits.MaxRequestSize),
		metrics: m,
		log:     opts.Logger,
		now:     opts.Now,

		descriptions: newDescriptions(opts.Registerer),
	}
}

// Limiter returns the set of active series.
func (in *Ingest) Limiter() *Limiter { return in.checker.limiter }

// Register mounts the endpoints of INTERFACES section 3.
func (in *Ingest) Register(r gin.IRouter) {
	for _, f := range []struct {
		format
		paths []string
	}{
		{remoteWrite, []string{"/api/v1/write"}},
		{promText, []string{"/api/v1/import/prometheus"}},
		{otlp, []string{"/opentelemetry/v1/metrics", "/api/v1/otlp/v1/metrics"}},
		{influx, []string{"/influx/write", "/write", "/influx/api/v2/write", "/api/v2/write"}},
		{falcon, []string{"/v1/push", "/openfalcon/push"}},
		{csvFormat, []string{"/api/v1/import/csv"}},
		{jsonLines, []string{"/api/v1/import"}},
	} {
		h := gin.WrapF(in.handler(f.format))
		for _, path := range f.paths {
			r.POST(path, h)
		}
	}
	registerInfluxDialogue(r)
}

// A Sink takes samples that did not come over HTTP.
type Sink struct {
	in       *Ingest
	protocol string
}

// Sink returns a way in for senders of this protocol, the name they have in
// the metrics.
func (in *Ingest) Sink(protocol string) Sink { return Sink{in, protocol} }

// Write checks rows and stores those that pass. It fails if the store does;
// samples that were refused are counted, since such senders cannot be answered.
// The sender is a host's address without its port, or another name for who is
// charged with new series.
func (s Sink) Write(ctx context.Context, sender string, rows []storage.Series) error {
	var t tally
	err := s.in.write(ctx, sender, rows, &t, keepGood)
	s.in.metrics.count(s.protocol, &t)
	return err
}

// Malformed counts a sample that could not be read.
func (s Sink) Malformed() { s.in.metrics.rejected[malformed].Inc() }

// A format is one protocol that is pushed over HTTP.
type format struct {
	protocol string
	// encoding is what a body without Content-Encoding is compressed with.
	encoding string
	// decode reads the request and writes its samples. An error is the
	// request's own fault unless it is a storeError.
	decode func(*request) error
	// reply answers, given decode's error.
	reply func(http.ResponseWriter, *request, error) int
}
