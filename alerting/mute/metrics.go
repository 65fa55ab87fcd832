package mute

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

type metrics struct{ hidden prometheus.Counter }

func newMetrics(reg prometheus.Registerer, s *Mutes) *metrics {
	f := promauto.With(reg)
	f.NewGaugeFunc(prometheus.GaugeOpts{Name: "headroom_alarm_mutes", Help: "Mutes that hide now."}, func() (n float64) {
		for _, m := range s.List(time.Now(), false) {
			if m.Active {
				n++
			}
		}
		return n
	})
	return &metrics{hidden: f.NewCounter(prometheus.CounterOpts{Name: "headroom_alarm_muted_total", Help: "Times that a mute or silence began to hide an alarm."})}
}
