package pool

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"headroom/scaler/policy"
)

// Errors of what people order.
var (
	ErrUnknownNode   = errors.New("no such node")
	ErrUnknownWorker = errors.New("no such worker")
	ErrBadOrder      = errors.New("bad order")
)

const maxWhy = 1000 // bytes of a person's reason

// ordered makes a person's order. Who may be empty on a server without users.
func (p *Pool) ordered(who, why string) (Order, error) {
	if len(why) > maxWhy || !utf8.ValidString(why) {
		return Order{}, fmt.Errorf("%w: want a reason of at most %d bytes of UTF-8, got %d", ErrBadOrder, maxWhy, len(why))
	}
	return Order{Who: who, Why: strings.TrimSpace(why), At: p.now().Round(0)}, nil
}

// Cordon keeps new workers from a node.
func (p *Pool) Cordon(ctx context.Context, name, who, why string) error {
	return p.orderNode(ctx, name, who, why, func(r *nodeRecord, o *Order) { r.Cordon = o })
}

// Drain has the workers of a node replaced elsewhere, each stopped once the other one
// serves, and keeps new ones from it.
func (p *Pool) Drain(ctx context.Context, name, who, why string) error {
	return p.orderNode(ctx, name, who, why, func(r *nodeRecord, o *Order) { r.Drain = o })
}

// Uncordon takes Cordon and Drain back.
func (p *Pool) Uncordon(ctx context.Context, name, who, why string) error {
	return p.orderNode(ctx, name, who, why, func(r *nodeRecord, _ *Order) { r.Cordon, r.Drain = nil, nil })
}

func (p *Pool) orderNode(ctx context.Context, name, who, why string, set func(*nodeRecord, *Order)) error {
	return p.carryOut(ctx, who, why, func(o Order) (change, error) {
		n := p.nodes[name]
		if n == nil {
			return change{}, fmt.Errorf("%w: %q", ErrUnknownNode, name)
		}
		rec := n.rec
		set(&rec, &o)
		return change{nodes: []nodeRecord{rec}}, nil
	})
}

// carryOut keeps what a person's order changes; p.mu is held while it is found out.
func (p *Pool) carryOut(ctx context.Context, who, why string, find func(Order) (change, error)) error {
	o, err := p.ordered(who, why)
	if err != nil {
		return err
	}
	p.writing.Lock()
	defer p.writing.Unlock()
	p.mu.Lock()
	c, err := find(o)
	p.mu.Unlock()
	if err != nil {
		return err
	}
	return p.save(ctx, &c)
}

// Forget removes a node that is lost, with its workers, as if it had never been.
func (p *Pool) Forget(ctx context.Context, name string) error {
	p.writing.Lock()
	defer p.writing.Unlock()
	c, err := p.forget(name)
	if err != nil {
		return err
	}
	return p.save(ctx, &c)
}

func (p *Pool) forget(name string) (c change, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := p.nodes[name]
	if n == nil {
		return c, fmt.Errorf("%w: %q", ErrUnknownNode, name)
	}
	if n.state() != Lost {
		return c, fmt.Errorf("%w: node %q is %s; only one that is lost can be forgotten", ErrBadOrder, name, n.state())
	}
	c.goneNodes = []string{name}
	for _, w := range n.workers {
		c.goneWorkers = append(c.goneWorkers, w.rec.ID)
	}
	return c, nil
}

// SetMode says what is done with the decisions about a service from now on; an empty
// mode: as configured.
func (p *Pool) SetMode(ctx context.Context, module string, mode Mode, who, why string) error {
	if mode != "" && mode != Recommend && mode != Apply {
		return fmt.Errorf("%w: want mode recommend, apply or none, got %q", ErrBadOrder, mode)
	}
	return p.orderService(ctx, module, who, why, func(r *serviceRecord, o Order) {
		if r.Mode = nil; mode != "" {
			r.Mode = &ModeOrder{mode, o}
		}
	})
}

// Hold keeps the number of a service's workers until a time, or for ever if it is
// zero. Lost workers are replaced.
func (p *Pool) Hold(ctx context.Context, module string, until time.Time, who, why string) error {
	if now := p.now(); !until.IsZero() && !until.After(now) {
		return fmt.Errorf("%w: want a time to come until which it is held, got %s; now is %s", ErrBadOrder, until.Format(time.RFC3339), now.Format(time.RFC3339))
	}
	return p.orderService(ctx, module, who, why, func(r *serviceRecord, o Order) { r.Hold = &HoldOrder{until, o} })
}

// Release takes a hold back.
func (p *Pool) Release(ctx context.Context, module, who, why string) error {
	return p.orderService(ctx, module, who, why, func(r *serviceRecord, _ Order) { r.Hold = nil })
}

// SetManual asks for a number of workers instead of the policy's; 0 takes that back.
func (p *Pool) SetManual(ctx context.Context, module string, workers int, who, why string) error {
	if workers < 0 || workers > policy.MaxWorkers {
		return fmt.Errorf("%w: want 0 to %d workers, got %d", ErrBadOrder, policy.MaxWorkers, workers)
	}
	return p.orderService(ctx, module, who, why, func(r *serviceRecord, o Order) {
		if r.Manual = nil; workers > 0 {
			r.Manual = &ManualOrder{workers, o}
		}
	})
}

func (p *Pool) orderService(ctx context.Context, module, who, why string, set func(*serviceRecord, Order)) error {
	return p.carryOut(ctx, who, why, func(o Order) (change, error) {
		s := p.services[module]
		if s == nil {
			return change{}, fmt.Errorf("%w: %q", ErrUnknownService, module)
		}
		rec := s.rec
		set(&rec, o)
		return change{services: []serviceRecord{rec}}, nil
	})
}

// Retire stops all workers of a service that is no longer configured. It is forgotten
// when they are gone.
func (p *Pool) Retire(ctx context.Context, module, who, why string) error {
	return p.carryOut(ctx, who, why, func(o Order) (change, error) { return p.retire(module, o) })
}

// retire says what goes with a service. p.mu must be held.
func (p *Pool) retire(module string, o Order) (c change, err error) {
	s := p.services[module]
	if s == nil {
		return c, fmt.Errorf("%w: %q", ErrUnknownService, module)
	}
	if s.current {
		return c, fmt.Errorf("%w: service %q is configured; take it out of the configuration first", ErrBadOrder, module)
	}
	rec := s.rec
	rec.Retiring, rec.Desired = &o, 0
	c.services = []serviceRecord{rec}
	for _, w := range s.sorted() {
		if w.wanted() {
			c.stop(w, o.At, o.by("its service was retired"))
		}
	}
	return c, nil
}

// Restart has a node restart a worker that runs there.
func (p *Pool) Restart(ctx context.Context, worker string) error {
	p.writing.Lock()
	defer p.writing.Unlock()
	p.mu.Lock()
	w := p.workers[worker]
	if w == nil || !w.wanted() {
		p.mu.Unlock()
		return fmt.Errorf("%w: %q", ErrUnknownWorker, worker)
	}
	rec := w.rec
	p.mu.Unlock()
	rec.Restart++
	rec.Asked = p.now().Round(0)
	return p.save(ctx, &change{workers: []workerRecord{rec}})
}
