package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"headroom/analytics/backtest"
)

// backtestLine is a line of the server's answer: how far it is, or at last the
// result or an error.
type backtestLine struct {
	Status string          `json:"status"`
	Done   int             `json:"done"`
	Total  int             `json:"total"`
	Series string          `json:"series"`
	Rows   string          `json:"rows"`
	Data   json.RawMessage `json:"data"`
	Error  string          `json:"error"`
}

// ask has the server replay its own store. To end the command ends that too.
func (b *backtestFlags) ask(ctx context.Context) error {
	data, err := b.follow(ctx, progressOn(os.Stderr))
	if err != nil {
		return err
	}
	var result backtest.Result
	err = json.Unmarshal(data, &result)
	if err == nil && (result.Own == nil || len(result.Models) == 0) {
		err = errors.New("it has no scores")
	}
	if err != nil {
		return fmt.Errorf("the answer of %s is not Headroom's: %w", b.name(), err)
	}
	if b.json {
		return printIndented(b.out, data)
	}
	if _, err := fmt.Fprintln(b.out, ownLine(result.Own, b.client)); err != nil {
		return err
	}
	if result.Own.Matched == 0 {
		return nil
	}
	return printScores(b.out, &result)
}

// follow reads the answer up to its last line, and keeps the rows that come on
// the way.
func (b *backtestFlags) follow(ctx context.Context, progress func(backtestLine)) (json.RawMessage, error) {
	resp, err := b.open(ctx, http.MethodGet, "backtest", b.params(), nil)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	for dec := json.NewDecoder(resp.Body); ; {
		var line backtestLine
		if err := dec.Decode(&line); err != nil {
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return nil, b.brokeOff(err)
		}
		switch line.Status {
		case "success":
			return line.Data, nil
		case "error":
			return nil, errors.New(line.Error)
		}
		progress(line)
		if err := b.keep(line); err != nil {
			return nil, err
		}
	}
}

func (b *backtestFlags) params() url.Values {
	p := url.Values{
		"task": {string(b.Task)}, "model": {b.Model}, "asof": {b.asof}, "horizon": {b.horizon},
		"coverage": {strconv.FormatFloat(b.Level, 'g', -1, 64)},
	}
	for name, value := range map[string]string{"path": b.path, "level": b.treeLevel, "from": b.from, "to": b.to} {
		if value != "" {
			p.Set(name, value)
		}
	}
	if b.limit != 0 {
		p.Set("limit", strconv.Itoa(b.limit))
	}
	if b.Out != "" {
		p.Set("rows", "true")
	}
	return p
}

// keep writes the rows of a node: of a single one to the file --out, of several
// to ID.csv in that folder, below folders as in the business tree. What a server
// calls its nodes leads nowhere else.
func (b *backtestFlags) keep(line backtestLine) error {
	if b.Out == "" || line.Rows == "" {
		return nil
	}
	dir, name := b.Out, filepath.FromSlash(line.Series)+".csv"
	if line.Total == 1 {
		dir, name = filepath.Split(b.Out)
	}
	dir = filepath.Clean(dir)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	defer root.Close()
	if err := root.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	if err := root.WriteFile(name, []byte(line.Rows), 0o644); err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	return nil
}

// progressOn tells on a terminal how far a backtest is; elsewhere, as in a log,
// a line after each tenth.
func progressOn(f *os.File) func(backtestLine) {
	interactive := false
	if info, err := f.Stat(); err == nil {
		interactive = info.Mode()&os.ModeCharDevice != 0
	}
	return func(l backtestLine) {
		text := fmt.Sprintf("%d of %d: %s", l.Done, l.Total, printable(l.Series))
		switch {
		case interactive && l.Done == l.Total:
			fmt.Fprint(f, "\r"+fit("", 79)+"\r")
		case interactive:
			fmt.Fprint(f, "\r"+fit(text, 79))
		case l.Done*10/l.Total > (l.Done-1)*10/l.Total:
			fmt.Fprintln(f, text)
		}
	}
}

// fit cuts a text to so many columns of a terminal, and pads it to them.
func fit(text string, columns int) string {
	used := 0
	for i, r := range text {
		if used += columnsOfRune(r); used > columns {
			return fit(text[:i], columns)
		}
	}
	return text + strings.Repeat(" ", columns-used)
}
