package task

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"headroom/scaler/node/wire"
)

// job is a task that is being done.
type job struct {
	r      *Runner
	rec    record
	limits Limits
	before bool // a daemon before had begun it

	unbegun bool // that daemon had ended before it did
	log     bytes.Buffer
}

// do does a task to its end. rec is nil if it is to be begun.
func (r *Runner) do(ctx context.Context, t *task, rec *record) {
	defer r.finished(t)
	if rec == nil {
		select {
		case r.slots <- struct{}{}:
			defer func() { <-r.slots }()
		case <-ctx.Done():
			return // it was never begun
		}
	}
	j := &job{r: r, limits: r.limitsNow(), before: rec != nil}
	if rec != nil {
		j.rec = *rec
	} else if !r.begin(t, j) {
		return
	}
	s, ended := j.run(ctx)
	switch {
	case j.unbegun:
		r.unbegun(t)
	case ended:
		r.end(ctx, t, s)
	}
}

// begin writes down that a task begins, unless it may not.
func (r *Runner) begin(t *task, j *job) bool {
	s := wire.TaskStatus{ID: t.ID, State: wire.TaskRefused, Error: r.refuse(t.Task)}
	if s.Error != "" {
		r.log.Warn("a task of a flow is not allowed on this node", "task", t.ID, "kind", t.Kind, "reason", s.Error)
		r.set(t, s)
		return false
	}
	j.rec = record{Task: t.Task, Began: time.Now().UTC()}
	if err := r.journal.begin(j.rec); err != nil {
		r.set(t, wire.TaskStatus{ID: t.ID, State: wire.TaskFailed, Error: fmt.Sprintf("it was not begun, since that could not be written down: %v", err)})
		return false
	}
	r.log.Info("a task begins", "task", t.ID, "kind", t.Kind)
	r.set(t, wire.TaskStatus{ID: t.ID, State: wire.TaskRunning, Began: j.rec.Began})
	return true
}

// end writes down how a task ended, however long the disk does not take it, and tells.
func (r *Runner) end(ctx context.Context, t *task, s wire.TaskStatus) {
	for {
		err := r.journal.end(s)
		if err == nil {
			break
		}
		r.log.Error("the end of a task is not on disk, and not told yet", "task", t.ID, "err", err)
		select {
		case <-time.After(saveAgain):
		case <-ctx.Done(): // nobody wants to be told, or the next daemon finds out
			return
		}
	}
	r.log.Info("a task has ended", "task", t.ID, "kind", t.Kind, "state", s.State, "err", s.Error)
	r.set(t, s)
}

// run does what the task asks and tells how it ended, or that it has not.
func (j *job) run(ctx context.Context) (s wire.TaskStatus, ended bool) {
	ctx, cancel := context.WithTimeoutCause(ctx, time.Duration(j.rec.Task.Timeout), fmt.Errorf("it had not ended after %s", j.rec.Task.Timeout))
	defer cancel()
	outputs, err := j.dispatch(ctx)
	if errors.Is(context.Cause(ctx), errClosing) && (err != nil) {
		return s, false
	}
	return j.status(ctx, outputs, err), true
}

func (j *job) status(ctx context.Context, outputs any, err error) wire.TaskStatus {
	s := wire.TaskStatus{ID: j.rec.Task.ID, State: wire.TaskDone, Began: j.rec.Began, Ended: time.Now().UTC(), Log: lastLines(j.log.Bytes())}
	if cause := context.Cause(ctx); cause != nil && err != nil && errors.Is(err, ctx.Err()) {
		err = cause // says more
	}
	var lost *lostError
	switch {
	case errors.As(err, &lost):
		s.State, s.Error = wire.TaskLost, err.Error()
	case err != nil:
		s.State, s.Error = wire.TaskFailed, err.Error()
	}
	if outputs != nil {
		text, err := json.Marshal(outputs)
		if err != nil {
			panic("BUG: " + err.Error()) // they are ours
		}
		s.Outputs = text
	}
	return s
}

// lostError means that a command was begun, and nobody knows how it ended.
type lostError struct{ why string }

func (e *lostError) Error() string { return e.why }

// dispatch calls what does a kind.
func (j *job) dispatch(ctx context.Context) (any, error) {
	t := j.rec.Task
	switch t.Kind {
	case wire.TaskCommand:
		return with(ctx, t, j.command)
	case wire.TaskPackage:
		return with(ctx, t, j.pack)
	case wire.TaskFiles:
		return with(ctx, t, j.files)
	case wire.TaskTemplate:
		return with(ctx, t, j.template)
	case wire.TaskFile:
		return with(ctx, t, j.oneFile)
	case wire.TaskProcesses:
		return with(ctx, t, processes)
	case wire.TaskPorts:
		return with(ctx, t, ports)
	case wire.TaskHTTP:
		return with(ctx, t, askHTTP)
	case wire.TaskTCP:
		return with(ctx, t, askTCP)
	case wire.TaskScan:
		if j.r.o.Scan == nil {
			return nil, nil // there is nothing to look for
		}
		return nil, j.r.o.Scan(ctx)
	}
	return nil, fmt.Errorf("this version of the daemon knows no task of kind %q", t.Kind)
}

func with[S any](ctx context.Context, t wire.Task, do func(context.Context, S) (any, error)) (any, error) {
	var s S
	dec := json.NewDecoder(bytes.NewReader(t.Spec))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&s); err != nil {
		return nil, fmt.Errorf("read what the task of kind %s asks: %w", t.Kind, err)
	}
	return do(ctx, s)
}

// exec runs a command under a keeper, which outlives the daemon, and waits for it.
func (j *job) exec(ctx context.Context, o order) (result, error) {
	if err := ctx.Err(); err != nil {
		return result{}, err
	}
	j.rec.Runs++
	name := strconv.Itoa(j.rec.Runs)
	dir := filepath.Join(j.r.journal.path(j.rec.Task.ID), name)
	if err := os.RemoveAll(dir); err != nil {
		return result{}, err
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		return result{}, err
	}
	p, err := startKeeper(dir)
	if err != nil {
		return result{}, fmt.Errorf("start a process: %w", err)
	}
	defer p.close()
	j.rec.Process = &processRecord{Dir: name, PID: p.pid, Start: startOf(p.pid), Boot: bootID()}
	if err := j.r.journal.begin(j.rec); err != nil {
		return result{}, fmt.Errorf("it was not begun, since that could not be written down: %w", err)
	}
	if err := p.order(o); err != nil {
		return result{}, fmt.Errorf("start a process: %w", err)
	}
	return j.await(ctx, p, dir)
}

// await waits for a keeper and reads what it left.
func (j *job) await(ctx context.Context, p *process, dir string) (result, error) {
	if p != nil {
		if err := p.wait(ctx); err != nil {
			return result{}, err
		}
	}
	res, err := resultOf(dir)
	res.log = endOf(filepath.Join(dir, logFile))
	if err != nil {
		return res, &lostError{fmt.Sprintf("it was begun at %s, and nobody knows how it ended: %v", j.rec.Began.Format(time.RFC3339), err)}
	}
	return res, nil
}

// leftover waits for the process that a daemon before has started for the task. It tells
// whether there was one.
func (j *job) leftover(ctx context.Context) (res result, was bool, err error) {
	if !j.before || j.rec.Process == nil {
		return result{}, false, nil
	}
	p := adopt(j.rec.Process)
	if p != nil {
		defer p.close()
	}
	res, err = j.await(ctx, p, filepath.Join(j.r.journal.path(j.rec.Task.ID), j.rec.Process.Dir))
	return res, true, err
}

// failure tells what is wrong with the end of a command; nil: nothing.
func (res result) failure(accept ...int) error {
	switch {
	case res.NotBegun:
		return errNotBegun
	case res.Error != "":
		return errors.New(res.Error)
	case res.Stopped != "":
		return fmt.Errorf("%s, and was stopped with all processes of its group", res.Stopped)
	case res.Signal != "":
		return fmt.Errorf("it was ended by a signal: %s", res.Signal)
	}
	for _, ok := range append(accept, 0) {
		if res.ExitCode == ok {
			return nil
		}
	}
	return fmt.Errorf("it exited with %d", res.ExitCode)
}

var errNotBegun = errors.New("it was not begun, since the daemon ended before")

// command runs a program, once.
func (j *job) command(ctx context.Context, s wire.CommandSpec) (any, error) {
	res, was, err := j.leftover(ctx)
	if j.unbegun = j.before && err == nil && (!was || res.NotBegun); j.unbegun {
		return nil, errNotBegun
	}
	if !was {
		res, err = j.exec(ctx, order{CommandSpec: s, Timeout: time.Duration(j.rec.Task.Timeout)})
	}
	j.log.WriteString(res.log)
	if err != nil {
		return nil, err
	}
	if fault := res.failure(s.Accept...); fault != nil {
		if res.NotBegun || res.Error != "" {
			return nil, fault
		}
		return res.CommandOutputs, fault
	}
	return res.CommandOutputs, nil
}

// logf adds a line to the log.
func (j *job) logf(format string, args ...any) {
	if j.log.Len() > 2*wire.MaxTaskLog {
		j.log.Next(j.log.Len() - wire.MaxTaskLog)
	}
	fmt.Fprintf(&j.log, format+"\n", args...)
}
