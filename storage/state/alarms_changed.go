package state

import (
	"context"
	"time"
)

// AlarmMoment is a moment in the life of an alarm by which alarms can be read in order.
type AlarmMoment string

// Moments.
const (
	AlarmReceived AlarmMoment = "received_ms"
	AlarmClosed   AlarmMoment = "closed_ms"
)

// Since returns up to limit alarms in the order of a moment, and of ids where it is the
// same: those behind a time and an id. Open ones have no moment of closing.
func (s Alarms) Since(ctx context.Context, m AlarmMoment, from time.Time, id string, limit int) ([]Alarm, error) {
	column := string(AlarmReceived)
	if m == AlarmClosed {
		column = string(AlarmClosed)
	}
	return list(ctx, s.db, "alarms", scanAlarm, `SELECT id, key, kind, path, node, severity, source, outcome, received_ms, closed_ms, data FROM alarms
		WHERE closed_ms <> $1 AND `+column+` >= $2 AND (`+column+` > $2 OR id > $3) ORDER BY `+column+`, id LIMIT $4`,
		openIsNone(m), max(from.UnixMilli(), 1), id, limit)
}

// openIsNone is the closing time of the alarms that are left out: none, or open ones.
func openIsNone(m AlarmMoment) int64 {
	if m == AlarmClosed {
		return 0
	}
	return -1
}
