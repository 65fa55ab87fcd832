package api

import (
	"net/http"
	"net/http/pprof"

	vm "github.com/VictoriaMetrics/metrics"
	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

func healthy(c *gin.Context) { c.String(http.StatusOK, "Headroom is healthy.\n") }

// ready answers 503 with the reason until requests can be answered.
func (s *Server) ready(c *gin.Context) {
	if err := s.notReady(); err != nil {
		c.Header("Retry-After", "5")
		c.String(http.StatusServiceUnavailable, "Headroom is not ready: %v.\n", err)
		return
	}
	c.String(http.StatusOK, "Headroom is ready.\n")
}

func (s *Server) notReady() error {
	if s.Ready != nil {
		return s.Ready()
	}
	if s.Capacity.Snapshot() == nil {
		return errNoSnapshot
	}
	return nil
}

// reload reads the configuration anew. A bad one leaves the old in force.
func (s *Server) reload(c *gin.Context) {
	if s.Reload == nil {
		c.String(http.StatusForbidden, "Reloading over HTTP is not enabled: start the server with --web.enable-lifecycle.\n")
		return
	}
	if err := s.Reload(c.Request.Context()); err != nil {
		c.String(http.StatusInternalServerError, "The configuration was not reloaded, the old one stays in force: %v\n", err)
		return
	}
	c.Status(http.StatusOK)
}

// metrics shows our own metrics and, behind them, those of the embedded store's
// library, which keeps a registry of its own. The latter knows only the text
// format, so nothing else is offered.
func (s *Server) metrics(c *gin.Context) {
	r := c.Request.Clone(c.Request.Context())
	r.Header.Set("Accept", "text/plain")
	opts := promhttp.HandlerOpts{DisableCompression: true}
	promhttp.HandlerFor(s.Gatherer, opts).ServeHTTP(c.Writer, r)
	if c.Writer.Status() == http.StatusOK {
		vm.WritePrometheus(c.Writer, false)
	}
}

func mountPprof(r gin.IRouter) {
	r.GET("/", gin.WrapF(pprof.Index))
	r.GET("/cmdline", gin.WrapF(pprof.Cmdline))
	r.GET("/profile", gin.WrapF(pprof.Profile))
	r.GET("/symbol", gin.WrapF(pprof.Symbol))
	r.GET("/trace", gin.WrapF(pprof.Trace))
	for _, name := range []string{"allocs", "block", "goroutine", "heap", "mutex", "threadcreate"} {
		r.GET("/"+name, gin.WrapH(pprof.Handler(name)))
	}
}
