package consistency

import "headroom/scaler/node/wire"

// Declared is what a node shall look for.
func (c *Consistency) Declared(name string) *wire.Declared {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := c.nodes[name]
	if n == nil {
		return &wire.Declared{}
	}
	d := n.declared
	return &d
}

// Found takes what a node has found: all of it, or a change. It returns false if it is a
// change of what is not known here.
func (c *Consistency) Found(name string, f *wire.Found) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := c.nodes[name]
	if n == nil {
		n = &node{host: Host{Name: name}, inPool: true}
		c.nodes[name] = n
	}
	switch {
	case f.Base == "":
		c.metrics.reports.WithLabelValues("all").Inc()
		n.have = n.have.with(f, &n.declared, &c.pantry)
	case n.have != nil && n.have.Sum == f.Sum:
		c.metrics.reports.WithLabelValues("known").Inc()
		return true
	case n.have != nil && n.have.Sum == f.Base:
		c.metrics.reports.WithLabelValues("change").Inc()
		n.have = n.have.with(f, &n.declared, &c.pantry)
	default:
		c.metrics.reports.WithLabelValues("unknown").Inc()
		return false
	}
	n.told, n.changed = c.o.Now(), true
	c.awake()
	return true
}

// Closed tells which nodes get no new workers of a module, with the reason.
func (c *Consistency) Closed(module string) map[string]string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if closed, declared := c.closed[module]; declared {
		return closed
	}
	return c.outliers
}
