package ingest

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

const (
	waitingPerSlot = 8                // requests that may wait, for each that runs
	patience       = 10 * time.Second // how long one waits
	// Bodies are read before their turn, so that a slow sender holds no slot.
	// All that are being read may fill this many times the size of the largest.
	bodiesInFlight = 4
)

var errBusy = errors.New("too many requests under way, try again later")

// gate lets a limited number of requests run at a time; a limited number waits
// for a limited time.
type gate struct {
	slots   chan struct{}
	waiting atomic.Int64
	gauge   prometheus.Gauge
}

func newGate(slots int, waiting prometheus.Gauge) *gate {
	return &gate{slots: make(chan struct{}, max(slots, 1)), gauge: waiting}
}

// enter returns once the request may run, or errBusy. Every success must be
// followed by leave.
func (g *gate) enter(ctx context.Context) error {
	select {
	case g.slots <- struct{}{}:
		return nil
	default:
	}
	defer func() { g.gauge.Set(float64(g.waiting.Add(-1))) }()
	n := g.waiting.Add(1)
	g.gauge.Set(float64(n))
	if n > int64(cap(g.slots)*waitingPerSlot) {
		return errBusy
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	select {
	case g.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return errBusy
	}
}

func (g *gate) leave() { <-g.slots }

// budget is an amount of memory, in bytes, that requests share.
type budget struct {
	size int64
	used atomic.Int64
}

func newBudget(size int64) *budget { return &budget{size: size} }

// take reserves n bytes or returns errBusy.
func (b *budget) take(n int64) error {
	if b.used.Add(n) > b.size {
		b.used.Add(-n)
		return errBusy
	}
	return nil
}

func (b *budget) give(n int64) { b.used.Add(-n) }
