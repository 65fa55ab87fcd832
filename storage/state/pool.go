package state

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// ErrNoDecision means that no decision has the id that was asked for.
var ErrNoDecision = errors.New("no such decision")

// PoolRow is a node, a service, a worker or the memory of a service.
type PoolRow struct {
	ID   string
	Data []byte // all of it, as JSON
}

// PoolState is all that is known of the pool, each in the order of its ids.
type PoolState struct {
	Nodes, Services, Workers, Memories []PoolRow
}

// PoolDecision is how a decision of scaling is kept.
type PoolDecision struct {
	ID        string
	Module    string
	At        time.Time
	Direction string
	Data      []byte // all of it, as JSON
}

// PoolChange is what changes at once.
type PoolChange struct {
	Put       PoolState
	Gone      PoolGone
	Decisions []PoolDecision
}

// PoolGone are ids that are removed.
type PoolGone struct {
	Nodes, Services, Workers, Memories []string
}

// Pool is the pool of nodes and workers.
type Pool struct{ db *DB }

// Pool gives access to the pool.
func (db *DB) Pool() Pool { return Pool{db} }

// Load returns the pool as it was saved.
func (s Pool) Load(ctx context.Context) (p PoolState, err error) {
	for table, into := range map[string]*[]PoolRow{
		"pool_nodes": &p.Nodes, "pool_services": &p.Services, "pool_workers": &p.Workers, "pool_memories": &p.Memories,
	} {
		if *into, err = list(ctx, s.db, table, scanPoolRow, `SELECT id, data FROM `+table+` ORDER BY id`); err != nil {
			return PoolState{}, err
		}
	}
	return p, nil
}

func scanPoolRow(rows *sql.Rows) (r PoolRow, err error) {
	err = rows.Scan(&r.ID, &r.Data)
	return r, err
}

// Save makes a change, all of it or, with an error, nothing.
func (s Pool) Save(ctx context.Context, c PoolChange) error {
	err := s.db.transact(ctx, func(tx *sql.Tx) error {
		for _, part := range []struct {
			table string
			put   []PoolRow
			gone  []string
		}{
			{"pool_nodes", c.Put.Nodes, c.Gone.Nodes}, {"pool_services", c.Put.Services, c.Gone.Services},
			{"pool_workers", c.Put.Workers, c.Gone.Workers}, {"pool_memories", c.Put.Memories, c.Gone.Memories},
		} {
			if err := savePoolRows(ctx, tx, part.table, part.put, part.gone); err != nil {
				return fmt.Errorf("%s: %w", part.table, err)
			}
		}
		return savePoolDecisions(ctx, tx, c.Decisions)
	})
	if err != nil {
		return fmt.Errorf("keep a change of the pool: %w", err)
	}
	return nil
}

func savePoolRows(ctx context.Context, tx *sql.Tx, table string, put []PoolRow, gone []string) error {
	if len(put) > 0 {
		do, err := tx.PrepareContext(ctx, `INSERT INTO `+table+` (id, data) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET data = excluded.data`)
		if err != nil {
			return err
		}
		defer do.Close()
		for _, r := range put {
			if _, err := do.ExecContext(ctx, r.ID, string(r.Data)); err != nil {
				return fmt.Errorf("%s: %w", r.ID, err)
			}
		}
	}
	for _, id := range gone {
		if _, err := tx.ExecContext(ctx, `DELETE FROM `+table+` WHERE id = $1`, id); err != nil {
			return fmt.Errorf("%s: %w", id, err)
		}
	}
	return nil
}

// savePoolDecisions keeps the first decision of an id: a server that starts anew, or
// whose clock was set back, decides about a minute a second time.
func savePoolDecisions(ctx context.Context, tx *sql.Tx, decisions []PoolDecision) error {
	if len(decisions) == 0 {
		return nil
	}
	put, err := tx.PrepareContext(ctx, `INSERT INTO pool_decisions (id, module, at_ms, direction, data) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO NOTHING`)
	if err != nil {
		return err
	}
	defer put.Close()
	for _, d := range decisions {
		if _, err := put.ExecContext(ctx, d.ID, d.Module, d.At.UnixMilli(), d.Direction, string(d.Data)); err != nil {
			return fmt.Errorf("decision %s: %w", d.ID, err)
		}
	}
	return nil
}

// PoolDecisionQuery says which decisions are asked for. Zero values ask for all.
type PoolDecisionQuery struct {
	From, To  time.Time // From ≤ t < To
	Module    string    // id of a node of the business tree: it and all below it
	Direction string
	Without   string // a direction that is left out
	Limit     int    // the newest so many; 0: all
	Offset    int
}

func (q PoolDecisionQuery) conditions() (c conditions) {
	c.during("at_ms", q.From, q.To)
	c.below("module", q.Module)
	c.equal("direction", q.Direction)
	if q.Without != "" {
		c.add("direction <> ?", q.Without)
	}
	return c
}

const poolDecisionColumns = `SELECT id, module, at_ms, direction, data FROM pool_decisions`

// Decisions returns the decisions of a query, the newest first.
func (s Pool) Decisions(ctx context.Context, q PoolDecisionQuery) ([]PoolDecision, error) {
	c := q.conditions()
	text := poolDecisionColumns + c.where() + ` ORDER BY at_ms DESC, id`
	if q.Limit > 0 {
		c.args = append(c.args, q.Limit, q.Offset)
		text += fmt.Sprintf(` LIMIT $%d OFFSET $%d`, len(c.args)-1, len(c.args))
	}
	return list(ctx, s.db, "decisions", scanPoolDecision, text, c.args...)
}

// Decision returns one decision; the error is ErrNoDecision if there is none.
func (s Pool) Decision(ctx context.Context, id string) (PoolDecision, error) {
	all, err := list(ctx, s.db, "decisions", scanPoolDecision, poolDecisionColumns+` WHERE id = $1`, id)
	if err == nil && len(all) == 0 {
		err = ErrNoDecision
	}
	if err != nil {
		return PoolDecision{}, fmt.Errorf("decision %q: %w", id, err)
	}
	return all[0], nil
}

func scanPoolDecision(rows *sql.Rows) (d PoolDecision, err error) {
	var at int64
	err = rows.Scan(&d.ID, &d.Module, &at, &d.Direction, &d.Data)
	d.At = time.UnixMilli(at).UTC()
	return d, err
}

// CountDecisions tells how many decisions a query has, whatever its limit.
func (s Pool) CountDecisions(ctx context.Context, q PoolDecisionQuery) (n int, err error) {
	c := q.conditions()
	if err := s.db.sql.QueryRowContext(ctx, `SELECT COUNT(*) FROM pool_decisions`+c.where(), c.args...).Scan(&n); err != nil {
		return 0, fmt.Errorf("count decisions: %w", err)
	}
	return n, nil
}

// ForgetDecisions removes the decisions from before a time, and tells how many. Each
// transaction removes some of them, so that others need not wait long.
func (s Pool) ForgetDecisions(ctx context.Context, before time.Time) (total int64, err error) {
	for {
		result, err := s.db.exec(ctx, `DELETE FROM pool_decisions WHERE id IN (
			SELECT id FROM pool_decisions WHERE at_ms < $1 LIMIT $2)`, before.UnixMilli(), forgetAtOnce)
		if err != nil {
			return total, fmt.Errorf("forget decisions from before %s: %w", before, err)
		}
		n, err := result.RowsAffected()
		if total += n; err != nil || n < forgetAtOnce {
			return total, err
		}
	}
}
