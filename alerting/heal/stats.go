package heal

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

type stats struct {
	heals    *prometheus.CounterVec // by kind and result
	verdicts *prometheus.CounterVec // by rule and verdict
	refused  *prometheus.CounterVec // by limit
}

func newStats(reg prometheus.Registerer, s *Stage) *stats {
	f := promauto.With(reg)
	f.NewGaugeFunc(prometheus.GaugeOpts{Name: "headroom_alarm_heals_running", Help: "Heals under way, until it is known whether they helped."}, func() float64 {
		s.mu.Lock()
		defer s.mu.Unlock()
		return float64(s.live.Running())
	})
	f.NewGaugeFunc(prometheus.GaugeOpts{Name: "headroom_alarm_healing_stopped", Help: "1 while healing is stopped until a person lets it go on."}, func() float64 {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.live.Stopped != "" {
			return 1
		}
		return 0
	})
	return &stats{
		heals:    f.NewCounterVec(prometheus.CounterOpts{Name: "headroom_alarm_heals_total", Help: "Actions about alarms, by kind and result; would: a dry run."}, []string{"kind", "result"}),
		verdicts: f.NewCounterVec(prometheus.CounterOpts{Name: "headroom_alarm_heals_verified_total", Help: "Actions of which it is known whether they helped, by rule."}, []string{"rule", "verdict"}),
		refused:  f.NewCounterVec(prometheus.CounterOpts{Name: "headroom_alarm_heals_refused_total", Help: "Requests for leave to act that a limit refused, by limit."}, []string{"limit"}),
	}
}
