package remote

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"math"
	"net/http"
	"slices"
	"strconv"

	"github.com/VictoriaMetrics/VictoriaMetrics/lib/decimal"
	jsoniter "github.com/json-iterator/go"

	"headroom/storage"
)

const exportPath = "/api/v1/export"

// probeExport exports nothing.
func probeExport() request {
	q := params([]storage.Matcher{storage.Metric("headroom_probe")}, storage.TimeRange{From: 1, To: 2})
	return request{method: http.MethodGet, path: exportPath, query: q}
}

// readExport reads by VictoriaMetrics' export: one line of JSON for each series.
func (s *Store) readExport(ctx context.Context, q storage.Query, c *collector) error {
	resp, err := s.query.do(ctx, request{method: http.MethodPost, path: exportPath, query: params(q.Matchers, q.Range)})
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	it := jsoniter.Parse(jsoniter.ConfigDefault, resp.Body, 64<<10)
	for it.WhatIsNext() == jsoniter.ObjectValue {
		line := readLine(it)
		if err := failed(it); err != nil {
			return fmt.Errorf("read export of %s: %w", redacted(s.query.base), withoutURL(err))
		}
		if len(line.times) != len(line.values) {
			return fmt.Errorf("read export of %s: %d times with %d values", redacted(s.query.base), len(line.times), len(line.values))
		}
		if err := c.add(line.labels, line.times, line.values); err != nil {
			return err
		}
	}
	if err := atEnd(it); err != nil {
		return fmt.Errorf("read export of %s: %w", redacted(s.query.base), err)
	}
	return nil
}

// line is a series with its samples.
type line struct {
	labels []storage.Label
	times  []int64
	values []float64
}

func readLine(it *jsoniter.Iterator) (l line) {
	for field := it.ReadObject(); field != ""; field = it.ReadObject() {
		switch field {
		case "metric":
			l.labels = readLabels(it)
		case "values":
			for it.ReadArray() {
				l.values = append(l.values, readExported(it))
			}
		case "timestamps":
			for it.ReadArray() {
				l.times = append(l.times, it.ReadInt64())
			}
		default:
			it.Skip()
		}
	}
	return l
}

// readExported reads a value of an export: staleness markers are null there,
// infinite values strings.
func readExported(it *jsoniter.Iterator) float64 {
	switch it.WhatIsNext() {
	case jsoniter.NilValue:
		it.ReadNil()
		return decimal.StaleNaN
	case jsoniter.StringValue:
		return parseValue(it, it.ReadString())
	default:
		// Not ReadFloat64: it may be off in the last digit.
		return parseValue(it, string(it.ReadNumber()))
	}
}

func parseValue(it *jsoniter.Iterator, s string) float64 {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil && !math.IsInf(v, 0) {
		it.ReportError("read a value", err.Error())
	}
	return v
}

// readLabels reads an object of label names and values, and sorts them.
func readLabels(it *jsoniter.Iterator) []storage.Label {
	labels := make([]storage.Label, 0, 8)
	it.ReadMapCB(func(it *jsoniter.Iterator, name string) bool {
		labels = append(labels, storage.Label{Name: name, Value: it.ReadString()})
		return true
	})
	slices.SortFunc(labels, func(a, b storage.Label) int { return cmp.Compare(a.Name, b.Name) })
	return labels
}

// failed returns the error of an iterator; the end of the input is none here.
func failed(it *jsoniter.Iterator) error {
	if it.Error == nil || it.Error == io.EOF {
		return nil
	}
	return it.Error
}

// atEnd returns an error unless all the input was read.
func atEnd(it *jsoniter.Iterator) error {
	if it.Error == nil {
		return fmt.Errorf("unexpected text in the answer: %.200q", it.SkipAndReturnBytes())
	}
	return failed(it)
}
