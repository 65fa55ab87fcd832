package consistency

import (
	"maps"
	"slices"
	"strings"

	"headroom/scaler/node/wire"
)

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
		c.take(n, f)
	case n.found != nil && n.found.Sum == f.Sum:
		c.metrics.reports.WithLabelValues("known").Inc()
		return true
	case n.found != nil && n.found.Sum == f.Base:
		c.metrics.reports.WithLabelValues("change").Inc()
		c.take(n, n.found.With(f))
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

// maxFound bounds what is kept of a node, far above what may be declared for it.
const maxFound = 40_000

// take keeps what was found. What many nodes have alike is kept once.
func (c *Consistency) take(n *node, f *wire.Found) {
	if len(f.Packages)+len(f.Files)+len(f.Processes)+len(f.Ports) > maxFound {
		f = &wire.Found{Declared: f.Declared, Sum: f.Sum, Environment: f.Environment}
	}
	n.found = &wire.Found{
		Declared: f.Declared, Sum: f.Sum, Packages: map[string]string{}, Files: make(map[string]wire.FoundFile, len(f.Files)),
		Processes: maps.Clone(f.Processes), Ports: maps.Clone(f.Ports), Environment: f.Environment,
	}
	for name, version := range f.Packages {
		n.found.Packages[name] = c.once(version)
	}
	for name, file := range f.Files {
		file.Owner, file.Group, file.Mode, file.SHA256 = c.once(file.Owner), c.once(file.Group), c.once(file.Mode), c.once(file.SHA256)
		n.found.Files[n.path(name)] = file
	}
}

// path is a file's path as the declaration has it, whose memory it shares.
func (n *node) path(name string) string {
	if i, there := slices.BinarySearch(n.declared.Files, name); there {
		return n.declared.Files[i]
	}
	return name
}

const maxWords = 1_000_000

// once returns the same text in the same memory.
func (c *Consistency) once(s string) string {
	if known, ok := c.words[s]; ok {
		return known
	}
	if len(c.words) >= maxWords || c.words == nil {
		c.words = map[string]string{}
	}
	s = strings.Clone(s)
	c.words[s] = s
	return s
}
