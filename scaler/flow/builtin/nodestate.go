package builtin

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"headroom/scaler/flow/tool"
	"headroom/scaler/pool"
)

// nodeState orders that a node takes workers, or that it does not.
type nodeState struct{ Options }

func (nodeState) Describe() tool.Description {
	return tool.Description{
		Name: "node-state", Title: "Cordon, drain or open a node", Source: Source, Repeatable: true, Waits: true,
		Doc: "Cordon keeps new workers from a node of the pool; drain also has its workers replaced elsewhere; open takes both back, or with ours only what this run has ordered itself. A drain is waited for until no worker is left.",
		Inputs: []tool.Parameter{
			{Name: "node", Type: "node", Doc: "Name of the node.", Required: true},
			{Name: "state", Type: "string", Doc: "What it shall be.", Required: true, Values: []any{"cordon", "drain", "open"}},
			{Name: "ours", Type: "bool", Doc: "Open takes back only what this run has ordered: a node that a person has cordoned or drained stays so."},
			waitInput,
		},
		Outputs: []tool.Parameter{
			{Name: "state", Type: "string", Doc: "The node's state: ready, cordoned, draining or lost."},
			{Name: "workers_left", Type: "int", Doc: "How many workers the node still has."},
		},
	}
}

func (t nodeState) Run(ctx context.Context, c *tool.Call) (tool.Outputs, error) {
	name, order := in(c).text("node"), t.Pool.Uncordon
	switch in(c).text("state") {
	case "cordon":
		order = t.Pool.Cordon
	case "drain":
		order = t.Pool.Drain
	}
	if done, err := t.isSet(c); err != nil || !done {
		if err == nil {
			err = order(ctx, name, c.Who, why(c))
		}
		if err != nil {
			return nil, final(err)
		}
	}
	err := t.until(ctx, c, func() (bool, string, error) { return t.settled(c) })
	if err != nil {
		return nil, final(err)
	}
	return t.outputs(c)
}

// final marks the errors of orders that nothing but another order would meet.
func final(err error) error {
	for _, e := range []error{pool.ErrUnknownNode, pool.ErrUnknownService, pool.ErrUnknownWorker, pool.ErrBadOrder} {
		if errors.Is(err, e) {
			return tool.Final(err)
		}
	}
	return err
}

// isSet tells whether the node was given the order.
func (t nodeState) isSet(c *tool.Call) (bool, error) {
	n, err := t.Pool.Node(in(c).text("node"))
	if err != nil {
		return false, err
	}
	switch in(c).text("state") {
	case "cordon":
		return n.Cordon != nil, nil
	case "drain":
		return n.Drain != nil, nil
	}
	if in(c).truth("ours") && !mine(c, n.Cordon, n.Drain) {
		return true, nil
	}
	return n.Cordon == nil && n.Drain == nil, nil
}

// mine tells whether all orders that there are were given by the run of a call.
func mine(c *tool.Call, orders ...*pool.Order) bool {
	return !slices.ContainsFunc(orders, func(o *pool.Order) bool { return o != nil && o.Why != why(c) })
}

// settled tells whether what the order means has happened, as far as it is waited for.
func (t nodeState) settled(c *tool.Call) (bool, string, error) {
	n, err := t.Pool.Node(in(c).text("node"))
	if err != nil || !in(c).truth("wait") || in(c).text("state") != "drain" {
		return err == nil, "", err
	}
	left := n.Wanted + n.Stopping
	return left == 0, fmt.Sprintf("%d workers are left on node %s, which is %s", left, n.Name, n.State), nil
}

func (t nodeState) outputs(c *tool.Call) (tool.Outputs, error) {
	n, err := t.Pool.Node(in(c).text("node"))
	if err != nil {
		return nil, final(err)
	}
	return tool.Outputs{"state": string(n.State), "workers_left": int64(n.Wanted + n.Stopping)}, nil
}

func (t nodeState) Check(_ context.Context, c *tool.Call) (tool.Finding, error) {
	set, err := t.isSet(c)
	if errors.Is(err, pool.ErrUnknownNode) {
		return tool.Finding{State: tool.NotDone, Reason: err.Error()}, nil
	}
	if err != nil || !set {
		return tool.Finding{State: tool.NotDone, Reason: "the node was not given the order"}, err
	}
	ok, how, err := t.settled(c)
	if err != nil || !ok {
		return tool.Finding{State: tool.Running, Reason: how}, err
	}
	out, err := t.outputs(c)
	return tool.Finding{State: tool.Done, Outputs: out, Reason: "the node has the order"}, err
}

func (t nodeState) Plan(_ context.Context, c *tool.Call) (string, tool.Outputs, error) {
	n, err := t.Pool.Node(in(c).text("node"))
	if err != nil {
		return "", nil, err
	}
	order := in(c).text("state")
	states := map[string]pool.State{"cordon": pool.Cordoned, "drain": pool.Draining, "open": pool.Ready}
	left := n.Wanted + n.Stopping
	if order == "drain" {
		left = 0
	}
	text := fmt.Sprintf("would %s node %s, which is %s and has %d workers", order, n.Name, n.State, n.Wanted)
	return text, tool.Outputs{"state": string(states[order]), "workers_left": int64(left)}, nil
}
