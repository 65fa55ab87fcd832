package request

import (
	"time"

	"headroom/analytics"
)

// Forecasts answers what is expected of modules. *[analytics.Loop] does.
type Forecasts interface {
	// Snapshot returns the newest table, nil before the first.
	Snapshot() *analytics.Snapshot
}

// Forecast is what the forecast says about a module that machines are asked for.
type Forecast struct {
	At          time.Time       `json:"at"` // the minute of the table
	Model       string          `json:"model"`
	State       analytics.State `json:"state"`  // ok, learning or stale
	Reason      string          `json:"reason"` // the order in a sentence, or what is missing
	HorizonDays int             `json:"horizon_days"`

	Devices          analytics.Number `json:"devices"`
	DevicesNeeded    analytics.Number `json:"devices_needed"`
	DevicesToRequest analytics.Number `json:"devices_to_request"`
	DeviceType       string           `json:"device_type"`
	PeakNow          analytics.Number `json:"peak_now"`        // percent of a device
	PercentPerDay    analytics.Number `json:"percent_per_day"` // that it grows by
	PeakAtRisk       analytics.Number `json:"peak_at_risk"`
	TargetLoad       analytics.Number `json:"target_load"`
	FullOn           analytics.Dates  `json:"full_on"`
	Risk             analytics.Number `json:"risk"` // of being short that the forecast's own order takes

	// The probability of being short of devices within the horizon, without what is
	// asked for and with it.
	ShortWithout analytics.Number `json:"short_without"`
	ShortWith    analytics.Number `json:"short_with"`
}

// forecastOf says what is expected of a module that gets more devices; nil if the
// table does not have it.
func forecastOf(s *analytics.Snapshot, module string, more int) *Forecast {
	if s == nil {
		return nil
	}
	i := s.Find(module)
	if i < 0 || len(s.Growth[i].Path) != len(s.Levels) {
		return nil
	}
	g := &s.Growth[i]
	return &Forecast{
		At: s.At, Model: s.Model, State: g.State, Reason: g.Reason, HorizonDays: g.HorizonDays,
		Devices: g.Devices, DevicesNeeded: g.DevicesNeeded, DevicesToRequest: g.DevicesToRequest, DeviceType: g.DeviceType,
		PeakNow: g.PeakNow, PercentPerDay: g.PercentPerDay, PeakAtRisk: g.PeakAtRisk, TargetLoad: g.TargetLoad, FullOn: g.FullOn, Risk: g.Risk,
		ShortWithout: s.Shortage(module, 0), ShortWith: s.Shortage(module, more),
	}
}

// draftMachines fills the form from the forecast: as many devices as that asks for, in
// service when its lead time is over or, if that is later, on the first day on which
// the module may be full.
func draftMachines(s *analytics.Snapshot, module string, now time.Time) *Machines {
	m := &Machines{Module: module, Devices: 1}
	f := forecastOf(s, module, 0)
	if f == nil {
		m.NeededBy = now.Format(time.DateOnly)
		return m
	}
	if f.DevicesToRequest.Known() {
		m.Devices = max(1, int(f.DevicesToRequest))
	}
	m.DeviceType = f.DeviceType
	m.NeededBy = max(now.AddDate(0, 0, f.HorizonDays).Format(time.DateOnly), f.FullOn.Lower)
	m.Forecast = forecastOf(s, module, m.Devices)
	return m
}
