package replay

import (
	"headroom/analytics"
	"headroom/scaler/allocate"
)

// counter sums up how the workers of services lie on nodes and in their largest
// failure domains.
type counter struct {
	domain         []int // of a node; -1: it tells none
	domains        int
	byService      [][]int // nodes of the workers
	onNode, within []int   // workers of the service at hand, by node and domain
	workers        int

	node, nodeLeast     int // sums of the most workers of a service on one node
	inDomain, inDomains int // … in one domain, and the least that can be
}

func newCounter(nodes []allocate.Node, services int) *counter {
	c := &counter{domain: make([]int, len(nodes)), byService: make([][]int, services), onNode: make([]int, len(nodes))}
	known := map[string]int{}
	for i, n := range nodes {
		if c.domain[i] = -1; len(n.Domains) == 0 {
			continue
		}
		d, ok := known[n.Domains[0]]
		if !ok {
			d = len(known)
			known[n.Domains[0]] = d
		}
		c.domain[i] = d
	}
	c.domains = len(known)
	c.within = make([]int, c.domains)
	return c
}

// minute counts the workers of a minute, and returns how many nodes they use.
func (c *counter) minute(f *floor) (used int) {
	for s := range c.byService {
		c.byService[s] = c.byService[s][:0]
	}
	clear(c.onNode)
	for i := range f.in.Workers {
		w := &f.in.Workers[i]
		if c.onNode[w.Node]++; c.onNode[w.Node] == 1 {
			used++
		}
		if w.Instead == "" {
			c.byService[w.Service] = append(c.byService[w.Service], w.Node)
		}
	}
	clear(c.onNode)
	for _, nodes := range c.byService {
		c.service(nodes)
	}
	return used
}

func (c *counter) service(nodes []int) {
	n, onNode, within := len(nodes), 0, 0
	for _, node := range nodes {
		c.onNode[node]++
		onNode = max(onNode, c.onNode[node])
		if d := c.domain[node]; d >= 0 {
			c.within[d]++
			within = max(within, c.within[d])
		}
	}
	for _, node := range nodes {
		c.onNode[node] = 0
	}
	clear(c.within)
	c.workers += n
	c.node += onNode
	c.nodeLeast += share(n, len(c.onNode))
	c.inDomain += within
	c.inDomains += share(n, c.domains)
}

// share is the most that one of so many parts has of n at the least.
func share(n, parts int) int { return (n + parts - 1) / max(parts, 1) }

func (c *counter) spreads() (node, domain Spread) {
	of := func(n int) analytics.Number { return analytics.Number(float64(n) / float64(c.workers)) }
	node = Spread{of(c.node), of(c.nodeLeast)}
	domain = Spread{of(c.inDomain), of(c.inDomains)}
	if c.domains == 0 {
		domain = Spread{analytics.Unknown(), analytics.Unknown()}
	}
	return node, domain
}
