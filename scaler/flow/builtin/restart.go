package builtin

import (
	"context"
	"fmt"
	"slices"
	"time"

	"headroom/scaler/flow/tool"
	"headroom/scaler/pool"
)

// restartWorkers restarts workers, some at a time.
type restartWorkers struct{ Options }

func (restartWorkers) Describe() tool.Description {
	return tool.Description{
		Name: "restart-workers", Title: "Restart workers", Source: Source, Repeatable: true, Waits: true,
		Doc: "Restarts workers of a module, the next ones once the last ones serve again. A worker that was started or restarted since the step began is not restarted again.",
		Inputs: []tool.Parameter{
			moduleInput,
			{Name: "node", Type: "node", Doc: "Only the workers on this node; empty: on all."},
			{Name: "workers", Type: "list", Doc: "Only the workers with these ids; empty: all."},
			{Name: "at_once", Type: "int", Doc: "How many are restarted at a time.", Default: int64(1)},
			waitInput,
		},
		Outputs: []tool.Parameter{
			{Name: "restarted", Type: "int", Doc: "How many workers were restarted."},
			{Name: "workers", Type: "list", Doc: "Their ids."},
		},
	}
}

// chosen returns the workers that the call is about.
func (t restartWorkers) chosen(c *tool.Call) (all []pool.Worker, err error) {
	v, err := t.Pool.Service(in(c).text("module"))
	if err != nil {
		return nil, err
	}
	node, ids := in(c).text("node"), in(c).texts("workers")
	for _, w := range v.Workers {
		if w.Stop == nil && (node == "" || w.Node == node) && (len(ids) == 0 || slices.Contains(ids, w.ID)) {
			all = append(all, w)
		}
	}
	for _, id := range ids {
		if !slices.ContainsFunc(all, func(w pool.Worker) bool { return w.ID == id }) {
			return nil, fmt.Errorf("%w of %s: %q", pool.ErrUnknownWorker, v.Module, id)
		}
	}
	return all, nil
}

// renewed tells whether a worker was restarted for a call, or is newer than it.
func renewed(c *tool.Call, w *pool.Worker) bool {
	return !w.Asked.Before(c.Began) || !w.Created.Before(c.Began)
}

func (t restartWorkers) Run(ctx context.Context, c *tool.Call) (tool.Outputs, error) {
	all, err := t.chosen(c)
	if err != nil {
		return nil, final(err)
	}
	n, _ := in(c).whole("at_once")
	for batch := range slices.Chunk(all, max(n, 1)) {
		if err := t.restart(ctx, c, batch); err != nil {
			return nil, final(err)
		}
	}
	return restarted(all), nil
}

func restarted(all []pool.Worker) tool.Outputs {
	ids := make([]string, len(all))
	for i, w := range all {
		ids[i] = w.ID
	}
	return tool.Outputs{"restarted": int64(len(all)), "workers": list(ids)}
}

// restart restarts the workers of a batch that were not yet, and waits until all serve.
func (t restartWorkers) restart(ctx context.Context, c *tool.Call, batch []pool.Worker) error {
	before, err := t.processes(ctx, c, batch)
	if err != nil {
		return err
	}
	for _, w := range batch {
		if before[w.ID] == 0 {
			continue
		}
		say(c, "restarting worker %s on node %s", w.ID, w.Node)
		if err := t.Pool.Restart(ctx, w.ID); err != nil {
			return fmt.Errorf("restart worker %s: %w", w.ID, err)
		}
	}
	if !in(c).truth("wait") {
		return nil
	}
	return t.until(ctx, c, func() (bool, string, error) { return t.serve(c, before) })
}

// processes returns the processes of workers that others must take the place of; 0 of a
// worker that was renewed before. A server that has just started does not know them
// before their nodes have told of them.
func (t restartWorkers) processes(ctx context.Context, c *tool.Call, batch []pool.Worker) (before map[string]int, err error) {
	err = t.until(ctx, c, func() (bool, string, error) {
		before = map[string]int{}
		for _, w := range batch {
			now, err := t.worker(in(c).text("module"), w.ID)
			switch {
			case err != nil:
				return false, "", err
			case renewed(c, &now):
				before[w.ID] = 0
			case now.PID == 0:
				return false, fmt.Sprintf("the process of worker %s on node %s is not known, which is %s", w.ID, w.Node, now.State), nil
			default:
				before[w.ID] = now.PID
			}
		}
		return true, "", nil
	})
	return before, err
}

func (t restartWorkers) worker(module, id string) (pool.Worker, error) {
	v, err := t.Pool.Service(module)
	if err != nil {
		return pool.Worker{}, err
	}
	i := slices.IndexFunc(v.Workers, func(w pool.Worker) bool { return w.ID == id })
	if i < 0 {
		return pool.Worker{}, fmt.Errorf("%w: %q, which is gone meanwhile", pool.ErrUnknownWorker, id)
	}
	return v.Workers[i], nil
}

// serve tells whether the workers serve as other processes than before. Of one whose
// process before is not known, its node must have heard that it is to be restarted. One
// that is gone meanwhile is not waited for.
func (t restartWorkers) serve(c *tool.Call, before map[string]int) (bool, string, error) {
	v, err := t.Pool.Service(in(c).text("module"))
	if err != nil {
		return false, "", err
	}
	left, how := 0, ""
	for _, w := range v.Workers {
		pid, asked := before[w.ID]
		if !asked || w.Stop != nil {
			continue
		}
		if w.State.Serving() && w.PID != pid && (pid != 0 || t.heard(w.Node)) {
			continue
		}
		left++
		how = fmt.Sprintf("%d workers do not serve again yet, such as %s on node %s, which is %s", left, w.ID, w.Node, w.State)
		if w.Reason != "" {
			how += ": " + w.Reason
		}
	}
	return left == 0, how, nil
}

// heard tells whether a node works on the newest version of what shall run there.
func (t restartWorkers) heard(node string) bool {
	n, err := t.Pool.Node(node)
	return err == nil && n.Synced
}

func (t restartWorkers) Check(_ context.Context, c *tool.Call) (tool.Finding, error) {
	all, err := t.chosen(c)
	if err != nil {
		return tool.Finding{State: tool.NotDone, Reason: err.Error()}, nil
	}
	begun, serving := 0, 0
	for i := range all {
		if renewed(c, &all[i]) {
			begun++
		}
		if all[i].State.Serving() {
			serving++
		}
	}
	how := fmt.Sprintf("%d of %d workers were restarted since %s, %d serve", begun, len(all), c.Began.UTC().Format(time.RFC3339), serving)
	switch {
	case begun == 0 && len(all) > 0:
		return tool.Finding{State: tool.NotDone, Reason: how}, nil
	case begun < len(all) || serving < len(all) && in(c).truth("wait"):
		return tool.Finding{State: tool.Running, Reason: how}, nil
	}
	return tool.Finding{State: tool.Done, Outputs: restarted(all), Reason: how}, nil
}

func (t restartWorkers) Plan(_ context.Context, c *tool.Call) (string, tool.Outputs, error) {
	all, err := t.chosen(c)
	if err != nil {
		return "", nil, err
	}
	n, _ := in(c).whole("at_once")
	return fmt.Sprintf("would restart %d workers of %s, %d at a time", len(all), in(c).text("module"), max(n, 1)), restarted(all), nil
}
