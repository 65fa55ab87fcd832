package alerting

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"headroom/alerting/alarm"
	"headroom/storage/state"
)

// History is the state database's table of alarms: those that are open, and those
// that were.
type History struct{ Table state.Alarms }

// Save implements [Keeper].
func (h History) Save(ctx context.Context, alarms []*alarm.Alarm) error {
	rows := make([]state.Alarm, len(alarms))
	for i, a := range alarms {
		data, err := json.Marshal(a)
		if err != nil {
			return fmt.Errorf("write alarm %s as JSON: %w", a.ID, err)
		}
		rows[i] = state.Alarm{
			ID: a.ID, Key: a.Key.String(), Kind: a.Kind(), Path: a.Facts.Path.ID(), Node: a.Facts.Node,
			Severity: a.Severity(), Source: a.Source, Outcome: string(a.Outcome),
			Received: a.Received, Closed: a.Closed, Data: data,
		}
	}
	return h.Table.Save(ctx, rows)
}

// Open implements [Keeper].
func (h History) Open(ctx context.Context) (open []*alarm.Alarm, err error) {
	err = h.Each(ctx, state.AlarmQuery{Open: true}, func(a *alarm.Alarm) error {
		open = append(open, a)
		return nil
	})
	return open, err
}

// Each calls f with the alarms of a query, the newest first, until f returns an
// error, which it passes on.
func (h History) Each(ctx context.Context, q state.AlarmQuery, f func(*alarm.Alarm) error) error {
	return h.Table.Each(ctx, q, func(row state.Alarm) error {
		a, err := decode(row.Data)
		if err != nil {
			return err
		}
		return f(a)
	})
}

// Load returns an alarm as it was last saved; [state.ErrNoAlarm] if there is none.
func (h History) Load(ctx context.Context, id string) (*alarm.Alarm, error) {
	data, err := h.Table.Load(ctx, id)
	if err != nil {
		return nil, err
	}
	return decode(data)
}

func decode(data []byte) (*alarm.Alarm, error) {
	a := &alarm.Alarm{}
	if err := json.Unmarshal(data, a); err != nil {
		return nil, fmt.Errorf("read a kept alarm: %w", err)
	}
	return a, nil
}

// Last returns the newest episode of an alarm that was closed after a time; nil if
// there is none.
func (h History) Last(ctx context.Context, key alarm.Key, after time.Time) (last *alarm.Alarm, err error) {
	done := errors.New("found")
	err = h.Each(ctx, state.AlarmQuery{Key: key.String(), Limit: 4}, func(a *alarm.Alarm) error {
		if a.Closed.After(after) {
			last = a
			return done
		}
		return nil
	})
	if errors.Is(err, done) {
		err = nil
	}
	return last, err
}

// Count counts the alarms of a query; see [state.Alarms.Count].
func (h History) Count(ctx context.Context, q state.AlarmQuery, offset time.Duration, by ...string) ([]state.AlarmCount, error) {
	return h.Table.Count(ctx, q, offset, by...)
}
