package allocate

import (
	"cmp"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
)

// short notes that a service at hand gets fewer workers than it shall have. The
// search has just failed, so every node without a bar lacks memory: which limits
// stood in the way is known without looking at the nodes again.
func (p *plan) short(s int32, missing, drains int) {
	d, t := &p.demands[s], p.tree
	var b strings.Builder
	fmt.Fprintf(&b, "%d of %d workers have no place", missing, d.workers)
	if drains > 0 {
		fmt.Fprintf(&b, " (%d of them still run on leaving nodes)", drains)
	}
	fmt.Fprintf(&b, ": of %d nodes", len(p.in.Nodes))
	part := func(bar uint8, text string, args ...any) {
		if n := t.tally[firstBar(bar)]; n > 0 {
			fmt.Fprintf(&b, " %d "+text+";", append([]any{n}, args...)...)
		}
	}
	ports := p.in.Services[s].Ports
	part(barShut, "take no new workers")
	part(barFull, "have the most workers they may")
	part(barClass, "are closed to its kind (%s)", p.classReasons(p.classOf(s)))
	part(barOwn, "are closed to it (%s)", reasons(maps.Values(p.in.Services[s].Closed)))
	part(barPort, "have no free port of %d-%d", ports[0], ports[1])
	part(barCore, "have %g workers of it for each core", d.perCore)
	part(0, "lack %d MiB of free memory", (d.mem+1<<20-1)>>20)
	text := strings.TrimSuffix(b.String(), ";")
	if len(p.in.Nodes) == 0 {
		text = fmt.Sprintf("%d of %d workers have no place: there are no nodes", missing, d.workers)
	}
	p.result.Shorts = append(p.result.Shorts, Short{Service: int(s), Missing: missing, Reason: text})
}

// classReasons are why nodes are closed to a class; they are counted once.
func (p *plan) classReasons(class int) string {
	if p.closed == nil {
		p.closed = map[int]string{}
	}
	text, ok := p.closed[class]
	if !ok && class > 0 {
		text = reasons(slices.Values(p.in.Classes[class-1].Closed))
		p.closed[class] = text
	}
	return text
}

// reasons counts reasons and writes the three most frequent ones.
func reasons(all iter.Seq[string]) string {
	counts := map[string]int{}
	for r := range all {
		if r != "" {
			counts[r]++
		}
	}
	sorted := slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b))
	})
	var parts []string
	for i, r := range sorted {
		if i == 3 {
			parts = append(parts, "…")
			break
		}
		parts = append(parts, fmt.Sprintf("%s: %d", r, counts[r]))
	}
	return strings.Join(parts, ", ")
}
