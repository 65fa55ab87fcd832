package pool

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"headroom/scaler/node/wire"
)

// Target is a worker as a load balancer sees it.
type Target struct {
	Address string     `json:"address"` // with its port
	Worker  string     `json:"worker"`
	Node    string     `json:"node"`
	Proxy   string     `json:"proxy,omitempty"`
	Weight  int        `json:"weight"` // share of the work that it shall get, 0 … 100 percent
	State   wire.State `json:"state"`
	Agent   string     `json:"agent,omitempty"` // where HAProxy's agent checks about it are answered
}

// Targets are those workers of a service that serve or did so when their node was
// heard of last. A worker that is being stopped has the weight 0 until it is gone.
type Targets struct {
	Version string // changes with anything below
	List    []Target
}

// ErrUnknownProxy means that a service has no proxy of the name that was asked for.
var ErrUnknownProxy = errors.New("no such proxy")

// Targets returns the targets of a service behind a proxy; an empty proxy: all. If
// they are those of version have, it waits for a change, at most for so long.
func (p *Pool) Targets(ctx context.Context, module, proxy, have string, wait time.Duration) (Targets, error) {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	for {
		t, wake, err := p.targetsNow(module, proxy)
		if err != nil || t.Version != have || wait <= 0 {
			return t, err
		}
		select {
		case <-wake:
		case <-timer.C:
			return t, nil
		case <-ctx.Done():
			return t, ctx.Err()
		case <-p.closed:
			return t, ErrClosed
		}
	}
}

func (p *Pool) targetsNow(module, proxy string) (t Targets, wake <-chan struct{}, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.services[module]
	if s == nil {
		return t, nil, fmt.Errorf("%w: %q", ErrUnknownService, module)
	}
	if !s.behind(proxy) {
		return t, nil, fmt.Errorf("%w: %q is none of the proxies of service %q, which are %q", ErrUnknownProxy, proxy, module, s.conf.Proxies)
	}
	t.List = []Target{}
	for _, w := range s.workers {
		if w.target() && (proxy == "" || w.rec.Proxy == proxy) {
			t.List = append(t.List, Target{w.address(), w.rec.ID, w.rec.Node, w.rec.Proxy, w.weight(), w.state(), w.agent()})
		}
	}
	slices.SortFunc(t.List, func(a, b Target) int { return strings.Compare(a.Worker, b.Worker) })
	t.List = distinct(t.List)
	t.Version = versionOf(t.List)
	return t, s.wait(), nil
}

// behind tells whether a service serves behind a proxy, or did and still has workers
// there; of a service that is not known well enough it may.
func (s *service) behind(proxy string) bool {
	if proxy == "" || s.conf == nil || slices.Contains(s.conf.Proxies, proxy) {
		return true
	}
	for _, w := range s.workers {
		if w.rec.Proxy == proxy {
			return true
		}
	}
	return false
}

// distinct leaves out workers at the address of another one. Nodes that tell the same
// address, as 127.0.0.1, bring them there, and proxies refuse the whole list for it.
func distinct(all []Target) []Target {
	seen := make(map[string]bool, len(all))
	return slices.DeleteFunc(all, func(t Target) bool {
		twice := seen[t.Address]
		seen[t.Address] = true
		return twice
	})
}

// target tells whether a load balancer should know the worker. On a lost node it
// should during the grace time: that this server does not hear the node says nothing
// about its clients.
func (w *worker) target() bool {
	return w.rec.Port != 0 && w.known && !w.node.gone() && (w.status.State.Serving() || w.status.State == wire.Draining)
}

func (w *worker) weight() int {
	if !w.wanted() || w.status.State == wire.Draining {
		return 0
	}
	return w.status.Weight
}

// address is where the worker is reached; empty without a port.
func (w *worker) address() string { return w.node.at(w.rec.Port) }

// agent is where agent checks about the worker are answered; empty: nowhere.
func (w *worker) agent() string { return w.node.at(w.node.rec.Resources.Agent) }

// at is a port of the node as others reach it; empty for port 0.
func (n *node) at(port int) string {
	if port == 0 {
		return ""
	}
	return net.JoinHostPort(cmp.Or(n.rec.Resources.Address, n.rec.Name), strconv.Itoa(port))
}
