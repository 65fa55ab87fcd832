package state

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
)

// ErrPublished means that a month has a published report, which never changes.
var ErrPublished = errors.New("this month's report is published already")

// Reports are the published expansion reports, each forever as it was published.
type Reports struct{ db *DB }

// Reports gives access to the published reports.
func (db *DB) Reports() Reports { return Reports{db} }

// Load returns a month's report (YYYY-MM) as JSON, and false if there is none.
// A report that is no longer what was published is an error.
func (r Reports) Load(ctx context.Context, month string) ([]byte, bool, error) {
	var body, sum string
	err := r.db.sql.QueryRowContext(ctx, `SELECT body, sha256 FROM reports WHERE month = $1`, month).Scan(&body, &sum)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("read report of %s: %w", month, err)
	}
	if have := checksum(body); have != sum {
		return nil, false, fmt.Errorf("report of %s was changed after it was published: its SHA-256 is %s, was %s", month, have, sum)
	}
	return []byte(body), true, nil
}

// Publish keeps a month's report. sum is the SHA-256 of json in hexadecimal.
// It returns [ErrPublished] if the month has a report.
func (r Reports) Publish(ctx context.Context, month string, json []byte, sum string) error {
	if have := checksum(string(json)); have != sum {
		return fmt.Errorf("publish report of %s: its SHA-256 is %s, not %s", month, have, sum)
	}
	result, err := r.db.sql.ExecContext(ctx, `
		INSERT INTO reports (month, body, sha256, published_ms) VALUES ($1, $2, $3, $4)
		ON CONFLICT (month) DO NOTHING`, month, string(json), sum, r.db.now().UnixMilli())
	if err != nil {
		return fmt.Errorf("publish report of %s: %w", month, err)
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return fmt.Errorf("publish report of %s: %w", month, errors.Join(err, ErrPublished))
	}
	return nil
}

func checksum(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}
