package state

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// Heal is one action about an alarm, done or, in a dry run, only thought of.
type Heal struct {
	ID    string
	Alarm string // id of the episode; empty: a person asked for it
	Key   string // of the alarm, the same for each of its episodes
	Name  string // the alertname

	Rule    string
	Step    int // of the rule's actions, from 0
	Action  string
	Kind    string
	Module  string // id of the node of the business tree; empty: unknown
	Node    string
	Process string

	Who string // the person who asked for it; empty: Headroom by itself
	Dry bool

	Started  time.Time
	Ended    time.Time // zero: running, or nobody saw its end
	Result   string    // one of the Heal… words below; empty: running
	Output   string    // the end of what it wrote
	Verified time.Time // when it was known whether it helped
	Verdict  string    // Helped or HelpedNot; empty: not known yet
	Reason   string    // of the result or verdict, one sentence
}

// Results of an action, and whether it helped.
const (
	HealDone    = "done"    // it did what it should, or so it said
	HealFailed  = "failed"  //
	HealUnknown = "unknown" // Headroom ended before the action did
	HealWould   = "would"   // a dry run
	Helped      = "helped"
	HelpedNot   = "helped not"
)

// HealFilter chooses heals. The zero value chooses all.
type HealFilter struct {
	From, To time.Time // From ≤ started < To; zero: no bound
	Module   string    // id of a node of the business tree, with all below it
	Result   string    // a result or verdict
	ID       string    // of one; empty: all
	Limit    int       // the newest; 0: all
}

// Brake is a stop of all healing.
type Brake struct {
	Since    time.Time
	Reason   string
	Released time.Time
	By, Why  string // of the release
}

// ErrNoBrake means that healing is not stopped.
var ErrNoBrake = errors.New("healing is not stopped")

// Heals are what was done about alarms.
type Heals struct{ db *DB }

// Heals gives access to what was done about alarms.
func (db *DB) Heals() Heals { return Heals{db} }

// Begin writes down an action that is about to start, or a dry run.
func (h Heals) Begin(ctx context.Context, r Heal) error {
	_, err := h.db.exec(ctx, `
		INSERT INTO heals (id, alarm, alarm_key, alarm_name, rule, step, action, kind, module, node, process, who, dry,
			started_ms, ended_ms, result, output, verified_ms, verified, reason)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)`,
		r.ID, r.Alarm, r.Key, r.Name, r.Rule, r.Step, r.Action, r.Kind, r.Module, r.Node, r.Process, r.Who, flag(r.Dry),
		milliOrZero(r.Started), milliOrZero(r.Ended), r.Result, r.Output, milliOrZero(r.Verified), r.Verdict, r.Reason)
	if err != nil {
		return fmt.Errorf("write down heal %s: %w", r.ID, err)
	}
	return nil
}

// Finish writes down how an action ended.
func (h Heals) Finish(ctx context.Context, id string, at time.Time, result, output, reason string) error {
	_, err := h.db.exec(ctx, `UPDATE heals SET ended_ms = $1, result = $2, output = $3, reason = $4 WHERE id = $5`,
		milliOrZero(at), result, output, reason, id)
	if err != nil {
		return fmt.Errorf("write down the end of heal %s: %w", id, err)
	}
	return nil
}

// Judge writes down whether an action helped.
func (h Heals) Judge(ctx context.Context, id string, at time.Time, verdict, reason string) error {
	_, err := h.db.exec(ctx, `UPDATE heals SET verified_ms = $1, verified = $2, reason = $3 WHERE id = $4`,
		milliOrZero(at), verdict, reason, id)
	if err != nil {
		return fmt.Errorf("write down whether heal %s helped: %w", id, err)
	}
	return nil
}

// List returns heals, the newest first.
func (h Heals) List(ctx context.Context, f HealFilter) ([]Heal, error) {
	c := f.conditions()
	query := `SELECT id, alarm, alarm_key, alarm_name, rule, step, action, kind, module, node, process, who, dry,
		started_ms, ended_ms, result, output, verified_ms, verified, reason FROM heals` + c.where() + ` ORDER BY started_ms DESC, id DESC`
	if f.Limit > 0 {
		query += fmt.Sprintf(" LIMIT %d", f.Limit)
	}
	return list(ctx, h.db, "heals", scanHeal, query, c.args...)
}

func (f HealFilter) conditions() (c conditions) {
	c.during("started_ms", f.From, f.To)
	c.below("module", f.Module)
	if f.ID != "" {
		c.add("id = ?", f.ID)
	}
	if f.Result != "" {
		c.add("(result = ? OR verified = ?)", f.Result, f.Result)
	}
	return c
}

func scanHeal(rows *sql.Rows) (r Heal, err error) {
	var dry, started, ended, verified int64
	err = rows.Scan(&r.ID, &r.Alarm, &r.Key, &r.Name, &r.Rule, &r.Step, &r.Action, &r.Kind, &r.Module, &r.Node, &r.Process, &r.Who, &dry,
		&started, &ended, &r.Result, &r.Output, &verified, &r.Verdict, &r.Reason)
	r.Dry, r.Started, r.Ended, r.Verified = dry != 0, fromMillis(started), fromMillis(ended), fromMillis(verified)
	return r, err
}

// Brake returns the brake that is on, or else the last one; nil if there was none.
func (h Heals) Brake(ctx context.Context) (*Brake, error) {
	var b Brake
	var since, released int64
	err := h.db.sql.QueryRowContext(ctx, `
		SELECT since_ms, reason, released_ms, released_by, release_why FROM heal_brakes ORDER BY id DESC LIMIT 1`).
		Scan(&since, &b.Reason, &released, &b.By, &b.Why)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the brake on healing: %w", err)
	}
	b.Since, b.Released = fromMillis(since), fromMillis(released)
	return &b, nil
}

// Stop writes down that healing is stopped.
func (h Heals) Stop(ctx context.Context, b Brake) error {
	_, err := h.db.exec(ctx, `
		INSERT INTO heal_brakes (id, since_ms, reason, released_ms, released_by, release_why)
		SELECT COALESCE(MAX(id), 0) + 1, CAST($1 AS BIGINT), CAST($2 AS TEXT), 0, '', '' FROM heal_brakes`,
		milliOrZero(b.Since), b.Reason)
	if err != nil {
		return fmt.Errorf("write down that healing is stopped: %w", err)
	}
	return nil
}

// Release writes down who let healing go on, and why. The error is ErrNoBrake if
// it was not stopped.
func (h Heals) Release(ctx context.Context, at time.Time, who, why string) error {
	result, err := h.db.exec(ctx, `UPDATE heal_brakes SET released_ms = $1, released_by = $2, release_why = $3 WHERE released_ms = 0`,
		milliOrZero(at), who, why)
	if err != nil {
		return fmt.Errorf("let healing go on: %w", err)
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return errors.Join(err, ErrNoBrake)
	}
	return nil
}

// Forget removes the heals that started before a time, and tells how many.
func (h Heals) Forget(ctx context.Context, before time.Time) (int64, error) {
	result, err := h.db.exec(ctx, `DELETE FROM heals WHERE started_ms < $1`, before.UnixMilli())
	if err != nil {
		return 0, fmt.Errorf("remove old heals: %w", err)
	}
	return result.RowsAffected()
}
