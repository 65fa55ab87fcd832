package state

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"time"
)

// ErrPublished means that a month has a published report, which never changes.
var ErrPublished = errors.New("this month's report is published already")

// ErrChanged means that a report, or a file of one, is not what was published.
var ErrChanged = errors.New("was changed after it was published")

// Reports are the published expansion reports, each forever as it was published.
type Reports struct{ db *DB }

// Reports gives access to the published reports.
func (db *DB) Reports() Reports { return Reports{db} }

// Publication is a report that is to be published, all at once.
type Publication struct {
	Month   string // YYYY-MM
	Who     string // empty: nobody had to log in
	At      time.Time
	JSON    []byte // the report itself
	SHA256  string // of JSON, in hexadecimal
	Summary []byte // what a list shows of it, as JSON
	Files   []ReportFile
	Ways    []string // by which it is to be delivered
}

// PublishedReport is a published report without its text.
type PublishedReport struct {
	Month   string
	Who     string // empty: nobody had to log in, or an old report
	At      time.Time
	SHA256  string // of its JSON
	Summary []byte // as it was published; empty: an old report
}

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
		return nil, false, fmt.Errorf("report of %s %w: its SHA-256 is %s, was %s", month, ErrChanged, have, sum)
	}
	return []byte(body), true, nil
}

// List returns the published reports, the newest month first.
func (r Reports) List(ctx context.Context) ([]PublishedReport, error) {
	return list(ctx, r.db, "published reports", func(rows *sql.Rows) (p PublishedReport, err error) {
		var at int64
		err = rows.Scan(&p.Month, &p.Who, &at, &p.SHA256, &p.Summary)
		p.At = fromMillis(at)
		return p, err
	}, `SELECT month, who, published_ms, sha256, summary FROM reports ORDER BY month DESC`)
}

// Publish keeps a month's report with its files, and notes by which ways it is to be
// delivered: all of that or nothing. It returns [ErrPublished] if the month has a
// report.
func (r Reports) Publish(ctx context.Context, p Publication) error {
	if have := checksum(string(p.JSON)); have != p.SHA256 {
		return fmt.Errorf("publish report of %s: its SHA-256 is %s, not %s", p.Month, have, p.SHA256)
	}
	err := r.db.transact(ctx, func(tx *sql.Tx) error {
		result, err := tx.ExecContext(ctx, `
			INSERT INTO reports (month, body, sha256, published_ms, who, summary) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (month) DO NOTHING`, p.Month, string(p.JSON), p.SHA256, p.At.UnixMilli(), p.Who, string(p.Summary))
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, ErrPublished)
		}
		for i := range p.Files {
			if err := keepFile(ctx, tx, p.Month, &p.Files[i], p.At); err != nil {
				return err
			}
		}
		return addDeliveries(ctx, tx, p.Month, p.Ways, p.Who, p.At)
	})
	if err != nil {
		return fmt.Errorf("publish report of %s: %w", p.Month, err)
	}
	return nil
}

func checksum(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}
