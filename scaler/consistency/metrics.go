package consistency

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

// metrics are those of a [Consistency].
type metrics struct {
	reports  *prometheus.CounterVec
	failures prometheus.Counter
}

var (
	modulesDesc  = prometheus.NewDesc("headroom_consistency_modules", "Modules for which something is declared.", nil, nil)
	nodesDesc    = prometheus.NewDesc("headroom_consistency_nodes", "Nodes by how they stand, each as often as it has a declared module.", []string{"state"}, nil)
	itemsDesc    = prometheus.NewDesc("headroom_consistency_items", "Items on nodes that are not as declared, by how they stand.", []string{"state"}, nil)
	outliersDesc = prometheus.NewDesc("headroom_consistency_outliers", "Nodes that are built to another standard.", nil, nil)
	adoptedDesc  = prometheus.NewDesc("headroom_consistency_conflicts", "Adopted items of which the declaration's file says something else by now.", nil, nil)
)

func newMetrics(reg prometheus.Registerer, c *Consistency) *metrics {
	f := promauto.With(reg)
	m := &metrics{
		reports: f.NewCounterVec(prometheus.CounterOpts{
			Name: "headroom_consistency_reports_total", Help: "What nodes have told of what they have, by whether it was all, a change, known, or a change of what is unknown.",
		}, []string{"kind"}),
		failures: f.NewCounter(prometheus.CounterOpts{
			Name: "headroom_consistency_write_failures_total", Help: "Attempts to write down what is consistent that failed.",
		}),
	}
	for _, kind := range []string{"all", "change", "known", "unknown"} {
		m.reports.WithLabelValues(kind)
	}
	if reg != nil {
		reg.MustRegister(collector{c})
	}
	return m
}

// collector counts when it is asked.
type collector struct{ c *Consistency }

func (collector) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{modulesDesc, nodesDesc, itemsDesc, outliersDesc, adoptedDesc} {
		out <- d
	}
}

func (k collector) Collect(out chan<- prometheus.Metric) {
	k.c.mu.Lock()
	defer k.c.mu.Unlock()
	modules, conflicts, outliers := 0, 0, 0
	nodes := map[NodeState]int{Consistent: 0, Inconsistent: 0, NodeUnknown: 0}
	items := map[State]int{Missing: 0, Different: 0, Extra: 0, Unknown: 0, Ignored: 0}
	for _, m := range k.c.modules {
		if m.decl == nil {
			continue
		}
		modules++
		conflicts += len(m.conflicts)
		for _, r := range m.results {
			nodes[r.state]++
			for i := range r.items {
				items[r.items[i].State]++
			}
		}
	}
	for _, n := range k.c.nodes {
		if len(k.c.outliersOf(n)) > 0 {
			outliers++
		}
	}
	gauge := func(d *prometheus.Desc, v int, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, float64(v), labels...)
	}
	gauge(modulesDesc, modules)
	gauge(adoptedDesc, conflicts)
	gauge(outliersDesc, outliers)
	for state, n := range nodes {
		gauge(nodesDesc, n, string(state))
	}
	for state, n := range items {
		gauge(itemsDesc, n, string(state))
	}
}
