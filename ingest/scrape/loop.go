package scrape

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/prometheus/model/value"

	"headroom/storage"
)

// stale ends a series.
var stale = math.Float64frombits(value.StaleNaN)

const (
	userAgent = "headroom"
	accept    = "application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
)

var errRemoved = errors.New("it is no target any more")

// loop fetches one target.
type loop struct {
	target *target
	opts   Options
	page   *page // of run's goroutine only
	ctx    context.Context
	cancel context.CancelCauseFunc

	mu   sync.Mutex // protects last
	last Status
}

func newLoop(ctx context.Context, t *target, opts Options) *loop {
	l := &loop{target: t, opts: opts, page: newPage(t.labels, t.config.HonorLabels, opts.Sink)}
	l.ctx, l.cancel = context.WithCancelCause(ctx)
	l.last = Status{Job: t.config.JobName, URL: t.url.String(), Labels: t.labels, Health: "unknown"}
	return l
}

// remove ends the loop and its series.
func (l *loop) remove() { l.cancel(errRemoved) }

func (l *loop) status() Status {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.last
}

func (l *loop) run() {
	defer l.cancel(nil)
	interval := l.target.interval()
	// The fetches lie at the same offset in each interval since 1970.
	first := l.target.offset() - time.Duration(time.Now().UnixNano())%interval
	if first < 0 {
		first += interval
	}
	next := time.NewTimer(first)
	defer next.Stop()
	for at := time.Now().Add(first); ; {
		select {
		case <-next.C:
			l.scrape(at)
		case <-l.ctx.Done():
			if errors.Is(context.Cause(l.ctx), errRemoved) {
				l.end(time.Now())
			}
			return
		}
		for at = at.Add(interval); time.Since(at) > 0; at = at.Add(interval) {
			// A fetch or write that took longer leaves turns out.
		}
		next.Reset(time.Until(at))
	}
}

// scrape fetches once; at is the time of the samples.
func (l *loop) scrape(at time.Time) {
	start := time.Now()
	ctx, cancel := context.WithTimeout(l.ctx, l.target.timeout())
	body, contentType, err := l.fetch(ctx)
	cancel()
	if l.ctx.Err() != nil {
		return // that was no answer of the target
	}
	var rows []storage.Series
	if err == nil {
		rows, err = l.page.parse(body, contentType, at.UnixMilli())
	}
	n, up := len(rows), 1.0
	if err != nil {
		// Half a page must not look like a page with fewer series.
		rows, n, up = l.page.end(at.UnixMilli()), 0, 0
	} else {
		rows = append(rows, l.page.ended(at.UnixMilli())...)
	}
	rows = append(rows, l.report(at, up, time.Since(start).Seconds(), float64(n))...)
	l.write(rows)
	l.note(at, n, err)
}

// note keeps how it went, and logs when that changes.
func (l *loop) note(at time.Time, samples int, err error) {
	l.mu.Lock()
	before := l.last.Health
	l.last.At, l.last.Samples, l.last.Health, l.last.Error = at, samples, "up", ""
	if err != nil {
		l.last.Health, l.last.Error = "down", err.Error()
	}
	after := l.last.Health
	l.mu.Unlock()
	switch {
	case before == after || before == "unknown" && after == "up":
	case after == "down":
		l.opts.Logger.Warn("target is down", "job", l.target.config.JobName, "url", l.target.url.String(), "err", err)
	default:
		l.opts.Logger.Info("target is up again", "job", l.target.config.JobName, "url", l.target.url.String())
	}
}

func (l *loop) fetch(ctx context.Context) (body []byte, contentType string, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, l.target.url.String(), nil)
	if err != nil {
		return nil, "", fmt.Errorf("ask for the page: %w", err)
	}
	req.Header.Set("Accept", accept)
	req.Header.Set("User-Agent", userAgent)
	req.Header.Set("X-Prometheus-Scrape-Timeout-Seconds", fmt.Sprint(l.target.timeout().Seconds()))
	resp, err := l.opts.Client.Do(req) // decompresses gzip by itself
	if err != nil {
		return nil, "", fmt.Errorf("ask for the page: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return nil, "", fmt.Errorf("the target answered %s", resp.Status)
	}
	body, err = io.ReadAll(io.LimitReader(resp.Body, l.opts.MaxBody+1))
	if err != nil {
		return nil, "", fmt.Errorf("read the page: %w", err)
	}
	if int64(len(body)) > l.opts.MaxBody {
		return nil, "", fmt.Errorf("the page has more than %d bytes", l.opts.MaxBody)
	}
	return body, resp.Header.Get("Content-Type"), nil
}

// report makes the series about the scrape itself.
func (l *loop) report(at time.Time, up, seconds, samples float64) []storage.Series {
	rows := make([]storage.Series, 0, 3)
	for _, m := range []struct {
		name  string
		value float64
	}{{"up", up}, {"scrape_duration_seconds", seconds}, {"scrape_samples_scraped", samples}} {
		labels := append(slices.Clone(l.target.labels), storage.Label{Name: storage.MetricName, Value: m.name})
		sortLabels(labels)
		rows = append(rows, storage.Series{Labels: labels, Samples: []storage.Sample{{Timestamp: at.UnixMilli(), Value: m.value}}})
	}
	return rows
}

// end marks all series of a removed target as stale.
func (l *loop) end(at time.Time) {
	rows := l.page.end(at.UnixMilli())
	l.write(append(rows, l.report(at, stale, stale, stale)...))
}

func (l *loop) write(rows []storage.Series) {
	// A removed target's last samples are still worth keeping.
	if err := l.opts.Sink.Write(context.WithoutCancel(l.ctx), l.target.url.Hostname(), rows); err != nil {
		l.opts.Logger.Error("cannot store scraped samples", "job", l.target.config.JobName, "url", l.target.url.String(), "err", err)
	}
}
