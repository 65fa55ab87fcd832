package registry

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

type metrics struct {
	nodes     prometheus.Gauge
	conflicts prometheus.Gauge
	changes   *prometheus.CounterVec
	up        *prometheus.GaugeVec
	readAt    *prometheus.GaugeVec
}

func newMetrics(reg prometheus.Registerer) *metrics {
	f, source := promauto.With(reg), []string{"source"}
	return &metrics{
		nodes:     f.NewGauge(prometheus.GaugeOpts{Name: "headroom_registry_nodes", Help: "Nodes of the business tree of which the registry knows something."}),
		conflicts: f.NewGauge(prometheus.GaugeOpts{Name: "headroom_registry_conflicts", Help: "Facts about which sources disagree."}),
		changes:   f.NewCounterVec(prometheus.CounterOpts{Name: "headroom_registry_changes_total", Help: "Facts that were changed."}, source),
		up:        f.NewGaugeVec(prometheus.GaugeOpts{Name: "headroom_registry_source_up", Help: "1 if the source was read well at the last look."}, source),
		readAt:    f.NewGaugeVec(prometheus.GaugeOpts{Name: "headroom_registry_source_read_timestamp_seconds", Help: "When the source was last read well."}, source),
	}
}

func (m *metrics) read(source string, well bool, now time.Time) {
	if !well {
		m.up.WithLabelValues(source).Set(0)
		return
	}
	m.up.WithLabelValues(source).Set(1)
	m.readAt.WithLabelValues(source).Set(float64(now.Unix()))
}

func (m *metrics) forget(source string) {
	m.up.DeleteLabelValues(source)
	m.readAt.DeleteLabelValues(source)
}
