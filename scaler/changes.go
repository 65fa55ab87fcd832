package scaler

import (
	"context"
	"errors"
	"fmt"

	"headroom/scaler/policy"
)

// Changes carries decisions out by flows, where the pool does not: what adds machines or
// workers to a module is the user's own there.
type Changes interface {
	// Begin starts the flow for a decision and returns the run's id. It is empty if
	// there is no flow for the module, or a run of it is not over yet.
	Begin(ctx context.Context, d *Decision) (run string, err error)
}

// begun is the last flow that was started for a module.
type begun struct {
	run       string
	direction policy.Direction
	desired   int
}

// change starts flows for the decisions that nobody else carries out. One that is made
// anew each minute, since its flow takes a while or has failed, is begun once. l.mu
// must be held.
func (l *Loop) change(ctx context.Context, decisions []Decision) error {
	if l.opts.Changes == nil {
		return nil
	}
	var errs []error
	for i := range decisions {
		d := &decisions[i]
		if d.Applied || d.Direction == policy.Hold || d.Unusable() != "" {
			delete(l.begun, d.Module) // the next one is another
			continue
		}
		if b := l.begun[d.Module]; b.run != "" && b.direction == d.Direction && b.desired == d.Desired {
			d.Run = b.run
			continue
		}
		run, err := l.opts.Changes.Begin(ctx, d)
		if err != nil {
			errs = append(errs, fmt.Errorf("start the flow for decision %s: %w", d.ID, err))
		}
		if d.Run = run; run != "" {
			l.begun[d.Module] = begun{run, d.Direction, d.Desired}
		}
	}
	return errors.Join(errs...)
}
