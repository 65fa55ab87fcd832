package allocate

import (
	"cmp"
	"slices"
)

// newTree grows the tree over all nodes; leaves are empty yet.
func newTree(nodes []Node) *tree {
	n := len(nodes)
	t := &tree{
		leaves: make([]leaf, n), order: make([]int32, n), pos: make([]int32, n), tally: [7]int{n},
		branches: make([]branch, n, 2*n),
	}
	for i := range nodes {
		t.order[i] = int32(i)
		t.levels = max(t.levels, len(nodes[i].Domains))
	}
	slices.SortFunc(t.order, func(a, b int32) int {
		return cmp.Or(slices.Compare(nodes[a].Domains, nodes[b].Domains), cmp.Compare(a, b))
	})
	for x, i := range t.order {
		t.pos[i] = int32(x)
	}
	t.domain = make([]int32, n*t.levels)
	if n > 0 {
		t.branches[t.branch(nodes, 0, n, 0)].parent = -1
	}
	t.within = make([]int32, t.countDomains())
	return t
}

// branch builds the branch over leaves from…to-1, which share their domains
// above level, and returns its slot.
func (t *tree) branch(nodes []Node, from, to, level int) int32 {
	var parts []int32
	if level == t.levels {
		parts = make([]int32, 0, to-from)
		for x := from; x < to; x++ {
			parts = append(parts, int32(x))
		}
		return t.pair(parts)
	}
	for from < to {
		end := from + 1
		name := domainOf(nodes[t.order[from]], level)
		for end < to && domainOf(nodes[t.order[end]], level) == name {
			end++
		}
		for x := from; x < end; x++ {
			t.domain[x*t.levels+level] = int32(from) // a number for now
		}
		parts = append(parts, t.branch(nodes, from, end, level+1))
		from = end
	}
	return t.pair(parts)
}

// pair joins branches two by two until one is left.
func (t *tree) pair(parts []int32) int32 {
	for len(parts) > 1 {
		joined := parts[:0]
		for i := 0; i < len(parts); i += 2 {
			if i+1 == len(parts) {
				joined = append(joined, parts[i])
				continue
			}
			joined = append(joined, t.join(parts[i], parts[i+1]))
		}
		parts = joined
	}
	return parts[0]
}

func (t *tree) join(l, r int32) int32 {
	s := int32(len(t.branches))
	t.branches = append(t.branches, branch{left: l, right: r, parent: -1})
	t.branches[l].parent, t.branches[r].parent = s, s
	return s
}

// countDomains numbers the domains of all levels in a row.
func (t *tree) countDomains() int {
	next := int32(0)
	for l := range t.levels {
		first := int32(-1)
		for x := range t.leaves {
			d := &t.domain[x*t.levels+l]
			if *d != first {
				first = *d
				next++
			}
			*d = next - 1
		}
	}
	return int(next)
}

// domainOf is a node's domain on a level; one that it does not tell is "".
func domainOf(n Node, level int) string {
	if level < len(n.Domains) {
		return n.Domains[level]
	}
	return ""
}
