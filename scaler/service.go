package scaler

import (
	"context"
	"time"

	"headroom/scaler/allocate"
	"headroom/scaler/policy"
	"headroom/scaler/pool"
)

// Pool is where workers run; *[pool.Pool] is one.
type Pool interface {
	// Standings are the services that are configured, by module.
	Standings(now time.Time) []pool.Standing
	Input(now time.Time) allocate.Input
	Apply(ctx context.Context, now time.Time, plan pool.Plan) (pool.Applied, error)
}

// Forecasts says how busy services are going to be.
type Forecasts interface {
	// Forecast is that of a module at the end of a minute in which busy seconds of
	// work were done (NaN: unknown).
	Forecast(module string, at time.Time, busy float64, startup time.Duration) policy.Forecast
}

// service is what a minute has to know of a module.
type service struct {
	pool.Standing
	configured bool
	managed    bool // nodes of the pool may run it; otherwise others do, and who reports counts
}
