package state

import (
	"context"
	"fmt"
	"strings"
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

func (q NotificationQuery) where() (string, []any) {
	terms := []string{"1 = 1"}
	var args []any
	add := func(term string, value any) {
		args = append(args, value)
		terms = append(terms, fmt.Sprintf(term, len(args)))
	}
	if !q.From.IsZero() {
		add("at_ms >= $%d", q.From.UnixMilli())
	}
	if !q.To.IsZero() {
		add("at_ms < $%d", q.To.UnixMilli())
	}
	if q.Receiver != "" {
		add("receiver = $%d", q.Receiver)
	}
	if q.What != "" {
		add("what = $%d", q.What)
	}
	if q.Alarm != "" {
		add("id IN (SELECT notification FROM notification_alarms WHERE alarm = $%d)", q.Alarm)
	}
	if q.Unsettled {
		terms = append(terms, "settled = 0")
	}
	return strings.Join(terms, " AND "), args
}

// Find returns the notifications of a query, the newest first.
func (s Notifications) Find(ctx context.Context, q NotificationQuery) ([]*Notification, error) {
	where, args := q.where()
	limit := ""
	if q.Limit > 0 {
		args = append(args, q.Limit)
		limit = fmt.Sprintf(" LIMIT $%d", len(args))
	}
	chosen := `SELECT * FROM notifications WHERE ` + where + ` ORDER BY at_ms DESC, id DESC` + limit
	rows, err := s.db.sql.QueryContext(ctx, `
		SELECT n.id, n.at_ms, n.receiver, n.integration, n.group_key, n.labels, n.what, n.why, n.error, n.took_ms, n.firing, n.ended, COALESCE(a.alarm, ''), COALESCE(a.ended, 0)
		FROM (`+chosen+`) AS n LEFT JOIN notification_alarms AS a ON a.notification = n.id
		ORDER BY n.at_ms DESC, n.id DESC, a.alarm`, args...)
	if err != nil {
		return nil, fmt.Errorf("read notifications: %w", err)
	}
	defer rows.Close()
	var found []*Notification
	for rows.Next() {
		var n Notification
		var at, took, ended int64
		var id string
		if err := rows.Scan(&n.ID, &at, &n.Receiver, &n.Integration, &n.GroupKey, &n.Labels, &n.What, &n.Why, &n.Error, &took, &n.AllFiring, &n.AllEnded, &id, &ended); err != nil {
			return nil, fmt.Errorf("read notifications: %w", err)
		}
		n.At, n.Took = time.UnixMilli(at).UTC(), time.Duration(took)*time.Millisecond
		if len(found) == 0 || found[len(found)-1].ID != n.ID {
			found = append(found, &n)
		}
		found[len(found)-1].tells(id, ended != 0)
	}
	if err := rows.Err(); err != nil {
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
