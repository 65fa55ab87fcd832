package main

import (
	"context"
	"time"
)

// forgetOld removes alarms that are over, and what was done and asked for about
// alarms, when it is older than alarms are kept, once an hour.
func (s *server) forgetOld(ctx context.Context) error {
	tick := time.NewTicker(time.Hour)
	defer tick.Stop()
	for {
		before := time.Now().Add(-time.Duration(s.config().Alerting.Keep))
		for name, forget := range map[string]func(context.Context, time.Time) (int64, error){
			"alarms":               s.state.Alarms().Forget,
			"heals":                s.state.Heals().Forget,
			"requests by chat":     s.state.Chat().Forget,
			"mutes":                s.alarms.mutes.Forget,
			"decisions of scaling": s.forgetDecisions,
			"runs of flows":        s.forgetRuns,
			"requests":             s.forgetRequests,
			"changes of facts":     s.forgetFacts,
			"sessions":             s.forgetSessions,
		} {
			n, err := forget(ctx, before)
			if err != nil && ctx.Err() == nil {
				s.log.Error("what is old could not be removed; trying again in an hour", "what", name, "err", err)
			} else if n > 0 {
				s.log.Info("removed what is no longer kept", "what", name, "rows", n)
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}
