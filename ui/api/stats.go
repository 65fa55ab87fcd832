package api

import (
	"log/slog"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
)

// stats counts requests by route, never by path, so that their number stays
// bounded.
type stats struct {
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	live     prometheus.Gauge

	refused    *prometheus.CounterVec // by reason
	recorded   prometheus.Counter
	unrecorded prometheus.Counter
}

func newStats(r prometheus.Registerer) *stats {
	s := &stats{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "headroom_http_requests_total", Help: "HTTP requests that were answered.",
		}, []string{"handler", "method", "code"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "headroom_http_request_duration_seconds", Help: "Time to answer a request, without live updates.",
			Buckets: []float64{.001, .005, .02, .05, .1, .3, 1, 3, 10, 60},
		}, []string{"handler"}),
		live: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "headroom_http_live_listeners", Help: "Pages that listen to live updates.",
		}),
		refused: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "headroom_access_refused_total", Help: "Requests that were turned away, since nobody knew who sent them or for want of a role.",
		}, []string{"reason"}),
		recorded: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "headroom_audit_entries_total", Help: "Requests that were written to the audit log.",
		}),
		unrecorded: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "headroom_audit_lost_total", Help: "Requests that could not be written to the audit log.",
		}),
	}
	if r != nil {
		r.MustRegister(s.requests, s.seconds, s.live, s.refused, s.recorded, s.unrecorded)
	}
	return s
}

// observe counts and, at debug level, logs each request. Queries are left out
// of the log: they may hold what a user would not want there.
func (s *Server) observe(c *gin.Context) {
	began := time.Now()
	defer func() {
		took := time.Since(began)
		handler := c.FullPath()
		if handler == "" {
			handler = "page"
		}
		code := strconv.Itoa(c.Writer.Status())
		s.stats.requests.WithLabelValues(handler, knownMethod(c.Request.Method), code).Inc()
		if handler != "/api/v1/live" {
			s.stats.seconds.WithLabelValues(handler).Observe(took.Seconds())
		}
		s.Logger.LogAttrs(c.Request.Context(), slog.LevelDebug, "request",
			slog.String("method", c.Request.Method), slog.String("path", c.Request.URL.Path),
			slog.String("code", code), slog.Duration("took", took))
	}()
	c.Next()
}

// knownMethod keeps made-up methods from making up series.
func knownMethod(m string) string {
	switch m {
	case "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH":
		return m
	}
	return "other"
}
