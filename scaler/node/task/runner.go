package task

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync"
	"time"

	"headroom/scaler/node/wire"
)

// atOnce is how many tasks are done at a time; others wait for their turn.
const atOnce = 8

var (
	errClosing  = errors.New("the daemon stops")
	errUnwanted = errors.New("nobody wants it any more")
)

// Options are what a runner needs. All but Dir may be left out.
type Options struct {
	Dir     string // its own directory, made if it is missing
	Limits  Limits
	Changed func() // called when the state of a task is another one

	// Fetch writes a file of the server, from an offset on; nil: there is no server.
	Fetch func(ctx context.Context, sha256 string, offset int64, to io.Writer) error
	Scan  func(context.Context) error // has the node looked at anew; nil: there is nothing to look for
	// Forget tells whether what is not wanted any more may be forgotten by now; nil: it
	// may. It may not while a desired state is on the disk that still has it.
	Forget func() bool
	Logger *slog.Logger // nil: slog.Default
}

// Runner does tasks. Its methods may be called from many goroutines.
type Runner struct {
	o       Options
	log     *slog.Logger
	journal journal
	slots   chan struct{}

	packaging chan struct{} // held while a task changes packages
	ctx       context.Context
	close     context.CancelCauseFunc
	work      sync.WaitGroup
	left      []record // of a daemon before, until Start

	mu     sync.Mutex // protects the fields below
	limits Limits
	tasks  map[string]*task // by id
	broken map[string]error // directories of tasks that nobody can read
	counts map[wire.TaskState]int64
}

// task is one that is wanted, or was begun.
type task struct {
	wire.Task
	wanted bool
	listed bool                    // an Apply had it: before that nobody knows whether it is wanted
	resume bool                    // and only asked about it, the last time
	seen   bool                    // the server knows its end
	status *wire.TaskStatus        // nil: it waits for its turn
	cut    bool                    // its log and outputs are on the disk only
	stop   context.CancelCauseFunc // nil: it has ended, or was never begun
}

// New returns a runner that knows what was begun by a daemon before; Start has it go on.
func New(o Options) (*Runner, error) {
	r := &Runner{o: o, log: o.Logger, limits: o.Limits, journal: journal{o.Dir}, slots: make(chan struct{}, atOnce), packaging: make(chan struct{}, 1), tasks: map[string]*task{}, counts: map[wire.TaskState]int64{}}
	if r.log == nil {
		r.log = slog.Default()
	}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the directory of tasks: %w", err)
	}
	all, broken, err := r.journal.load()
	if err != nil {
		return nil, err
	}
	for dir, err := range broken {
		r.log.Error("what was written down of a task cannot be read; if it is asked for, it is lost", "dir", dir, "err", err)
	}
	r.broken = broken
	r.ctx, r.close = context.WithCancelCause(context.Background())
	for _, rec := range all {
		t := &task{Task: rec.Task, wanted: true, status: rec.End}
		if rec.End != nil {
			t.Spec = nil
		} else {
			t.status = &wire.TaskStatus{ID: rec.Task.ID, State: wire.TaskRunning, Began: rec.Began}
			r.left = append(r.left, rec)
		}
		r.tasks[t.ID] = t
	}
	return r, nil
}

// Start goes on with what a daemon before has begun. It is called once, before the first
// Apply.
func (r *Runner) Start() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, rec := range r.left {
		r.start(r.tasks[rec.Task.ID], &rec)
	}
	r.left = nil
}

// start does a task in the background; rec is nil if it is to be begun.
func (r *Runner) start(t *task, rec *record) {
	ctx, stop := context.WithCancelCause(r.ctx)
	t.stop = stop
	r.work.Go(func() { r.do(ctx, t, rec) })
}

// Close leaves all that runs: commands go on, the rest is gone on with by the next
// runner.
func (r *Runner) Close() {
	r.close(errClosing)
	r.work.Wait()
}

// Limit puts other limits in force, for tasks that are not begun yet.
func (r *Runner) Limit(l Limits) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.limits = l
}

// Apply takes the tasks that shall be done. Those that are not among them are stopped
// and forgotten, unless keep is set.
func (r *Runner) Apply(tasks []wire.Task, keep bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	listed := make(map[string]bool, len(tasks))
	for _, t := range tasks {
		listed[t.ID] = !t.Stop
		if !t.Stop {
			r.want(t)
		}
	}
	for id, t := range r.tasks {
		if wanted, said := listed[id]; !wanted && (said || !keep) {
			r.drop(t)
		}
	}
}

// want takes one task that shall be done. r.mu must be held.
func (r *Runner) want(asked wire.Task) {
	t := r.tasks[asked.ID]
	if t != nil && !t.fresh(asked.Resume) {
		t.wanted, t.listed, t.resume, t.seen = true, true, asked.Resume, asked.Seen
		r.slim(t)
		return
	}
	if asked.Seen {
		return // it is over, and this node has forgotten it
	}
	t = &task{Task: asked, wanted: true, listed: true, resume: asked.Resume}
	r.tasks[asked.ID] = t
	if err, is := r.broken[key(asked.ID)]; is {
		r.setLocked(t, wire.TaskStatus{ID: t.ID, State: wire.TaskLost, Error: fmt.Sprintf("what was written down of it cannot be read: %v", err)})
		return
	}
	if asked.Resume {
		r.setLocked(t, wire.TaskStatus{ID: t.ID, State: wire.TaskUnknown, Error: "this node has never begun it"})
		return
	}
	r.start(t, nil)
}

// fresh tells whether a task that is asked for again is as one that was never heard of:
// it was not begun, and now it may be, or it waited for its turn when it was taken back.
func (t *task) fresh(resume bool) bool {
	if t.status == nil {
		return t.stop == nil
	}
	return t.status.State == wire.TaskUnknown && !resume
}

// drop stops a task that nobody wants, or forgets it. r.mu must be held.
func (r *Runner) drop(t *task) {
	t.wanted = false
	if t.stop != nil {
		t.stop(errUnwanted)
		return
	}
	r.forget(t)
}

// forget removes a task that has ended, unless it is still on the disk as wanted. r.mu
// must be held.
func (r *Runner) forget(t *task) {
	if r.o.Forget != nil && !r.o.Forget() {
		return // the next Apply or Retry does it
	}
	if err := r.journal.forget(t.ID); err != nil {
		r.log.Warn("a task that is over was not removed; it is tried again", "task", t.ID, "err", err)
		return
	}
	delete(r.broken, key(t.ID))
	delete(r.tasks, t.ID)
}

// Retry forgets what could not be forgotten before.
func (r *Runner) Retry() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, t := range r.tasks {
		if !t.wanted && t.stop == nil {
			r.forget(t)
		}
	}
}

// Running is how many tasks are under way or wait for their turn, and Ended how many
// have come to each end.
func (r *Runner) Running() (n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, t := range r.tasks {
		if t.stop != nil {
			n++
		}
	}
	return n
}

// Ended is how many tasks came to an end since the start.
func (r *Runner) Ended(s wire.TaskState) int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.counts[s]
}

func (r *Runner) set(t *task, s wire.TaskStatus) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.setLocked(t, s)
}

func (r *Runner) setLocked(t *task, s wire.TaskStatus) {
	t.status = &s
	if s.State.Over() {
		r.counts[s.State]++
	}
	if r.o.Changed != nil {
		r.o.Changed()
	}
}

// finished notes that nothing is done for a task any more. One that was not begun after
// all is taken as if it was asked for just now, if it was.
func (r *Runner) finished(t *task) {
	r.mu.Lock()
	defer r.mu.Unlock()
	t.stop = nil
	switch {
	case !t.wanted:
		r.forget(t)
	case t.status == nil && r.ctx.Err() == nil:
		delete(r.tasks, t.ID)
		if t.listed {
			asked := t.Task
			asked.Resume = t.resume
			r.want(asked)
		}
	}
}

// unbegun takes back that a task was begun: the daemon before ended too early for that.
func (r *Runner) unbegun(t *task) {
	r.log.Info("a task was not begun by the daemon before", "task", t.ID)
	if err := r.journal.forget(t.ID); err != nil {
		r.log.Warn("what was written down of a task that was not begun was not removed", "task", t.ID, "err", err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	t.status = nil
}

func (r *Runner) refuse(t wire.Task) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.limits.refuse(t)
}

func (r *Runner) limitsNow() Limits {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.limits
}

const saveAgain = 5 * time.Second // what the disk did not take
