package scaler

import (
	"context"
	"time"

	"headroom/scaler/policy"
)

// Mode says what becomes of a service's decisions.
type Mode string

// The modes.
const (
	Recommend Mode = "recommend" // they are shown; somebody else may act on them
	Apply     Mode = "apply"     // the pool's nodes carry them out
)

// Service is what a minute needs to know of a service.
type Service struct {
	Module    string // its id
	Settings  policy.Settings
	Mode      Mode
	Managed   bool   // nodes of the pool run its workers; otherwise who reports counts
	Running   int    // workers that serve
	Current   int    // workers that shall run
	Scheduled int    // minimum by the schedule at this time; 0: none
	Held      string // why nothing may change; empty: it may
	Manual    int    // workers that a person asked for; 0: nobody did
}

// Pool is where workers run.
type Pool interface {
	// Scaled returns the services of the configuration, in a fixed order.
	Scaled(now time.Time) []Service
	// SetDesired says how many workers services shall have, by module.
	SetDesired(ctx context.Context, now time.Time, workers map[string]int) error
	// Place starts and stops workers until they are as many as desired, and moves
	// those of nodes that are lost or leave. It returns what it did.
	Place(ctx context.Context, now time.Time) (Placement, error)
	// Changed gets a signal when Place may have something to do.
	Changed() <-chan struct{}
}

// Placement is what one placing did.
type Placement struct {
	Started, Stopped int
	Short            map[string]string // modules that got too few workers, with the reason
}

// Forecasts says how busy services are going to be.
type Forecasts interface {
	// Forecast is that of a module at the end of a minute in which busy seconds of
	// work were done (NaN: unknown).
	Forecast(module string, at time.Time, busy float64, startup time.Duration) policy.Forecast
}

// Keeper keeps decisions and what the next ones have to remember.
type Keeper interface {
	// Keep writes a minute's decisions and the memories of all services, at once.
	Keep(ctx context.Context, decisions []Decision, memories map[string]policy.Memory) error
	// Memories returns what the last minutes left, by module.
	Memories(ctx context.Context) (map[string]policy.Memory, error)
}
