package backfill

import (
	"context"
	"math"
	"slices"
	"strings"

	"headroom/ingest/rollup"
	"headroom/storage/fleet"
)

// groups rolls up the inner nodes above the given modules. It walks through all
// modules of the top-level nodes concerned in the order of the tree, so that
// only the nodes on the way down are in memory.
func (b *Backfill) groups(ctx context.Context, modules []*fleet.Node, h hours) error {
	const days = 30 * 24 * 3600
	for from := h.from; from < h.to; from += days {
		to := min(from+days, h.to)
		if err := b.groupsSpan(ctx, modules, span{from: from, n: int((to - from) / 60)}); err != nil {
			return err
		}
	}
	return nil
}

func (b *Backfill) groupsSpan(ctx context.Context, dirty []*fleet.Node, s span) error {
	tree := b.opts.Rollup.Tree
	if len(tree.Levels()) == 1 {
		return nil
	}
	tops := map[string]bool{}
	for _, m := range dirty {
		tops[m.Path[0]] = true
	}
	var open []*group // one for each level above the module
	finish := func(level int) error {
		for len(open) > level {
			g := open[len(open)-1]
			open = open[:len(open)-1]
			if _, err := b.write(ctx, g.node, s, g.values()); err != nil {
				return err
			}
			b.step(0)
		}
		return nil
	}
	for _, m := range sortedModules(tree, tops) {
		if err := finish(common(open, m)); err != nil {
			return err
		}
		for len(open) < len(m.Path)-1 {
			open = append(open, newGroup(tree.Find(m.Path[:len(open)+1].ID()), s))
			b.step(1)
		}
		if err := b.addModule(ctx, open, m, s); err != nil {
			return err
		}
	}
	return finish(0)
}

// common returns how many of the open groups lie above m.
func common(open []*group, m *fleet.Node) int {
	for i, g := range open {
		if !m.Path.Under(g.node.Path) {
			return i
		}
	}
	return len(open)
}

func sortedModules(tree *fleet.Tree, tops map[string]bool) (modules []*fleet.Node) {
	for _, n := range tree.Nodes() {
		if n.Module && tops[n.Path[0]] {
			modules = append(modules, n)
		}
	}
	slices.SortFunc(modules, func(a, b *fleet.Node) int { return slices.CompareFunc(a.Path, b.Path, strings.Compare) })
	return modules
}

// addModule reads a module's minutes and adds them to all groups above it.
func (b *Backfill) addModule(ctx context.Context, above []*group, m *fleet.Node, s span) error {
	var numbers [7][]float64
	for i, suffix := range rollup.Suffixes {
		x, err := b.stored(ctx, m, suffix, s)
		if err != nil {
			return err
		}
		numbers[i] = x
	}
	var gaps steps
	gaps.count(s.n, func(i int) bool { return !math.IsNaN(numbers[0][i]) })
	step := gaps.usual()
	for i := range numbers {
		hold(numbers[i], step)
	}
	for _, g := range above {
		g.step = min(g.step, step)
	}
	for k := range s.n {
		var v rollup.Value
		for i := range numbers {
			v.SetNumber(i, numbers[i][k])
		}
		for _, g := range above {
			g.add(k, v)
		}
	}
	return nil
}

// group adds up modules; Load holds the sum over devices until values is called.
// Coarse modules hold their values between their samples, and the group has the
// step of its finest module.
type group struct {
	node *fleet.Node
	span span
	step int
	sums []rollup.Value
}

func newGroup(n *fleet.Node, s span) *group {
	g := &group{node: n, span: s, step: 60, sums: make([]rollup.Value, s.n)}
	for i := range g.sums {
		g.sums[i] = rollup.Unknown()
	}
	return g
}

func (g *group) add(k int, v rollup.Value) {
	s := &g.sums[k]
	add := func(sum *float64, x float64) {
		if !math.IsNaN(x) {
			*sum = plus(*sum, x)
		}
	}
	add(&s.Load, v.Load*v.Devices)
	add(&s.Devices, v.Devices)
	add(&s.Silent, v.Silent)
	if !math.IsNaN(v.Busy) || !math.IsNaN(v.Requests) { // otherwise they are in no sum
		add(&s.Processes, v.Processes)
	}
	add(&s.Busy, v.Busy)
	add(&s.Requests, v.Requests)
	if v.LoadMax > s.LoadMax || math.IsNaN(s.LoadMax) {
		s.LoadMax = v.LoadMax
	}
}

func (g *group) values() []rollup.Value {
	for i := range g.sums {
		g.sums[i].Load /= g.sums[i].Devices
		if g.span.minute(i)/60%int64(g.step) != 0 {
			g.sums[i] = rollup.Unknown()
		}
	}
	return g.sums
}
