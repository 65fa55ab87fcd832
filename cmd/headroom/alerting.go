package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"headroom/alerting"
	"headroom/alerting/alarm"
	"headroom/alerting/enrich"
	"headroom/analytics"
	"headroom/storage/fleet"
)

// openAlerting makes the pipeline of alarms, which goes on where it was.
func (s *server) openAlerting(ctx context.Context, tree *fleet.Tree) (err error) {
	history := alerting.History{Table: s.state.Alarms()}
	s.pipeline, err = alerting.New(ctx, alerting.Options{
		Stages:       []alarm.Stage{s.enrichStage(tree)},
		Keeper:       history,
		IgnoreLabels: func() []string { return s.config().Alerting.IgnoreLabels },
		Logger:       s.log, Registerer: s.reg,
	})
	return err
}

// alarms answers the API.
type alarms struct {
	alerting.History
	pipeline *alerting.Pipeline
}

func (s *server) alarms() alarms {
	return alarms{alerting.History{Table: s.state.Alarms()}, s.pipeline}
}

// Ack implements api.Alarms.
func (a alarms) Ack(ctx context.Context, id, who, why string) error {
	return a.pipeline.Ack(ctx, id, who, why)
}

func (s *server) enrichStage(tree *fleet.Tree) alarm.Stage {
	return enrich.New(enrich.Options{
		Tree: tree, Devices: s.rollup.EachDevice, Facts: s.factsOf,
		Labels: func() enrich.Labels {
			cfg := s.config()
			return enrich.Labels{Node: cfg.Alerting.NodeLabels, Owner: cfg.Alerting.OwnerLabels, Process: cfg.ProcessLabel, Domains: cfg.FailureDomains}
		},
	})
}

// factsOf are a node's numbers of the newest minute, as people read them.
func (s *server) factsOf(path fleet.Path) map[string]string {
	snap := s.loop.Snapshot()
	if snap == nil {
		return nil
	}
	i := snap.Find(path.ID())
	if i < 0 {
		return nil
	}
	row := &snap.Rows[i]
	facts := map[string]string{}
	add := func(name, format string, numbers ...analytics.Number) {
		if !slices.ContainsFunc(numbers, func(n analytics.Number) bool { return !n.Known() }) {
			args := make([]any, len(numbers))
			for i, n := range numbers {
				args[i] = float64(n)
			}
			facts[name] = fmt.Sprintf(format, args...)
		}
	}
	add("devices", "%.0f", row.Devices)
	add("load now", "%.1f %%", row.Load)
	add("normal now", "%.1f %% to %.1f %%", row.Lower, row.Upper)
	add("peak today", "%.1f %% (%.1f %% to %.1f %%)", row.PeakToday.Value, row.PeakToday.Lower, row.PeakToday.Upper)
	add("headroom", "%.0f %%", row.Headroom)
	add("devices to request", "%.0f", snap.Growth[i].DevicesToRequest)
	return facts
}

// forgetAlarms keeps the history of alarms as long as is configured.
func (s *server) forgetAlarms(ctx context.Context) error {
	keep := func() time.Duration { return time.Duration(s.config().Alerting.Keep) }
	return s.alarms().Forget(ctx, keep, s.log)
}
