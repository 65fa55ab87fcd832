package flap

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"headroom/alerting/alarm"
)

// Limits of what is remembered of alarms that are over.
const (
	maxKeys    = 200_000
	maxChanges = 64 // of one alarm; it flaps long before
)

// remember keeps all changes of an alarm of which an episode is over.
func (s *Stage) remember(key alarm.Key, all []change, now time.Time) {
	if len(all) == 0 || now.Sub(all[len(all)-1].at) >= s.settings.memory() {
		return
	}
	if _, known := s.past[key]; !known && len(s.past) >= maxKeys {
		s.metrics.forgotten.Inc()
		return
	}
	if len(all) > maxChanges {
		all = all[len(all)-maxChanges:]
	}
	s.past[key] = all
}

// sweep forgets changes that count no more.
func (s *Stage) sweep(now time.Time) {
	if now.Sub(s.swept) < time.Minute {
		return
	}
	s.swept = now
	for key, changes := range s.past {
		if now.Sub(changes[len(changes)-1].at) >= s.settings.memory() {
			delete(s.past, key)
		}
	}
}

type metrics struct{ flapped, forgotten prometheus.Counter }

func newMetrics(reg prometheus.Registerer) *metrics {
	f := promauto.With(reg)
	counter := func(name, help string) prometheus.Counter {
		return f.NewCounter(prometheus.CounterOpts{Name: name, Help: help})
	}
	return &metrics{
		flapped:   counter("headroom_alarm_flapping_total", "Times that an alarm began to flap."),
		forgotten: counter("headroom_alarm_flap_forgotten_total", "Episodes whose changes were not remembered, as too many were."),
	}
}
