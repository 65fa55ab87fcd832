package nodetools

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"headroom/scaler/flow/tool"
	"headroom/scaler/node/wire"
	"headroom/scaler/pool"
	"headroom/scaler/task"
)

// Dispatcher has nodes do tasks. *task.Dispatcher is one.
type Dispatcher interface {
	Do(ctx context.Context, node string, t wire.Task) (wire.TaskStatus, error)
	Find(ctx context.Context, node string, t wire.Task, log io.Writer) (tool.Finding, error)
	// Away tells why a node hears nothing and says nothing at the moment; empty: it does.
	Away(node string) string
}

const lookEvery = 2 * time.Second // whether the node is there

// Files are those of the server. *task.Files is one.
type Files interface {
	File(ctx context.Context, name string) (wire.FileSpec, error)
	Tree(ctx context.Context, dir string) ([]wire.FileSpec, error)
	Read(name string, most int64) ([]byte, error)
}

// Tools returns all tools that act on nodes.
func Tools(d Dispatcher, f Files) []tool.Tool {
	return []tool.Tool{
		command(d), installPackage(d, f), installArchive(d, f), syncFiles(d, f), writeTemplate(d, f), setFile(d),
		scanProcesses(d), scanPorts(d), testHTTP(d), testTCP(d), nodeScan(d),
	}
}

// nodeTool is a tool that is one task of a node.
type nodeTool struct {
	dispatcher  Dispatcher
	description tool.Description
	kind        string
	spec        func(context.Context, inputs) (any, error)       // what the node is asked
	judge       func(inputs, tool.Outputs) error                 // of what it has found; nil: all is good
	plan        func(in inputs, spec any) (string, tool.Outputs) // what it would do
}

// Describe implements tool.Tool.
func (n *nodeTool) Describe() tool.Description { return n.description }

// Run implements tool.Tool.
func (n *nodeTool) Run(ctx context.Context, c *tool.Call) (tool.Outputs, error) {
	t, err := n.task(ctx, c)
	if err != nil && !c.Resumed {
		return nil, tool.Final(err)
	}
	t.Resume = c.Resumed
	node := inputs(c.Inputs).text("node")
	s, err := n.do(ctx, c.Log, node, t, err == nil)
	if errors.Is(err, pool.ErrUnknownNode) {
		return nil, tool.Final(err)
	}
	if err != nil {
		return nil, err
	}
	_, _ = io.WriteString(c.Log, s.Log)
	outputs, err := task.Outputs(s)
	if fault := failure(node, s); fault != nil || err != nil {
		return outputs, errors.Join(fault, err)
	}
	return outputs, n.verdict(c, outputs)
}

// do has the node do a task. One that is waited for and was never begun is begun then, if
// it is known what it is: no node begins one twice.
func (n *nodeTool) do(ctx context.Context, log io.Writer, node string, t wire.Task, known bool) (wire.TaskStatus, error) {
	watch, done := context.WithCancel(ctx)
	var told sync.WaitGroup
	told.Go(func() { n.watch(watch, log, node) })
	defer told.Wait()
	defer done()
	s, err := n.dispatcher.Do(ctx, node, t)
	if err == nil && s.State == wire.TaskUnknown && t.Resume && known {
		t.Resume = false
		return n.dispatcher.Do(ctx, node, t)
	}
	return s, err
}

// watch tells who reads the log that the node is away and waited for, and that it is back.
func (n *nodeTool) watch(ctx context.Context, log io.Writer, node string) {
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	for before := ""; ; {
		why := n.dispatcher.Away(node)
		switch {
		case why != "" && before == "":
			fmt.Fprintf(log, "node %s is away and waited for: %s\n", node, why)
		case why == "" && before != "":
			fmt.Fprintf(log, "node %s is back\n", node)
		}
		before = why
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// verdict judges what the node has found.
func (n *nodeTool) verdict(c *tool.Call, outputs tool.Outputs) error {
	if n.judge == nil {
		return nil
	}
	return n.judge(c.Inputs, outputs)
}

// failure tells how a task failed; nil: it did not.
func failure(node string, s wire.TaskStatus) error {
	switch s.State {
	case wire.TaskDone:
		return nil
	case wire.TaskRefused:
		return tool.Final(fmt.Errorf("node %s refuses it: %s", node, s.Error))
	case wire.TaskLost: // another try could do it a second time
		return tool.Final(fmt.Errorf("node %s: %s", node, s.Error))
	}
	return fmt.Errorf("node %s: %s", node, s.Error)
}

// Check implements tool.Checker.
func (n *nodeTool) Check(ctx context.Context, c *tool.Call) (tool.Finding, error) {
	t, _ := n.task(ctx, c) // what it asked then, the node knows
	f, err := n.dispatcher.Find(ctx, inputs(c.Inputs).text("node"), t, c.Log)
	if err != nil || f.State != tool.Done {
		return f, err
	}
	if fault := n.verdict(c, f.Outputs); fault != nil { // it only looked, and may look again
		return tool.Finding{State: tool.NotDone, Reason: fault.Error()}, nil
	}
	return f, nil
}

// Plan implements tool.Planner.
func (n *nodeTool) Plan(ctx context.Context, c *tool.Call) (string, tool.Outputs, error) {
	in := inputs(c.Inputs)
	spec, err := n.spec(ctx, in)
	if err != nil {
		return "", nil, err
	}
	what, outputs := n.plan(in, spec)
	return fmt.Sprintf("on node %s: %s", in.text("node"), what), outputs, nil
}

// task is what the node is asked.
func (n *nodeTool) task(ctx context.Context, c *tool.Call) (wire.Task, error) {
	t := wire.Task{ID: idOf(c.Key), Kind: n.kind, Timeout: timeOf(ctx)}
	spec, err := n.spec(ctx, c.Inputs)
	if err == nil {
		t.Spec, err = json.Marshal(spec)
	}
	return t, err
}

// idOf names a task after a call. Long keys are cut, and told apart by their checksum.
func idOf(key string) string {
	if len(key) <= wire.MaxTaskID {
		return key
	}
	sum := sha256.Sum256([]byte(key))
	return key[:wire.MaxTaskID-33] + "-" + hex.EncodeToString(sum[:16])
}

// timeOf is how long the node may need: a little less than the step, so that its answer
// comes in time.
func timeOf(ctx context.Context) wire.Duration {
	end, ok := ctx.Deadline()
	if !ok {
		return wire.MaxTaskTime
	}
	left := time.Until(end)
	return min(max(wire.Duration(left-min(left/10, 5*time.Second)), wire.Duration(time.Millisecond)), wire.MaxTaskTime)
}
