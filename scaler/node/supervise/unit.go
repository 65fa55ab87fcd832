package supervise

import (
	"fmt"
	"time"

	"headroom/scaler/node/isolate"
	"headroom/scaler/node/wire"
	"headroom/scaler/node/worker"
)

// phase is where a worker stands between two processes.
type phase int

const (
	idle     phase = iota // nothing runs; it starts when due
	running               // its process runs, and shall
	draining              // its process runs, gets no new work, and SIGTERM is due
	ending                // SIGTERM was sent, and SIGKILL is due
	clearing              // its process has ended, and what that left behind is killed
	gone                  // it has ended for good, and is forgotten when due
)

// How long things take that no specification tells.
const (
	remembered    = time.Minute // a worker that has ended for good
	again         = time.Second // until a failed clean-up is tried again
	defaultStop   = 10 * time.Second
	defaultStart  = time.Minute
	clearInterval = 10 * time.Millisecond // until the next look at what is to be killed …
	clearLongest  = time.Second           // … doubled up to this: some cannot be, for days
)

// unit is a worker, with or without a process.
type unit struct {
	id   string
	want *wire.Worker  // nil: it shall not run
	spec *wire.Service // by which it shall run; nil: its service is not declared
	hash string        // of all that its process shall be made of

	now     wire.Worker   // as which the process was started; before, as want
	by      *wire.Service // by which it was, never nil
	nowHash string        // empty: nobody knows

	phase phase
	due   time.Time // of the phase's next step; zero: none
	state wire.State
	since time.Time
	ready time.Time // zero: it does not serve

	leaf      isolate.Leaf
	cgroup    uint64
	proc      *process
	reason    string
	portTaken bool // its last start failed for that
	restarts  int
	started   bool // it ran before: the next start is a restart
	tries     int  // starts in vain, for the back-off
	kills     int  // of what its process left behind
	restart   bool // somebody asked
}

func (u *unit) enter(p phase, due time.Time) { u.phase, u.due, u.kills = p, due, 0 }

// killed counts that what a process left behind was killed once more, and tells when to
// look whether it has ended.
func (u *unit) killed(now time.Time) {
	u.due = now.Add(min(clearInterval<<min(u.kills, 10), clearLongest))
	u.kills++
}

func (u *unit) become(state wire.State, now time.Time) {
	if u.state == state {
		return
	}
	u.state, u.since = state, now
	switch {
	case state == wire.Ready && u.ready.IsZero():
		u.ready = now
	case !state.Serving():
		u.ready = time.Time{}
	}
}

// running is the unit as others see it.
func (u *unit) running() worker.Running {
	w := worker.Running{
		Worker: u.now, Spec: u.by, State: u.state, Since: u.since, Ready: u.ready,
		Leaf: u.leaf.Dir, Group: u.leaf.Group, CgroupID: u.cgroup, Restarts: u.restarts, Reason: u.reason,
		PortTaken: u.portTaken && u.state == wire.Backoff,
	}
	if u.proc != nil {
		w.PID = u.proc.pid
		if u.state == wire.Unhealthy || w.Reason == "" && u.state == wire.Starting {
			w.Reason = u.proc.wrong
		}
	}
	return w
}

// changed tells whether its process is not what it shall be.
func (u *unit) changed() bool { return u.spec != nil && u.want != nil && u.hash != u.nowHash }

// fault tells why a worker cannot be started as it is wanted; empty: it can.
func (u *unit) fault() string {
	switch {
	case u.id == "":
		return "it has no id"
	case u.spec == nil:
		return fmt.Sprintf("service %s is not declared", u.want.Service)
	case len(u.spec.Command) == 0:
		return fmt.Sprintf("service %s has no command", u.want.Service)
	case u.want.Port < 0 || u.want.Port > 65535:
		return fmt.Sprintf("%d is not a port", u.want.Port)
	}
	return ""
}

// failed counts a start in vain: the worker has ended, or could not be started.
func (u *unit) failed(reason string, alive time.Duration) {
	const settled = time.Minute // alive this long, its next end is a new one
	if alive >= settled {
		u.tries = 0
	}
	u.reason = reason
	u.tries++
}

// wait is how long to wait before the next start: 0, 0, 1, 2, 4 … 30 s, by how many
// were in vain.
func (u *unit) wait() time.Duration {
	const most = 30 * time.Second
	if u.tries < 2 {
		return 0
	}
	return min(time.Second<<min(u.tries-2, 10), most)
}
