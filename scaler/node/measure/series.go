package measure

import (
	"cmp"
	"math"
	"slices"
	"time"

	"headroom/scaler/node/send"
)

// labelsOf are the labels of a service's series, sorted, with more of them. Empty
// ones are left out, as Prometheus does.
func labelsOf(of map[string]string, more ...send.Label) []send.Label {
	labels := slices.Clone(more)
	for name, v := range of {
		if !slices.ContainsFunc(more, func(l send.Label) bool { return l.Name == name }) {
			labels = append(labels, send.Label{Name: name, Value: v})
		}
	}
	labels = slices.DeleteFunc(labels, func(l send.Label) bool { return l.Value == "" })
	slices.SortFunc(labels, func(a, b send.Label) int { return cmp.Compare(a.Name, b.Name) })
	return labels
}

// known turns what has never been told into what is not known.
func known(v float64, told bool) float64 {
	if !told {
		return math.NaN()
	}
	return v
}

func (m *Measure) workerSeries(s *subject) []value {
	labels := labelsOf(s.Spec.Labels, send.Label{Name: "node", Value: m.o.Node}, send.Label{Name: "process", Value: s.ID})
	var all []value
	add := func(name string, of func() float64) {
		all = append(all, value{send.Series{Name: name, Labels: labels}, of})
	}
	add("headroom_busy_seconds_total", func() float64 { return known(s.busy, s.told) })
	add("headroom_requests_total", func() float64 { return known(s.requests, s.told) })
	add("headroom_process_cpu_seconds_total", func() float64 { return s.cpu })
	add("headroom_process_resident_memory_bytes", func() float64 { return s.memory })
	add("headroom_process_threads", func() float64 { return s.threads })
	add("headroom_process_open_fds", func() float64 { return s.files })
	add("headroom_process_restarts_total", func() float64 { return float64(s.Restarts) })
	add("headroom_worker_latency_seconds", func() float64 { return s.since.busy / s.since.requests })
	add("headroom_worker_connections", func() float64 { return s.since.connections.value() })
	add("headroom_worker_pending", func() float64 { return s.since.pending.value() })
	add("headroom_worker_unread_bytes", func() float64 { return s.since.unread.value() })
	add("headroom_worker_rtt_seconds", func() float64 { return s.since.rtt.value() })
	add("headroom_worker_retransmits_total", func() float64 { return known(s.retransmits, s.since.connections.n > 0) })
	add("headroom_worker_weight", func() float64 { return s.weight })
	return all
}

func (m *Measure) serviceSeries(s *service) []value {
	labels := labelsOf(s.spec.Labels, send.Label{Name: "node", Value: m.o.Node})
	return []value{
		{send.Series{Name: "headroom_load_percent", Labels: labels}, func() float64 { return s.load(m.asked, m.cores) }},
		{send.Series{Name: "headroom_service_throttled_seconds_total", Labels: labels}, func() float64 { return s.throttled }},
	}
}

func (m *Measure) nodeSeries() []value {
	node := send.Label{Name: "node", Value: m.o.Node}
	labels := []send.Label{node}
	all := []value{
		{send.Series{Name: "headroom_node_load_percent", Labels: labels}, func() float64 { return m.machine.load().CPU }},
		{send.Series{Name: "headroom_node_memory_used_bytes", Labels: labels}, func() float64 { return m.machine.memory }},
	}
	lines := func(source, outcome string, of func(outcomes) float64) {
		labels := []send.Label{node, {Name: "outcome", Value: outcome}, {Name: "source", Value: source}}
		all = append(all, value{
			send.Series{Name: "headroom_node_latency_lines_total", Labels: labels},
			func() float64 { return of(m.inbox.outcomes(source)) },
		})
	}
	for source, conn := range m.listeners {
		if conn != nil {
			lines(source, "used", func(o outcomes) float64 { return o.used })
			lines(source, "malformed", func(o outcomes) float64 { return o.malformed })
			lines(source, "unknown", func(o outcomes) float64 { return o.unknown })
		}
	}
	return all
}

// Series are the values of now. Gauges of workers are means since the call before,
// and so is a service's load, so there should be one caller, package send. The slice
// is valid until the next call.
func (m *Measure) Series(now time.Time) []send.Series {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.asked, m.out = now, m.out[:0]
	for _, s := range m.subjects {
		m.fill(s.series)
		s.since = means{}
	}
	for _, s := range m.services {
		m.fill(s.series)
	}
	m.fill(m.series)
	return m.out
}

func (m *Measure) fill(all []value) {
	for i := range all {
		one := all[i].Series
		if one.Value = all[i].of(); !math.IsNaN(one.Value) {
			m.out = append(m.out, one)
		}
	}
}
