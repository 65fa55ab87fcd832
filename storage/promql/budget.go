package promql

import (
	"fmt"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"headroom/storage"
)

// budget bounds the samples that all running queries hold together: each may be
// within its own limit while all of them are more than the machine has.
type budget struct {
	limit int64
	held  atomic.Int64
}

func newBudget(limit int, reg prometheus.Registerer) *budget {
	b := &budget{limit: int64(limit)}
	promauto.With(reg).NewGaugeFunc(prometheus.GaugeOpts{
		Name: "headroom_query_samples_held",
		Help: "Samples in memory that running queries have read.",
	}, func() float64 { return float64(b.held.Load()) })
	return b
}

// account is one query's part of the budget. It is used from one goroutine.
type account struct {
	budget *budget
	limit  int // of this query
	held   int
}

// take asks for n samples more.
func (a *account) take(n int) error {
	if a.held+n > a.limit {
		return &storage.LimitError{What: "samples", Limit: a.limit}
	}
	a.held += n
	if a.budget.held.Add(int64(n)) > a.budget.limit {
		return &BusyError{Reason: fmt.Sprintf("running queries hold more than %d samples", a.budget.limit)}
	}
	return nil
}

// close gives all back.
func (a *account) close() {
	a.budget.held.Add(-int64(a.held))
	a.held = 0
}
