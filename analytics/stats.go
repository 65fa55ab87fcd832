package analytics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

// stats are the loop's own metrics.
type stats struct {
	publishSeconds prometheus.Histogram
	lag            prometheus.Gauge
	rows           *prometheus.GaugeVec
	learnSeconds   prometheus.Gauge
	learnedNodes   prometheus.Counter
	feedErrors     prometheus.Counter
	writeErrors    prometheus.Counter
}

func newStats(reg prometheus.Registerer) *stats {
	f := promauto.With(reg)
	return &stats{
		publishSeconds: f.NewHistogram(prometheus.HistogramOpts{
			Name: "headroom_table_evaluation_seconds", Help: "From a minute's close to its published table.",
			Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
		}),
		lag: f.NewGauge(prometheus.GaugeOpts{
			Name: "headroom_table_minute_timestamp_seconds", Help: "Start of the minute that the newest table is about.",
		}),
		rows: f.NewGaugeVec(prometheus.GaugeOpts{
			Name: "headroom_table_rows", Help: "Rows of the newest table by state, tree nodes included.",
		}, []string{"state"}),
		learnSeconds: f.NewGauge(prometheus.GaugeOpts{
			Name: "headroom_learn_seconds", Help: "What the last learning from history took.",
		}),
		learnedNodes: f.NewCounter(prometheus.CounterOpts{
			Name: "headroom_learned_nodes_total", Help: "Nodes learned from history.",
		}),
		feedErrors: f.NewCounter(prometheus.CounterOpts{
			Name: "headroom_signal_query_failures_total", Help: "Minutes whose signals could not be asked for.",
		}),
		writeErrors: f.NewCounter(prometheus.CounterOpts{
			Name: "headroom_table_write_failures_total", Help: "Minutes whose series could not be written.",
		}),
	}
}

func (s *stats) published(snap *Snapshot, took time.Duration) {
	s.publishSeconds.Observe(took.Seconds())
	s.lag.Set(float64(snap.At.Unix()))
	count := map[State]int{OK: 0, Learning: 0, Stale: 0}
	for i := range snap.Rows {
		count[snap.Rows[i].State]++
	}
	for state, n := range count {
		s.rows.WithLabelValues(string(state)).Set(float64(n))
	}
}
