package state

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Errors of grants, tokens and sessions.
var (
	ErrNoGrant       = errors.New("there is no such grant, or it has ended")
	ErrNoToken       = errors.New("there is no such token, or it was revoked")
	ErrNoSession     = errors.New("there is no such session, or it is over")
	ErrTooManyGrants = errors.New("there are too many grants: end some that nobody needs")
	ErrTooManyTokens = errors.New("there are too many tokens: revoke some that nobody needs")
)

// Limits of what is in force at a time.
const (
	MaxGrants   = 10_000
	MaxTokens   = 1_000
	MaxSessions = 50_000 // of more, those that end first are given up
)

// AccessGrant is a role that somebody was given on a part of the business tree.
type AccessGrant struct {
	ID      string
	Subject string // as user:alice
	Role    string
	Node    string // id of the tree node; empty: all
	Why     string
	MadeBy  string
	Made    time.Time
	Until   time.Time // zero: until it is ended
	Ended   time.Time // zero: it was not
	EndedBy string
}

// AccessToken is a program's token.
type AccessToken struct {
	ID      string
	Name    string
	Hash    string // of the token itself
	Role    string
	Node    string
	Why     string
	MadeBy  string
	Made    time.Time
	Until   time.Time // zero: until it is revoked
	Used    time.Time // zero: never
	Ended   time.Time // zero: it was not revoked
	EndedBy string
}

// AccessSession is a person who has logged in.
type AccessSession struct {
	Hash   string // of what the browser shows
	Name   string
	Groups []string
	Made   time.Time
	Until  time.Time
}

// Access is who may do what.
type Access struct{ db *DB }

// Access gives access to grants, tokens and sessions.
func (db *DB) Access() Access { return Access{db} }

// Grants returns the grants, those that have ended too, in the order of their making.
func (a Access) Grants(ctx context.Context) ([]AccessGrant, error) {
	return list(ctx, a.db, "grants", func(rows *sql.Rows) (g AccessGrant, err error) {
		var made, until, ended int64
		err = rows.Scan(&g.ID, &g.Subject, &g.Role, &g.Node, &g.Why, &g.MadeBy, &made, &until, &ended, &g.EndedBy)
		g.Made, g.Until, g.Ended = fromMillis(made), fromMillis(until), fromMillis(ended)
		return g, err
	}, `SELECT id, subject, role, node, why, made_by, made_ms, until_ms, ended_ms, ended_by FROM access_grants ORDER BY made_ms, id`)
}

// AddGrant keeps a grant; ErrTooManyGrants if as many are in force.
func (a Access) AddGrant(ctx context.Context, g AccessGrant) error {
	return a.add(ctx, "grant", "access_grants", MaxGrants, ErrTooManyGrants, g.Made, `
		INSERT INTO access_grants (id, subject, role, node, why, made_by, made_ms, until_ms, ended_ms, ended_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, '')`,
		g.ID, g.Subject, g.Role, g.Node, g.Why, g.MadeBy, g.Made.UnixMilli(), milliOrZero(g.Until))
}

// EndGrant ends a grant; ErrNoGrant if there is none in force.
func (a Access) EndGrant(ctx context.Context, id, who string, now time.Time) error {
	return a.end(ctx, "grant", "access_grants", id, who, now, ErrNoGrant)
}

// Tokens returns the tokens, those that were revoked too, in the order of their making.
func (a Access) Tokens(ctx context.Context) ([]AccessToken, error) {
	return list(ctx, a.db, "tokens", func(rows *sql.Rows) (t AccessToken, err error) {
		var made, until, used, ended int64
		err = rows.Scan(&t.ID, &t.Name, &t.Hash, &t.Role, &t.Node, &t.Why, &t.MadeBy, &made, &until, &used, &ended, &t.EndedBy)
		t.Made, t.Until, t.Used, t.Ended = fromMillis(made), fromMillis(until), fromMillis(used), fromMillis(ended)
		return t, err
	}, `SELECT id, name, hash, role, node, why, made_by, made_ms, until_ms, used_ms, ended_ms, ended_by FROM access_tokens ORDER BY made_ms, id`)
}

// AddToken keeps a token; ErrTooManyTokens if as many are in force.
func (a Access) AddToken(ctx context.Context, t AccessToken) error {
	return a.add(ctx, "token", "access_tokens", MaxTokens, ErrTooManyTokens, t.Made, `
		INSERT INTO access_tokens (id, name, hash, role, node, why, made_by, made_ms, until_ms, used_ms, ended_ms, ended_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 0, '')`,
		t.ID, t.Name, t.Hash, t.Role, t.Node, t.Why, t.MadeBy, t.Made.UnixMilli(), milliOrZero(t.Until))
}

// EndToken revokes a token; ErrNoToken if there is none in force.
func (a Access) EndToken(ctx context.Context, id, who string, now time.Time) error {
	return a.end(ctx, "token", "access_tokens", id, who, now, ErrNoToken)
}

// UseToken keeps when a token was last used.
func (a Access) UseToken(ctx context.Context, id string, now time.Time) error {
	if _, err := a.db.exec(ctx, `UPDATE access_tokens SET used_ms = $1 WHERE id = $2`, now.UnixMilli(), id); err != nil {
		return fmt.Errorf("keep the use of token %q: %w", id, err)
	}
	return nil
}

// add keeps a grant or token unless there are as many in force as there may be.
func (a Access) add(ctx context.Context, what, table string, most int, full error, now time.Time, insert string, args ...any) error {
	err := a.db.transact(ctx, func(tx *sql.Tx) error {
		var have int
		count := `SELECT COUNT(*) FROM ` + table + ` WHERE ended_ms = 0 AND (until_ms = 0 OR until_ms > $1)`
		if err := tx.QueryRowContext(ctx, count, now.UnixMilli()).Scan(&have); err != nil {
			return err
		}
		if have >= most {
			return full
		}
		_, err := tx.ExecContext(ctx, insert, args...)
		return err
	})
	if err != nil {
		return fmt.Errorf("keep a %s: %w", what, err)
	}
	return nil
}

func (a Access) end(ctx context.Context, what, table, id, who string, now time.Time, none error) error {
	result, err := a.db.exec(ctx, `UPDATE `+table+` SET ended_ms = $1, ended_by = $2 WHERE id = $3 AND ended_ms = 0`, now.UnixMilli(), who, id)
	if err != nil {
		return fmt.Errorf("end %s %q: %w", what, id, err)
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return fmt.Errorf("%s %q: %w", what, id, errors.Join(err, none))
	}
	return nil
}

// AddSession keeps a session.
func (a Access) AddSession(ctx context.Context, s AccessSession) error {
	groups, err := json.Marshal(s.Groups)
	if err != nil {
		return fmt.Errorf("keep a session: %w", err)
	}
	err = a.db.transact(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM access_sessions WHERE hash IN (
			SELECT hash FROM access_sessions ORDER BY until_ms DESC LIMIT -1 OFFSET $1)`, MaxSessions-1); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO access_sessions (hash, name, teams, made_ms, until_ms) VALUES ($1, $2, $3, $4, $5)`,
			s.Hash, s.Name, string(groups), s.Made.UnixMilli(), s.Until.UnixMilli())
		return err
	})
	if err != nil {
		return fmt.Errorf("keep a session: %w", err)
	}
	return nil
}

// Session returns a session that is not over; ErrNoSession if there is none.
func (a Access) Session(ctx context.Context, hash string, now time.Time) (AccessSession, error) {
	s := AccessSession{Hash: hash}
	var groups string
	var made, until int64
	err := a.db.sql.QueryRowContext(ctx, `SELECT name, teams, made_ms, until_ms FROM access_sessions WHERE hash = $1 AND until_ms > $2`,
		hash, now.UnixMilli()).Scan(&s.Name, &groups, &made, &until)
	if errors.Is(err, sql.ErrNoRows) {
		return AccessSession{}, ErrNoSession
	}
	if err == nil {
		err = json.Unmarshal([]byte(groups), &s.Groups)
	}
	if err != nil {
		return AccessSession{}, fmt.Errorf("read a session: %w", err)
	}
	s.Made, s.Until = fromMillis(made), fromMillis(until)
	return s, nil
}

// EndSession ends a session, if there is one.
func (a Access) EndSession(ctx context.Context, hash string) error {
	if _, err := a.db.exec(ctx, `DELETE FROM access_sessions WHERE hash = $1`, hash); err != nil {
		return fmt.Errorf("end a session: %w", err)
	}
	return nil
}

// ForgetSessions removes the sessions that are over, and tells how many.
func (a Access) ForgetSessions(ctx context.Context, now time.Time) (int64, error) {
	result, err := a.db.exec(ctx, `DELETE FROM access_sessions WHERE until_ms <= $1`, now.UnixMilli())
	if err != nil {
		return 0, fmt.Errorf("remove old sessions: %w", err)
	}
	return result.RowsAffected()
}
