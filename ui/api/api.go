// Package api answers HTTP: the warning table, growth, reports, the business
// tree, live updates, health and Headroom's own metrics.
//
// It computes nothing about load: every number comes from the snapshot that the
// minute loop published. Answers are {"status":"success","data":…} or, as in
// Prometheus, {"status":"error","errorType":…,"error":…}. The contract is
// openapi.yaml, which a test holds against every route and every answer.
package api

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"

	"headroom/analytics"
	"headroom/analytics/ledger"
	"headroom/analytics/whatif"
	"headroom/scaler/policy"
	"headroom/storage/fleet"
	"headroom/storage/state"
	"headroom/ui/access"
	"headroom/ui/report/press"
)

// Capacity answers what is known about the fleet. An error that wraps
// [analytics.ErrNoNode], [analytics.ErrNotKept] or [analytics.ErrNoModel] is
// the asker's fault and shown to them.
type Capacity interface {
	// Snapshot returns the newest snapshot, nil before the first.
	Snapshot() *analytics.Snapshot
	// At judges the minute of t by a model; an empty name is the configured one.
	At(ctx context.Context, t time.Time, model string) (*analytics.Snapshot, error)
	Curve(ctx context.Context, id, model string) (*analytics.Curve, error)
	// Sparklines are the loads and bands of the last days in so many steps, up to
	// [analytics.MaxSparklines] nodes at a time.
	Sparklines(ctx context.Context, ids []string, model string, days, points int) (*analytics.Sparklines, error)
	// Trend has intervals of a nominal coverage; 0 is the configured one.
	Trend(ctx context.Context, id, model string, coverage float64) (*analytics.Trend, error)
	// WithCoverage judges the newest minute with intervals of another coverage.
	WithCoverage(ctx context.Context, id, model string, coverage float64) (*analytics.Judged, error)
	Explain(ctx context.Context, id, model string) (*analytics.Explanation, error)
	// WhatIf judges the newest minute in a scenario; a *[whatif.Faults] is the
	// asker's fault.
	WhatIf(whatif.Scenario) (*analytics.WhatIf, error)
	// Refit shows the nodes of a mark before and after it is made, or the one with
	// the number ended is taken away, and tells how many nodes it concerns.
	Refit(ctx context.Context, more *fleet.Mark, ended int64) ([]analytics.Refit, int, error)
	// Excursions returns in which intervals of the last days, up to
	// [analytics.MaxExcursionDays], a node's alarm ran, the newest first.
	Excursions(ctx context.Context, id string, days int) ([]analytics.Excursion, error)
	// Heat sums up a node's load by weekday and hour over the last weeks, up to
	// [analytics.MaxHeatWeeks].
	Heat(ctx context.Context, id string, weeks int, of string) (*analytics.Heat, error)
	// Subscribe returns a channel that gets a signal after each new snapshot,
	// and a function that ends it.
	Subscribe() (<-chan struct{}, func())
	Progress() []analytics.Progress
}

// Notes keeps people's notes on nodes of the business tree.
type Notes interface {
	// Notes returns the present notes by the node's id.
	Notes(ctx context.Context) (map[string]state.Note, error)
	// SetNote replaces a note; an empty text removes it. who is the user's name,
	// empty when nobody had to log in.
	SetNote(ctx context.Context, id, text, who string) error
}

// Marks keeps the intervals that are not learned from.
type Marks interface {
	// Marks returns all marks, those that were taken away too.
	Marks(ctx context.Context) ([]fleet.Mark, error)
	// Add keeps a mark, of which it sets ID and Made.
	Add(ctx context.Context, m fleet.Mark) (fleet.Mark, error)
	// End takes a mark away. It returns [fleet.ErrNoMark] if there is none.
	End(ctx context.Context, id int64, who string) error
}

// Ledger keeps forecasts beside what came.
type Ledger interface {
	Entries(ctx context.Context, q ledger.Query) ([]ledger.Entry, error)
	// Orders returns the modules' orders of the first day of from … to that has
	// any, Work the largest work of their days first … last, nil until that is
	// known. Days are since 1970-01-01.
	Orders(ctx context.Context, from, to int) ([]ledger.Ordered, error)
	Work(ctx context.Context, first, last int) (map[string]float64, error)
}

// Options wire a [Server].
type Options struct {
	Ledger    Ledger
	Backtests Backtests
	Capacity  Capacity
	Devices   Devices // nil: none is known
	Notes     Notes
	Marks     Marks
	Reports   *press.Press
	Alarms    Alarms
	Heals     Heals

	Notifications Notifications
	Leases        Leases
	Mutes         Mutes

	Flows    Flows
	Library  FlowLibrary
	Search   Search
	Registry Registry
	Timeline []TimelineSource // what else happened to nodes, besides changes of facts

	Pool      Pool
	Scaling   Scaling
	Decisions Decisions
	Replays   Replays
	// UsualPolicy is that of modules which no service is configured for; nil: the default.
	UsualPolicy func() policy.Settings
	Requests    Requests
	Access      *access.Book  // nil: everybody may do everything
	Login       *access.Login // nil: nobody can log in by a provider
	Audit       AuditLog      // nil: nothing is recorded
	Places      Places
	Hierarchy   []string // labels of the business tree from the top
	Examples    Examples

	Consistency Consistency
	Operations  Operations
	// Sync answers a node daemon that speaks for a node.
	Sync func(w http.ResponseWriter, r *http.Request, node string)
	// Files sends a node the file with a checksum that a task asks it for.
	Files func(w http.ResponseWriter, r *http.Request, node, sha256 string)

	Version     string
	Mode        string         // "serve", "shadow" or "demo", as shown on the page
	Location    *time.Location // the configured zone
	ExternalURL *url.URL       // how browsers reach the server; nil: unknown

	Now    func() time.Time            // nil: time.Now
	Ready  func() error                // why it cannot answer yet; nil: ready with the first snapshot
	Reload func(context.Context) error // nil: reloading over HTTP is refused
	Pprof  bool                        // serve /debug/pprof
	Pages  http.Handler                // all that is no endpoint; nil: 404

	Logger     *slog.Logger
	Registerer prometheus.Registerer
	Gatherer   prometheus.Gatherer // what /metrics shows
}

// Server answers HTTP requests.
type Server struct {
	Options
	engine *gin.Engine
	stats  *stats
	origin *originGuard
	tables tables
	live   chan struct{} // holds one token for each live listener

	verifying sync.Mutex // held while the audit log is verified

	closeOnce sync.Once
	closed    chan struct{}
}

// New returns a server whose endpoints are all mounted.
func New(opts Options) *Server {
	gin.SetMode(gin.ReleaseMode)
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.UsualPolicy == nil {
		opts.UsualPolicy = policy.Default
	}
	s := &Server{
		Options: opts,
		engine:  gin.New(),
		stats:   newStats(opts.Registerer),
		origin:  newOriginGuard(opts.ExternalURL),
		live:    make(chan struct{}, maxLive),
		closed:  make(chan struct{}),
	}
	// Ids of nodes hold percent-encoded slashes, so routes match the path as it
	// was sent.
	s.engine.UseEscapedPath = true
	s.engine.RedirectTrailingSlash = false
	s.engine.HandleMethodNotAllowed = true
	s.engine.Use(s.observe, s.recoverPanic, secure, s.origin.check, s.guard, s.audited)
	s.mount()
	return s
}

// Router takes further endpoints, such as those of ingest and of Prometheus'
// query API. They get the same protection as the server's own.
func (s *Server) Router() gin.IRouter { return s.engine }

// Handler answers every request.
func (s *Server) Handler() http.Handler { return s.engine }

// Close ends the live listeners, which no graceful shutdown would wait for.
func (s *Server) Close() { s.closeOnce.Do(func() { close(s.closed) }) }

// HTTPServer returns a server with time limits around the handler. Its Shutdown
// ends the live listeners.
func (s *Server) HTTPServer() *http.Server {
	srv := &http.Server{
		Handler:           s.engine,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       5 * time.Minute, // a backfill over a slow line
		WriteTimeout:      5 * time.Minute, // longer than a query may take; live updates set their own
		IdleTimeout:       5 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(s.Logger.Handler(), slog.LevelDebug),
	}
	srv.RegisterOnShutdown(s.Close)
	return srv
}
