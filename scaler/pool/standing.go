package pool

import (
	"time"

	"headroom/scaler/policy"
)

// Standing is what the policy has to know of a service from the pool.
type Standing struct {
	Module    string
	Mode      Mode
	Policy    policy.Settings
	Memory    policy.Memory
	Running   int    // workers that serve
	Current   int    // that shall run by the last decision
	Scheduled int    // minimum by its schedule
	Held      string // why nothing may change; empty: it may
	Manual    int    // that a person asked for; 0: nobody did
}

// Standings returns what the policy has to know of every service that is configured,
// by module.
func (p *Pool) Standings(now time.Time) (all []Standing) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, s := range p.servicesLocked() {
		if !s.current {
			continue
		}
		one := Standing{
			Module: s.rec.Module, Mode: s.mode(), Policy: s.conf.Policy, Memory: p.memories[s.rec.Module],
			Running: s.serving(), Current: s.rec.Desired, Scheduled: s.conf.Scheduled(now), Held: s.held(now),
		}
		if s.mode() != Apply {
			one.Current = s.count()
		}
		if s.rec.Manual != nil {
			one.Manual = s.rec.Manual.Workers
		}
		all = append(all, one)
	}
	return all
}

// serving is how many workers do work, those included that are to stop once another
// one serves.
func (s *service) serving() (n int) {
	for _, w := range s.workers {
		if w.wanted() && w.serves() {
			n++
		}
	}
	return n
}
