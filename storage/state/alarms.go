package state

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"
)

// ErrNoAlarm means that no alarm has the id that was asked for.
var ErrNoAlarm = errors.New("no such alarm")

// Alarm is how an episode of an alarm is kept.
type Alarm struct {
	ID       string // of the episode
	Key      string // of the alarm, whenever it comes
	Kind     string // its alertname
	Path     string // id of the node of the business tree; empty: unknown
	Node     string // the device
	Severity string
	Source   string
	Outcome  string
	Received time.Time
	Closed   time.Time // zero: it is open
	Data     []byte    // all of it, as JSON
}

// Alarms are the episodes of alarms.
type Alarms struct{ db *DB }

// Alarms gives access to the alarms.
func (db *DB) Alarms() Alarms { return Alarms{db} }

const putAlarm = `
	INSERT INTO alarms (id, key, kind, path, node, severity, source, outcome, received_ms, closed_ms, data)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
	ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, path = excluded.path, node = excluded.node, severity = excluded.severity,
		outcome = excluded.outcome, closed_ms = excluded.closed_ms, data = excluded.data`

// Save keeps alarms as they are now, all of them or, with an error, none.
func (s Alarms) Save(ctx context.Context, alarms []Alarm) error {
	err := s.db.transact(ctx, func(tx *sql.Tx) error {
		put, err := tx.PrepareContext(ctx, putAlarm)
		if err != nil {
			return err
		}
		defer put.Close()
		for _, a := range alarms {
			if _, err := put.ExecContext(ctx, a.ID, a.Key, a.Kind, a.Path, a.Node, a.Severity, a.Source, a.Outcome,
				a.Received.UnixMilli(), milliOrZero(a.Closed), string(a.Data)); err != nil {
				return fmt.Errorf("%s: %w", a.ID, err)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("keep %d alarms: %w", len(alarms), err)
	}
	return nil
}

func milliOrZero(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// AlarmQuery says which alarms are asked for. Zero values ask for all.
type AlarmQuery struct {
	From, To time.Time // received From ≤ t < To
	Open     bool      // only open ones
	Key      string
	Kind     string
	Path     string // id of a node: it and all below it
	Node     string
	Severity string
	Source   string
	Outcome  string
	Without  string // an outcome of those that are left out
	Search   string // part of the alarm's text, in any case of ASCII letters
	Limit    int    // the newest so many; 0: all
	Offset   int
}

// where writes the condition of a query and its arguments.
func (q AlarmQuery) where() (string, []any) {
	var terms []string
	var args []any
	add := func(term string, values ...any) {
		for _, v := range values {
			args = append(args, v)
			term = strings.Replace(term, "?", fmt.Sprintf("$%d", len(args)), 1)
		}
		terms = append(terms, term)
	}
	if !q.From.IsZero() {
		add("received_ms >= ?", q.From.UnixMilli())
	}
	if !q.To.IsZero() {
		add("received_ms < ?", q.To.UnixMilli())
	}
	if q.Open {
		add("closed_ms = 0")
	}
	for _, c := range []struct{ column, value string }{
		{"key", q.Key}, {"kind", q.Kind}, {"node", q.Node}, {"severity", q.Severity}, {"source", q.Source}, {"outcome", q.Outcome},
	} {
		if c.value != "" {
			add(c.column+" = ?", c.value)
		}
	}
	if q.Without != "" {
		add("outcome <> ?", q.Without)
	}
	if q.Path != "" {
		add(`(path = ? OR path LIKE ? ESCAPE '\')`, q.Path, escapeLike.Replace(q.Path)+"/%")
	}
	if q.Search != "" {
		add(`data LIKE ? ESCAPE '\'`, "%"+escapeLike.Replace(q.Search)+"%")
	}
	if len(terms) == 0 {
		return "1 = 1", nil
	}
	return strings.Join(terms, " AND "), args
}

var escapeLike = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// Each calls f with the alarms of a query, the newest first, until f returns an
// error, which it passes on.
func (s Alarms) Each(ctx context.Context, q AlarmQuery, f func(Alarm) error) error {
	where, args := q.where()
	text := `SELECT id, key, kind, path, node, severity, source, outcome, received_ms, closed_ms, data FROM alarms WHERE ` + where +
		` ORDER BY received_ms DESC, id`
	if q.Limit > 0 {
		args = append(args, q.Limit, q.Offset)
		text += fmt.Sprintf(` LIMIT $%d OFFSET $%d`, len(args)-1, len(args))
	}
	rows, err := s.db.sql.QueryContext(ctx, text, args...)
	if err != nil {
		return fmt.Errorf("read alarms: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var a Alarm
		var received, closed int64
		if err := rows.Scan(&a.ID, &a.Key, &a.Kind, &a.Path, &a.Node, &a.Severity, &a.Source, &a.Outcome, &received, &closed, &a.Data); err != nil {
			return fmt.Errorf("read alarms: %w", err)
		}
		a.Received = time.UnixMilli(received).UTC()
		if closed != 0 {
			a.Closed = time.UnixMilli(closed).UTC()
		}
		if err := f(a); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read alarms: %w", err)
	}
	return nil
}

// Load returns one alarm; the error is ErrNoAlarm if there is none.
func (s Alarms) Load(ctx context.Context, id string) ([]byte, error) {
	var data []byte
	err := s.db.sql.QueryRowContext(ctx, `SELECT data FROM alarms WHERE id = $1`, id).Scan(&data)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNoAlarm
	}
	if err != nil {
		return nil, fmt.Errorf("read alarm %q: %w", id, err)
	}
	return data, nil
}

// alarmColumns are what alarms can be counted by; a day is one of the database's
// clock in UTC.
var alarmColumns = map[string]string{
	"outcome": "outcome", "kind": "kind", "path": "path", "node": "node", "severity": "severity", "source": "source",
	"day": "(received_ms + $OFFSET) / 86400000",
}

// AlarmColumns are the names that [Alarms.Count] takes.
var AlarmColumns = []string{"outcome", "kind", "path", "node", "severity", "source", "day"}

// MaxAlarmCounts is how many counts there are at most, those of the largest numbers.
const MaxAlarmCounts = 10_000

// AlarmCount is how many alarms have the same values.
type AlarmCount struct {
	Values []string // in the order of the columns asked for; a day is a number since 1970-01-01
	Alarms int
}

// Count counts the alarms of a query by columns, the largest number first. Days
// are those of a zone that is offset ahead of UTC.
func (s Alarms) Count(ctx context.Context, q AlarmQuery, offset time.Duration, by ...string) ([]AlarmCount, error) {
	columns := make([]string, len(by))
	for i, name := range by {
		column, ok := alarmColumns[name]
		if !ok {
			return nil, fmt.Errorf("count alarms by %q: want one of %s", name, strings.Join(AlarmColumns, ", "))
		}
		columns[i] = strings.Replace(column, "$OFFSET", fmt.Sprint(offset.Milliseconds()), 1)
	}
	where, args := q.where()
	list := strings.Join(columns, ", ")
	text := fmt.Sprintf(`SELECT %s, COUNT(*) AS n FROM alarms WHERE %s GROUP BY %s ORDER BY n DESC, %s LIMIT %d`, list, where, list, list, MaxAlarmCounts)
	rows, err := s.db.sql.QueryContext(ctx, text, args...)
	if err != nil {
		return nil, fmt.Errorf("count alarms: %w", err)
	}
	defer rows.Close()
	counts := []AlarmCount{}
	for rows.Next() {
		c := AlarmCount{Values: make([]string, len(by))}
		into := make([]any, 0, len(by)+1)
		for i := range c.Values {
			into = append(into, &c.Values[i])
		}
		if err := rows.Scan(append(into, &c.Alarms)...); err != nil {
			return nil, fmt.Errorf("count alarms: %w", err)
		}
		counts = append(counts, c)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("count alarms: %w", err)
	}
	return counts, nil
}

// forgetAtOnce is how many alarms are removed in one transaction, for which all others
// who write have to wait.
const forgetAtOnce = 2000

// An alarm was received before it was closed, so that the index of that time finds
// those that may be old enough.
const forgetAlarms = `
	DELETE FROM alarms WHERE id IN (
		SELECT id FROM alarms WHERE received_ms < $1 AND closed_ms <> 0 AND closed_ms < $1 ORDER BY received_ms LIMIT $2)`

// Forget removes alarms that were closed before a time, and tells how many.
func (s Alarms) Forget(ctx context.Context, before time.Time) (all int64, err error) {
	for n := int64(forgetAtOnce); n == forgetAtOnce; all += n {
		result, err := s.db.sql.ExecContext(ctx, forgetAlarms, before.UnixMilli(), forgetAtOnce)
		if err == nil {
			n, err = result.RowsAffected()
		}
		if err != nil {
			return all, fmt.Errorf("forget alarms closed before %s: %w", before, err)
		}
	}
	return all, nil
}
