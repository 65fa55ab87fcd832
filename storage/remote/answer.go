package remote

import (
	"context"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"

	jsoniter "github.com/json-iterator/go"

	"headroom/storage"
)

// visit takes a series of an answer. Its arguments are valid until it returns.
type visit func(labels []storage.Label, times []int64, values []float64) error

// ask posts to the query API and hands on the series of the answer as they come.
func (s *Store) ask(ctx context.Context, path string, form url.Values, f visit) error {
	resp, err := s.query.do(ctx, request{method: http.MethodPost, path: path, query: form})
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	var visitor error
	err = decodeAnswer(resp.Body, func(labels []storage.Label, times []int64, values []float64) error {
		visitor = f(labels, times, values)
		return visitor
	})
	if err != nil && visitor == nil {
		return fmt.Errorf("answer of %s%s: %w", redacted(s.query.base), path, err)
	}
	return err
}

// decoder reads the answer of a query: an instant vector, a scalar or a matrix.
type decoder struct {
	*jsoniter.Iterator
	f      visit
	err    error // of f
	times  []int64
	values []float64
}

func decodeAnswer(r io.Reader, f visit) error {
	d := &decoder{Iterator: jsoniter.Parse(jsoniter.ConfigDefault, r, 64<<10), f: f}
	seen := false
	for field := d.ReadObject(); field != "" && d.err == nil; field = d.ReadObject() {
		if field == "data" {
			seen = true
			d.data()
			continue
		}
		d.Skip()
	}
	switch {
	case d.err != nil:
		return d.err
	case d.Error != nil: // the end of the input too: the answer is cut short
		return fmt.Errorf("not the answer of a query: %w", noEOF(d.Error))
	case !seen:
		return fmt.Errorf("not the answer of a query: no data")
	}
	return nil
}

func (d *decoder) data() {
	for field := d.ReadObject(); field != "" && d.err == nil; field = d.ReadObject() {
		if field != "result" {
			d.Skip()
			continue
		}
		d.result()
	}
}

// result reads a list of series, or the two elements of a scalar.
func (d *decoder) result() {
	for d.err == nil && d.ReadArray() {
		if d.WhatIsNext() == jsoniter.NumberValue {
			d.scalar()
			return
		}
		d.series()
	}
}

func (d *decoder) scalar() {
	t := d.time()
	if d.ReadArray() {
		v := parseValue(d.Iterator, d.ReadString())
		d.err = d.f(nil, []int64{t}, []float64{v})
	}
	for d.ReadArray() {
		d.Skip()
	}
}

func (d *decoder) series() {
	var labels []storage.Label
	d.times, d.values = d.times[:0], d.values[:0]
	for field := d.ReadObject(); field != ""; field = d.ReadObject() {
		switch field {
		case "metric":
			labels = readLabels(d.Iterator)
		case "value":
			d.pair()
		case "values":
			for d.ReadArray() {
				d.pair()
			}
		default: // native histograms
			d.Skip()
		}
	}
	if d.Error == nil && len(d.times) > 0 {
		d.err = d.f(labels, d.times, d.values)
	}
}

// pair reads a time and a value: [1700000000.123,"23.5"].
func (d *decoder) pair() {
	d.ReadArray()
	t := d.time()
	d.ReadArray()
	s := d.ReadStringAsSlice()
	v := parseValue(d.Iterator, string(s))
	if d.ReadArray() {
		d.ReportError("read a sample", "more than a time and a value")
	}
	d.times, d.values = append(d.times, t), append(d.values, v)
}

// time reads seconds and returns milliseconds.
func (d *decoder) time() int64 { return int64(math.Round(d.ReadFloat64() * 1000)) }
