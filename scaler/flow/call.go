package flow

import (
	"context"
	"errors"
	"fmt"
	"time"

	"headroom/scaler/flow/tool"
)

// Why a call is told to end.
var (
	errLate    = errors.New("its time is over")
	errStopped = errors.New("the run ends")
	errClosing = errors.New("the engine ends")
)

// How long is waited for what should take no time.
const (
	stopWithin  = 30 * time.Second // for a call to end that was told to; then it is left alone
	closeWithin = 3 * time.Second  // likewise, when the engine ends
	checkWithin = 30 * time.Second // for a check
	checkTries  = 3                // of a call that a former server had begun
	checkPause  = time.Second      // between them; it doubles
)

// invocation is one call to be made.
type invocation struct {
	tool    tool.Tool
	desc    tool.Description
	call    *tool.Call
	left    time.Duration // until its time is over
	resumed bool          // a former server has begun it
	stopped bool          // and it shall end
	dry     bool
}

// make makes the call, and says what it has come to.
func (i *invocation) make(ctx context.Context) result {
	switch {
	case i.tool == nil:
		return result{text: "there is no tool " + i.desc.Name + " any more", final: true}
	case i.dry:
		return i.plan(ctx)
	case i.resumed:
		if r, over := i.look(ctx); over {
			return r
		}
	}
	ctx, stop := context.WithTimeoutCause(ctx, i.left, errLate)
	defer stop()
	outputs, err := guarded(ctx, func() (tool.Outputs, error) { return i.tool.Run(ctx, i.call) })
	return i.judge(ctx, outputs, err)
}

// judge says what a call has come to that has returned.
func (i *invocation) judge(ctx context.Context, outputs tool.Outputs, err error) result {
	var wait *tool.WaitFor
	cause := context.Cause(ctx)
	switch {
	case err == nil:
		return result{how: finished, outputs: outputs}
	case errors.As(err, &wait):
		return result{how: asks, text: wait.What, asked: wait.Who}
	case errors.Is(cause, errClosing):
		return result{how: lost}
	case errors.Is(cause, errLate):
		return i.after(ctx, result{how: timedOut, text: fmt.Sprintf("it has taken longer than its time: %v", err)})
	case errors.Is(cause, errStopped):
		return i.after(ctx, result{how: ended, text: "it was told to end"})
	}
	return result{text: err.Error(), final: tool.IsFinal(err)}
}

// after asks the tool how a call stands that was cut off: it may have had its effect in
// the last moment, and must not be made again then.
func (i *invocation) after(ctx context.Context, r result) result {
	checker, ok := i.tool.(tool.Checker)
	if !ok {
		return r
	}
	found, err := check(context.WithoutCancel(ctx), checker, i.call)
	switch {
	case err != nil:
		r.note = "a check has failed: " + err.Error()
	case found.State == tool.Done:
		return result{how: finished, outputs: found.Outputs, note: "it was cut off, and a check found it done: " + found.Reason}
	default:
		r.note = fmt.Sprintf("a check found it %s: %s", found.State, found.Reason)
	}
	return r
}

// look finds out how a call stands that a former server had begun. over is false if it
// is to be made, or waited for.
func (i *invocation) look(ctx context.Context) (r result, over bool) {
	checker, ok := i.tool.(tool.Checker)
	switch {
	case !ok && !i.desc.Repeatable:
		return result{how: unsure, text: "the server ended while it was under way, and its tool cannot tell what became of it"}, true
	case !ok:
		return i.anew("the server ended while it was under way")
	}
	found, err := i.insist(ctx, checker)
	switch {
	case err != nil && ctx.Err() != nil:
		return i.judge(ctx, nil, err), true
	case err != nil:
		return result{how: unsure, text: "a check has failed: " + err.Error()}, true
	}
	note := fmt.Sprintf("the server ended while it was under way; a check found it %s: %s", found.State, found.Reason)
	switch found.State {
	case tool.Done:
		return result{how: finished, outputs: found.Outputs, note: note}, true
	case tool.NotDone:
		return i.anew(note)
	case tool.Running:
		if i.stopped {
			return result{how: ended, text: note}, true
		}
		i.call.Resumed = true
		return result{}, false
	}
	return result{how: unsure, text: note}, true
}

// anew makes a call again that had no effect, or can have it twice. If its time is over
// meanwhile it gets an attempt of its own: that the server stood still is not its fault.
func (i *invocation) anew(note string) (r result, over bool) {
	switch {
	case i.stopped:
		return result{how: ended, text: note}, true
	case i.left <= 0:
		return result{how: again, text: note}, true
	}
	return result{}, false
}

// insist checks a few times: a node that cannot be reached may be back in a moment.
func (i *invocation) insist(ctx context.Context, c tool.Checker) (found tool.Finding, err error) {
	pause := checkPause
	for try := range checkTries {
		if try > 0 {
			select {
			case <-ctx.Done():
				return found, ctx.Err()
			case <-time.After(pause):
				pause *= 2
			}
		}
		if found, err = check(ctx, c, i.call); err == nil {
			return found, nil
		}
	}
	return found, err
}

func check(ctx context.Context, c tool.Checker, call *tool.Call) (tool.Finding, error) {
	ctx, stop := context.WithTimeout(ctx, checkWithin)
	defer stop()
	return guarded(ctx, func() (tool.Finding, error) { return c.Check(ctx, call) })
}

// guarded calls what others have written: a panic is an error, and who does not end when
// told to is left alone.
func guarded[T any](ctx context.Context, f func() (T, error)) (T, error) {
	type answer struct {
		value T
		err   error
	}
	done := make(chan answer, 1)
	go func() {
		var a answer
		defer func() {
			if p := recover(); p != nil {
				a.err = fmt.Errorf("the tool panicked: %v", p)
			}
			done <- a
		}()
		a.value, a.err = f()
	}()
	select {
	case a := <-done:
		return a.value, a.err
	case <-ctx.Done():
	}
	patience := stopWithin
	if errors.Is(context.Cause(ctx), errClosing) {
		patience = closeWithin
	}
	select {
	case a := <-done:
		return a.value, a.err
	case <-time.After(patience):
		var none T
		return none, fmt.Errorf("%w, and it has not ended within %s", context.Cause(ctx), patience)
	}
}
