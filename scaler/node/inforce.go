package node

import (
	"log/slog"
	"maps"
	"slices"
	sysync "sync"
	"time"

	"headroom/scaler/node/guard"
	"headroom/scaler/node/wire"
	"headroom/scaler/node/worker"
)

// supervisor runs workers; package supervise has the real one.
type supervisor interface {
	Apply([]wire.Worker, map[string]*wire.Service)
	Workers() []worker.Running
}

// taskRunner does tasks; package task has the real one.
type taskRunner interface {
	Apply(tasks []wire.Task, keep bool)
}

// inForce is the desired state that the node works on, and what its own limits leave
// of it.
type inForce struct {
	supervisor supervisor
	tasks      taskRunner // nil: none
	log        *slog.Logger
	now        func() time.Time

	mu      sysync.Mutex // protects the fields below
	limits  guard.Limits
	desired *wire.Desired          // as it was asked for; nil: nothing is known yet
	refused map[string]wire.Status // by worker
	rules   map[string]guard.Rule  // by which they were
	counts  map[guard.Rule]int64   // refusals so far
	closed  bool                   // the workers are being stopped
}

// take puts a state in force.
func (f *inForce) take(d wire.Desired) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.setLocked(d)
}

// start puts a state in force unless there is one already.
func (f *inForce) start(d wire.Desired) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.desired != nil {
		return false
	}
	f.setLocked(d)
	return true
}

// setLocked puts a state in force. f.mu must be held.
func (f *inForce) setLocked(d wire.Desired) {
	f.desired = &d
	f.admitLocked()
	if f.tasks != nil {
		f.tasks.Apply(d.Tasks, d.KeepTasks)
	}
}

// limit puts other limits in force.
func (f *inForce) limit(l guard.Limits) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.limits = l
	f.admitLocked()
}

// again sees whether there is room by now for workers that were refused.
func (f *inForce) again() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.refused) > 0 {
		f.admitLocked()
	}
}

// version is that of the state in force; empty: there is none.
func (f *inForce) version() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.desired == nil {
		return ""
	}
	return f.desired.Version
}

// refusals are the workers that may not run.
func (f *inForce) refusals() []wire.Status {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Collect(maps.Values(f.refused))
}

// refusedSoFar counts refusals by rule.
func (f *inForce) refusedSoFar(rule guard.Rule) int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.counts[rule]
}

// stopAll has every worker drained and stopped, whatever comes later.
func (f *inForce) stopAll() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
	f.supervisor.Apply(nil, nil)
}

// admitLocked hands on what may run, and notes what may not. f.mu must be held.
func (f *inForce) admitLocked() {
	if f.desired == nil || f.closed {
		return
	}
	allowed, refusals := f.limits.Admit(*f.desired, here(f.supervisor.Workers()))
	before, rules := f.refused, f.rules
	f.refused, f.rules = map[string]wire.Status{}, map[string]guard.Rule{}
	for _, r := range refusals {
		s := wire.Status{
			ID: r.Worker.ID, Service: r.Worker.Service, Port: r.Worker.Port, Proxy: r.Worker.Proxy,
			State: wire.Refused, Since: f.now(), Reason: r.Reason,
		}
		if rules[s.ID] == r.Rule {
			s.Since = before[s.ID].Since
		} else {
			f.counts[r.Rule]++
			f.log.Warn("a worker may not run on this node", "worker", s.ID, "service", s.Service, "rule", r.Rule, "reason", r.Reason)
		}
		f.refused[s.ID], f.rules[s.ID] = s, r.Rule
	}
	f.supervisor.Apply(allowed.Workers, allowed.Services)
}

// here lists the workers that have a process.
func here(running []worker.Running) (all []guard.Here) {
	for _, r := range running {
		if r.PID != 0 {
			all = append(all, guard.Here{ID: r.ID, Service: r.Service})
		}
	}
	return all
}
