package alerting

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"headroom/alerting/alarm"
)

// metrics are the pipeline's own. The alarms received since the start are those
// settled and those open.
type metrics struct {
	received    prometheus.Counter
	repeats     prometheus.Counter
	unknownEnds prometheus.Counter
	refused     prometheus.Counter
	failedSaves prometheus.Counter
	settled     *prometheus.CounterVec
	in, out     *prometheus.CounterVec
	took        *prometheus.CounterVec
	open        *prometheus.GaugeVec
}

func newMetrics(reg prometheus.Registerer, p *Pipeline) *metrics {
	f := promauto.With(reg)
	counter := func(name, help string) prometheus.Counter {
		return f.NewCounter(prometheus.CounterOpts{Name: name, Help: help})
	}
	by := func(label, name, help string) *prometheus.CounterVec {
		return f.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, []string{label})
	}
	m := &metrics{
		received:    counter("headroom_alarm_received_total", "Episodes of alarms that began, or were open at the start."),
		repeats:     counter("headroom_alarm_repeats_total", "Alarms received that were open already."),
		unknownEnds: counter("headroom_alarm_unknown_ends_total", "Ends received of alarms that were not open."),
		refused:     counter("headroom_alarm_refused_total", "Alarms refused since too many were open."),
		failedSaves: counter("headroom_alarm_failed_saves_total", "Attempts to write alarms down that failed."),
		settled:     by("outcome", "headroom_alarm_settled_total", "Episodes of alarms that were closed, by how they came out."),
		in:          by("stage", "headroom_alarm_stage_in_total", "Alarms that a stage looked at."),
		out:         by("stage", "headroom_alarm_stage_out_total", "Alarms that a stage let pass or made."),
		took:        by("stage", "headroom_alarm_stage_seconds_total", "Time that a stage took."),
		open:        prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "headroom_alarm_open", Help: "Open alarms by where they stand."}, []string{"outcome"}),
	}
	if reg != nil {
		reg.MustRegister(openGauge{m.open, p})
	}
	for _, o := range alarm.Outcomes {
		m.settled.WithLabelValues(string(o))
	}
	return m
}

// openGauge counts the open alarms when it is asked.
type openGauge struct {
	*prometheus.GaugeVec
	p *Pipeline
}

func (g openGauge) Collect(to chan<- prometheus.Metric) {
	counts := g.p.counts()
	for _, o := range alarm.Outcomes {
		g.WithLabelValues(string(o)).Set(float64(counts[o]))
	}
	g.GaugeVec.Collect(to)
}

// counts returns how many open alarms there are of each outcome.
func (p *Pipeline) counts() map[alarm.Outcome]int {
	p.mu.Lock()
	defer p.mu.Unlock()
	counts := map[alarm.Outcome]int{}
	for _, a := range p.book.byID {
		counts[a.Outcome]++
	}
	return counts
}

// stage is a stage with its metrics.
type stage struct {
	alarm.Stage
	in, out, took prometheus.Counter
}

func (m *metrics) stage(s alarm.Stage) stage {
	name := s.Name()
	return stage{s, m.in.WithLabelValues(name), m.out.WithLabelValues(name), m.took.WithLabelValues(name)}
}

func (s stage) run(ctx context.Context, now time.Time, alarms []*alarm.Alarm) []*alarm.Alarm {
	started := time.Now()
	passed := s.Run(ctx, now, alarms)
	s.in.Add(float64(len(alarms)))
	s.out.Add(float64(len(passed)))
	s.took.Add(time.Since(started).Seconds())
	return passed
}
