package state

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
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

func (q AlarmQuery) conditions() (c conditions) {
	c.during("received_ms", q.From, q.To)
	if q.Open {
		c.add("closed_ms = 0")
	}
	c.equal("key", q.Key)
	c.equal("kind", q.Kind)
	c.equal("node", q.Node)
	c.equal("severity", q.Severity)
	c.equal("source", q.Source)
	c.equal("outcome", q.Outcome)
	if q.Without != "" {
		c.add("outcome <> ?", q.Without)
	}
	c.below("path", q.Path)
	if q.Search != "" {
		c.add(`data LIKE ? ESCAPE '\'`, "%"+escapeLike.Replace(q.Search)+"%")
	}
	return c
}

var escapeLike = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// Each calls f with the alarms of a query, the newest first, until f returns an
// error, which it passes on.
func (s Alarms) Each(ctx context.Context, q AlarmQuery, f func(Alarm) error) error {
	c := q.conditions()
	text := `SELECT id, key, kind, path, node, severity, source, outcome, received_ms, closed_ms, data FROM alarms` + c.where() +
		` ORDER BY received_ms DESC, id`
	if q.Limit > 0 {
		c.args = append(c.args, q.Limit, q.Offset)
		text += fmt.Sprintf(` LIMIT $%d OFFSET $%d`, len(c.args)-1, len(c.args))
	}
	var stop error // of f
	err := s.db.each(ctx, func(rows *sql.Rows) error {
		a, err := scanAlarm(rows)
		if err != nil {
			return err
		}
		stop = f(a)
		return stop
	}, text, c.args...)
	if err != nil && stop == nil {
		return fmt.Errorf("read alarms: %w", err)
	}
	return err
}

func scanAlarm(rows *sql.Rows) (a Alarm, err error) {
	var received, closed int64
	err = rows.Scan(&a.ID, &a.Key, &a.Kind, &a.Path, &a.Node, &a.Severity, &a.Source, &a.Outcome, &received, &closed, &a.Data)
	a.Received, a.Closed = time.UnixMilli(received).UTC(), fromMillis(closed)
	return a, err
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

// alarmColumns are what alarms can be counted by; a business is the first name of the
// path, a day one of the database's clock in UTC.
var alarmColumns = map[string]string{
	"outcome": "outcome", "kind": "kind", "path": "path", "node": "node", "severity": "severity", "source": "source",
	"business": "substr(path, 1, instr(path || '/', '/') - 1)",
	"day":      "(received_ms + $OFFSET) / 86400000",
	"quarter":  "received_ms / 900000",
}

// AlarmColumns are the names that [Alarms.Count] takes.
var AlarmColumns = []string{"outcome", "kind", "path", "node", "severity", "source", "business", "day", "quarter"}

// MaxAlarmCounts is how many counts there are at most, those of the largest numbers.
const MaxAlarmCounts = 10_000

// AlarmCount is how many alarms have the same values.
type AlarmCount struct {
	Values []string // in the order of the columns asked for; a day or a quarter of an hour is a number since 1970-01-01
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
	c := q.conditions()
	names := strings.Join(columns, ", ")
	return list(ctx, s.db, "numbers of alarms", func(rows *sql.Rows) (AlarmCount, error) {
		n := AlarmCount{Values: make([]string, len(by))}
		into := make([]any, 0, len(by)+1)
		for i := range n.Values {
			into = append(into, &n.Values[i])
		}
		err := rows.Scan(append(into, &n.Alarms)...)
		return n, err
	}, `SELECT `+names+`, COUNT(*) AS n FROM alarms`+c.where()+` GROUP BY `+names+` ORDER BY n DESC, `+names+` LIMIT `+strconv.Itoa(MaxAlarmCounts), c.args...)
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
		result, err := s.db.exec(ctx, forgetAlarms, before.UnixMilli(), forgetAtOnce)
		if err == nil {
			n, err = result.RowsAffected()
		}
		if err != nil {
			return all, fmt.Errorf("forget alarms closed before %s: %w", before, err)
		}
	}
	return all, nil
}
