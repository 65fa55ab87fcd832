package statsd

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/DataDog/datadog-go/v5/statsd"

	"headroom/storage"
)

var testNow = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func describe(rows []storage.Series) (out []string) {
	for _, s := range rows {
		var name string
		var parts []string
		for _, l := range s.Labels {
			if l.Name == storage.MetricName {
				name = l.Value
			} else {
				parts = append(parts, l.Name+"="+l.Value)
			}
		}
		out = append(out, fmt.Sprintf("%s{%s} %v", name, strings.Join(parts, ","), s.Samples[0].Value))
	}
	return out
}

// interval feeds lines to an aggregator and returns what it flushes.
func interval(t *testing.T, a *aggregator, now time.Time, lines ...string) []string {
	t.Helper()
	for _, line := range lines {
		r, err := parseLine(line)
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		if err := a.add(r, now); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
	}
	return describe(a.flush(now))
}

func TestAggregation(t *testing.T) {
	a := newAggregator(1)
	want := func(got []string, want ...string) {
		t.Helper()
		if !slices.Equal(got, want) {
			t.Fatalf("got\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
		}
	}

	want(interval(t, a, testNow, "hits:1|c", "hits:3|c|@0.5", "hits:1|c|#b:2,a:1", "hits:1|c|#a:1,b:2"),
		"hits{} 7", "hits{a=1,b=2} 2")
	// Counters are totals; a sampled value counts for what it stands for.
	want(interval(t, a, testNow, "hits:1|c"), "hits{} 8", "hits{a=1,b=2} 2")

	a = newAggregator(1)
	want(interval(t, a, testNow, "g:5|g", "g:+3|g", "g:-1|g"), "g{} 7")
	want(interval(t, a, testNow), "g{} 7")

	a = newAggregator(1)
	want(interval(t, a, testNow, "t:250:500:250|ms|#up"),
		"t_sum{up=true} 1", "t_count{up=true} 3", "t{quantile=0.5,up=true} 0.25", "t{quantile=0.9,up=true} 0.5", "t{quantile=0.99,up=true} 0.5")
	// A silent interval repeats the totals but no quantile.
	want(interval(t, a, testNow), "t_sum{up=true} 1", "t_count{up=true} 3")

	a = newAggregator(1)
	want(interval(t, a, testNow, "users:a|s", "users:b|s", "users:a|s"), "users{} 2")
	want(interval(t, a, testNow), "users{} 0")

	// What is silent is forgotten.
	want(interval(t, a, testNow.Add(idle)))
	if len(a.series) != 0 {
		t.Errorf("%d series are kept", len(a.series))
	}
}

func TestQuantilesOfManyValues(t *testing.T) {
	a := newAggregator(7)
	var lines []string
	for i := range 20 * maxValues {
		lines = append(lines, fmt.Sprintf("t:%d|h", i))
	}
	got := interval(t, a, testNow, lines...)
	var median float64
	if _, err := fmt.Sscanf(got[2], "t{quantile=0.5} %g", &median); err != nil {
		t.Fatal(err, got)
	}
	// Three standard errors of a median of 1,000 uniform values: 3 × 0.5 ÷ √1000.
	if median < 20*maxValues*0.45 || median > 20*maxValues*0.55 {
		t.Errorf("median %v of 0…%d", median, 20*maxValues)
	}
	if n := len(a.series["h\xff__name__\xfft"].values); n != 0 {
		t.Errorf("%d values stay after the flush", n)
	}
}

func TestParseLineErrors(t *testing.T) {
	f := func(line, want string) {
		t.Helper()
		if _, err := parseLine(line); err == nil || !strings.Contains(err.Error(), want) {
			t.Fatalf("%q: %v, want %q", line, err, want)
		}
	}

	f("a", "no type")
	f("a|c", "no name or no value")
	f(":1|c", "no name or no value")
	f("a:|c", "no name or no value")
	f("a:x|c", `value is "x"`)
	f("a:NaN|g", `value is "NaN"`)
	f("a:1|q", `type is "q"`)
	f("a:1|c|@0", `sampling rate is "0"`)
	f("a:1|c|@1.5", `sampling rate is "1.5"`)
}

func FuzzParseLine(f *testing.F) {
	f.Add("a.b:1:2|ms|@0.1|#x:y,z|c:123")
	f.Add("a:+1|g|#:,quantile:1,__name__:x")
	f.Fuzz(func(t *testing.T, line string) {
		r, err := parseLine(line)
		if err != nil {
			return
		}
		a := newAggregator(1)
		if a.add(r, testNow) != nil {
			return
		}
		for _, row := range a.flush(testNow) {
			if storage.Value(row.Labels, storage.MetricName) == "" {
				t.Errorf("%q became a series without a name: %v", line, row.Labels)
			}
			for i, l := range row.Labels {
				if l.Name == "" || l.Value == "" || i > 0 && l.Name == row.Labels[i-1].Name {
					t.Errorf("%q became %v", line, row.Labels)
				}
			}
		}
	})
}

// recorder keeps the last flush that had something in it.
type recorder struct {
	malformed atomic.Int64

	mu   sync.Mutex
	last []string
}

func (r *recorder) Malformed() { r.malformed.Add(1) }

func (r *recorder) Write(_ context.Context, _ string, rows []storage.Series) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.last = describe(rows)
	return nil
}

// A real client sends; the server's end flushes what has come.
func TestRealClient(t *testing.T) {
	var r recorder
	s, err := Listen("127.0.0.1:0", Options{Sink: &r, Logger: slog.New(slog.DiscardHandler), Interval: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- s.Run(ctx) }()

	client, err := statsd.New(s.Addr(), statsd.WithNamespace("app."), statsd.WithTags([]string{"module:a"}), statsd.WithoutTelemetry(), statsd.WithoutClientSideAggregation(), statsd.WithoutOriginDetection())
	if err != nil {
		t.Fatal(err)
	}
	for range 10 {
		_ = client.Incr("hits", []string{"node:n1"}, 1)
	}
	_ = client.Gauge("load", 42.5, nil, 1)
	_ = client.Timing("latency", 250*time.Millisecond, nil, 1)
	_ = client.Set("users", "x", nil, 1)
	if err := client.Flush(); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"app.hits{module=a,node=n1} 10", "app.load{module=a} 42.5", "app.latency_sum{module=a} 0.25", "app.latency_count{module=a} 1"} {
		for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
			r.mu.Lock()
			got := r.last
			r.mu.Unlock()
			if slices.Contains(got, want) {
				break
			}
			if time.Now().After(deadline) {
				t.Fatalf("no %q in %q", want, got)
			}
		}
	}
	if err := client.Close(); err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if n := r.malformed.Load(); n != 0 {
		t.Errorf("%d lines of the client were not understood", n)
	}
}
