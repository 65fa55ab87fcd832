package ingest

import (
	"bytes"
	"errors"
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/golang/snappy"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"headroom/internal/config"
	"headroom/storage"
)

func TestLimitsOfASeries(t *testing.T) {
	f := func(line, reason, want string) {
		t.Helper()
		s := newServer(t, func(o *Options) {
			o.Limits.MaxLabels, o.Limits.MaxLabelLength, o.Retention = 3, 20, 24*time.Hour
		})
		code, answer := s.push("/api/v1/import/prometheus", line)
		if code != 400 || !strings.Contains(answer, want) {
			t.Fatalf("status %d: %s", code, answer)
		}
		if got := s.metric(t, "headroom_ingest_rejected_samples_total", reason); got != 1 {
			t.Errorf("%v samples counted as %s, want 1", got, reason)
		}
	}

	f(`m{a="1",b="2",c="3"} 1`, "too_many_labels", `series m{a="1",b="2",c="3"} has 4 labels, the limit is 3`)
	f(`m{a="`+strings.Repeat("x", 21)+`"} 1`, "label_too_long", `label "a" of series m{a=`)
	f(strings.Repeat("m", 21)+` 1`, "label_too_long", `has 21 bytes, the limit is 20`)
	f("m{a=\"\xff\"} 1", "invalid_label", `is not UTF-8`)
	f(`m{a="1",a="2"} 1`, "duplicate_label", `series m{a="1",a="2"} has the label "a" twice`)
	f(`m 1 1795262399000`, "too_old", `timestamp 1795262399000 (2026-11-21T11:59:59Z) is older than the retention`)
	f(`m 1 1795352401000`, "too_new", `timestamp 1795352401000 (2026-11-22T13:00:01Z) is too far in the future`)
}

func TestSeriesLimits(t *testing.T) {
	s := newServer(t, func(o *Options) {
		o.Limits.MaxSeries, o.Limits.MaxSeriesPerMetric, o.Limits.MaxSeriesPerSender = 6, 2, 4
	})
	from := func(sender, series string) string {
		t.Helper()
		var b strings.Builder
		for name := range strings.SplitSeq(series, " ") {
			fmt.Fprintf(&b, "%s 1\n", name)
		}
		r := httptest.NewRequest("POST", "/api/v1/import/prometheus", strings.NewReader(b.String()))
		r.RemoteAddr = sender + ":4000"
		w := httptest.NewRecorder()
		s.handler.ServeHTTP(w, r)
		return w.Body.String()
	}
	want := func(answer, text string) {
		t.Helper()
		if !strings.Contains(answer, text) || (text == "") != (answer == "") {
			t.Fatalf("answer %q, want %q", answer, text)
		}
	}

	want(from("10.0.0.1", `a{n="1"} a{n="2"}`), "")
	want(from("10.0.0.1", `a{n="3"}`), `new series of metric "a" refused: it has 2 active series already (ingest.max_series_per_metric)`)
	// What is active goes on, from everybody and in any order of its labels.
	want(from("10.0.0.2", `a{n="1"}`), "")
	want(from("10.0.0.1", `b c`), "")
	want(from("10.0.0.1", `d`), `sender 10.0.0.1 has 4 active series already (ingest.max_series_per_sender)`)
	want(from("10.0.0.2", `d e`), "")
	want(from("10.0.0.2", `f`), `there are 6 active series already (ingest.max_series)`)
	if got := s.Limiter().Active(); got != 6 {
		t.Errorf("%d active series, want 6", got)
	}

	want(from("10.0.0.1", `g`), "ingest.max_series)")
	if n := strings.Count(s.log.String(), "limit=metric_series_limit offender=a "); n != 1 {
		t.Errorf("the metric was named %d times in the log, want once:\n%s", n, s.log)
	}
	if got := s.metric(t, "headroom_ingest_limited_series_total", "sender_series_limit", "10.0.0.1"); got != 1 {
		t.Errorf("the metric names the sender %v times, want once", got)
	}
}

// send checks a request of one sample for each series, all of which have to be
// kept.
func send(t *testing.T, c *checker, at time.Time, series ...[]storage.Label) {
	t.Helper()
	var rows []storage.Series
	for _, labels := range series {
		rows = append(rows, storage.Series{Labels: labels, Samples: []storage.Sample{{Timestamp: at.UnixMilli()}}})
	}
	var got tally
	if c.keep("s", at, rows, &got); got.kept != len(series) {
		t.Fatalf("%d of %d samples kept: %v", got.kept, len(series), got.err())
	}
}

func TestLabelOrderMakesNoSecondSeries(t *testing.T) {
	l := NewLimiter(config.Default().Ingest, testNow)
	c := &checker{limits: config.Default().Ingest, limiter: l}
	for _, labels := range [][]storage.Label{
		pairs("__name__", "m", "a", "1", "b", "2"), pairs("b", "2", "__name__", "m", "a", "1"), pairs("b", "2", "a", "1", "__name__", "m"),
	} {
		send(t, c, testNow, labels)
	}
	if l.Active() != 1 {
		t.Fatalf("%d active series, want 1", l.Active())
	}
}

func TestSilentSeriesLeave(t *testing.T) {
	l := NewLimiter(config.Default().Ingest, testNow)
	c := &checker{limits: config.Default().Ingest, limiter: l}
	send(t, c, testNow, pairs("__name__", "silent"), pairs("__name__", "busy", "a", "1"))
	busy := pairs("a", "1", "__name__", "busy") // from here on in this order only
	for after := time.Duration(0); after <= 2*generation; after += generation / 4 {
		send(t, c, testNow.Add(after), slices.Clone(busy)) // a new series' labels are sorted in place
	}
	if l.Active() != 1 {
		t.Fatalf("%d active series after %s, want 1", l.Active(), 2*generation)
	}
	if l.metrics["silent"] != nil || l.metrics["busy"].series != 1 || l.senders["s"].series != 1 {
		t.Errorf("metrics %v, senders %v", l.metrics, l.senders)
	}
}

// A series that left is a new one when it comes back, also where the series
// before it still points to it.
func TestSeriesThatLeftIsNotFoundByItsPredecessor(t *testing.T) {
	l := NewLimiter(config.Default().Ingest, testNow)
	c := &checker{limits: config.Default().Ingest, limiter: l}
	all := [][]storage.Label{pairs("__name__", "a"), pairs("__name__", "b"), pairs("__name__", "c")}
	for range 3 {
		send(t, c, testNow, all...)
	}
	a, b := l.known(nil, l.hash(all[0])), l.known(nil, l.hash(all[1]))
	if a.after.Load() != b {
		t.Error("a does not know its follower")
	}
	at := testNow
	for l.Active() == 3 {
		at = at.Add(generation / 2)
		send(t, c, at, all[0])
		send(t, c, at, all[2])
		if at.Sub(testNow) > 4*generation {
			t.Fatal("b did not leave")
		}
	}
	send(t, c, at, all...)
	if l.Active() != 3 || l.metrics["b"] == nil {
		t.Errorf("%d active series, want 3", l.Active())
	}
}

// big is an amount of zeros that compresses a thousandfold.
var big = bytes.Repeat([]byte{'\n'}, 64<<20)

func TestLargeRequestsAreRefused(t *testing.T) {
	var gz bytes.Buffer
	g := gzip.NewWriter(&gz)
	_, _ = g.Write(big)
	_ = g.Close()
	enc, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, body := range map[string]string{
		"": string(big[:2<<20]), "gzip": gz.String(), "zstd": string(enc.EncodeAll(big, nil)), "snappy": string(snappy.Encode(nil, big)),
	} {
		s := newServer(t, func(o *Options) { o.Limits.MaxRequestSize = 1 << 20 })
		if code, answer := s.push("/api/v1/import/prometheus", body, "Content-Encoding", name); code != 413 || !strings.Contains(answer, "1048576 bytes") {
			t.Errorf("%q: status %d: %s", name, code, answer)
		}
		if used := s.budget.used.Load(); used != 0 {
			t.Errorf("%q: %d bytes stay reserved", name, used)
		}
	}
}

// A body that promises gigabytes must not make us allocate them.
func TestBombsDoNotAllocate(t *testing.T) {
	promise := append([]byte{0x80, 0x80, 0x80, 0x10}, "xxxxxxxx"...) // snappy: 32 MiB to come
	b := &body{raw: promise}
	if _, err := b.unsnap(64 << 20); err == nil || cap(b.plain) > 1<<10 {
		t.Fatalf("%v, and %d bytes allocated", err, cap(b.plain))
	}
	enc, err := zstd.NewWriter(nil, zstd.WithWindowSize(32<<20), zstd.WithSingleSegment(false))
	if err != nil {
		t.Fatal(err)
	}
	b = &body{raw: enc.EncodeAll(big[:33<<20], nil)}
	if _, err := b.decompress("zstd", 64<<20); err == nil {
		t.Fatal("a zstd window of 32 MiB was allocated")
	}
}

func TestBusyAsksToComeBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, func(o *Options) { o.Limits.MaxConcurrent = 1 })
		s.hold = make(chan struct{})
		first := make(chan int)
		go func() {
			code, _ := s.push("/api/v1/import/prometheus", "a 1\n")
			first <- code
		}()
		synctest.Wait() // the first holds the only slot

		r := httptest.NewRequest("POST", "/api/v1/import/prometheus", strings.NewReader("b 1\n"))
		w := httptest.NewRecorder()
		start := time.Now()
		s.handler.ServeHTTP(w, r)
		if w.Code != 503 || w.Header().Get("Retry-After") == "" || time.Since(start) != patience {
			t.Errorf("status %d after %s with %v", w.Code, time.Since(start), w.Header())
		}

		// A full queue does not wait at all.
		for range waitingPerSlot {
			go s.push("/api/v1/import/prometheus", "c 1\n")
		}
		synctest.Wait()
		start = time.Now()
		if code, _ := s.push("/api/v1/import/prometheus", "d 1\n"); code != 503 || time.Since(start) != 0 {
			t.Errorf("status %d after %s", code, time.Since(start))
		}
		close(s.hold)
		if code := <-first; code != 204 {
			t.Errorf("the first got %d", code)
		}
	})
}

func TestAFailingStore(t *testing.T) {
	f := func(err error, code int, retry string) {
		t.Helper()
		s := newServer(t, nil)
		s.err = err
		r := httptest.NewRequest("POST", "/api/v1/import/prometheus", strings.NewReader("a 1\n"))
		w := httptest.NewRecorder()
		s.handler.ServeHTTP(w, r)
		if w.Code != code || w.Header().Get("Retry-After") != retry {
			t.Fatalf("%v: status %d, %v", err, w.Code, w.Header())
		}
		if got := s.metric(t, "headroom_ingest_samples_total", "prometheus_text"); got != 0 {
			t.Errorf("%v: %v samples counted as stored", err, got)
		}
	}

	f(storage.ErrReadOnly, 503, "5")
	f(errors.New("disk on fire"), 500, "")

	refused := &storage.RefusedError{}
	refused.Add(storage.RefusedTooOld, 1, errors.New("too old"))
	f(refused, 400, "")
}
