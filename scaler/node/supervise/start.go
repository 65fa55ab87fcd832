package supervise

import (
	"errors"
	"os"
	"time"

	"headroom/scaler/node/shim"
	"headroom/scaler/node/wire"
)

// So many workers are started in one turn; between turns the loop sees what happens.
const batch = 16

// start starts workers: they are born, that is written down, and only then they are
// let go. So a daemon that is killed in between leaves nothing that it knows nothing
// of. It tells whether there are more than it has started.
func (s *Supervisor) start(units []*unit, now time.Time) (more bool) {
	if len(units) > batch {
		units, more = units[:batch], true
	}
	limited := map[string]error{}
	var born []*unit
	var shims []*shim.Shim
	for _, u := range units {
		sh, err := s.bear(u, limited, now)
		if err != nil {
			s.o.Logger.Warn("A worker cannot be started.", "worker", u.id, "service", u.want.Service, "err", err)
			u.failed(err.Error(), 0)
			u.become(wire.Backoff, now)
			u.due = now.Add(u.wait())
			continue
		}
		born, shims = append(born, u), append(shims, sh)
	}
	if len(born) == 0 {
		return more
	}
	s.persist(now)
	for i, u := range born {
		spec := specOf(s.o.Node, u.now, u.by)
		spec.Join = u.leaf.Join
		if err := shims[i].Go(spec); err != nil { // it ends, and is seen to
			s.o.Logger.Warn("A worker did not take its specification.", "worker", u.id, "err", err)
		}
		s.o.Logger.Info("A worker is started.", "worker", u.id, "service", u.now.Service, "pid", u.proc.pid, "port", u.now.Port)
		s.follow(u, shims[i])
	}
	return more
}

// bear makes the process of a worker, which waits, and its groups.
func (s *Supervisor) bear(u *unit, limited map[string]error, now time.Time) (*shim.Shim, error) {
	if err := portFree(u.want.Port); err != nil {
		return nil, err
	}
	id := u.want.Service
	if _, done := limited[id]; !done {
		limited[id] = s.limit(id, u.spec.Limits)
	}
	if err := limited[id]; err != nil {
		return nil, err
	}
	leaf, err := s.o.Groups.Leaf(id, u.id)
	if err != nil {
		return nil, err
	}
	if err := u.moved(leaf); err != nil {
		return nil, err
	}
	sh, err := s.fork(u)
	if err != nil {
		return nil, err
	}
	p, err := hold(sh.PID, sh.PIDFD, now)
	if err != nil {
		return nil, err
	}
	p.oom = leaf.OOMKills()
	if u.started {
		u.restarts++
	}
	u.proc, u.nowHash, u.started = p, u.hash, true
	u.enter(running, now.Add(startup(u.by)))
	u.become(wire.Starting, now)
	return sh, nil
}

func (s *Supervisor) fork(u *unit) (*shim.Shim, error) {
	output, err := s.outputs.open(u.want.Service, u.id)
	if err != nil { // a full disk keeps no worker from its work
		s.o.Logger.Warn("A worker's output is lost.", "worker", u.id, "err", err)
		var null error
		if output, null = os.OpenFile(os.DevNull, os.O_WRONLY, 0); null != nil {
			return nil, errors.Join(err, null)
		}
	}
	defer output.Close()
	return shim.Start(output)
}

// follow sees what becomes of a process: one that was started just now, or, without a
// shim, one that was adopted.
func (s *Supervisor) follow(u *unit, sh *shim.Shim) {
	p := u.proc
	s.tasks.Go(func() {
		var wrong error
		if sh != nil {
			wrong = sh.Wait()
		}
		if wrong == nil {
			s.tell(func(time.Time) {
				if u.proc == p && u.phase == running {
					s.watch(u)
				}
			})
		}
		how, ended := p.wait()
		if !ended {
			return
		}
		if wrong != nil {
			how = wrong.Error()
		}
		s.tell(func(now time.Time) { s.hasEnded(u, p, how, now) })
	})
}
