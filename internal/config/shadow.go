package config

// DefaultShadow returns the configuration of shadow mode without a file: the
// load of machines as node_exporter measures it, a module for each job. Busy
// time and requests have no metric that everybody has, and stay unknown.
func DefaultShadow() Config {
	c := Default()
	c.Hierarchy = []string{"job"}
	c.NodeLabel = "instance"
	c.Signals = Signals{Load: Signal{
		Query:     `100 * (1 - avg by (job, instance) (rate(node_cpu_seconds_total{mode="idle"}[5m])))`,
		Aggregate: "avg",
	}}
	return c
}
