package supervise

import (
	"fmt"
	"strings"
	"syscall"
	"time"

	"headroom/scaler/node/wire"
)

// turn does the next step of every worker that has one, and tells when it wants to be
// called again at the latest.
func (s *Supervisor) turn(now time.Time) (due time.Time) {
	s.take(now)
	s.take(now)
	due = now.Add(time.Hour)
	if s.applied {
		var starts []*unit
		rolling := s.roll()
		for _, u := range s.sorted() {
			s.step(u, rolling, now)
			if u.phase == idle && u.want != nil && u.state != wire.Refused && !now.Before(u.due) {
				starts = append(starts, u)
			}
		}
		if s.start(starts, now) {
			due = now // there are more
		}
		due = earlier(due, s.groups(now))
		for _, u := range s.units {
			if u.state != wire.Refused {
				due = earlier(due, u.due)
			}
		}
	}
	s.persist(now)
	s.publish()
	return earlier(due, s.store.retry)
}

func earlier(a, b time.Time) time.Time {
	if b.IsZero() || a.Before(b) {
		return a
	}
	return b
}

// step does what is due for a worker, but for its start.
func (s *Supervisor) step(u *unit, rolling rolling, now time.Time) {
	late := !u.due.IsZero() && !now.Before(u.due)
	switch u.phase {
	case idle:
		s.idle(u, late, now)
	case running:
		s.running(u, rolling, late, now)
	case draining:
		switch {
		case u.want != nil && !u.restart && !u.changed(): // it is wanted again
			u.reason = ""
			u.enter(running, time.Time{})
			u.become(wire.Ready, now)
			s.watch(u)
		case late:
			s.end(u, now)
		}
	case ending:
		if late {
			s.o.Logger.Warn("A worker did not stop in time and is killed.", "worker", u.id)
			s.kill(u)
			u.due = now.Add(again)
		}
	case clearing:
		s.clear(u, late, now)
	case gone:
		if u.want != nil {
			u.enter(idle, now)
		} else if late {
			delete(s.units, u.id)
		}
	}
}

// idle looks whether a worker without a process may start, or has gone for good.
func (s *Supervisor) idle(u *unit, late bool, now time.Time) {
	if u.want == nil {
		if err := u.leaf.Delete(); err != nil {
			s.o.Logger.Warn("The control group of a worker cannot be removed.", "worker", u.id, "err", err)
			u.due = now.Add(again)
			return
		}
		u.become(wire.Stopped, now)
		u.enter(gone, now.Add(remembered))
		return
	}
	u.now = *u.want
	if u.spec != nil {
		u.by = u.spec
	}
	if fault := u.fault(); fault != "" {
		u.reason = fault
		u.become(wire.Refused, now)
		u.due = time.Time{}
		return
	}
	if u.state == wire.Refused {
		u.reason = ""
		u.become(wire.Starting, now)
		u.due = now
	}
}

// running looks whether a worker that runs still shall, and as it does.
func (s *Supervisor) running(u *unit, rolling rolling, late bool, now time.Time) {
	switch {
	case u.want == nil:
		s.drain(u, "it shall not run any more", now)
	case u.restart:
		s.drain(u, "a restart was asked for", now)
	case u.changed() && rolling.may(u):
		s.drain(u, "its specification has changed", now)
	case u.state == wire.Starting && late:
		reason := fmt.Sprintf("it did not serve within %s", startup(u.by))
		if u.proc.wrong != "" {
			reason += ": " + u.proc.wrong
		}
		s.stop(u, reason, now)
	}
}

func startup(service *wire.Service) time.Duration {
	if service.Startup <= 0 {
		return defaultStart
	}
	return time.Duration(service.Startup)
}

// drain takes a worker out of the rotation. One that does not serve has nothing to
// finish.
func (s *Supervisor) drain(u *unit, reason string, now time.Time) {
	s.o.Logger.Info("A worker is drained.", "worker", u.id, "service", u.now.Service, "reason", reason)
	serves := u.state == wire.Ready
	u.reason = reason
	u.become(wire.Draining, now)
	u.proc.unwatch()
	if serves && u.by.Drain > 0 {
		u.enter(draining, now.Add(time.Duration(u.by.Drain)))
		return
	}
	s.end(u, now)
}

// stop ends a worker that is of no use as it is. It counts as one that ended by itself.
func (s *Supervisor) stop(u *unit, reason string, now time.Time) {
	s.o.Logger.Warn("A worker is restarted.", "worker", u.id, "service", u.now.Service, "reason", reason)
	u.failed(reason, now.Sub(u.proc.started))
	u.proc.vain = true
	u.become(wire.Draining, now)
	s.end(u, now)
}

func (s *Supervisor) end(u *unit, now time.Time) {
	u.proc.unwatch()
	u.proc.signal(syscall.SIGTERM)
	limit := time.Duration(u.by.Stop)
	if limit <= 0 {
		limit = defaultStop
	}
	u.enter(ending, now.Add(limit))
}

// kill kills all that is in a worker's leaf, and its first process wherever that is.
func (s *Supervisor) kill(u *unit) {
	if u.proc != nil {
		u.proc.signal(syscall.SIGKILL)
	}
	if err := u.leaf.Kill(); err != nil {
		s.o.Logger.Error("A worker cannot be killed.", "worker", u.id, "err", err)
	}
}

// hasEnded takes note that the process of a worker has ended.
func (s *Supervisor) hasEnded(u *unit, p *process, how string, now time.Time) {
	if u.proc != p {
		return
	}
	alive := now.Sub(p.started)
	if !strings.HasPrefix(how, exited) && u.leaf.OOMKills() > p.oom {
		how += fmt.Sprintf(", and its service is out of memory (%d bytes)", u.by.Limits.Memory)
	}
	s.o.Logger.Info("A worker has ended.", "worker", u.id, "service", u.now.Service, "pid", p.pid, "how", how, "alive", alive)
	if u.phase == running {
		u.failed(how, alive)
		p.vain = true
		u.become(wire.Backoff, now)
	}
	if !p.vain {
		u.tries = 0
	}
	p.release()
	u.proc, u.nowHash, u.restart = nil, "", false
	u.enter(clearing, now)
	s.clear(u, true, now)
}

// clear kills what a process has left behind, until nothing is left.
func (s *Supervisor) clear(u *unit, late bool, now time.Time) {
	if !late {
		return
	}
	pids, err := u.leaf.Pids()
	if err == nil && len(pids) == 0 {
		u.enter(idle, now.Add(u.wait()))
		return
	}
	s.kill(u)
	u.killed(now)
}
