package builtin

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"headroom/scaler/flow/tool"
	"headroom/storage/fleet"
)

// Capacity answers what is known of a module beside the pool.
type Capacity interface {
	// Module returns what the registry and the newest table know; false if neither knows
	// the module.
	Module(ctx context.Context, id string) (Known, bool)
}

// Known is what is known of a module. Numbers that are not known are below 0.
type Known struct {
	fleet.Facts
	Devices float64
	Load    float64 // percent of a device, now
	Peak    float64 // expected today
}

// moduleFacts tells what is known of a module.
type moduleFacts struct{ Options }

func (moduleFacts) Describe() tool.Description {
	return tool.Description{
		Name: "module-facts", Title: "Look a module up", Source: Source, Repeatable: true,
		Doc:    "Tells what the registry, the newest table and the pool know of a module. A module that none of them knows is a failure.",
		Inputs: []tool.Parameter{moduleInput},
		Outputs: []tool.Parameter{
			{Name: "nodes", Type: "list", Doc: "Nodes of the pool that run its workers."},
			{Name: "workers", Type: "int", Doc: "How many workers shall run in the pool."},
			{Name: "serving", Type: "int", Doc: "How many serve."},
			{Name: "mode", Type: "string", Doc: "Whether its decisions are carried out: apply or recommend; empty: it is no service of the pool."},
			{Name: "devices", Type: "number", Doc: "How many devices it has by its load; -1: not known."},
			{Name: "load", Type: "number", Doc: "Its load now, percent of a device; -1: not known."},
			{Name: "peak", Type: "number", Doc: "Its load at today's peak, as expected now; -1: not known."},
			{Name: "owner", Type: "string", Doc: "Who owns it."},
			{Name: "level", Type: "string", Doc: "How important it is."},
			{Name: "runbook", Type: "string", Doc: "Its runbook."},
			{Name: "device_type", Type: "string", Doc: "The type of its devices."},
			{Name: "dependencies", Type: "list", Doc: "Modules that it calls."},
			{Name: "limits", Type: "map", Doc: "Its limits, by the registry."},
			{Name: "labels", Type: "map", Doc: "What else the registry says."},
		},
	}
}

func (t moduleFacts) Run(ctx context.Context, c *tool.Call) (tool.Outputs, error) {
	module := in(c).text("module")
	known, ok := Known{Devices: -1, Load: -1, Peak: -1}, false
	if t.Capacity != nil {
		if k, has := t.Capacity.Module(ctx, module); has {
			known, ok = k, true
		}
	}
	out := tool.Outputs{
		"nodes": []any{}, "workers": int64(0), "serving": int64(0), "mode": "",
		"devices": known.Devices, "load": known.Load, "peak": known.Peak,
		"owner": known.Owner, "level": known.Level, "runbook": known.Runbook, "device_type": known.DeviceType,
		"dependencies": list(known.Dependencies), "limits": texts(known.Limits), "labels": texts(known.Labels),
	}
	v, err := t.Pool.Service(module)
	if err != nil && !ok {
		return nil, tool.Final(fmt.Errorf("module %q is neither in the table nor in the registry nor in the pool", module))
	}
	if err == nil {
		nodes := map[string]bool{}
		for _, w := range v.Workers {
			if w.Stop == nil {
				nodes[w.Node] = true
			}
		}
		out["nodes"], out["workers"], out["serving"], out["mode"] = list(slices.Sorted(maps.Keys(nodes))), int64(v.Wanted), int64(v.Serving), string(v.Mode)
	}
	say(c, "module %s: %v workers on %d nodes, owner %q", module, out["workers"], len(out["nodes"].([]any)), known.Owner)
	return out, nil
}

func texts(m map[string]string) map[string]any {
	all := make(map[string]any, len(m))
	for k, v := range m {
		all[k] = v
	}
	return all
}

func (t moduleFacts) Plan(ctx context.Context, c *tool.Call) (string, tool.Outputs, error) {
	var log strings.Builder
	quiet := *c
	quiet.Log = &log
	out, err := t.Run(ctx, &quiet)
	return "found " + strings.TrimSpace(log.String()), out, err
}
