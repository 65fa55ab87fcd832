package pool

import (
	"context"
	"errors"
	"testing"
	"time"

	"headroom/scaler/node/wire"
)

func TestTasksComeToANodeAtOnce(t *testing.T) {
	inBubble(t, func(ctx context.Context, t *testing.T, p *Pool) {
		var told []wire.TaskStatus
		p.OnTasks(func(node string, all []wire.TaskStatus) { told = append(told, all...) })
		if err := p.SetTasks("n1", nil); !errors.Is(err, ErrUnknownNode) {
			t.Error(err)
		}
		d, _, err := p.Sync(ctx, "n1", simpleReport("d", ""), "", 0)
		must(t, err)
		empty := d.Version
		go func() {
			time.Sleep(3 * time.Second)
			must(t, p.SetTasks("n1", []wire.Task{{ID: "a", Kind: "scan"}}))
		}()
		began := time.Now()
		d, changed, err := p.Sync(ctx, "n1", simpleReport("d", empty), empty, time.Minute)
		if took := time.Since(began); err != nil || !changed || took != 3*time.Second || len(d.Tasks) != 1 || d.Tasks[0].ID != "a" {
			t.Fatalf("%+v, %v after %s", d, err, took)
		}
		r := simpleReport("d", d.Version)
		r.Tasks = []wire.TaskStatus{{ID: "a", State: wire.TaskDone}}
		_, _, err = p.Sync(ctx, "n1", r, d.Version, 0)
		must(t, err)
		if len(told) != 1 || told[0].ID != "a" || len(p.Tasks("n1")) != 1 {
			t.Errorf("%+v, %+v", told, p.Tasks("n1"))
		}
		must(t, p.SetTasks("n1", nil))
		d, _, err = p.Sync(ctx, "n1", simpleReport("d", d.Version), d.Version, 0)
		if must(t, err); d.Version != empty {
			t.Error("without tasks it is not what it was")
		}
		_, _, err = p.Sync(ctx, "n1", simpleReport("d", empty), empty, 0)
		if must(t, err); len(p.Tasks("n1")) != 0 {
			t.Error("what the node has forgotten is remembered")
		}
		r.Tasks = make([]wire.TaskStatus, maxTasks+1)
		if _, _, err := p.Sync(ctx, "n1", r, empty, 0); !errors.Is(err, ErrBadReport) {
			t.Error(err)
		}
	})
}

// A server that has just started tells nodes that have tasks to keep them, and nobody
// else anything.
func TestOnlyNodesWithTasksAreToldToKeepThem(t *testing.T) {
	inBubble(t, func(ctx context.Context, t *testing.T, p *Pool) {
		sync := func(name, have string, tasks ...wire.TaskStatus) string {
			r := simpleReport(name, have)
			r.Tasks = tasks
			d, _, err := p.Sync(ctx, name, r, have, 0)
			must(t, err)
			if d == nil {
				return have
			}
			if d.KeepTasks != (len(tasks) > 0 && p.keeping) {
				t.Errorf("%s is told %+v", name, d)
			}
			return d.Version
		}
		busy := wire.TaskStatus{ID: "a", State: wire.TaskRunning}
		one, two := sync("n1", ""), sync("n2", "", busy)
		if one != two {
			t.Error("the two are told different things")
		}
		p.KeepTasks(true)
		if sync("n1", one) != one {
			t.Error("a node without tasks is told something")
		}
		keeping := sync("n2", two, busy)
		p.KeepTasks(false)
		if keeping == two || sync("n2", keeping, busy) != two {
			t.Error("it is not told to keep them, and then to keep them no more")
		}
	})
}
