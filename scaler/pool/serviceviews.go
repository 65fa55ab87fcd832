package pool

import (
	"fmt"
	"slices"
	"time"

	"headroom/scaler/node/wire"
	"headroom/scaler/policy"
)

// ServiceView is how a service is. Workers are only in the answer about one service.
type ServiceView struct {
	Module     string          `json:"module"`
	Configured bool            `json:"configured"` // false: it is kept as it was
	Mode       Mode            `json:"mode"`
	ModeOrder  *ModeOrder      `json:"mode_order,omitempty"`
	Hold       *HoldOrder      `json:"hold,omitempty"`
	Manual     *ManualOrder    `json:"manual,omitempty"`
	Retiring   *Order          `json:"retiring,omitempty"`
	Desired    int             `json:"desired"` // by the last decision that was carried out
	Wanted     int             `json:"wanted"`  // workers that shall run
	Serving    int             `json:"serving"`
	Starting   int             `json:"starting"`
	Failing    int             `json:"failing"`           // of those that start: that ended or never served, and are started again
	Failure    string          `json:"failure,omitempty"` // why, of one of them
	Unhealthy  int             `json:"unhealthy"`
	Overloaded int             `json:"overloaded"`
	Lost       int             `json:"lost"`
	Stopping   int             `json:"stopping"`
	Nodes      int             `json:"nodes"`
	Proxies    []string        `json:"proxies"`
	Behind     map[string]int  `json:"behind,omitempty"` // workers that shall run, by proxy
	Scheduled  int             `json:"scheduled"`        // minimum by its schedule, now
	Policy     policy.Settings `json:"policy"`
	Spec       *wire.Service   `json:"spec,omitempty"` // its environment without the values
	Workers    []Worker        `json:"workers,omitempty"`
}

// Services returns all services by module.
func (p *Pool) Services() []ServiceView {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	all := make([]ServiceView, 0, len(p.services))
	for _, s := range p.servicesLocked() {
		all = append(all, p.serviceView(s, now))
	}
	return all
}

// Service returns one service with its workers.
func (p *Pool) Service(module string) (ServiceView, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.services[module]
	if s == nil || s.conf == nil {
		return ServiceView{}, fmt.Errorf("%w: %q", ErrUnknownService, module)
	}
	v := p.serviceView(s, p.now())
	spec := s.conf.Spec
	spec.Env = concealed(spec.Env)
	v.Spec = &spec
	for _, w := range s.workers {
		v.Workers = append(v.Workers, p.workerView(w))
	}
	slices.SortFunc(v.Workers, compareWorkers)
	return v, nil
}

// concealed is an environment without its values: passwords are handed to workers that
// way, and who looks at a service need not be who may run it.
func concealed(env map[string]string) map[string]string {
	names := make(map[string]string, len(env))
	for name := range env {
		names[name] = "<secret>"
	}
	return names
}

func (p *Pool) serviceView(s *service, now time.Time) ServiceView {
	v := ServiceView{
		Module: s.rec.Module, Configured: s.current, Mode: s.mode(), ModeOrder: s.rec.Mode, Hold: s.rec.Hold, Manual: s.rec.Manual,
		Retiring: s.rec.Retiring, Desired: s.rec.Desired, Proxies: s.conf.Proxies, Scheduled: s.conf.Scheduled(now), Policy: s.conf.Policy, Behind: map[string]int{},
	}
	for _, proxy := range v.Proxies {
		v.Behind[proxy] = 0
	}
	on := map[*node]bool{}
	for _, w := range s.workers {
		if !w.wanted() {
			v.Stopping++
			continue
		}
		v.Wanted++
		on[w.node] = true
		v.count(w)
	}
	v.Nodes = len(on)
	return v
}

func (v *ServiceView) count(w *worker) {
	if w.rec.Proxy != "" {
		v.Behind[w.rec.Proxy]++
	}
	switch state := w.state(); state {
	case WorkerLost:
		v.Lost++
	case Pending, wire.Starting, wire.Backoff:
		v.Starting++
		if state != Pending && w.status.Restarts > 0 {
			v.Failing++
			if why := w.status.Reason; v.Failure == "" || why != "" && why < v.Failure {
				v.Failure = why
			}
		}
	case wire.Unhealthy:
		v.Unhealthy++
		v.Serving++
	case wire.Ready:
		v.Serving++
	}
	if w.known && overloaded(&w.status) {
		v.Overloaded++
	}
}
