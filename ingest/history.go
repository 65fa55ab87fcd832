package ingest

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/VictoriaMetrics/VictoriaMetrics/lib/protoparser/csvimport"
	"github.com/valyala/fastjson"

	"headroom/storage"
)

// The two formats for history, both as VictoriaMetrics takes them. A batch with
// a bad line is refused as a whole: whoever loads history mends the file and
// sends it again.
var (
	// csvFormat is CSV, its columns described by the query argument format:
	// 1:time:unix_s,2:metric:load,3:label:module.
	csvFormat = format{protocol: "csv", decode: decodeCSV}
	// jsonLines is one series a line:
	// {"metric":{"__name__":"load"},"values":[1],"timestamps":[1700000000000]}.
	jsonLines = format{protocol: "json_lines", decode: decodeJSONLines}
)

func decodeCSV(r *request) error {
	columns, err := csvimport.ParseColumnDescriptors(r.URL.Query().Get("format"))
	if err != nil {
		return fmt.Errorf("query argument format: %w", err)
	}
	b := newBatch(r.extra)
	defer b.release()
	in := csv.NewReader(strings.NewReader(asString(r.body)))
	in.FieldsPerRecord, in.ReuseRecord = -1, true
	for first := true; ; first = false {
		record, err := in.Read()
		if errors.Is(err, io.EOF) {
			return r.write(b.rows, allOrNone)
		}
		if err != nil {
			return err // names the line itself
		}
		if err := b.addRecord(record, columns, r.now.UnixMilli()); err != nil && (!first || !isHeader(record, columns)) {
			line, _ := in.FieldPos(0)
			return fmt.Errorf("line %d: %w", line, err)
		}
	}
}

// isHeader tells whether a first line can be the columns' names: nothing in it
// is a number.
func isHeader(record []string, columns []csvimport.ColumnDescriptor) bool {
	for i, c := range columns {
		if i >= len(record) || c.MetricName == "" && c.ParseTimestamp == nil {
			continue
		}
		if _, err := strconv.ParseFloat(record[i], 64); err == nil {
			return false
		}
	}
	return true
}

// addRecord adds a sample for each column that is a metric; empty cells are no
// samples.
func (b *batch) addRecord(record []string, columns []csvimport.ColumnDescriptor, now int64) error {
	if len(record) < len(columns) {
		return fmt.Errorf("%d columns, want at least %d", len(record), len(columns))
	}
	ms := now
	for i, c := range columns {
		if c.ParseTimestamp == nil {
			continue
		}
		t, err := c.ParseTimestamp(record[i])
		if err != nil {
			return fmt.Errorf("column %d: %q is no time of the format asked for", i+1, shorten(record[i]))
		}
		ms = t
	}
	before := len(b.rows)
	for i, c := range columns {
		if c.MetricName == "" || record[i] == "" {
			continue
		}
		v, err := strconv.ParseFloat(record[i], 64)
		if err != nil {
			b.rows = b.rows[:before]
			return fmt.Errorf("column %d: %q is no number", i+1, shorten(record[i]))
		}
		b.start(c.MetricName)
		for j, l := range columns {
			if l.TagName != "" {
				b.label(l.TagName, record[j])
			}
		}
		b.end(ms, v)
	}
	return nil
}

func decodeJSONLines(r *request) error {
	b := newBatch(r.extra)
	defer b.release()
	n := 0
	for line := range strings.Lines(asString(r.body)) {
		n++
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		if err := b.addJSONLine(line); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
	}
	return r.write(b.rows, allOrNone)
}

// addJSONLine adds a series. Its strings are copied, since the parser's memory
// serves the next line.
func (b *batch) addJSONLine(line string) error {
	p := jsonParsers.Get()
	defer jsonParsers.Put(p)
	v, err := p.Parse(line)
	if err != nil {
		return err
	}
	metric := v.GetObject("metric")
	if metric == nil {
		return errors.New(`field "metric" is missing or no object`)
	}
	b.first = len(b.labels)
	metric.Visit(func(name []byte, value *fastjson.Value) {
		text, sErr := value.StringBytes()
		if sErr != nil && err == nil {
			err = fmt.Errorf("label %q: %w", shorten(string(name)), sErr)
		}
		b.label(string(name), string(text))
	})
	if err != nil {
		return err
	}
	return b.addRuns(v.GetArray("values"), v.GetArray("timestamps"))
}

var jsonParsers fastjson.ParserPool

func (b *batch) addRuns(values, times []*fastjson.Value) error {
	if len(values) != len(times) {
		return fmt.Errorf("%d values but %d timestamps", len(values), len(times))
	}
	start := len(b.samples)
	for i := range values {
		if values[i].Type() == fastjson.TypeNull {
			continue // how a missing value is exported
		}
		v, err := jsonFloat(values[i])
		if err != nil {
			return fmt.Errorf("value %d: %w", i+1, err)
		}
		ms, err := times[i].Int64()
		if err != nil {
			return fmt.Errorf("timestamp %d: %w", i+1, err)
		}
		b.samples = append(b.samples, storage.Sample{Timestamp: ms, Value: v})
	}
	b.endFrom(start)
	return nil
}

// jsonFloat reads a number, or what JSON has no number for: "Infinity", "NaN".
func jsonFloat(v *fastjson.Value) (float64, error) {
	if v.Type() != fastjson.TypeString {
		return v.Float64()
	}
	text, err := v.StringBytes()
	if err != nil {
		return 0, err
	}
	return strconv.ParseFloat(string(text), 64)
}
