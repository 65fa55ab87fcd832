package builtin

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"headroom/scaler/allocate"
	"headroom/scaler/flow/tool"
	"headroom/scaler/pool"
)

// poolNodes finds nodes for more workers of a module.
type poolNodes struct{ Options }

func (poolNodes) Describe() tool.Description {
	return tool.Description{
		Name: "pool-nodes", Title: "Find nodes in the pool", Source: Source, Repeatable: true,
		Doc: "Asks the allocator on which nodes it would put more workers of a module, the one with the most first. Nothing is reserved: the workers are placed when there shall be more of them. Fewer workers than asked for is a failure that names the limits in the way.",
		Inputs: []tool.Parameter{
			moduleInput,
			{Name: "count", Type: "int", Doc: "How many more workers.", Required: true},
			{Name: "without", Type: "list", Doc: "Nodes that do not count."},
			{Name: "nodes", Type: "list", Doc: "Nodes that a person has chosen, in the place of those of the allocator: all of them count as new."},
		},
		Outputs: []tool.Parameter{
			{Name: "nodes", Type: "list", Doc: "Names of the nodes."},
			{Name: "new_nodes", Type: "list", Doc: "Those of them that run no worker of the module yet."},
			{Name: "on", Type: "map", Doc: "How many workers each node would get."},
		},
	}
}

func (t poolNodes) Run(_ context.Context, c *tool.Call) (tool.Outputs, error) {
	if chosen := in(c).texts("nodes"); len(chosen) > 0 {
		say(c, "named: %s", strings.Join(chosen, ", "))
		return tool.Outputs{"nodes": list(chosen), "new_nodes": list(chosen), "on": map[string]any{}}, nil
	}
	module := in(c).text("module")
	v, err := t.Pool.Service(module)
	if errors.Is(err, pool.ErrUnknownService) {
		return nil, tool.Final(fmt.Errorf("%w: the pool places workers of the services of its configuration only; name the nodes", err))
	}
	if err != nil {
		return nil, final(err)
	}
	if v.Mode != pool.Apply {
		return nil, tool.Final(fmt.Errorf("module %s: %w", module, errNotPlaced))
	}
	n, _ := in(c).whole("count")
	if n < 1 {
		return nil, tool.Final(fmt.Errorf("count: want a number of workers above 0, got %d", n))
	}
	plan := t.Pool.Input(t.Now())
	s := slices.IndexFunc(plan.Services, func(s allocate.Service) bool { return s.Module == module })
	if s < 0 {
		return nil, tool.Final(fmt.Errorf("module %s: %w", module, errNotPlaced))
	}
	shut(&plan, in(c).texts("without"))
	return t.place(c, plan, s, n)
}

var errNotPlaced = fmt.Errorf("its decisions are only recommended, so the pool places no worker of it: set its mode to apply first")

// shut keeps new workers from nodes.
func shut(plan *allocate.Input, nodes []string) {
	for i := range plan.Nodes {
		if slices.Contains(nodes, plan.Nodes[i].Name) {
			plan.Nodes[i].Open = false
		}
	}
}

// place makes a plan for n more workers of a service, and one for none: what only the
// first one starts are those that were asked for.
func (t poolNodes) place(c *tool.Call, plan allocate.Input, s, n int) (tool.Outputs, error) {
	plan.Limits.Moves = 0
	on := map[int]int{}
	for _, start := range allocate.Plan(plan).Starts {
		if start.Service == s {
			on[start.Node]--
		}
	}
	plan.Services = slices.Clone(plan.Services)
	plan.Services[s].Workers += n
	result := allocate.Plan(plan)
	for _, short := range result.Shorts {
		if short.Service == s {
			return nil, fmt.Errorf("there is no room for %d of %d more workers of %s: %s", short.Missing, n, plan.Services[s].Module, short.Reason)
		}
	}
	for _, start := range result.Starts {
		if start.Service == s {
			on[start.Node]++
		}
	}
	names, fresh, counts := t.named(plan, s, on)
	say(c, "%d more workers of %s would go to %s", n, plan.Services[s].Module, strings.Join(names, ", "))
	return tool.Outputs{"nodes": list(names), "new_nodes": list(fresh), "on": counts}, nil
}

// named returns the nodes that get workers, the one with the most first, and those that
// had none.
func (poolNodes) named(plan allocate.Input, s int, on map[int]int) (names, fresh []string, counts map[string]any) {
	var nodes []int
	for i, n := range on {
		if n > 0 {
			nodes = append(nodes, i)
		}
	}
	slices.SortFunc(nodes, func(a, b int) int {
		if on[a] != on[b] {
			return on[b] - on[a]
		}
		return strings.Compare(plan.Nodes[a].Name, plan.Nodes[b].Name)
	})
	counts = map[string]any{}
	for _, i := range nodes {
		name := plan.Nodes[i].Name
		names, counts[name] = append(names, name), int64(on[i])
		if !slices.ContainsFunc(plan.Workers, func(w allocate.Worker) bool { return w.Service == s && w.Node == i && !w.Stopping }) {
			fresh = append(fresh, name)
		}
	}
	return names, fresh, counts
}

func (t poolNodes) Plan(ctx context.Context, c *tool.Call) (string, tool.Outputs, error) {
	out, err := t.Run(ctx, c)
	if err != nil {
		return "", nil, err
	}
	return fmt.Sprintf("found nodes %v", out["nodes"]), out, nil
}
