package main

import (
	"context"
	"time"

	"headroom/alerting/alarm"
	"headroom/alerting/flap"
	"headroom/alerting/lease"
	"headroom/alerting/mute"
	"headroom/internal/config"
	"headroom/internal/matchers"
)

// mutingStages makes the stages that hide alarms: those of changes, of mutes and
// silences, and those that flap.
func (s *server) mutingStages(ctx context.Context) ([]alarm.Stage, error) {
	a := &s.alarms
	var err error
	if a.leases, err = lease.New(ctx, s.started, lease.Options{
		Store: s.state.Leases(), Marker: marks{s}, Defaults: func() lease.Defaults { return leaseDefaults(s.config().Alerting.Lease) },
		Location: s.location, Logger: s.log, Registerer: s.reg,
	}); err != nil {
		return nil, err
	}
	if a.mutes, err = mute.New(ctx, mute.Options{
		Store: s.state.Mutes(), Silences: a.notify.Silences(), History: a.history,
		Location: func() *time.Location { return s.location }, Recheck: a.recheck, Logger: s.log, Registerer: s.reg,
	}); err != nil {
		return nil, err
	}
	if err := a.mutes.Configure(mutesOf(s.cfg.Alerting.Mutes)); err != nil {
		return nil, err
	}
	flapping, err := flap.New(ctx, s.started, flap.Options{
		Settings: func() flap.Settings { return flapOf(s.config().Alerting.Flap) }, History: a.history, Registerer: s.reg,
	})
	return []alarm.Stage{a.leases, a.mutes, flapping}, err
}

// recheck asks for a run over all open alarms, once there is a pipeline.
func (a *alarmSystem) recheck() {
	if a.pipeline != nil {
		a.pipeline.Recheck()
	}
}

func leaseDefaults(c config.Lease) lease.Defaults {
	return lease.Defaults{
		TTL: time.Duration(c.TTL), Limit: time.Duration(c.Limit), Grace: time.Duration(c.Grace), Expected: c.Expected, Least: c.Least,
		MarkAfter: time.Duration(c.MarkAfter),
	}
}

// mutesOf returns the mutes of the configuration.
func mutesOf(mutes []config.Mute) (out []mute.Request) {
	for _, m := range mutes {
		out = append(out, mute.Request{Name: m.Name, Matchers: m.Matchers, Times: m.Times, Timezone: m.Timezone, From: m.From, To: m.To, Comment: m.Comment})
	}
	return out
}

// flapOf returns what flaps, of which the configuration was checked.
func flapOf(c config.Flap) flap.Settings {
	s := flap.Settings{Changes: c.Changes, Window: time.Duration(c.Window), Stable: time.Duration(c.Stable)}
	for _, d := range c.Delays {
		ms, _ := matchers.Parse(d.Match)
		s.Delays = append(s.Delays, flap.Delay{Matchers: ms, For: time.Duration(d.For)})
	}
	return s
}
