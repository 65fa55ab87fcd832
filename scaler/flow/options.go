package flow

import (
	"cmp"
	"context"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"headroom/alerting/lease"
	"headroom/scaler/flow/document"
	"headroom/scaler/flow/tool"
	"headroom/storage/audit"
	"headroom/storage/state"
)

// LeaseKeeper keeps the leases that mute alarms while a run lasts; alerting/lease.Leases
// is one.
type LeaseKeeper interface {
	// Beat tells that the run of a lease is alive.
	Beat(ctx context.Context, now time.Time, id string) (lease.Lease, error)
	// End ends a lease with its run; how is one of lease.Hows. One that is over already is
	// no error.
	End(ctx context.Context, now time.Time, id, how, result string) (lease.Lease, error)
}

// Options are what an engine works with.
type Options struct {
	DB      *state.DB
	Tools   *tool.Catalog
	Flows   []*document.Flow // that can be started; checked ones
	Windows []Window         // of maintenance
	Limits  Limits

	Leases   LeaseKeeper   // nil: none
	LeaseTTL time.Duration // a lease is beaten each third of it; 0: 3m

	// Ended is called after the end of a run that was no dry one, and after a restart
	// once more if it had not returned. It may be called from many goroutines. nil: nobody
	// is told.
	Ended func(ctx context.Context, r Run)
	// MayApprove tells whether who may answer a step that asks some people; nil: who is
	// one of them.
	MayApprove func(who string, asked []string) bool

	Audit      audit.Log        // of what happens without a person: schedules; nil: none
	Now        func() time.Time // nil: time.Now
	Zone       *time.Location   // of schedules and windows that name none; nil: UTC
	Logger     *slog.Logger     // nil: none
	Registerer prometheus.Registerer
}

// Limits bound what an engine does at a time. Zero values are the defaults.
type Limits struct {
	Open    int // runs that are not over; beyond it a start gets ErrFull. 0: 5,000
	Running int // runs that are neither queued nor wait for a person. 0: 1,000
	Steps   int // calls of tools, without those that only wait. 0: 200
}

func (l Limits) orDefaults() Limits {
	l.Open, l.Running, l.Steps = cmp.Or(l.Open, 5000), cmp.Or(l.Running, 1000), cmp.Or(l.Steps, 200)
	return l
}

// Window is a time in which changes may be made.
type Window struct {
	Name     string        `json:"name"`
	Cron     string        `json:"cron"` // when it opens: five fields, or @daily and the like
	Zone     string        `json:"zone,omitempty"`
	Duration time.Duration `json:"duration"`       // how long it is open
	Path     string        `json:"path,omitempty"` // only for runs over this tree node or one below it; empty: for all
}

// Schedule starts a flow again and again.
type Schedule struct {
	ID        string         `json:"id"` // given by the engine if empty
	Flow      string         `json:"flow"`
	Inputs    map[string]any `json:"inputs"`
	Cron      string         `json:"cron"` // five fields, or @daily and the like
	Zone      string         `json:"zone,omitempty"`
	Window    string         `json:"window,omitempty"`   // as in Start
	CatchUp   bool           `json:"catch_up,omitempty"` // starts missed while the server was down are made up for by one; otherwise they are left out
	Overlap   bool           `json:"overlap,omitempty"`  // starts although its last run is not over
	Paused    bool           `json:"paused,omitempty"`
	Who       string         `json:"who"` // who has made or changed it
	Why       string         `json:"why"`
	Created   time.Time      `json:"created"`
	Next      time.Time      `json:"next,omitzero"`      // when it starts the next run
	Last      time.Time      `json:"last,omitzero"`      // when it was last due
	LastRun   string         `json:"last_run,omitempty"` // the run that it has started last
	LastError string         `json:"last_error,omitempty"`
}

// Event tells that a run has changed; what it says is on the disk already.
type Event struct {
	Run   string `json:"run"`
	State State  `json:"state"`
}

// Log is what a call of a tool has written for people.
type Log struct {
	Run     string `json:"run"`
	Step    string `json:"step"`
	Attempt int    `json:"attempt"` // UndoAttempt: of the step's undo
	Text    string `json:"text"`
	Cut     int64  `json:"cut,omitempty"` // bytes that are missing at its beginning
}

// UndoAttempt is the number of the attempt that is a step's undo.
const UndoAttempt = -1
