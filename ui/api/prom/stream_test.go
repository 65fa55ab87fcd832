package prom

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"strconv"
	"testing"
	"unicode/utf8"

	"github.com/prometheus/prometheus/model/labels"
	prom "github.com/prometheus/prometheus/promql"
)

func TestAppendTime(t *testing.T) {
	f := func(ms int64, want string) {
		t.Helper()
		if got := string(appendTime(nil, ms)); got != want {
			t.Errorf("appendTime(%d) = %s, want %s", ms, got, want)
		}
	}

	f(0, "0")
	f(1767229200000, "1767229200")
	f(1767229200005, "1767229200.005")
	f(1767229200050, "1767229200.050")
	f(1767229200500, "1767229200.500")
	f(-1500, "-1.500")
	f(-5, "-0.005")
}

func FuzzAppendFloat(f *testing.F) {
	for _, v := range []float64{0, math.Copysign(0, -1), 0.1, 1e21, 1e-7, math.MaxFloat64, math.SmallestNonzeroFloat64, math.Inf(1), math.NaN()} {
		f.Add(v)
	}
	f.Fuzz(func(t *testing.T, v float64) {
		text := string(appendFloat(nil, v))
		got, err := strconv.ParseFloat(text, 64)
		same := got == v && math.Signbit(got) == math.Signbit(v) || math.IsNaN(got) && math.IsNaN(v)
		if err != nil || !same {
			t.Fatalf("%v is written %q, which reads %v, %v", v, text, got, err)
		}
	})
}

func FuzzAppendString(f *testing.F) {
	for _, s := range []string{"", "WNS", `a"b\c`, "日本", "\x00\n\x7f", "<&>", "\xff", "\u2028"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var got string
		if err := json.Unmarshal(appendString(nil, s), &got); err != nil {
			t.Fatalf("%q is written as no JSON: %v", s, err)
		}
		if utf8.ValidString(s) && got != s {
			t.Fatalf("%q reads %q", s, got)
		}
	})
}

// An answer larger than the buffer is sent in parts that make one document.
func TestLargeAnswerIsSentInParts(t *testing.T) {
	m := make(prom.Matrix, 20)
	for i := range m {
		m[i] = prom.Series{Metric: labels.FromStrings("i", strconv.Itoa(i)), Floats: make([]prom.FPoint, 5000)}
	}
	var w countingWriter
	s := &stream{w: &w}
	s.value(m)
	s.flush()
	var got []struct{ Values [][2]any }
	if err := json.Unmarshal(w.Bytes(), &got); err != nil || len(got) != 20 || len(got[19].Values) != 5000 {
		t.Fatalf("%d series, %v; want 20 of 5000", len(got), err)
	}
	if w.largest > 2*flushAt || w.writes < 10 {
		t.Errorf("sent in %d parts, the largest of %d bytes; want many of about %d", w.writes, w.largest, flushAt)
	}
}

func TestNothingIsWrittenAfterTheClientLeft(t *testing.T) {
	w := countingWriter{err: errors.New("connection reset")}
	s := &stream{w: &w}
	s.value(prom.Matrix{{Floats: make([]prom.FPoint, 50_000)}})
	s.flush()
	if w.writes != 1 || s.err == nil {
		t.Errorf("%d writes, %v; want one and its error", w.writes, s.err)
	}
}

type countingWriter struct {
	bytes.Buffer
	writes, largest int
	err             error
}

func (w *countingWriter) Write(p []byte) (int, error) {
	w.writes++
	w.largest = max(w.largest, len(p))
	if w.err != nil {
		return 0, w.err
	}
	return w.Buffer.Write(p)
}

func BenchmarkStream(b *testing.B) {
	m := make(prom.Matrix, 100)
	for i := range m {
		m[i].Metric = labels.FromStrings("__name__", "load", "module", "SET_W13", "node", strconv.Itoa(i))
		for j := range 1000 {
			m[i].Floats = append(m[i].Floats, prom.FPoint{T: t0.UnixMilli() + int64(j)*15_000, F: 20 + float64(j%97)/10})
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		s := &stream{w: &countingWriter{}}
		s.value(m)
		s.flush()
	}
	b.ReportMetric(float64(b.N)*100*1000/b.Elapsed().Seconds(), "points/s")
}
