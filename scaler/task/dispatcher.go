package task

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"headroom/scaler/node/wire"
	"headroom/scaler/pool"
)

const (
	lookEvery = time.Second      // at what nobody asks for any more
	hesitate  = lookEvery / 2    // before a task is taken back: the server may be stopping
	remember  = 15 * time.Second // an end that was seen: by then it is written down
	takeOver  = 2 * time.Minute  // for who found a task under way to wait for its end; and for who asks what became of one that was taken back
	answer    = 10 * time.Second // of a node that is asked what it knows of a task; then its end is waited for
	settled   = 2 * time.Minute  // after the start, all tasks of a former server were asked for
)

// Options are what a dispatcher works with. All but Pool may be left out.
type Options struct {
	Pool       *pool.Pool
	Logger     *slog.Logger // nil: none
	Registerer prometheus.Registerer
	Now        func() time.Time // nil: time.Now
}

// Dispatcher gives tasks to nodes. Its methods may be called from many goroutines.
type Dispatcher struct {
	pool    *pool.Pool
	log     *slog.Logger
	now     func() time.Time
	started time.Time
	metrics *metrics

	mu    sync.Mutex // protects the field below; the pool's is taken while it is held
	desks map[string]*desk
}

// New returns a dispatcher. Nodes go on with the tasks of a former server until it has
// had the time to ask for them.
func New(o Options) *Dispatcher {
	d := &Dispatcher{pool: o.Pool, log: o.Logger, now: o.Now, desks: map[string]*desk{}}
	if d.log == nil {
		d.log = slog.New(slog.DiscardHandler)
	}
	if d.now == nil {
		d.now = time.Now
	}
	d.started = d.now()
	d.metrics = newMetrics(o.Registerer, d)
	d.pool.KeepTasks(true)
	d.pool.OnTasks(d.hear)
	return d
}

// Run takes back what nobody asks for any more, until ctx is done.
func (d *Dispatcher) Run(ctx context.Context) error {
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
			d.look()
		}
	}
}

func (d *Dispatcher) look() {
	now := d.now()
	if now.Sub(d.started) >= settled {
		d.pool.KeepTasks(false)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for node, k := range d.desks {
		if n, err := d.pool.Node(node); err != nil || !n.First.Equal(k.joined) {
			d.lose(node, k)
			continue
		}
		if k.tidy(now) {
			d.push(node, k)
		}
		if len(k.all) == 0 && k.waiting == 0 {
			delete(d.desks, node)
		}
	}
}

// lose gives up all that is asked of a node that was forgotten, whether or not it has
// come back since: what it did it has told to nobody. d.mu must be held.
func (d *Dispatcher) lose(node string, k *desk) {
	if n := k.open(); n > 0 {
		d.log.Warn("a node has left the pool, and nobody knows what becomes of its tasks", "node", node, "tasks", n)
	}
	delete(d.desks, node)
	k.lose()
}

// Do has a node do a task and waits for its end. A node that is lost meanwhile is waited
// for. When ctx is done, the task is stopped; when the server stops, it is not.
//
// The error is [pool.ErrUnknownNode], that of ctx with what is known of the task, or what
// is wrong with the task. How it ended is in the status.
func (d *Dispatcher) Do(ctx context.Context, node string, t wire.Task) (wire.TaskStatus, error) {
	a, err := d.ask(ctx, node, t)
	if err != nil {
		return wire.TaskStatus{}, err
	}
	s, err := d.await(ctx, node, a, func(s wire.TaskStatus) bool {
		return ended(s) && (s.State != wire.TaskUnknown || t.Resume)
	})
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		d.leave(node, a, 0)
	} else {
		d.leave(node, a, hesitate)
	}
	return s, err
}

// find returns how a task stands that a former server may have given to a node. If it is
// under way it stays so, until Do waits for its end. Of one that this server has given
// and nobody waits for any more it tells what is known.
func (d *Dispatcher) find(ctx context.Context, node string, t wire.Task) (wire.TaskStatus, error) {
	if s, known := d.told(node, t.ID); known {
		return s, nil
	}
	ctx, cancel := context.WithTimeout(ctx, answer)
	defer cancel()
	t.Resume = true
	a, err := d.ask(ctx, node, t)
	if err != nil {
		return wire.TaskStatus{}, err
	}
	defer d.leave(node, a, takeOver)
	return d.await(ctx, node, a, func(s wire.TaskStatus) bool { return s.State != "" })
}

// told returns how a task stood that this server has given to a node and that nobody
// waits for.
func (d *Dispatcher) told(node, id string) (s wire.TaskStatus, known bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	k := d.desks[node]
	if k == nil {
		return s, false
	}
	if a := k.find(id); a != nil && a.holders == 0 && !a.task.Resume {
		return a.status, true
	}
	return s, false
}

// ask puts a task into the desired state of a node, once there is room.
func (d *Dispatcher) ask(ctx context.Context, node string, t wire.Task) (*asked, error) {
	if err := check(t); err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	n, err := d.pool.Node(node)
	if err != nil {
		return nil, err
	}
	k := d.desks[node]
	if k != nil && !n.First.Equal(k.joined) {
		d.lose(node, k)
		k = nil
	}
	if k == nil {
		k = newDesk(n.First)
		d.desks[node] = k
	}
	k.waiting++
	defer func() { k.waiting-- }()
	for k.find(t.ID) == nil && !k.room(t) {
		free := k.free
		d.mu.Unlock()
		var err error
		select {
		case <-free:
		case <-ctx.Done():
			err = fmt.Errorf("node %s has no room for it beside the %d tasks that it has: %w", node, k.open(), ctx.Err())
		}
		d.mu.Lock()
		if err == nil && d.desks[node] != k {
			err = left(node)
		}
		if err != nil {
			return nil, err
		}
	}
	a := k.take(t)
	k.hear(d.pool.Tasks(node), d.now()) // it may have told before it was asked
	if err := d.push(node, k); err != nil {
		a.holders--
		return nil, err
	}
	return a, nil
}

func left(node string) error {
	return fmt.Errorf("%w: %q has left the pool while it had a task", pool.ErrUnknownNode, node)
}

// push gives the node's tasks to the pool. d.mu must be held.
func (d *Dispatcher) push(node string, k *desk) error {
	k.dirty = false
	return d.pool.SetTasks(node, k.tasks())
}

// hear takes what a node reports.
func (d *Dispatcher) hear(node string, told []wire.TaskStatus) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if k := d.desks[node]; k != nil {
		for _, s := range k.hear(told, d.now()) {
			d.metrics.ended.WithLabelValues(string(s)).Inc()
		}
	}
}

// await waits until a task is as wanted.
func (d *Dispatcher) await(ctx context.Context, node string, a *asked, good func(wire.TaskStatus) bool) (wire.TaskStatus, error) {
	for {
		d.mu.Lock()
		s, changed, gone := a.status, a.changed, a.gone
		d.mu.Unlock()
		switch {
		case good(s):
			return s, nil
		case gone:
			return s, left(node)
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return s, d.explain(ctx, node, s)
		}
	}
}

// leave ends one's interest in a task. If nobody else has any, it is taken back after a
// while, or once its end was remembered for long enough.
func (d *Dispatcher) leave(node string, a *asked, after time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if ended(a.status) {
		after = remember
	}
	if a.holders--; a.holders == 0 {
		a.until = d.now().Add(after)
		if k := d.desks[node]; after == 0 && k != nil && !a.gone {
			a.withdrawn = true
			k.makeRoom()
			_ = d.push(node, k) // a node that has left the pool does nothing
		}
	}
}

// explain tells what is known of a task that did not end in time.
func (d *Dispatcher) explain(ctx context.Context, node string, s wire.TaskStatus) error {
	n, err := d.pool.Node(node)
	what := fmt.Sprintf("node %s has not begun it", node)
	if s.State == wire.TaskRunning {
		what = fmt.Sprintf("node %s has begun it at %s and not ended it", node, s.Began.UTC().Format(time.RFC3339))
	}
	switch {
	case err != nil:
		what = err.Error()
	case n.State == pool.Lost:
		what += ", and is lost: " + n.Reason
	}
	return fmt.Errorf("%s: %w", what, ctx.Err())
}

// Away tells why a node hears nothing of tasks at the moment; empty: it does.
func (d *Dispatcher) Away(node string) string {
	n, err := d.pool.Node(node)
	switch {
	case err != nil:
		return err.Error()
	case n.State == pool.Lost:
		return n.Reason
	}
	return ""
}

func check(t wire.Task) error {
	switch {
	case t.ID == "" || len(t.ID) > wire.MaxTaskID:
		return fmt.Errorf("want a task with an id of at most %d bytes, got %.80q", wire.MaxTaskID, t.ID)
	case t.Timeout <= 0 || t.Timeout > wire.MaxTaskTime:
		return fmt.Errorf("want a task's time of more than 0 and at most %s, got %s", wire.MaxTaskTime, t.Timeout)
	case len(t.Spec) > wire.MaxTaskSpec:
		return fmt.Errorf("want a task of at most %d bytes, got %d", wire.MaxTaskSpec, len(t.Spec))
	case bytes.Count(t.Spec, []byte{','}) > wire.MaxTaskCommas:
		return fmt.Errorf("want a task of at most %d commas", wire.MaxTaskCommas)
	case len(t.Files()) > wire.MaxTaskFiles:
		return fmt.Errorf("want at most %d files, got %d", wire.MaxTaskFiles, len(t.Files()))
	}
	return nil
}

// asksFor tells whether a task of a node needs a file.
func (d *Dispatcher) asksFor(node, sum string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	k := d.desks[node]
	return k != nil && k.needs(sum)
}
