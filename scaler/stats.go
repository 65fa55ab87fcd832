package scaler

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"headroom/scaler/policy"
)

// stats are the scaler's own metrics.
type stats struct {
	decisions *prometheus.CounterVec
	evaluate  prometheus.Histogram
	workers   *prometheus.CounterVec
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
		workers: f.NewCounterVec(prometheus.CounterOpts{
			Name: "headroom_scale_placed_workers_total", Help: "Workers that the pool was told to start or to stop.",
		}, []string{"what"}),
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

func (s *stats) minute(decisions []Decision, p Placement, took time.Duration) {
	s.evaluate.Observe(took.Seconds())
	modes := map[Mode]int{Recommend: 0, Apply: 0}
	for _, d := range decisions {
		s.decisions.WithLabelValues(string(d.Direction)).Inc()
		modes[d.Mode]++
	}
	for mode, n := range modes {
		s.services.WithLabelValues(string(mode)).Set(float64(n))
	}
	s.placed(p)
}

func (s *stats) placed(p Placement) {
	s.workers.WithLabelValues("start").Add(float64(p.Started))
	s.workers.WithLabelValues("stop").Add(float64(p.Stopped))
	s.short.Set(float64(len(p.Short)))
}
