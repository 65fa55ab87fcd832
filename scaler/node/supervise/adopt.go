package supervise

import (
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
	"time"

	"headroom/scaler/node/isolate"
	"headroom/scaler/node/wire"
)

// adopt finds the workers that run: by the kernel's groups, with what was written down
// about them.
func (s *Supervisor) adopt(now time.Time) error {
	all, err := s.store.load()
	if err != nil { // the workers run all the same
		s.o.Logger.Error("The state of the workers cannot be read; they will be restarted one after another.", "err", err)
	}
	leaves, err := s.o.Groups.Leaves()
	if err != nil {
		return err
	}
	for _, leaf := range leaves {
		r, known := all.Workers[leaf.Worker]
		if known && r.Service == leaf.Service {
			s.adoptLeaf(leaf, &r, all.Services[leaf.Service], now)
			delete(all.Workers, leaf.Worker)
		} else {
			s.adoptLeaf(leaf, nil, nil, now)
		}
	}
	for id, r := range all.Workers {
		s.before[id] = r
	}
	services, err := s.o.Groups.Services()
	for _, id := range services {
		s.services[id] = &service{}
	}
	return err
}

func (s *Supervisor) adoptLeaf(leaf isolate.Leaf, r *record, by *wire.Service, now time.Time) {
	u := &unit{
		id: leaf.Worker, leaf: leaf, cgroup: leaf.CgroupID(), started: true, by: by,
		now: wire.Worker{ID: leaf.Worker, Service: leaf.Service}, state: wire.Ready, since: now, ready: now,
	}
	if r != nil {
		u.now, u.restarts = r.Worker, r.Restarts
	}
	if by == nil {
		u.by = &wire.Service{Module: leaf.Service}
	}
	if _, twice := s.units[u.id]; twice { // in another service: nobody wants both
		u.id += " of " + leaf.Service
	}
	s.units[u.id] = u
	pids, err := leaf.Pids()
	if u.proc = first(leaf, pids, r, now); u.proc == nil {
		u.become(wire.Backoff, now)
		u.enter(clearing, now)
		return
	}
	u.enter(running, time.Time{})
	if r != nil {
		u.nowHash = r.Hash
		if !r.Ready {
			u.become(wire.Starting, now)
			u.due = now.Add(startup(u.by))
		}
	}
	u.proc.oom = leaf.OOMKills()
	s.o.Logger.Info("A worker is adopted.", "worker", u.id, "service", leaf.Service, "pid", u.proc.pid, "processes", len(pids), "err", err)
}

// first takes hold of the first process of a worker: the one that was written down, or
// else the oldest. It is nil if that has ended, whatever it left behind.
func first(leaf isolate.Leaf, pids []int, r *record, now time.Time) *process {
	pid := 0
	if r != nil && r.PID > 0 {
		if slices.Contains(pids, r.PID) {
			pid = r.PID
		}
	} else {
		pid = oldest(pids)
	}
	if pid == 0 {
		return nil
	}
	fd := leaf.Hold(pid)
	if fd < 0 {
		return nil
	}
	p, err := hold(pid, fd, now)
	if err != nil {
		return nil
	}
	return p
}

func oldest(pids []int) (pid int) {
	least := uint64(math.MaxUint64)
	for _, p := range pids {
		text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p)) // empty: it has ended
		if fields := statFields(text); len(fields) > 19 {
			if start, err := strconv.ParseUint(fields[19], 10, 64); err == nil && start < least {
				pid, least = p, start
			}
		}
	}
	return pid
}
