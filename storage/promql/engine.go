// Package promql answers PromQL over any storage.Store with Prometheus' own
// engine.
//
// Run answers a user's query: it waits for one of a few slots, and each limit
// that it meets is an error of its own kind. Instant and Range serve
// Headroom's own loops with plain types and never wait for a slot, so that busy
// dashboards cannot hold up the minute. Times may lie in the future: a forecast
// is a series like any other.
//
// Answers are Prometheus' own, with its test files as the proof, but for what a
// store does not keep: native histograms, start timestamps, exemplars, NaN other
// than the staleness marker, and the small values of a series that mixes
// magnitudes more than some 15 digits apart (testdata/differences.txt).
package promql

import (
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	prom "github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"

	"headroom/storage"
)

// Options limit what one query, and all together, may take. A zero value
// stands for the default.
type Options struct {
	Timeout       time.Duration // of one evaluation, default 2m
	MaxSamples    int           // read by one query, and made by it at once; default 50,000,000, 16 bytes each
	MaxTotal      int           // read by all running queries together, default twice MaxSamples
	MaxSeries     int           // read by one selector, default 1,000,000
	MaxConcurrent int           // queries of users that run at once, default 20
	MaxWait       time.Duration // for one of these slots, default 10s
	Lookback      time.Duration // how long a sample stays current, default 5m
	Subquery      time.Duration // step of subqueries that name none, default 1m
	Experimental  bool          // functions and modifiers that Prometheus keeps behind feature flags

	Logger     *slog.Logger          // nil for none
	Registerer prometheus.Registerer // nil for no metrics
}

func (o Options) withDefaults() Options {
	setDefault(&o.Timeout, 2*time.Minute)
	setDefault(&o.MaxSamples, 50_000_000)
	setDefault(&o.MaxTotal, 2*o.MaxSamples)
	setDefault(&o.MaxSeries, 1_000_000)
	setDefault(&o.MaxConcurrent, 20)
	setDefault(&o.MaxWait, 10*time.Second)
	setDefault(&o.Lookback, 5*time.Minute)
	setDefault(&o.Subquery, time.Minute) // Prometheus' default evaluation interval
	return o
}

func setDefault[T ~int | ~int64](v *T, def T) {
	if *v <= 0 {
		*v = def
	}
}

// Engine evaluates PromQL over one store. All methods may be called from many
// goroutines.
type Engine struct {
	store  storage.Store
	opts   Options
	prom   *prom.Engine
	parser parser.Parser
	gate   *gate
	budget *budget
}

// New returns an engine over store.
func New(store storage.Store, opts Options) *Engine {
	opts = opts.withDefaults()
	p := parser.NewParser(parser.Options{
		EnableExperimentalFunctions: opts.Experimental,
		EnableBinopFillModifiers:    opts.Experimental,
		EnableUnquotedUTF8Names:     opts.Experimental,
	})
	return &Engine{
		store:  store,
		opts:   opts,
		prom:   prom.NewEngine(engineOpts(opts, p)),
		parser: p,
		gate:   newGate(opts.MaxConcurrent, opts.MaxWait, opts.Registerer),
		budget: newBudget(opts.MaxTotal, opts.Registerer),
	}
}

// engineOpts leaves the engine's metrics under Prometheus' own names
// (prometheus_engine_...), so that the usual dashboards find them.
func engineOpts(o Options, p parser.Parser) prom.EngineOpts {
	return prom.EngineOpts{
		Logger:                   o.Logger,
		Reg:                      o.Registerer,
		MaxSamples:               o.MaxSamples,
		Timeout:                  o.Timeout,
		LookbackDelta:            o.Lookback,
		NoStepSubqueryIntervalFn: func(int64) int64 { return o.Subquery.Milliseconds() },
		EnableAtModifier:         true,
		EnableNegativeOffset:     true,
		EnablePerStepStats:       true,
		Parser:                   p,
	}
}

// Parser is the one that reads this engine's queries.
func (e *Engine) Parser() parser.Parser { return e.parser }

// Options returns the limits in force, defaults included.
func (e *Engine) Options() Options { return e.opts }
