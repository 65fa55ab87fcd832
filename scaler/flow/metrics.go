package flow

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

// metrics are the engine's own.
type metrics struct {
	started, calls, failures, missed, faults prometheus.Counter
	runs, results, limits                    *prometheus.CounterVec
	commits                                  prometheus.Histogram
}

func newMetrics(reg prometheus.Registerer, e *Engine) *metrics {
	f := promauto.With(reg)
	counter := func(name, help string) prometheus.Counter {
		return f.NewCounter(prometheus.CounterOpts{Name: name, Help: help})
	}
	vector := func(name, help string, labels ...string) *prometheus.CounterVec {
		return f.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	}
	gauge := func(name, help string, value func() int) {
		f.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, func() float64 { return float64(value()) })
	}
	gauge("headroom_flow_open_runs", "Runs that are not over.", func() int { e.mu.Lock(); defer e.mu.Unlock(); return len(e.actors) })
	gauge("headroom_flow_queued_runs", "Runs that wait for a lock, a window or a free place.", func() int {
		e.gate.mu.Lock()
		defer e.gate.mu.Unlock()
		return len(e.gate.queue)
	})
	return &metrics{
		started:  counter("headroom_flow_starts_total", "Runs that were started, dry ones too."),
		calls:    counter("headroom_flow_calls_total", "Calls of tools that were begun."),
		failures: counter("headroom_flow_failed_saves_total", "Attempts to write down a change of a run that failed."),
		missed:   counter("headroom_flow_missed_starts_total", "Starts of schedules that were left out."),
		faults:   counter("headroom_flow_faults_total", "Runs that stand still by a fault of the program."),
		runs:     vector("headroom_flow_ended_runs_total", "Runs by what they came to.", "state"),
		results:  vector("headroom_flow_results_total", "Calls of tools by what they came to.", "result"),
		limits:   vector("headroom_flow_limits_total", "How often a limit was met.", "limit"),
		commits: f.NewHistogram(prometheus.HistogramOpts{
			Name: "headroom_flow_commit_seconds", Help: "Time to write changes of runs to the disk.", Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .5, 2},
		}),
	}
}

// met counts that a limit was met.
func (m *metrics) met(limit string) { m.limits.WithLabelValues(limit).Inc() }

// called counts what a call came to.
func (m *metrics) called(how ending) { m.results.WithLabelValues(how.String()).Inc() }

func (m *metrics) ended(r *Run) { m.runs.WithLabelValues(string(r.State)).Inc() }
