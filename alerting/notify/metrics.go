package notify

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

// metrics are the stage's own, besides Alertmanager's.
type metrics struct {
	overflow  prometheus.Counter
	unkept    prometheus.Counter
	forwarded *prometheus.CounterVec
}

func newMetrics(reg prometheus.Registerer, inbox *inbox) *metrics {
	f := promauto.With(reg)
	f.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "headroom_alarm_notify_reports", Help: "Reports of notifications that wait to be written into their alarms.",
	}, func() float64 { return float64(inbox.waiting()) })
	return &metrics{
		overflow: f.NewCounter(prometheus.CounterOpts{
			Name: "headroom_alarm_notify_overflow_total", Help: "Reports of notifications that found the queue full, and are read from the state database instead.",
		}),
		unkept: f.NewCounter(prometheus.CounterOpts{
			Name: "headroom_alarm_notify_unkept_total", Help: "Notifications that were sent and could not be written down.",
		}),
		forwarded: f.NewCounterVec(prometheus.CounterOpts{
			Name: "headroom_alarm_notify_forwarded_total", Help: "Alarms for other Alertmanagers, by what came of them: sent, failed (tried again) or dropped.",
		}, []string{"what"}),
	}
}
