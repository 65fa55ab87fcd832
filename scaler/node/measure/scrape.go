package measure

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Limits of scraping.
const (
	scrapesApart   = 5 * time.Second // of one worker, at least
	scrapeTimeout  = 2 * time.Second
	scrapesAtOnce  = 4
	scrapeMaxBytes = 4 << 20
	scrapeMaxTotal = 1e15     // from where on a number does not grow by one request
	scrapeMaxLine  = 16 << 10 // a longer line is skipped: it is not one that is looked for
)

// total is what a worker's histogram or summary has counted so far.
type total struct{ busy, requests float64 }

// scraper asks workers for their metrics.
type scraper struct {
	client *http.Client
	slots  chan struct{}
	all    sync.WaitGroup
}

func newScraper() *scraper {
	return &scraper{
		client: &http.Client{
			Timeout:   scrapeTimeout,
			Transport: &http.Transport{MaxIdleConnsPerHost: 1, IdleConnTimeout: time.Minute, MaxResponseHeaderBytes: scrapeMaxLine},
			// A worker must not have root ask others for it.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		slots: make(chan struct{}, scrapesAtOnce),
	}
}

// scrape is the state of one worker's.
type scrape struct {
	mu      sync.Mutex
	at      time.Time // of the last that was begun
	pid     int       // whose totals these are
	last    total
	lastAt  time.Time // zero: there are none
	rate    total     // a second, between the last two; NaN: not known
	waiting total     // to be added to the worker's counters
	running bool
}

var noTotal = total{math.NaN(), math.NaN()}

// due begins a scrape if the last is old enough and there is a slot. What it finds is
// there for a later slice.
func (sc *scraper) due(ctx context.Context, now time.Time, s *subject) {
	st := s.scrape
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.pid != s.PID {
		st.begin(s, now)
	}
	if age := now.Sub(st.at); s.PID == 0 || s.Port == 0 || st.running || age >= 0 && age < scrapesApart {
		return
	}
	select {
	case sc.slots <- struct{}{}:
	default:
		return // the next slice has another chance
	}
	st.at, st.running = now, true
	pid, url, metric := s.PID, metricsURL(s), s.Spec.Latency.Metric
	sc.all.Go(func() {
		defer func() { <-sc.slots }()
		got, err := sc.get(ctx, url, metric)
		st.take(now, pid, got, err)
	})
}

// begin takes up a process. One that was started while we look counts from 0; that of
// a worker that was there before has a past that is not ours.
func (st *scrape) begin(s *subject, now time.Time) {
	st.pid, st.last, st.lastAt, st.rate = s.PID, total{}, time.Time{}, noTotal
	if s.slices > 0 {
		st.lastAt = now
	}
}

func metricsURL(s *subject) string {
	path := s.Spec.Latency.Path
	if path == "" {
		path = "/metrics"
	}
	return "http://" + net.JoinHostPort("127.0.0.1", strconv.Itoa(s.Port)) + "/" + strings.TrimPrefix(path, "/")
}

// take adds what was counted since the last scrape. Totals that are lower than those
// before are of a process that has started anew.
func (st *scrape) take(now time.Time, pid int, got total, err error) {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.running = false
	if err != nil || st.pid != pid {
		st.rate = noTotal
		return
	}
	before, since := st.last, now.Sub(st.lastAt).Seconds()
	first := st.lastAt.IsZero()
	st.last, st.lastAt, st.rate = got, now, noTotal
	if first {
		return
	}
	if got.requests < before.requests || got.busy < before.busy {
		before = total{}
	}
	grown := total{got.busy - before.busy, got.requests - before.requests}
	st.waiting.busy += grown.busy
	st.waiting.requests += grown.requests
	if since > 0 {
		st.rate = total{grown.busy / since, grown.requests / since}
	}
}

// totals returns what is new for the counters, and the rate for a slice.
func (st *scrape) totals() (fresh, rate total) {
	st.mu.Lock()
	defer st.mu.Unlock()
	fresh, st.waiting = st.waiting, total{}
	return fresh, st.rate
}

func (sc *scraper) get(ctx context.Context, url, metric string) (t total, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return t, err
	}
	req.Header.Set("Accept", "text/plain; version=0.0.4")
	answer, err := sc.client.Do(req)
	if err != nil {
		return t, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return t, fmt.Errorf("%s answers %s", url, answer.Status)
	}
	return parseMetrics(io.LimitReader(answer.Body, scrapeMaxBytes), metric)
}

// parseMetrics adds up the METRIC_sum and METRIC_count of all label sets in a text
// exposition of Prometheus. The sum is in seconds, or in milliseconds if the metric's
// name ends so.
func parseMetrics(r io.Reader, metric string) (t total, err error) {
	sum, count := []byte(metric+"_sum"), []byte(metric+"_count")
	hasSum, hasCount := false, false
	lines := bufio.NewReaderSize(r, scrapeMaxLine)
	for inside := false; ; { // of a line that is too long
		text, err := lines.ReadSlice('\n')
		if v, ok := sample(text, sum); ok && !inside {
			t.busy, hasSum = t.busy+v, true
		}
		if v, ok := sample(text, count); ok && !inside {
			t.requests, hasCount = t.requests+v, true
		}
		inside = errors.Is(err, bufio.ErrBufferFull)
		if err == io.EOF {
			break
		}
		if err != nil && !inside {
			return t, err
		}
	}
	if !hasSum || !hasCount {
		return t, fmt.Errorf("no %s and %s", sum, count)
	}
	if strings.HasSuffix(metric, "_milliseconds") {
		t.busy /= 1000
	}
	if t.busy > scrapeMaxTotal || t.requests > scrapeMaxTotal {
		return t, fmt.Errorf("%s and %s: want at most %g, got %g and %g", sum, count, scrapeMaxTotal, t.busy, t.requests)
	}
	return t, nil
}

// sample reads the value of a line of this name, with or without labels.
func sample(text, name []byte) (v float64, ok bool) {
	rest, ok := bytes.CutPrefix(text, name)
	if !ok || len(rest) == 0 || rest[0] != '{' && rest[0] != ' ' && rest[0] != '\t' {
		return 0, false
	}
	if i := bytes.LastIndexByte(rest, '}'); i >= 0 {
		rest = rest[i+1:]
	}
	words := bytes.Fields(rest)
	if len(words) == 0 {
		return 0, false
	}
	v, ok = decimal(words[0])
	return v, ok && v >= 0
}
