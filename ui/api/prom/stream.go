package prom

import (
	"encoding/json"
	"io"
	"math"
	"strconv"

	"github.com/prometheus/prometheus/model/labels"
	prom "github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
)

// stream writes the JSON of query results. Most of an answer is numbers, so
// they are appended without reflection.
type stream struct {
	w   io.Writer
	buf []byte
	err error // the first of w; nothing is written after it
}

func (s *stream) text(t string) { s.buf = append(s.buf, t...) }

// flush sends what is buffered.
func (s *stream) flush() {
	if s.err == nil {
		_, s.err = s.w.Write(s.buf)
	}
	s.buf = s.buf[:0]
}

func (s *stream) flushIfLarge() {
	if len(s.buf) >= flushAt {
		s.flush()
	}
}

func (s *stream) value(v parser.Value) {
	switch v := v.(type) {
	case prom.Matrix:
		list(s, v, s.series)
	case prom.Vector:
		list(s, v, s.sample)
	case prom.Scalar:
		s.point(v.T, v.V)
	case prom.String:
		s.buf = append(s.buf, '[')
		s.buf = appendTime(s.buf, v.T)
		s.buf = append(s.buf, ',')
		s.buf = appendString(s.buf, v.V)
		s.buf = append(s.buf, ']')
	}
}

func list[T any](s *stream, items []T, write func(*T)) {
	s.buf = append(s.buf, '[')
	for i := range items {
		if i > 0 {
			s.buf = append(s.buf, ',')
		}
		write(&items[i])
		s.flushIfLarge()
	}
	s.buf = append(s.buf, ']')
}

func (s *stream) series(x *prom.Series) {
	s.text(`{"metric":`)
	s.labels(x.Metric)
	s.text(`,"values":`)
	list(s, x.Floats, func(p *prom.FPoint) { s.point(p.T, p.F) })
	s.text(`}`)
}

func (s *stream) sample(x *prom.Sample) {
	s.text(`{"metric":`)
	s.labels(x.Metric)
	s.text(`,"value":`)
	s.point(x.T, x.F)
	s.text(`}`)
}

func (s *stream) labels(ls labels.Labels) {
	sep := byte('{')
	ls.Range(func(l labels.Label) {
		s.buf = append(s.buf, sep)
		s.buf = appendString(s.buf, l.Name)
		s.buf = append(s.buf, ':')
		s.buf = appendString(s.buf, l.Value)
		sep = ','
	})
	if sep == '{' {
		s.buf = append(s.buf, '{')
	}
	s.buf = append(s.buf, '}')
}

func (s *stream) point(t int64, v float64) {
	s.buf = append(s.buf, '[')
	s.buf = appendTime(s.buf, t)
	s.buf = append(s.buf, ',', '"')
	s.buf = appendFloat(s.buf, v)
	s.buf = append(s.buf, '"', ']')
}

// texts writes a list of strings after its key, or nothing if it is empty.
func (s *stream) texts(key string, list []string) {
	for i, t := range list {
		if i == 0 {
			s.text(key)
			s.text("[")
		} else {
			s.text(",")
		}
		s.buf = appendString(s.buf, t)
	}
	if len(list) > 0 {
		s.text("]")
	}
}

// appendTime writes milliseconds as seconds with up to three decimals, all
// three if any.
func appendTime(b []byte, ms int64) []byte {
	if ms < 0 {
		b, ms = append(b, '-'), -ms
	}
	b = strconv.AppendInt(b, ms/1000, 10)
	if f := ms % 1000; f != 0 {
		b = append(b, '.', byte('0'+f/100), byte('0'+f/10%10), byte('0'+f%10))
	}
	return b
}

// appendFloat writes the shortest text that reads as v again, with an exponent
// only where JavaScript would write one; NaN, +Inf and -Inf by these names.
func appendFloat(b []byte, v float64) []byte {
	if abs := math.Abs(v); abs != 0 && (abs < 1e-6 || abs >= 1e21) {
		return strconv.AppendFloat(b, v, 'e', -1, 64)
	}
	return strconv.AppendFloat(b, v, 'f', -1, 64)
}

// appendString quotes s. Nearly all label names and values need no escapes.
func appendString(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= 0x7f || c == '"' || c == '\\' {
			quoted, _ := json.Marshal(s) // a string cannot fail
			return append(b, quoted...)
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}
