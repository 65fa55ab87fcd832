package ingest

import (
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

// metrics are Headroom's own, about what comes in.
type metrics struct {
	samples  *prometheus.CounterVec // by protocol
	rejected [reasons]prometheus.Counter
	requests *prometheus.CounterVec // by protocol, code
	duration *prometheus.HistogramVec
	waiting  prometheus.Gauge
	limited  *prometheus.CounterVec // by limit, offender
}

func newMetrics(r prometheus.Registerer, l *Limiter) *metrics {
	f := promauto.With(r)
	m := &metrics{
		samples: f.NewCounterVec(prometheus.CounterOpts{
			Name: "headroom_ingest_samples_total", Help: "Samples handed to the store, by protocol.",
		}, []string{"protocol"}),
		requests: f.NewCounterVec(prometheus.CounterOpts{
			Name: "headroom_ingest_requests_total", Help: "Requests that push samples, by protocol and answered status.",
		}, []string{"protocol", "code"}),
		duration: f.NewHistogramVec(prometheus.HistogramOpts{
			Name: "headroom_ingest_request_duration_seconds", Help: "From a request's header to its answer.",
			Buckets: prometheus.ExponentialBuckets(0.001, 4, 8), // 1 ms to 16 s
		}, []string{"protocol"}),
		waiting: f.NewGauge(prometheus.GaugeOpts{
			Name: "headroom_ingest_waiting_requests", Help: "Requests that wait for one of ingest.max_concurrent slots.",
		}),
		limited: f.NewCounterVec(prometheus.CounterOpts{
			Name: "headroom_ingest_limited_series_total",
			Help: "Refusals of new series by a limit, by limit and by the metric or sender that is at it; offenders beyond the first hundred are called other.",
		}, []string{"limit", "offender"}),
	}
	rejected := f.NewCounterVec(prometheus.CounterOpts{
		Name: "headroom_ingest_rejected_samples_total", Help: "Samples that were not kept, by reason.",
	}, []string{"reason"})
	for i, name := range reasonNames {
		m.rejected[i] = rejected.WithLabelValues(name)
	}
	f.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "headroom_ingest_active_series", Help: "Series that came within the last half hour or hour.",
	}, func() float64 { return float64(l.Active()) })
	return m
}

func (m *metrics) count(protocol string, t *tally) {
	m.samples.WithLabelValues(protocol).Add(float64(t.kept))
	for i, n := range t.refused {
		if n > 0 {
			m.rejected[i].Add(float64(n))
		}
	}
}

func (m *metrics) request(protocol string, code int, took time.Duration) {
	m.requests.WithLabelValues(protocol, strconv.Itoa(code)).Inc()
	m.duration.WithLabelValues(protocol).Observe(took.Seconds())
}

const (
	maxOffenders  = 100         // names in the metric and in memory
	offenderPause = time.Minute // between two log lines about the same offender
)

// offenders names in the log and in a metric who is at a limit.
type offenders struct {
	log     *slog.Logger
	metrics *metrics

	mu     sync.Mutex
	logged map[string]time.Time // by limit and name, when it was last logged
}

func newOffenders(log *slog.Logger, m *metrics) *offenders {
	return &offenders{log: log, metrics: m, logged: map[string]time.Time{}}
}

// note counts a refusal, and logs it unless that was just done.
func (o *offenders) note(now time.Time, r *refusal) {
	name := strings.Clone(shorten(r.offender)) // it lies in a request's buffer
	o.mu.Lock()
	key := r.reason.String() + " " + name
	last, known := o.logged[key]
	if !known && len(o.logged) >= maxOffenders {
		key, name = r.reason.String(), "other"
		last, known = o.logged[key]
	}
	due := !known || now.Sub(last) >= offenderPause
	if due {
		o.logged[key] = now
	}
	o.mu.Unlock()
	o.metrics.limited.WithLabelValues(r.reason.String(), name).Inc()
	if due {
		o.log.Warn("new series refused", "limit", r.reason.String(), "offender", name, "reason", r.text)
	}
}
