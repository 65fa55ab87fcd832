package backtest

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
)

// write makes the CSV file of an outcome, and its folder.
func write(path string, rows outcome) (err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("write rows: %w", err)
	}
	f, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("write rows: %w", err)
	}
	defer func() {
		if e := f.Close(); err == nil && e != nil {
			err = fmt.Errorf("write rows: %w", e)
		}
	}()
	if err := rows.csv(f); err != nil {
		return fmt.Errorf("write rows to %s: %w", path, err)
	}
	return nil
}

// table writes CSV cell by cell. Its cells hold nothing that needs quotes.
type table struct {
	w    *bufio.Writer
	line []byte
	err  error // of the first write that failed
}

func newTable(w io.Writer, header ...string) *table {
	t := &table{w: bufio.NewWriterSize(w, 64<<10)}
	for _, name := range header {
		t.text(name)
	}
	t.end()
	return t
}

func (t *table) text(s string) { t.line = append(append(t.line, s...), ',') }

func (t *table) integer(n int64) { t.line = append(strconv.AppendInt(t.line, n, 10), ',') }

// numbers writes the shortest decimals that read back as the same; NaN is empty.
func (t *table) numbers(values ...float64) {
	for _, v := range values {
		if v == v {
			t.line = strconv.AppendFloat(t.line, v, 'g', -1, 64)
		}
		t.line = append(t.line, ',')
	}
}

// flag writes 1 or 0; nothing if it is not known.
func (t *table) flag(known, set bool) {
	switch {
	case set:
		t.line = append(t.line, '1')
	case known:
		t.line = append(t.line, '0')
	}
	t.line = append(t.line, ',')
}

func (t *table) end() {
	t.line[len(t.line)-1] = '\n'
	if _, err := t.w.Write(t.line); t.err == nil {
		t.err = err
	}
	t.line = t.line[:0]
}

func (t *table) flush() error {
	if t.err != nil {
		return t.err
	}
	return t.w.Flush()
}
