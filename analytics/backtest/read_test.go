package backtest

import (
	"bytes"
	"strings"
	"testing"
)

func TestReadNamesTheFault(t *testing.T) {
	f := func(in, want string) {
		t.Helper()
		if _, err := Read(strings.NewReader(in), "s.csv"); err == nil || !strings.Contains(err.Error(), want) {
			t.Fatalf("Read(%q): %v; want %q in it", in, err, want)
		}
	}
	f("", "s.csv: no values")
	f("timestamp,value\n", "s.csv: no values")
	f("time,value\n1,2\n", `s.csv:1: want the header timestamp,value or timestamp,value,label, got "time,value"`)
	f("timestamp,value\n60,1\n120,x\n", `s.csv:3: value: want a finite number, got "x"`)
	f("timestamp,value\n60,NaN\n", `s.csv:2: value: want a finite number, got "NaN"`)
	f("timestamp,value\n60,1e999\n", `s.csv:2: value`)
	f("timestamp,value\n60,\n", `s.csv:2: value: want a finite number, got ""`)
	f("timestamp,value\n60.5,1\n", `s.csv:2: timestamp: want Unix seconds, got "60.5"`)
	f("timestamp,value\n60,1\n\n\n0,1\n", "s.csv:5: timestamp 0 comes after 60")
	f("timestamp,value\n1700000000000,1\n", "s.csv:2: timestamp")
	f("timestamp,value\n60,1,0\n", "s.csv:2: want 2 cells, got 3")
	f("timestamp,value,label\n60,1\n", "s.csv:2: want 3 cells, got 2")
	f("timestamp,value,label\n60,1,yes\n", `s.csv:2: label: want 0 or 1, got "yes"`)
	f("timestamp,value\n60,"+strings.Repeat("1", 70_000)+"\n", "s.csv:2: ")
}

func TestRead(t *testing.T) {
	s, err := Read(strings.NewReader("\ufefftimestamp,value,label\r\n60,1.5,0\r\n\r\n60,-2e3,1"), "s.csv")
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Times) != 2 || s.Times[1] != 60 || s.Values[0] != 1.5 || s.Values[1] != -2000 || s.Labels[0] || !s.Labels[1] {
		t.Fatalf("got %+v", s)
	}
}

// FuzzRead: whatever is read can be placed and replayed, or is refused with the
// place named.
func FuzzRead(f *testing.F) {
	f.Add([]byte("timestamp,value\n60,1\n120,2\n"))
	f.Add([]byte("timestamp,value,label\n60,1,0\n86400,2,1\n"))
	f.Add([]byte("timestamp,value\n-99999999999,1e308\n99999999999,-1e308\n"))
	f.Fuzz(func(t *testing.T, in []byte) {
		s, err := Read(bytes.NewReader(in), "fuzz.csv")
		if err != nil {
			if !strings.HasPrefix(err.Error(), "fuzz.csv:") {
				t.Fatalf("error without its place: %v", err)
			}
			return
		}
		if len(s.Times) != len(s.Values) || s.Labels != nil && len(s.Labels) != len(s.Times) {
			t.Fatalf("columns of %d, %d, %d rows", len(s.Times), len(s.Values), len(s.Labels))
		}
	})
}
