package press

import (
	"context"
	"errors"
	"strings"
	"sync"

	"headroom/storage/state"
)

// atOnce bounds the attempts that run beside each other; the others wait for a place.
const atOnce = 16

// couriers are the attempts that run. Each way has one at a time, which nobody waits
// for: one that does not answer keeps no other from its report, and is given no second
// one meanwhile.
type couriers struct {
	mu   sync.Mutex
	out  map[string]bool                    // the ways that have an attempt running
	owed map[delivered]state.ReportDelivery // results that could not be written down yet
	all  sync.WaitGroup
}

// delivered names a delivery.
type delivered struct {
	month string
	n     int
}

// deliver begins the attempts that are due.
func (p *Press) deliver(ctx context.Context) error {
	c := &p.couriers
	c.mu.Lock() // also while reading: what ends meanwhile must not look due still
	defer c.mu.Unlock()
	if err := p.payOwed(ctx); err != nil {
		return err // what cannot be written down must not be sent again and again
	}
	due, err := p.Store.DueDeliveries(ctx, p.Now())
	for _, d := range due {
		if !c.take(d.Way) {
			p.heldBack(d.Way)
			continue
		}
		c.all.Go(func() {
			p.attempt(ctx, d)
			c.back(d.Way)
			p.kick()
		})
	}
	return err
}

// take says whether a way may have an attempt now, which is counted as running then.
func (c *couriers) take(way string) bool {
	if c.out[way] || len(c.out) >= atOnce {
		return false
	}
	if c.out == nil {
		c.out = map[string]bool{}
	}
	c.out[way] = true
	return true
}

func (c *couriers) back(way string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.out, way)
}

// heldBack counts an attempt that has to wait for a place.
func (p *Press) heldBack(way string) {
	if p.couriers.out[way] {
		return // for the one before it
	}
	kind, _, _ := strings.Cut(way, " ")
	p.metrics.deliveries.WithLabelValues(kind, "held").Inc()
}

// note writes down how a delivery stands. If that fails it is remembered, so that what
// has arrived is not sent again as long as the server runs.
func (p *Press) note(ctx context.Context, d state.ReportDelivery) {
	c := &p.couriers
	err := p.Store.KeepDelivery(ctx, d)
	if err == nil {
		return
	}
	p.Logger.Error("how a report was delivered cannot be written down; trying again", "month", d.Month, "way", d.Way, "state", d.State, "err", err)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.owed == nil {
		c.owed = map[delivered]state.ReportDelivery{}
	}
	c.owed[delivered{d.Month, d.N}] = d
}

// payOwed writes down what could not be written before.
func (p *Press) payOwed(ctx context.Context) error {
	var errs []error
	for id, d := range p.couriers.owed {
		err := p.Store.KeepDelivery(ctx, d)
		if err == nil {
			delete(p.couriers.owed, id)
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}
