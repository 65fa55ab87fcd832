package state

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// NotificationQuery says which notifications are asked for. Zero values ask for all.
type NotificationQuery struct {
	From, To  time.Time // From ≤ t < To
	Receiver  string
	What      string
	Alarm     string // id of an alarm that it tells of
	Unsettled bool   // only those that their alarms do not have yet
	Limit     int    // the newest so many; 0: all
}

func (q NotificationQuery) conditions() (c conditions) {
	c.during("at_ms", q.From, q.To)
	c.equal("receiver", q.Receiver)
	c.equal("what", q.What)
	if q.Alarm != "" {
		c.add("id IN (SELECT notification FROM notification_alarms WHERE alarm = ?)", q.Alarm)
	}
	if q.Unsettled {
		c.add("settled = 0")
	}
	return c
}

// Find returns the notifications of a query, the newest first.
func (s Notifications) Find(ctx context.Context, q NotificationQuery) ([]*Notification, error) {
	c := q.conditions()
	chosen := `SELECT * FROM notifications` + c.where() + ` ORDER BY at_ms DESC, id DESC`
	if q.Limit > 0 {
		chosen += fmt.Sprintf(" LIMIT %d", q.Limit)
	}
	var found []*Notification
	err := s.db.each(ctx, func(rows *sql.Rows) error {
		var n Notification
		var at, took, ended int64
		var id string
		if err := rows.Scan(&n.ID, &at, &n.Receiver, &n.Integration, &n.GroupKey, &n.Labels, &n.What, &n.Why, &n.Error, &took, &n.AllFiring, &n.AllEnded, &id, &ended); err != nil {
			return err
		}
		n.At, n.Took = time.UnixMilli(at).UTC(), time.Duration(took)*time.Millisecond
		if len(found) == 0 || found[len(found)-1].ID != n.ID {
			found = append(found, &n)
		}
		found[len(found)-1].tells(id, ended != 0)
		return nil
	}, `
		SELECT n.id, n.at_ms, n.receiver, n.integration, n.group_key, n.labels, n.what, n.why, n.error, n.took_ms, n.firing, n.ended, COALESCE(a.alarm, ''), COALESCE(a.ended, 0)
		FROM (`+chosen+`) AS n LEFT JOIN notification_alarms AS a ON a.notification = n.id
		ORDER BY n.at_ms DESC, n.id DESC, a.alarm`, c.args...)
	if err != nil {
		return nil, fmt.Errorf("read notifications: %w", err)
	}
	return found, nil
}

func (n *Notification) tells(alarm string, ended bool) {
	switch {
	case alarm == "":
	case ended:
		n.Ended = append(n.Ended, alarm)
	default:
		n.Firing = append(n.Firing, alarm)
	}
}
