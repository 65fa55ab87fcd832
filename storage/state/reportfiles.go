package state

import (
	"bytes"
	"compress/gzip"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"time"
)

// ReportFile is what a published report looks like in a format and a language.
type ReportFile struct {
	Format   string
	Language string // empty: the format has none
	SHA256   string // of Body, in hexadecimal
	Size     int64  // of Body
	Kept     time.Time
	Body     []byte // nil in a list
}

// name says which one it is.
func (f *ReportFile) name() string {
	if f.Language == "" {
		return f.Format
	}
	return f.Format + " (" + f.Language + ")"
}

// Files returns what is kept of a month's report, without the bodies, in order of
// format and language.
func (r Reports) Files(ctx context.Context, month string) ([]ReportFile, error) {
	return list(ctx, r.db, "the files of a report", func(rows *sql.Rows) (f ReportFile, err error) {
		var kept int64
		err = rows.Scan(&f.Format, &f.Language, &f.SHA256, &f.Size, &kept)
		f.Kept = fromMillis(kept)
		return f, err
	}, `SELECT format, language, sha256, size, kept_ms FROM report_files WHERE month = $1 ORDER BY format, language`, month)
}

// File returns a file of a month's report, byte by byte as it was kept, and false if it
// was not. A file that is no longer what was kept is an error.
func (r Reports) File(ctx context.Context, month, format, language string) (f ReportFile, ok bool, err error) {
	f.Format, f.Language = format, language
	var kept int64
	var packed []byte
	err = r.db.sql.QueryRowContext(ctx, `
		SELECT sha256, size, kept_ms, body FROM report_files WHERE month = $1 AND format = $2 AND language = $3`,
		month, format, language).Scan(&f.SHA256, &f.Size, &kept, &packed)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return f, false, nil
	case err != nil:
		return f, false, fmt.Errorf("read report of %s as %s: %w", month, f.name(), err)
	}
	f.Kept = fromMillis(kept)
	if f.Body, err = unpack(packed); err != nil {
		return f, false, fmt.Errorf("report of %s as %s is damaged: %w", month, f.name(), err)
	}
	if have := checksum(string(f.Body)); have != f.SHA256 {
		return f, false, fmt.Errorf("report of %s as %s %w: its SHA-256 is %s, was %s", month, f.name(), ErrChanged, have, f.SHA256)
	}
	return f, true, nil
}

// KeepFile keeps a file of a report that is published, forever; one that is there
// already stays as it is.
func (r Reports) KeepFile(ctx context.Context, month string, f ReportFile, at time.Time) error {
	err := r.db.transact(ctx, func(tx *sql.Tx) error { return keepFile(ctx, tx, month, &f, at) })
	if err != nil {
		return fmt.Errorf("keep report of %s as %s: %w", month, f.name(), err)
	}
	return nil
}

func keepFile(ctx context.Context, tx *sql.Tx, month string, f *ReportFile, at time.Time) error {
	if have := checksum(string(f.Body)); have != f.SHA256 {
		return fmt.Errorf("the SHA-256 of %s is %s, not %s", f.name(), have, f.SHA256)
	}
	packed, err := pack(f.Body)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `
		INSERT INTO report_files (month, format, language, sha256, size, kept_ms, body) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (month, format, language) DO NOTHING`,
		month, f.Format, f.Language, f.SHA256, len(f.Body), at.UnixMilli(), packed)
	return err
}

func pack(body []byte) ([]byte, error) {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(body); err != nil {
		return nil, err
	}
	err := w.Close()
	return b.Bytes(), err
}

func unpack(packed []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}
