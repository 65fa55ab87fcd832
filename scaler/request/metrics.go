package request

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

type metrics struct {
	steps    *prometheus.CounterVec // by kind and what happened
	underWay *prometheus.GaugeVec   // by state
	starts   *prometheus.CounterVec // by result
	told     *prometheus.CounterVec // by way and result
}

func newMetrics(reg prometheus.Registerer) metrics {
	f := promauto.With(reg)
	return metrics{
		steps:    f.NewCounterVec(prometheus.CounterOpts{Name: "headroom_request_steps_total", Help: "What happened to requests, by kind and step."}, []string{"kind", "step"}),
		underWay: f.NewGaugeVec(prometheus.GaugeOpts{Name: "headroom_request_under_way", Help: "Requests that are not over, by state."}, []string{"state"}),
		starts:   f.NewCounterVec(prometheus.CounterOpts{Name: "headroom_request_starts_total", Help: "Flows that were to be started for requests, by result."}, []string{"result"}),
		told:     f.NewCounterVec(prometheus.CounterOpts{Name: "headroom_request_messages_total", Help: "Messages about requests, by way and result."}, []string{"way", "result"}),
	}
}

func (m *metrics) stepped(r *Request, what string) {
	m.steps.WithLabelValues(string(r.Kind), what).Inc()
}

func (m *metrics) count(counts map[State]int) {
	for _, s := range []State{Open, Approved, Running} {
		m.underWay.WithLabelValues(string(s)).Set(float64(counts[s]))
	}
}
