package nodetools

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"testing"
	"time"

	"headroom/scaler/flow/tool"
	"headroom/scaler/node/wire"
)

// forgetful is a node that has never begun what it is asked about.
type forgetful struct {
	asked []wire.Task
	away  string
}

func (f *forgetful) Away(string) string { return f.away }

func (f *forgetful) Do(_ context.Context, _ string, t wire.Task) (wire.TaskStatus, error) {
	f.asked = append(f.asked, t)
	if t.Resume {
		return wire.TaskStatus{ID: t.ID, State: wire.TaskUnknown, Error: "this node has never begun it"}, nil
	}
	return wire.TaskStatus{ID: t.ID, State: wire.TaskDone, Outputs: json.RawMessage(`{"exit_code":0,"stdout":""}`)}, nil
}

func (f *forgetful) Find(context.Context, string, wire.Task, io.Writer) (tool.Finding, error) {
	return tool.Finding{State: tool.Running, Reason: "nobody knows yet"}, nil
}

// While a node says nothing its task counts as running. If it comes back and has never
// begun it, the step does not fail: the task is begun then, as the same one.
func TestATaskThatIsWaitedForAndWasNeverBegunIsBegun(t *testing.T) {
	node := &forgetful{}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	c := &tool.Call{Key: "run/step/1", Resumed: true, Log: &bytes.Buffer{}, Inputs: map[string]any{"node": "n1", "command": []any{"/bin/true"}}}
	out, err := command(node).Run(ctx, c)
	if err != nil || out["exit_code"] != int64(0) {
		t.Errorf("%v, %v", out, err)
	}
	if len(node.asked) != 2 || node.asked[0].ID != node.asked[1].ID || !node.asked[0].Resume || node.asked[1].Resume {
		t.Errorf("%+v", node.asked)
	}
	node.asked, c.Inputs["command"] = nil, "rubbish" // the flow gives it no other: what it was nobody knows
	if _, err := command(node).Run(ctx, c); err == nil || len(node.asked) != 1 {
		t.Errorf("%v, %+v", err, node.asked)
	}
}

// Who reads the log of a step sees that its node is away.
func TestTheLogTellsThatTheNodeIsAway(t *testing.T) {
	var log bytes.Buffer
	c := &tool.Call{Key: "run/step/1", Log: &log, Inputs: map[string]any{"node": "n1", "command": []any{"/bin/true"}}}
	if _, err := command(&forgetful{away: "it has not synced since noon"}).Run(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	if want := "node n1 is away and waited for: it has not synced since noon\n"; log.String() != want {
		t.Errorf("%q; want %q", log.String(), want)
	}
}
