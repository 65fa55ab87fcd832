package main

import (
	"context"

	"headroom/analytics"
	"headroom/scaler/flow/builtin"
)

// moduleFacts tells flows what the registry and the newest table know of a module.
type moduleFacts struct{ *server }

// Module implements builtin.Capacity.
func (m moduleFacts) Module(_ context.Context, id string) (k builtin.Known, ok bool) {
	k.Facts, k.Devices, k.Load, k.Peak = m.facts.View().Facts(id), -1, -1, -1
	ok = k.Owner+k.Level+k.Runbook+k.DeviceType != "" || len(k.Dependencies)+len(k.Limits)+len(k.Labels) > 0
	snap := m.loop.Snapshot()
	if snap == nil {
		return k, ok
	}
	i := snap.Find(id)
	if i < 0 {
		return k, ok
	}
	row := &snap.Rows[i]
	k.Devices, k.Load, k.Peak = knownOr(row.Devices), knownOr(row.Load), knownOr(row.PeakToday.Value)
	return k, true
}

// knownOr is a number, or -1 while it is not known.
func knownOr(n analytics.Number) float64 {
	if !n.Known() {
		return -1
	}
	return float64(n)
}
