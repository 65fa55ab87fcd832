package main

import (
	"cmp"
	"context"
	"fmt"

	"headroom/alerting/heal"
	"headroom/scaler/flow"
	"headroom/scaler/flow/document"
)

// healFlows runs flows for alarms.
type healFlows struct{ *flows }

// Run implements heal.Flows. A run that waits for a person has not healed anything: the
// alarm is passed on to one.
func (h healFlows) Run(ctx context.Context, f heal.FlowRun) (string, error) {
	doc, err := h.Flow(f.Flow)
	if err != nil {
		return "", err
	}
	r, err := h.Start(ctx, flow.Start{
		Flow: f.Flow, Inputs: aboutTarget(doc, f), Who: cmp.Or(f.Who, "healing"), Why: f.Why,
		Source: flow.Source{Kind: "heal", ID: cmp.Or(f.Alarm, f.Heal)}, Once: "heal " + f.Heal,
	})
	if err != nil {
		return "", err
	}
	told := fmt.Sprintf("run %s of flow %s", r.ID, r.Flow)
	r, err = h.await(ctx, r.ID, func(s flow.State) bool { return s.Over() || s == flow.Waiting })
	switch {
	case err != nil:
		return told, fmt.Errorf("%s goes on: %w", told, err)
	case r.State == flow.Waiting:
		return told, fmt.Errorf("%s waits for a person: %s", told, r.Reason)
	case r.State != flow.Done:
		return told, fmt.Errorf("%s is %s: %s", told, r.State, cmp.Or(r.Reason, "it gives no reason"))
	}
	return told + " is done", nil
}

// aboutTarget are the inputs of a flow for an alarm: those that the action names, or what
// the flow takes of the alarm's module, node and process.
func aboutTarget(doc *document.Flow, f heal.FlowRun) map[string]any {
	inputs := map[string]any{}
	for name, value := range f.Inputs {
		inputs[name] = value
	}
	if f.Inputs != nil {
		return inputs
	}
	known := map[string]string{"module": f.Target.Module, "node": f.Target.Node, "nodes": f.Target.Node, "process": f.Target.Process}
	for _, in := range doc.Inputs {
		if value := known[in.Name]; value != "" {
			inputs[in.Name] = value
		}
	}
	return inputs
}
