package lease

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

type metrics struct {
	hidden prometheus.Counter
	over   prometheus.Counter
	failed prometheus.Counter
	ended  *prometheus.CounterVec
}

func newMetrics(reg prometheus.Registerer, s *Leases) *metrics {
	f := promauto.With(reg)
	f.NewGaugeFunc(prometheus.GaugeOpts{Name: "headroom_alarm_leases", Help: "Changes that are under way or have their grace."},
		func() float64 { return float64(len(s.Active(time.Now()))) })
	m := &metrics{
		hidden: f.NewCounter(prometheus.CounterOpts{Name: "headroom_alarm_lease_hidden_total", Help: "Alarms that were hidden as expected of a change."}),
		over:   f.NewCounter(prometheus.CounterOpts{Name: "headroom_alarm_lease_over_total", Help: "Alarms that went on as a change had more than expected."}),
		failed: f.NewCounter(prometheus.CounterOpts{Name: "headroom_alarm_lease_failed_saves_total", Help: "Attempts to write leases down that failed."}),
		ended:  f.NewCounterVec(prometheus.CounterOpts{Name: "headroom_alarm_leases_ended_total", Help: "Changes that are over, by how they ended."}, []string{"how"}),
	}
	for _, how := range append([]string{Died, Overran}, Hows...) {
		m.ended.WithLabelValues(how)
	}
	return m
}
