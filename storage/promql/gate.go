package promql

import (
	"context"
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

// BusyError tells that a query was turned away because of others.
type BusyError struct {
	Reason string // what is used up
}

// Error says what a user can do.
func (e *BusyError) Error() string { return e.Reason + ": retry later" }

// gate lets a limited number of queries run at once.
type gate struct {
	slots   chan struct{}
	maxWait time.Duration

	waiting prometheus.Gauge
	refused prometheus.Counter
}

func newGate(slots int, maxWait time.Duration, reg prometheus.Registerer) *gate {
	f := promauto.With(reg)
	g := &gate{
		slots:   make(chan struct{}, slots),
		maxWait: maxWait,
		waiting: f.NewGauge(prometheus.GaugeOpts{
			Name: "headroom_query_waiting",
			Help: "Queries that wait for a slot.",
		}),
		refused: f.NewCounter(prometheus.CounterOpts{
			Name: "headroom_query_refused_total",
			Help: "Queries that found no free slot in time.",
		}),
	}
	f.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "headroom_query_running",
		Help: "Queries that hold a slot.",
	}, func() float64 { return float64(len(g.slots)) })
	return g
}

// enter waits for a slot, which leave gives back.
func (g *gate) enter(ctx context.Context) (leave func(), err error) {
	leave = func() { <-g.slots }
	select {
	case g.slots <- struct{}{}:
		return leave, nil
	default:
	}

	g.waiting.Inc()
	defer g.waiting.Dec()
	timer := time.NewTimer(g.maxWait)
	defer timer.Stop()
	select {
	case g.slots <- struct{}{}:
		return leave, nil
	case <-timer.C:
		g.refused.Inc()
		return nil, &BusyError{Reason: fmt.Sprintf("%d queries are running and none ended within %s", cap(g.slots), g.maxWait)}
	case <-ctx.Done():
		return nil, fmt.Errorf("waiting for a query slot: %w", ctx.Err())
	}
}
