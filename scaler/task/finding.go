package task

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"headroom/scaler/flow/tool"
	"headroom/scaler/node/wire"
	"headroom/scaler/pool"
)

// Find tells how a task stands that a former server may have given to a node. While the
// node says nothing, the task counts as running, so that its end is waited for.
func (d *Dispatcher) Find(ctx context.Context, node string, t wire.Task, log io.Writer) (tool.Finding, error) {
	s, err := d.find(ctx, node, t)
	if errors.Is(err, pool.ErrUnknownNode) {
		return tool.Finding{State: tool.Unknown, Reason: fmt.Sprintf("node %s has left the pool", node)}, nil
	}
	if err != nil && ctx.Err() != nil {
		return tool.Finding{}, err
	}
	if err != nil { // who waits for its end, waits for the node
		return tool.Finding{State: tool.Running, Reason: fmt.Sprintf("nobody knows yet: %v", err)}, nil
	}
	switch s.State {
	case "":
		return tool.Finding{State: tool.Unknown, Reason: fmt.Sprintf("node %s had not said anything of it when it was taken back", node)}, nil
	case wire.TaskDone:
		outputs, err := Outputs(s)
		_, _ = io.WriteString(log, s.Log)
		return tool.Finding{State: tool.Done, Outputs: outputs, Reason: fmt.Sprintf("node %s has done it", node)}, err
	case wire.TaskUnknown:
		return tool.Finding{State: tool.NotDone, Reason: fmt.Sprintf("node %s has never begun it", node)}, nil
	case wire.TaskLost:
		return tool.Finding{State: tool.Unknown, Reason: fmt.Sprintf("node %s: %s", node, s.Error)}, nil
	case wire.TaskRunning:
		return tool.Finding{State: tool.Running, Reason: fmt.Sprintf("node %s is doing it", node)}, nil
	}
	// It failed, or was refused: who waits for its end gets that at once.
	return tool.Finding{State: tool.Running, Reason: fmt.Sprintf("node %s has ended it: %s", node, s.Error)}, nil
}

// Outputs reads those of a task. Numbers are int64 where they are whole.
func Outputs(s wire.TaskStatus) (tool.Outputs, error) {
	if len(s.Outputs) == 0 {
		return tool.Outputs{}, nil
	}
	dec := json.NewDecoder(bytes.NewReader(s.Outputs))
	dec.UseNumber()
	var out map[string]any
	if err := dec.Decode(&out); err != nil {
		return nil, fmt.Errorf("read the outputs: %w", err)
	}
	if out == nil {
		out = map[string]any{}
	}
	return plain(out).(map[string]any), nil
}

// plain turns numbers into those that outputs have.
func plain(v any) any {
	switch v := v.(type) {
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return n
		}
		f, _ := v.Float64() // an infinity for one that is too large
		return f
	case map[string]any:
		for name := range v {
			v[name] = plain(v[name])
		}
	case []any:
		for i := range v {
			v[i] = plain(v[i])
		}
	}
	return v
}
