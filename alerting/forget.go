package alerting

import (
	"context"
	"log/slog"
	"time"
)

// Forget removes alarms that were over longer than keep ago, once an hour until ctx
// is done.
func (h History) Forget(ctx context.Context, keep func() time.Duration, log *slog.Logger) error {
	tick := time.NewTicker(time.Hour)
	defer tick.Stop()
	for {
		n, err := h.Table.Forget(ctx, time.Now().Add(-keep()))
		if err != nil && ctx.Err() == nil {
			log.Error("old alarms could not be removed; trying again in an hour", "err", err)
		} else if n > 0 {
			log.Info("removed alarms that are no longer kept", "alarms", n)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}
