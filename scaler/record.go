package scaler

import (
	"time"

	"headroom/analytics"
	"headroom/scaler/policy"
	"headroom/scaler/pool"
)

// Record is a decision as it is kept and shown.
type Record struct {
	ID        string           `json:"id"`
	Module    string           `json:"module"`
	At        time.Time        `json:"at"` // end of the minute
	Mode      pool.Mode        `json:"mode"`
	Applied   bool             `json:"applied"` // the pool was told
	Direction policy.Direction `json:"direction"`
	Current   int              `json:"current"`
	Wanted    int              `json:"wanted"` // what the numbers alone ask for
	Desired   int              `json:"desired"`
	Cause     string           `json:"cause"`
	Caps      []policy.Cap     `json:"caps"` // the limits that changed it, in their order
	Reason    string           `json:"reason"`
	Missing   int              `json:"missing"`       // workers that the pool has no room for
	Short     string           `json:"short"`         // why the pool could not place all; empty: it could
	Run       string           `json:"run,omitempty"` // of the flow that carries it out instead of the pool

	Fraction  analytics.Number `json:"fraction"`     // of the processes' time that was busy
	Busy      analytics.Number `json:"busy_seconds"` // of the minute
	Processes analytics.Number `json:"processes"`
	Running   int              `json:"running"` // workers that serve
	Deviates  string           `json:"deviates"`

	Ahead          analytics.Number `json:"ahead_busy_seconds"` // the most expected within the start-up time
	AheadUpper     analytics.Number `json:"ahead_busy_seconds_upper"`
	Peak           analytics.Number `json:"peak_busy_seconds"` // the most expected in the rest of today
	PeakUpper      analytics.Number `json:"peak_busy_seconds_upper"`
	PeakAt         *time.Time       `json:"peak_at"`
	ForecastReason string           `json:"forecast_reason"` // why nothing is expected

	Target         float64 `json:"target"`
	ScaleIn        float64 `json:"scale_in"`
	Minimum        int     `json:"minimum"`
	Maximum        int     `json:"maximum"`
	StartupSeconds float64 `json:"startup_seconds"`
}

// Record writes a decision down, its times in a zone.
func (d *Decision) Record(loc *time.Location) Record {
	r := Record{
		ID: d.ID, Module: d.Module, At: d.At.In(loc), Mode: d.Mode, Applied: d.Applied,
		Direction: d.Direction, Current: d.Current, Wanted: d.Wanted, Desired: d.Desired,
		Cause: d.Cause, Caps: d.Caps, Reason: d.Reason, Missing: d.Missing, Short: d.Short, Run: d.Run,

		Fraction: number(d.Fraction), Busy: number(d.Demand.Busy), Processes: number(d.Demand.Processes),
		Running: d.Demand.Running, Deviates: d.Demand.Deviates,

		Ahead: number(d.Forecast.Ahead), AheadUpper: number(d.Forecast.AheadUpper),
		Peak: number(d.Forecast.Peak), PeakUpper: number(d.Forecast.PeakUpper), ForecastReason: d.Forecast.Reason,

		Target: d.Settings.Target, ScaleIn: d.Settings.ScaleIn, Minimum: d.Settings.Minimum, Maximum: d.Settings.Maximum,
		StartupSeconds: time.Duration(d.Settings.Startup).Seconds(),
	}
	if r.Caps == nil {
		r.Caps = []policy.Cap{}
	}
	if at := d.Forecast.PeakAt; !at.IsZero() {
		at = at.In(loc)
		r.PeakAt = &at
	}
	return r
}

func number(x float64) analytics.Number { return analytics.Number(x) }
