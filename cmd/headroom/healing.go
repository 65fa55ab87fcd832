package main

import (
	"context"
	"time"

	"headroom/alerting/heal"
	"headroom/scaler/pool"
)

// openHealing makes the stage that acts on alarms.
func (s *server) openHealing(ctx context.Context) (err error) {
	s.alarms.heal, err = heal.New(ctx, heal.Options{
		Config: s.cfg.Alerting.Heal, Store: s.state.Heals(), Query: s.hasResult, Fleet: s.fleetSize,
		Restarter: restarter{func() *pool.Pool { return s.scaling.pool }},
		Flows:     healFlows{&s.flows},
		Wake:      s.alarms.wake, Now: time.Now, Logger: s.log, Registerer: s.reg,
	})
	return err
}

// hasResult tells whether a PromQL expression has a result.
func (s *server) hasResult(ctx context.Context, expr string, at time.Time) (bool, error) {
	samples, err := s.ownQuerier().Instant(ctx, expr, at)
	return len(samples) > 0, err
}

// fleetSize is how many modules and devices there are in the newest table.
func (s *server) fleetSize() (f heal.Fleet) {
	snap := s.loop.Snapshot()
	if snap == nil {
		return f
	}
	for i := range snap.Rows {
		row := &snap.Rows[i]
		if len(row.Path) == len(snap.Levels) {
			f.Modules++
		}
		if len(row.Path) == 1 && row.Devices.Known() {
			f.Nodes += int(row.Devices)
		}
	}
	return f
}
