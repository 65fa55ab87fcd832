package pool

import (
	"errors"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

// metrics are the pool's own.
type metrics struct {
	changed, unchanged, refused prometheus.Counter
	rivals                      prometheus.Counter
	failures                    prometheus.Counter
	starts, stops               prometheus.Counter
}

func newMetrics(reg prometheus.Registerer, p *Pool) *metrics {
	f := promauto.With(reg)
	counter := func(name, help string) prometheus.Counter {
		return f.NewCounter(prometheus.CounterOpts{Name: name, Help: help})
	}
	syncs := f.NewCounterVec(prometheus.CounterOpts{Name: "headroom_pool_syncs_total", Help: "Syncs of node daemons by their answer."}, []string{"result"})
	m := &metrics{
		changed: syncs.WithLabelValues("changed"), unchanged: syncs.WithLabelValues("unchanged"), refused: syncs.WithLabelValues("refused"),
		rivals:   counter("headroom_pool_rival_syncs_total", "Syncs refused since another daemon has the node's name."),
		failures: counter("headroom_pool_failed_saves_total", "Attempts to write down what nodes report that failed."),
		starts:   counter("headroom_pool_starts_total", "Workers that nodes were told to start."),
		stops:    counter("headroom_pool_stops_total", "Workers that nodes were told to stop by a plan."),
	}
	if reg != nil {
		reg.MustRegister(collector{
			pool:    p,
			nodes:   prometheus.NewDesc("headroom_pool_nodes", "Nodes by state.", []string{"state"}, nil),
			workers: prometheus.NewDesc("headroom_pool_workers", "Workers by where they stand.", []string{"state"}, nil),
		})
	}
	return m
}

func (m *metrics) sync(changed bool, err error) {
	switch {
	case errors.Is(err, ErrBadReport), errors.Is(err, ErrTwice), errors.Is(err, ErrUnknownService):
		m.refused.Inc()
	case changed:
		m.changed.Inc()
	case err == nil:
		m.unchanged.Inc()
	}
}

// collector counts when it is asked.
type collector struct {
	pool           *Pool
	nodes, workers *prometheus.Desc
}

func (c collector) Describe(ch chan<- *prometheus.Desc) { ch <- c.nodes; ch <- c.workers }

func (c collector) Collect(ch chan<- prometheus.Metric) {
	t := c.pool.Total("")
	for _, s := range []State{Ready, Cordoned, Draining, Lost} {
		ch <- prometheus.MustNewConstMetric(c.nodes, prometheus.GaugeValue, float64(t.Nodes[s]), string(s))
	}
	for state, n := range map[string]int{"wanted": t.Wanted, "serving": t.Serving, "lost": t.Lost, "stopping": t.Stopping} {
		ch <- prometheus.MustNewConstMetric(c.workers, prometheus.GaugeValue, float64(n), state)
	}
}
