// Package press makes the monthly reports: the draft of the running month, from the
// newest snapshot and what the ledger and people's requests say beside it. It publishes
// them, once and for all, and keeps what a published one looks like in each format and
// language, so that another version of the program gives the same bytes. Then it has
// them delivered, as often as it takes for a day; what is to be delivered is written
// down together with the report, so that a kill neither loses nor doubles either.
package press

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"headroom/analytics"
	"headroom/analytics/ledger"
	"headroom/scaler/request"
	"headroom/storage/audit"
	"headroom/storage/state"
	"headroom/ui/report"
)

// Capacity knows the fleet.
type Capacity interface {
	// Snapshot returns the newest snapshot, nil before the first.
	Snapshot() *analytics.Snapshot
	Trend(ctx context.Context, id, model string, coverage float64) (*analytics.Trend, error)
}

// Ledger keeps forecasts beside what came.
type Ledger interface {
	Entries(ctx context.Context, q ledger.Query) ([]ledger.Entry, error)
	// Orders returns the modules' orders of the first day of from … to that has
	// any, Work the largest work of their days first … last, nil until that is
	// known. Days are since 1970-01-01.
	Orders(ctx context.Context, from, to int) ([]ledger.Ordered, error)
	Work(ctx context.Context, first, last int) (map[string]float64, error)
}

// Requests are what people ask for.
type Requests interface {
	Find(ctx context.Context, q request.Query) ([]request.Request, error)
}

// Store keeps published reports, each forever as it was published.
type Store interface {
	// Load returns a month's report (YYYY-MM) as JSON; false if there is none.
	Load(ctx context.Context, month string) ([]byte, bool, error)
	// Publish keeps a report; [state.ErrPublished] if the month has one.
	Publish(ctx context.Context, p state.Publication) error
	List(ctx context.Context) ([]state.PublishedReport, error)
	Files(ctx context.Context, month string) ([]state.ReportFile, error)
	File(ctx context.Context, month, format, language string) (state.ReportFile, bool, error)
	// KeepFile keeps a file that a published report does not have yet.
	KeepFile(ctx context.Context, month string, f state.ReportFile, at time.Time) error

	AddDeliveries(ctx context.Context, month string, ways []string, who string, at time.Time) error
	Deliveries(ctx context.Context, month string) ([]state.ReportDelivery, error)
	DueDeliveries(ctx context.Context, now time.Time) ([]state.ReportDelivery, error)
	KeepDelivery(ctx context.Context, d state.ReportDelivery) error
}

// Checkpoints are what is known again after a restart.
type Checkpoints interface {
	Load(ctx context.Context, name string) ([]byte, bool, error)
	Save(ctx context.Context, name string, value []byte) error
}

// Options wire a [Press].
type Options struct {
	Capacity Capacity
	Ledger   Ledger
	Requests Requests // nil: nothing can be asked for
	Store    Store
	TypeOf   func(id string) string // of a module's devices, empty if unknown; may be nil
	Location *time.Location
	Now      func() time.Time
	Logger   *slog.Logger

	Checkpoints Checkpoints // may be nil if nothing is published by schedule
	Audit       audit.Log   // nil: nothing is recorded
	Registerer  prometheus.Registerer
}

// Settings are what a configuration says of reports.
type Settings struct {
	Prices    report.Prices
	SiteLabel string   // of devices; empty: none
	Languages []string // that a published report is kept in
	Schedule  Schedule
	Ways      []Way // by which published reports are delivered
}

// Press makes reports. It may be used from many goroutines.
type Press struct {
	Options
	settings atomic.Pointer[Settings]

	drafting sync.Mutex // one at a time: the second finds what the first has read
	drafted  drafted    // under drafting
	scores   scored     // under drafting
	work     worked     // under drafting
	orders   recorded   // under drafting

	metrics  metrics
	wake     chan struct{}
	couriers couriers

	done  string    // the month of which nothing is due any more; of Round alone
	again time.Time // before which publishing is not tried; likewise
}

// New returns a press.
func New(o Options, s Settings) *Press {
	p := &Press{Options: o, metrics: newMetrics(o.Registerer), wake: make(chan struct{}, 1)}
	p.Configure(s)
	return p
}

// Configure puts other settings into force; published reports stay as they are.
func (p *Press) Configure(s Settings) { p.settings.Store(&s) }

// Errors of reports that cannot be had.
var (
	ErrNoReport  = errors.New("no such report")
	ErrEmpty     = errors.New("no module is judged yet, so there is nothing to publish: see left_out of the draft")
	ErrPublished = errors.New("published already, and a published report never changes")
)

// onlyRunning refuses a draft of any month but the running one.
func onlyRunning(month string, snap *analytics.Snapshot) error {
	if now := snap.At.Format("2006-01"); month != now {
		return fmt.Errorf("%w: none was published for %s; a draft is to be had of the running month only, %s", ErrNoReport, month, now)
	}
	return nil
}
