package supervise

import (
	"slices"
	"time"

	"headroom/scaler/node/isolate"
	"headroom/scaler/node/wire"
	"headroom/scaler/node/worker"
)

// take takes in what was asked for since the last turn.
func (s *Supervisor) take(now time.Time) {
	s.mu.Lock()
	d, restarts := s.desired, s.restarts
	s.desired, s.restarts = nil, nil
	s.mu.Unlock()
	if d != nil {
		s.takeDesired(d, now)
	}
	for _, id := range restarts {
		u := s.units[id]
		switch {
		case u == nil || u.want == nil || u.spec == nil: // it could not start again
		case u.proc != nil:
			u.restart = true
		case u.phase == idle:
			u.tries, u.due = 0, now
		}
	}
}

func (s *Supervisor) takeDesired(d *desired, now time.Time) {
	wanted := map[string]bool{}
	for _, w := range d.workers {
		wanted[w.ID] = true
		s.wish(s.unitOf(w, now), w, d.services[w.Service], now)
	}
	for id, u := range s.units {
		if !wanted[id] {
			u.want = nil
		}
	}
	s.applied, s.before = true, nil
}

// unitOf finds a worker, or makes it.
func (s *Supervisor) unitOf(w wire.Worker, now time.Time) *unit {
	u := s.units[w.ID]
	if u == nil {
		u = &unit{id: w.ID, now: w, by: &wire.Service{Module: w.Service}, due: now, state: wire.Starting, since: now}
		if r, ok := s.before[w.ID]; ok {
			u.restarts, u.started = r.Restarts, true
		}
		s.units[w.ID] = u
	}
	return u
}

// wish takes in how one worker shall be. What needs no new process is done at once.
func (s *Supervisor) wish(u *unit, w wire.Worker, service *wire.Service, now time.Time) {
	u.want, u.spec = &w, service
	if service == nil {
		return
	}
	hash := hashOf(s.o.Node, w, service)
	if hash != u.hash && u.phase == idle && u.tries > 0 { // another may do better
		u.tries, u.due = 0, now
	}
	u.hash = hash
	if u.proc == nil || u.nowHash != hash && u.nowHash != "" {
		return
	}
	before := u.by.Health
	u.by, u.now = service, w // of one that nobody knows how it was started, the best guess
	if u.phase == running && before != service.Health {
		s.watch(u)
	}
}

// service is the group of a service on this node.
type service struct {
	limits  wire.Limits
	limited bool // by limits
	retry   time.Time
}

// limit makes the group of a service, or changes its limits.
func (s *Supervisor) limit(id string, limits wire.Limits) error {
	if s.services[id] == nil {
		s.services[id] = &service{}
	}
	_, err := s.o.Groups.Service(id, limits)
	if err == nil {
		s.services[id].limits, s.services[id].limited = limits, true
	}
	return err
}

// groups changes the limits of services that run, and removes the groups of services
// that have no worker any more. It tells when to try again.
func (s *Supervisor) groups(now time.Time) (due time.Time) {
	used, limits := map[string]bool{}, map[string]wire.Limits{}
	for _, u := range s.units {
		if u.phase != gone {
			used[u.now.Service] = true
		}
		if u.proc != nil && u.spec != nil {
			limits[u.now.Service] = u.spec.Limits
		}
	}
	due = now.Add(time.Hour)
	for id, group := range s.services {
		if now.Before(group.retry) {
			due = earlier(due, group.retry)
			continue
		}
		if err := s.settle(id, group, used[id], limits); err != nil {
			s.o.Logger.Warn("The control group of a service is not as it shall be.", "service", id, "err", err)
			group.retry = now.Add(again)
			due = earlier(due, group.retry)
		}
	}
	return due
}

func (s *Supervisor) settle(id string, group *service, used bool, limits map[string]wire.Limits) error {
	if !used {
		err := s.o.Groups.DeleteService(id)
		if err == nil {
			delete(s.services, id)
		}
		return err
	}
	l, runs := limits[id]
	if !runs || group.limited && group.limits == l {
		return nil
	}
	return s.limit(id, l)
}

// publish shows others how the workers are.
func (s *Supervisor) publish() {
	view := make([]worker.Running, 0, len(s.units))
	for _, u := range s.sorted() {
		view = append(view, u.running())
	}
	s.mu.Lock()
	same := slices.Equal(view, s.view)
	s.view = view
	s.mu.Unlock()
	if !same {
		nudge(s.changed)
	}
}

// moved removes the leaf that a worker had before its service changed.
func (u *unit) moved(to isolate.Leaf) error {
	from := u.leaf
	u.leaf, u.cgroup = to, to.CgroupID()
	if from.Dir == "" || from.Dir == to.Dir {
		return nil
	}
	return from.Delete()
}
