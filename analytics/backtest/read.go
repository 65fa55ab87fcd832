package backtest

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"math"
	"os"
	"strconv"
	"strings"
)

// Series is a recorded series, in the order of time.
type Series struct {
	Name   string
	Times  []int64   // Unix seconds, never decreasing
	Values []float64 // finite
	Labels []bool    // true: the publisher marked it as an anomaly; nil: no labels
}

// ReadFile reads NAME.csv or NAME.csv.gz.
func ReadFile(path string) (*Series, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read series: %w", err)
	}
	defer f.Close()
	var r io.Reader = f
	if strings.HasSuffix(path, ".gz") {
		if r, err = gzip.NewReader(f); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	s, err := Read(r, path)
	if err != nil {
		return nil, err
	}
	s.Name = seriesName(path)
	return s, nil
}

// Read reads a series from CSV: a header line timestamp,value[,label], then a
// row a value. A timestamp is Unix seconds, a label 0 or 1. Errors name the
// line, as NAME:LINE.
func Read(r io.Reader, name string) (*Series, error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 64<<10), 64<<10)
	s, n := &Series{}, 0
	for lines.Scan() {
		n++
		line := bytes.TrimRight(lines.Bytes(), "\r")
		var err error
		switch {
		case n == 1:
			err = s.header(string(bytes.TrimPrefix(line, []byte("\ufeff"))))
		case len(line) > 0:
			err = s.row(line)
		}
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, n, err)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%s:%d: %w", name, n+1, err)
	}
	if len(s.Times) == 0 {
		return nil, fmt.Errorf("%s: no values in it", name)
	}
	return s, nil
}

func (s *Series) header(line string) error {
	switch line {
	case "timestamp,value":
	case "timestamp,value,label":
		s.Labels = []bool{}
	default:
		return fmt.Errorf("want the header timestamp,value or timestamp,value,label, got %q", line)
	}
	return nil
}

// latest is the year 5138 in seconds: a time beyond it is in milliseconds.
const latest = 100_000_000_000

func (s *Series) row(line []byte) error {
	cells := strings.Split(string(line), ",")
	want := 2
	if s.Labels != nil {
		want = 3
	}
	if len(cells) != want {
		return fmt.Errorf("want %d cells, got %d in %q", want, len(cells), line)
	}
	t, err := strconv.ParseInt(cells[0], 10, 64)
	if err != nil || t < -latest || t > latest {
		return fmt.Errorf("timestamp: want Unix seconds, got %q", cells[0])
	}
	if last := len(s.Times) - 1; last >= 0 && t < s.Times[last] {
		return fmt.Errorf("timestamp %d comes after %d: rows must be in the order of time", t, s.Times[last])
	}
	v, err := strconv.ParseFloat(cells[1], 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		return fmt.Errorf("value: want a finite number, got %q", cells[1])
	}
	s.Times, s.Values = append(s.Times, t), append(s.Values, v)
	if s.Labels == nil {
		return nil
	}
	if cells[2] != "0" && cells[2] != "1" {
		return fmt.Errorf("label: want 0 or 1, got %q", cells[2])
	}
	s.Labels = append(s.Labels, cells[2] == "1")
	return nil
}
