package fold

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

type metrics struct {
	causes prometheus.Counter
	summed prometheus.Counter
	stormy prometheus.Gauge
}

func newMetrics(reg prometheus.Registerer) metrics {
	f := promauto.With(reg)
	return metrics{
		causes: f.NewCounter(prometheus.CounterOpts{Name: "headroom_alarm_causes_total", Help: "Common causes that were found."}),
		summed: f.NewCounter(prometheus.CounterOpts{Name: "headroom_alarm_storm_summed_total", Help: "Alarms that were summed up in a storm."}),
		stormy: f.NewGauge(prometheus.GaugeOpts{Name: "headroom_alarm_storm", Help: "Whether more alarms ring than can be told one by one."}),
	}
}

func (m metrics) storm(on bool) {
	m.stormy.Set(0)
	if on {
		m.stormy.Set(1)
	}
}
