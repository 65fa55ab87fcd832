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
	for _, u := range units {
		if err := s.bear(u, limited, now); err != nil {
			s.o.Logger.Warn("A worker cannot be started.", "worker", u.id, "service", u.want.Service, "err", err)
			u.failed(err.Error(), 0)
			u.portTaken = errors.Is(err, errPortTaken)
			u.become(wire.Backoff, now)
			u.due = now.Add(u.wait())
			continue
		}
		u.portTaken = false
		born = append(born, u)
	}
	if len(born) == 0 {
		return more
	}
	s.persist(now)
	for _, u := range born {
		spec := specOf(s.o.Node, u.now, u.by)
		spec.Join = u.leaf.Join
		if err := u.proc.shim.Go(spec); err != nil { // it ends, and is seen to
			s.o.Logger.Warn("A worker did not take its specification.", "worker", u.id, "err", err)
		}
		s.o.Logger.Info("A worker is started.", "worker", u.id, "service", u.now.Service, "pid", u.proc.pid, "port", u.now.Port)
		s.follow(u)
	}
	return more
}

// bear makes the process of a worker, which waits, and its groups.
func (s *Supervisor) bear(u *unit, limited map[string]error, now time.Time) error {
	if err := portFree(u.want.Port); err != nil {
		return err
	}
	id := u.want.Service
	if _, done := limited[id]; !done {
		limited[id] = s.limit(id, u.spec.Limits)
	}
	if err := limited[id]; err != nil {
		return err
	}
	leaf, err := s.o.Groups.Leaf(id, u.id)
	if err != nil {
		return err
	}
	if err := u.moved(leaf); err != nil {
		return err
	}
	sh, err := s.fork(u)
	if err != nil {
		return err
	}
	p, err := hold(sh.PID, sh.PIDFD, now)
	if err != nil {
		sh.Abandon()
		return err
	}
	p.shim, p.oom = sh, leaf.OOMKills()
	if u.started {
		u.restarts++
	}
	u.proc, u.nowHash, u.started = p, u.hash, true
	u.enter(running, now.Add(startup(u.by)))
	u.become(wire.Starting, now)
	return nil
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

// follow sees what becomes of a process that was started just now or adopted.
func (s *Supervisor) follow(u *unit) {
	p := u.proc
	s.tasks.Go(func() {
		var wrong error
		if p.shim != nil {
			wrong = p.shim.Wait()
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
