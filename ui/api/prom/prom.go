// Package prom serves Prometheus' query API, with Prometheus' own parameters,
// answers and errors, so that Grafana, promtool, vmalert, KEDA and whatever
// else asks a Prometheus can ask Headroom.
//
// What Headroom has no notion of (exemplars, scrape targets) is answered as by a
// Prometheus that has none.
package prom

import (
	"log/slog"
	"runtime"
	"time"

	"github.com/gin-gonic/gin"

	"headroom/storage/promql"
)

// Version is the Prometheus whose API and language are spoken: that of the
// engine's module. Clients such as Grafana choose their requests by it.
const Version = "3.16.0"

// Options tell what the status endpoints show. A provider that is nil leaves
// its endpoint out, rather than have it answer with nothing.
type Options struct {
	Build    Build
	Started  time.Time     // of this process
	Keep     time.Duration // retention; 0 for none known
	Metadata MetadataSource
	Rules    RulesSource // nil: there are none

	Flags  func() map[string]string // command line, for /status/flags
	Config func() string            // YAML without secrets, for /status/config

	Now    func() time.Time // nil for time.Now
	Logger *slog.Logger     // nil for slog.Default()
}

// Build tells which Headroom answers.
type Build struct {
	Version, Revision, Branch, User, Date string
}

// MetadataSource knows what senders told about their metrics.
type MetadataSource interface {
	// Metadata returns what is known about a metric, or about all if metric is
	// empty, by the metric's name.
	Metadata(metric string) map[string][]Metadata
}

// Metadata describes a metric as its sender did.
type Metadata struct {
	Type string `json:"type"` // counter, gauge, histogram, summary, unknown …
	Help string `json:"help"`
	Unit string `json:"unit"`
}

type api struct {
	Options
	engine *promql.Engine
}

// Register adds the endpoints to r, which is mounted at /api/v1.
func Register(r gin.IRouter, engine *promql.Engine, opts Options) {
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.Logger == nil {
		opts.Logger = slog.Default()
	}
	a := &api{Options: opts, engine: engine}

	both := func(path string, f endpoint) {
		r.GET(path, a.serve(f))
		r.POST(path, a.serve(f))
	}
	both("/query", a.query)
	both("/query_range", a.queryRange)
	both("/query_exemplars", a.queryExemplars)
	both("/format_query", a.formatQuery)
	both("/series", a.series)
	both("/labels", a.labelNames)
	r.GET("/label/:name/values", a.serve(a.labelValues))
	r.GET("/metadata", a.serve(a.metadata))
	a.registerStatus(r)
}

func (a *api) registerStatus(r gin.IRouter) {
	r.GET("/status/buildinfo", a.serve(a.buildInfo))
	r.GET("/status/runtimeinfo", a.serve(a.runtimeInfo))
	if a.Flags != nil {
		r.GET("/status/flags", a.serve(a.flags))
	}
	if a.Config != nil {
		r.GET("/status/config", a.serve(a.config))
	}
	if a.Rules != nil {
		r.GET("/rules", a.serve(a.rules))
		r.GET("/alerts", a.serve(a.alerts))
	}
	for path, data := range emptyLists {
		if a.Rules != nil && (path == "/rules" || path == "/alerts") {
			continue
		}
		r.GET(path, a.serve(func(*gin.Context) (any, error) { return data, nil }))
	}
}

// emptyLists are Prometheus' answers when there are no rules and no targets.
var emptyLists = map[string]any{
	"/rules":         gin.H{"groups": []any{}},
	"/alerts":        gin.H{"alerts": []any{}},
	"/alertmanagers": gin.H{"activeAlertmanagers": []any{}, "droppedAlertmanagers": []any{}},
	"/targets": gin.H{
		"activeTargets": []any{}, "droppedTargets": []any{}, "droppedTargetCounts": gin.H{},
	},
}

func (a *api) buildInfo(*gin.Context) (any, error) {
	return gin.H{
		"version":   Version,
		"revision":  a.Build.Revision,
		"branch":    a.Build.Branch,
		"buildUser": a.Build.User,
		"buildDate": a.Build.Date,
		"goVersion": runtime.Version(),
		"headroom":  a.Build.Version, // not known to Prometheus, ignored by its clients
	}, nil
}
