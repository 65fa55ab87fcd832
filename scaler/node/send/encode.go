package send

import (
	"encoding/binary"
	"math"
	"time"

	"github.com/golang/snappy"
)

// encoder makes the body of a request, in memory that it uses again.
type encoder struct{ plain, body []byte }

// encode returns a snappy block with a prometheus.WriteRequest of the series at now,
// valid until the next call; nil if none of them has a value.
//
//	message WriteRequest { repeated TimeSeries timeseries = 1; }
//	message TimeSeries   { repeated Label labels = 1; repeated Sample samples = 2; }
//	message Label        { string name = 1; string value = 2; }
//	message Sample       { double value = 1; int64 timestamp = 2; } // milliseconds
func (e *encoder) encode(series []Series, now time.Time) []byte {
	e.plain = e.plain[:0]
	for i := range series {
		if !math.IsNaN(series[i].Value) {
			e.plain = appendSeries(e.plain, &series[i], now.UnixMilli())
		}
	}
	if len(e.plain) == 0 {
		return nil
	}
	e.body = snappy.Encode(e.body[:cap(e.body)], e.plain)
	return e.body
}

// Wire types of protocol buffers.
const (
	varint  = 0
	fixed64 = 1
	lengthy = 2
)

const nameLabel = "__name__"

func appendSeries(b []byte, s *Series, at int64) []byte {
	sample := 1 + 8 + 1 + varintLen(uint64(at))
	n := labelField(nameLabel, s.Name) + 1 + varintLen(uint64(sample)) + sample
	for _, l := range s.Labels {
		n += labelField(l.Name, l.Value)
	}
	b = appendHead(b, 1, n)
	rest := s.Labels
	for ; len(rest) > 0 && rest[0].Name < nameLabel; rest = rest[1:] {
		b = appendLabel(b, rest[0].Name, rest[0].Value) // labels go sorted; capitals come first
	}
	b = appendLabel(b, nameLabel, s.Name)
	for _, l := range rest {
		b = appendLabel(b, l.Name, l.Value)
	}
	b = appendHead(b, 2, sample)
	b = append(b, 1<<3|fixed64)
	b = binary.LittleEndian.AppendUint64(b, math.Float64bits(s.Value))
	b = append(b, 2<<3|varint)
	return binary.AppendUvarint(b, uint64(at))
}

func appendLabel(b []byte, name, value string) []byte {
	b = appendHead(b, 1, labelLen(name, value))
	b = append(appendHead(b, 1, len(name)), name...)
	return append(appendHead(b, 2, len(value)), value...)
}

// appendHead begins a field of n bytes.
func appendHead(b []byte, field, n int) []byte {
	return binary.AppendUvarint(append(b, byte(field<<3|lengthy)), uint64(n))
}

// labelLen is the length of a Label, labelField that of the field that holds it.
func labelLen(name, value string) int {
	return 1 + varintLen(uint64(len(name))) + len(name) + 1 + varintLen(uint64(len(value))) + len(value)
}

func labelField(name, value string) int {
	n := labelLen(name, value)
	return 1 + varintLen(uint64(n)) + n
}

func varintLen(v uint64) int {
	n := 1
	for ; v >= 0x80; v >>= 7 {
		n++
	}
	return n
}
