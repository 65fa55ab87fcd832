package flow

import (
	"strings"
)

// locks are what is held or waited for: by tree node, by the nodes above what is locked,
// and by machine.
type locks map[string][]*claim

func (l locks) add(c *claim) {
	if c.module != "" {
		l["module "+c.module] = append(l["module "+c.module], c)
		for up := parent(c.module); up != ""; up = parent(up) {
			l["below "+up] = append(l["below "+up], c)
		}
	}
	for _, n := range c.nodes {
		l["node "+n] = append(l["node "+n], c)
	}
}

// against returns who keeps a run from beginning, and with what.
func (l locks) against(c *claim) (*claim, string) {
	if c.module != "" {
		for at := c.module; at != ""; at = parent(at) {
			if by := other(l["module "+at], c); by != nil {
				return by, "module " + by.module
			}
		}
		if by := other(l["below "+c.module], c); by != nil {
			return by, "module " + by.module
		}
	}
	for _, n := range c.nodes {
		if by := other(l["node "+n], c); by != nil {
			return by, "node " + n
		}
	}
	return nil, ""
}

// other is one of several that a run cannot share with.
func other(all []*claim, c *claim) *claim {
	for _, by := range all {
		if !by.shared || !c.shared {
			return by
		}
	}
	return nil
}

// parent is the tree node above one, empty if there is none.
func parent(id string) string {
	if i := strings.LastIndexByte(id, '/'); i > 0 {
		return id[:i]
	}
	return ""
}
