package ingest

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/influxdata/line-protocol/v2/lineprotocol"
)

// influx is InfluxDB's line protocol, of its versions 1 and 2. Good lines of a
// batch with a bad one are kept and the answer is "partial write", as InfluxDB
// does it.
//
// A field becomes the series measurement_field; strings are no samples and are
// passed over; booleans are 0 and 1.
var influx = format{protocol: "influx", decode: decodeInflux}

// precisions are the units of timestamps, as written by the two versions.
var precisions = map[string]lineprotocol.Precision{
	"": lineprotocol.Nanosecond, "ns": lineprotocol.Nanosecond, "n": lineprotocol.Nanosecond,
	"us": lineprotocol.Microsecond, "u": lineprotocol.Microsecond, "µ": lineprotocol.Microsecond,
	"ms": lineprotocol.Millisecond, "s": lineprotocol.Second,
}

func decodeInflux(r *request) error {
	q := r.URL.Query()
	precision, ok := precisions[q.Get("precision")]
	if !ok {
		return fmt.Errorf("query argument precision: want ns, us, ms or s, got %q", shorten(q.Get("precision")))
	}
	b := newBatch(r.extra)
	defer b.release()
	d := lineDecoder{Decoder: lineprotocol.NewDecoderWithBytes(r.body), batch: b, precision: precision, now: r.now, db: database(q)}
	for n := 1; d.Next(); n++ {
		if err := d.point(); err != nil {
			r.tally.refuse(malformed, 1, func() error { return fmt.Errorf("partial write: point %d: %w", n, err) })
		}
	}
	return r.write(b.rows, keepGood)
}

// database is the label db of all series: the database of version 1 or the
// bucket of version 2.
func database(q url.Values) string {
	if db := q.Get("db"); db != "" {
		return db
	}
	return q.Get("bucket")
}

// lineDecoder turns points into series.
type lineDecoder struct {
	*lineprotocol.Decoder
	batch     *batch
	precision lineprotocol.Precision
	now       time.Time // of points without a time
	db        string

	tags   []tag   // of the current point
	fields []field // those that are numbers
}

type tag struct{ key, value string }

type field struct {
	key   string
	value float64
}

// point reads one line, all of it or nothing. Errors name line and column.
func (d *lineDecoder) point() error {
	measurement, err := d.Measurement()
	if err != nil {
		return err
	}
	name := string(measurement) + "_"
	if err := errors.Join(d.readTags(), d.readFields()); err != nil {
		return err
	}
	t, err := d.Time(d.precision, d.now)
	if err != nil {
		return err
	}
	for _, f := range d.fields {
		d.batch.start(name + f.key)
		for _, t := range d.tags {
			d.batch.label(t.key, t.value)
		}
		d.batch.end(t.UnixMilli(), f.value)
	}
	return nil
}

func (d *lineDecoder) readTags() error {
	d.tags = d.tags[:0]
	hasDB := d.db == ""
	for {
		key, value, err := d.NextTag()
		if err != nil {
			return err
		}
		if key == nil {
			break
		}
		hasDB = hasDB || string(key) == "db"
		d.tags = append(d.tags, tag{string(key), string(value)})
	}
	if !hasDB {
		d.tags = append(d.tags, tag{"db", d.db})
	}
	return nil
}

func (d *lineDecoder) readFields() error {
	d.fields = d.fields[:0]
	for {
		key, v, err := d.NextField()
		if err != nil {
			return err
		}
		if key == nil {
			return nil
		}
		if f := number(v); !math.IsNaN(f) {
			d.fields = append(d.fields, field{string(key), f})
		}
	}
}

// number is the value of a field, NaN if it is a string.
func number(v lineprotocol.Value) float64 {
	switch v.Kind() {
	case lineprotocol.Float:
		return v.FloatV()
	case lineprotocol.Int:
		return float64(v.IntV())
	case lineprotocol.Uint:
		return float64(v.UintV())
	case lineprotocol.Bool:
		if v.BoolV() {
			return 1
		}
		return 0
	}
	return math.NaN()
}

// registerInfluxDialogue mounts what InfluxDB's clients ask before they write:
// whether somebody is there, and to create the database.
func registerInfluxDialogue(r gin.IRouter) {
	ping := func(c *gin.Context) {
		c.Header("X-Influxdb-Version", "1.8.0")
		c.Status(http.StatusNoContent)
	}
	query := func(c *gin.Context) {
		c.Header("X-Influxdb-Version", "1.8.0")
		c.Header("Content-Type", "application/json")
		_ = json.NewEncoder(c.Writer).Encode(map[string]any{"results": []map[string]int{{"statement_id": 0}}})
	}
	for _, prefix := range []string{"", "/influx"} {
		r.GET(prefix+"/ping", ping)
		r.HEAD(prefix+"/ping", ping)
		r.GET(prefix+"/query", query)
		r.POST(prefix+"/query", query)
	}
}
