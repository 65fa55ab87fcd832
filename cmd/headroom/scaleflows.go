package main

import (
	"context"
	"errors"
	"fmt"

	"headroom/internal/config"
	"headroom/scaler"
	"headroom/scaler/flow"
	"headroom/scaler/policy"
	"headroom/scaler/pool"
)

// scaleFlows start the flows that carry decisions out where the pool does not.
type scaleFlows struct {
	config func() config.Config
	flows  *flows
}

// Begin implements scaler.Changes.
func (f scaleFlows) Begin(ctx context.Context, d *scaler.Decision) (string, error) {
	name := scaleFlowOf(f.config().Pool.Flows, d.Module, d.Direction)
	if name == "" {
		return "", nil
	}
	underWay, _, err := f.flows.engine.List(ctx, flow.Query{Module: d.Module, Source: "scaler", Open: true, Limit: 1})
	if err != nil || len(underWay) > 0 {
		return "", err // what it changes is not seen yet
	}
	document, err := f.flows.Flow(name)
	if err != nil {
		return "", fmt.Errorf("pool.flows: %w", err)
	}
	offered := map[string]any{
		"module": d.Module, "workers": int64(d.Desired), "from": int64(d.Current), "decision": d.ID, "reason": d.Reason,
	}
	inputs := map[string]any{}
	for _, in := range document.Inputs {
		if v, ok := offered[in.Name]; ok {
			inputs[in.Name] = v
		}
	}
	run, err := f.flows.Start(ctx, flow.Start{
		Flow: name, Inputs: inputs, Who: "scaler", Why: d.Reason, Once: d.ID, Source: flow.Source{Kind: "scaler", ID: d.ID},
	})
	if errors.Is(err, flow.ErrFull) {
		return "", nil // the next minute tries again
	}
	return run.ID, err
}

// scaleFlowOf is the flow of the deepest node that contains a module; empty: none.
func scaleFlowOf(all []config.ScaleFlow, module string, direction policy.Direction) (name string) {
	depth := -1
	for _, f := range all {
		if len(f.Path) > depth && pool.Below(module, f.Path) {
			depth = len(f.Path)
			if name = f.In; direction == policy.Out {
				name = f.Out
			}
		}
	}
	return name
}
