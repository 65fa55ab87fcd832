package ingest

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"unsafe"

	"github.com/VictoriaMetrics/VictoriaMetrics/lib/protoparser/prometheus"
)

// promText is the Prometheus text exposition, as exporters serve it. A batch
// with a bad line is refused as a whole, as by Prometheus and the Pushgateway.
var promText = format{protocol: "prometheus_text", decode: decodePromText}

// exposition is a page: samples, and what HELP and TYPE say about metrics.
type exposition struct {
	rows prometheus.Rows
	told prometheus.MetadataRows
}

var expositions = sync.Pool{New: func() any { return new(exposition) }}

// parse reads a page and tells whether all its samples could be read. A bad
// HELP or TYPE is passed over as any other comment.
func (e *exposition) parse(text string) (good bool) {
	good = true
	e.rows, e.told = prometheus.UnmarshalWithMetadata(e.rows, e.told, text, func(problem string) {
		good = good && strings.HasPrefix(problem, "cannot unmarshal metadata line")
	})
	return good
}

func decodePromText(r *request) error {
	page := expositions.Get().(*exposition)
	defer func() {
		page.rows.Reset()
		page.told.Reset()
		expositions.Put(page)
	}()
	text := asString(r.body)
	if !page.parse(text) {
		return firstBadLine(text)
	}
	for _, m := range page.told.Rows {
		r.in.descriptions.tell(m.Metric, Description{Type: typeName(m.Type), Help: m.Help})
	}
	b := newBatch(r.extra)
	defer b.release()
	now := r.now.UnixMilli()
	for i := range page.rows.Rows {
		row := &page.rows.Rows[i]
		b.start(row.Metric)
		for _, tag := range row.Tags {
			b.label(tag.Key, tag.Value)
		}
		if row.Timestamp == 0 {
			row.Timestamp = now
		}
		b.end(row.Timestamp, row.Value)
	}
	return r.write(b.rows, allOrNone)
}

// firstBadLine names the first line that does not parse. Only a bad batch pays
// for the second pass.
func firstBadLine(text string) error {
	var rows prometheus.Rows
	n := 0
	for line := range strings.Lines(text) {
		n++
		reason := ""
		rows.UnmarshalWithErrLogger(line, func(s string) { reason = s })
		if reason == "" {
			continue
		}
		if i := strings.LastIndex(reason, `": `); i >= 0 { // the parser repeats the line in front
			reason = reason[i+3:]
		}
		return fmt.Errorf("line %d: %s: %q", n, reason, shorten(strings.TrimSpace(line)))
	}
	return errors.New("a line does not parse on its own")
}

// asString looks at b as a string, which must not outlive b.
func asString(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
