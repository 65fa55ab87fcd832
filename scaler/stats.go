package scaler

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"headroom/scaler/allocate"
	"headroom/scaler/policy"
	"headroom/scaler/pool"
)

// stats are the scaler's own metrics.
type stats struct {
	decisions *prometheus.CounterVec
	evaluate  prometheus.Histogram
	skipped   prometheus.Counter
	short     prometheus.Gauge
	services  *prometheus.GaugeVec
}

func newStats(r prometheus.Registerer) *stats {
	f := promauto.With(r)
	s := &stats{
		decisions: f.NewCounterVec(prometheus.CounterOpts{
			Name: "headroom_scale_minute_decisions_total", Help: "Decisions of all services, by direction.",
		}, []string{"direction"}),
		evaluate: f.NewHistogram(prometheus.HistogramOpts{
			Name: "headroom_scale_evaluation_seconds", Help: "From a published minute to the decisions and placements of all services.",
			Buckets: []float64{.001, .005, .01, .05, .1, .25, .5, 1, 2.5, 5, 10},
		}),
		skipped: f.NewCounter(prometheus.CounterOpts{
			Name: "headroom_scale_skipped_placements_total", Help: "Starts and stops that no longer fitted when they were to be carried out; the next plan tries again.",
		}),
		short: f.NewGauge(prometheus.GaugeOpts{
			Name: "headroom_scale_short_services", Help: "Services for which the pool found too little room.",
		}),
		services: f.NewGaugeVec(prometheus.GaugeOpts{
			Name: "headroom_scale_services", Help: "Services that are decided about, by mode.",
		}, []string{"mode"}),
	}
	for _, d := range []policy.Direction{policy.Out, policy.In, policy.Hold} {
		s.decisions.WithLabelValues(string(d))
	}
	return s
}

func (s *stats) minute(decisions []Decision, took time.Duration) {
	s.evaluate.Observe(took.Seconds())
	modes := map[pool.Mode]int{pool.Recommend: 0, pool.Apply: 0}
	for _, d := range decisions {
		s.decisions.WithLabelValues(string(d.Direction)).Inc()
		modes[d.Mode]++
	}
	for mode, n := range modes {
		s.services.WithLabelValues(string(mode)).Set(float64(n))
	}
}

func (s *stats) placed(r allocate.Result, a pool.Applied) {
	s.skipped.Add(float64(len(a.Skipped)))
	s.short.Set(float64(len(r.Shorts)))
}
