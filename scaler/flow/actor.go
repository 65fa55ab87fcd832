package flow

import (
	"context"
	"runtime/debug"
	"sync"
	"time"

	"headroom/storage/state"
)

// actor owns one open run: whatever happens to the run happens in its goroutine. It
// writes each change to the disk before it acts on it.
type actor struct {
	e     *Engine
	m     *machine
	claim *claim    // nil: a dry run, which locks nothing
	again time.Time // when the gate is to be asked again; zero: it tells by itself
	done  chan struct{}
	fault bool // the program failed in this run; to be read once done is closed

	calls  map[*part]*underway
	change state.FlowChange // what is not on the disk yet, without the run and its steps
	leases int              // that the engine has been told of
	after  []func()         // to be done once the changes are on the disk

	mu      sync.Mutex // protects the fields below
	mail    []func()
	wake    chan struct{}          // has one element if there is mail, or the run is to be looked at
	written map[logName]*logBuffer // by calls under way
	secrets []string               // that its logs are shown without
}

// underway is a call that is being made.
type underway struct {
	stop   context.CancelCauseFunc
	gentle bool // it is let end by itself for a while when the engine ends
	name   logName
	log    *logBuffer
}

type logName struct {
	path    string
	attempt int
}

func newActor(e *Engine, m *machine) *actor {
	a := &actor{e: e, m: m, calls: map[*part]*underway{}, written: map[logName]*logBuffer{}, wake: make(chan struct{}, 1), done: make(chan struct{})}
	m.room = func(*part) bool { return e.slots.take(a) }
	m.free = func(*part) { e.slots.give() }
	if m.run.Dry {
		m.admitted = true
		return a
	}
	a.claim = &claim{run: m.run.ID, module: m.run.Module, nodes: m.run.Nodes, shared: m.run.Document.Lock.Shared, window: m.run.Window}
	a.claim.told = func(v verdict) { a.post(func() { a.heed(v) }) }
	return a
}

// post has something done in the actor's goroutine.
func (a *actor) post(f func()) {
	a.mu.Lock()
	a.mail = append(a.mail, f)
	a.mu.Unlock()
	a.poke()
}

// poke has the actor look at its run.
func (a *actor) poke() {
	select {
	case a.wake <- struct{}{}:
	default:
	}
}

func (a *actor) read() {
	a.mu.Lock()
	mail := a.mail
	a.mail = nil
	a.mu.Unlock()
	for _, f := range mail {
		f()
	}
}

// heed takes what the gate says.
func (a *actor) heed(v verdict) {
	m := a.m
	if m.admitted || m.run.State.Over() {
		return
	}
	a.again = v.again
	if m.admitted = v.admitted; v.admitted {
		m.run.Started = a.e.now()
	}
	m.run.Reason, m.dirty = v.reason, true
}

// Times of an actor.
const (
	logEvery   = 5 * time.Second // logs of calls under way are written
	closeGrace = 4 * time.Second // calls that cannot be found again may take when the engine ends
)

// live brings the run to its end, or to where ctx ends. A fault of the program in one run
// must not end the server, which would meet it again after each start: that run stands
// still, as it is on the disk.
func (a *actor) live(ctx context.Context) {
	defer close(a.done)
	defer a.e.slots.leave(a)
	defer func() {
		if p := recover(); p != nil {
			a.fault = true
			a.stopCalls(errClosing, false)
			a.m.root.each(a.m.give)
			a.e.metrics.faults.Inc()
			a.e.log.Error("a fault of the program: a run stands still until the server starts anew", "run", a.m.run.ID, "fault", p, "stack", string(debug.Stack()))
		}
	}()
	a.run(ctx)
}

func (a *actor) run(ctx context.Context) {
	closing := ctx.Done()
	var grace <-chan time.Time
	for {
		a.read()
		a.m.advance(a.e.now())
		if !a.keep(ctx) {
			a.stopCalls(errClosing, false)
			return
		}
		a.act()
		if a.m.run.State.Over() {
			a.close(ctx)
			return
		}
		if a.m.closing && len(a.calls) == 0 {
			return
		}
		timer := a.timer()
		select {
		case <-closing:
			closing, grace = nil, time.After(closeGrace)
			a.m.closing = true
			a.stopCalls(errClosing, true)
		case <-grace:
			a.stopCalls(errClosing, false)
		case <-a.wake:
		case <-timer.C:
			a.writeLogs()
			if !a.m.admitted && !a.again.IsZero() && !a.e.now().Before(a.again) {
				a.e.gate.poke(a.e.now())
			}
		}
		timer.Stop()
	}
}

// act does what the changes that are on the disk now allow.
func (a *actor) act() {
	for _, f := range a.after {
		f()
	}
	a.after = nil
	if a.m.stopped {
		a.m.stopped = false
		a.stopCalls(errStopped, false)
	}
	for _, p := range a.m.begun {
		a.launch(p)
	}
	a.m.begun = nil
	a.e.slots.unused(a)
	if a.claim != nil && a.m.admitted {
		s := a.m.run.State
		a.e.gate.idle(a.claim, s == Waiting || s == Paused, a.m.now)
	}
}

// timer rings when the run has to be looked at although nothing happens.
func (a *actor) timer() *time.Timer {
	at := a.m.next()
	if !a.m.admitted && !a.again.IsZero() && (at.IsZero() || a.again.Before(at)) {
		at = a.again
	}
	wait := 24 * time.Hour
	if !at.IsZero() {
		wait = max(at.Sub(a.e.now()), time.Millisecond) // a clock that stands still must not cost a core
	}
	if len(a.calls) > 0 {
		wait = min(wait, logEvery)
	}
	return time.NewTimer(wait)
}

// stopCalls tells the calls under way to end; gently leaves those alone that are let
// end by themselves.
func (a *actor) stopCalls(why error, gently bool) {
	for _, c := range a.calls {
		if !gently || !c.gentle {
			c.stop(why)
		}
	}
}
