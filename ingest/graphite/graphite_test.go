package graphite

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"headroom/storage"
)

var testNow = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func TestParseLine(t *testing.T) {
	f := func(line, want string) {
		t.Helper()
		s, err := parseLine(line, testNow)
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		if got := describe(s); got != want {
			t.Fatalf("%q became %s, want %s", line, got, want)
		}
	}

	f("a.b 1.5 1795348800", "__name__=a.b 1.5 @1795348800000")
	f("a.b;node=n1;empty= 1.5 1795348800.25", "__name__=a.b node=n1 1.5 @1795348800250")
	f("a\t1", "__name__=a 1 @1795348800000")
	// "Now" in the words of collectd and of statsd.
	f("a 1 N", "__name__=a 1 @1795348800000")
	f("a 1 -1", "__name__=a 1 @1795348800000")
}

func TestParseLineErrors(t *testing.T) {
	f := func(line, want string) {
		t.Helper()
		if _, err := parseLine(line, testNow); err == nil || !strings.Contains(err.Error(), want) {
			t.Fatalf("%q: %v, want %q", line, err, want)
		}
	}

	f("a", "1 fields")
	f("a b c d", "4 fields")
	f("a x", `value is "x"`)
	f("a 1 soon", `time is "soon"`)
	f("a 1 1e300", `time is "1e300"`)
	f("a 1 NaN", `time is "NaN"`)
	f(";a=b 1", "no name")
	f("a;b 1", `tag "b": want name=value`)
}

func describe(s storage.Series) string {
	var b strings.Builder
	for _, l := range s.Labels {
		fmt.Fprintf(&b, "%s=%s ", l.Name, l.Value)
	}
	fmt.Fprintf(&b, "%v @%d", s.Samples[0].Value, s.Samples[0].Timestamp)
	return b.String()
}

func FuzzParseLine(f *testing.F) {
	f.Add("a.b;c=d 1 1795348800")
	f.Add(";= NaN -1")
	f.Fuzz(func(t *testing.T, line string) {
		s, err := parseLine(line, testNow)
		if err == nil && (s.Labels[0].Value == "" || len(s.Samples) != 1) {
			t.Errorf("%q became %v", line, s)
		}
	})
}

// recorder notes what is written.
type recorder struct {
	malformed atomic.Int64

	mu   sync.Mutex
	rows []string
}

func (r *recorder) Malformed() { r.malformed.Add(1) }

func (r *recorder) Write(_ context.Context, _ string, rows []storage.Series) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range rows {
		r.rows = append(r.rows, describe(s))
	}
	return nil
}

func (r *recorder) sorted() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Sorted(slices.Values(r.rows))
}

func TestServer(t *testing.T) {
	var r recorder
	s, err := Listen("127.0.0.1:0", Options{
		Sink: &r, Logger: slog.New(slog.DiscardHandler), Now: func() time.Time { return testNow },
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- s.Run(ctx) }()

	send := func(network, text string) net.Conn {
		c, err := net.Dial(network, s.Addr())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
		return c
	}
	// One connection stays open and must not wait for more; one ends without
	// a newline; a bad line does not harm its neighbours.
	defer send("tcp", "a 1 1\n").Close()
	send("tcp", "b 2 2\nbad\nc 3 3").Close()
	defer send("udp", "d 4 4\ne 5 5\n").Close()

	want := []string{"__name__=a 1 @1000", "__name__=b 2 @2000", "__name__=c 3 @3000", "__name__=d 4 @4000", "__name__=e 5 @5000"}
	for deadline := time.Now().Add(10 * time.Second); !slices.Equal(r.sorted(), want); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("got %q, want %q", r.sorted(), want)
		}
	}
	if r.malformed.Load() != 1 {
		t.Errorf("%d bad lines counted, want 1", r.malformed.Load())
	}
	cancel()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}
