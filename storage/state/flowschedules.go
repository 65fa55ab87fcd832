package state

import (
	"context"
	"errors"
	"fmt"
)

// ErrNoFlowSchedule means that no schedule has the id that was asked for.
var ErrNoFlowSchedule = errors.New("no such schedule")

// Schedules returns the schedules, in the order of their ids.
func (s Flows) Schedules(ctx context.Context) ([]PoolRow, error) {
	return list(ctx, s.db, "schedules", scanPoolRow, `SELECT id, data FROM flow_schedules ORDER BY id`)
}

// PutSchedule keeps a schedule.
func (s Flows) PutSchedule(ctx context.Context, r PoolRow) error {
	_, err := s.db.exec(ctx, `INSERT INTO flow_schedules (id, data) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET data = excluded.data`,
		r.ID, string(r.Data))
	if err != nil {
		return fmt.Errorf("keep schedule %q: %w", r.ID, err)
	}
	return nil
}

// DeleteSchedule removes a schedule; the error is ErrNoFlowSchedule if there is none.
func (s Flows) DeleteSchedule(ctx context.Context, id string) error {
	result, err := s.db.exec(ctx, `DELETE FROM flow_schedules WHERE id = $1`, id)
	if err == nil {
		var n int64
		if n, err = result.RowsAffected(); err == nil && n == 0 {
			err = ErrNoFlowSchedule
		}
	}
	if err != nil {
		return fmt.Errorf("remove schedule %q: %w", id, err)
	}
	return nil
}
