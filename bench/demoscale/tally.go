package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"
)

// tally counts answers.
type tally struct {
	mu       sync.Mutex // protects the fields below
	rate     float64
	took     []time.Duration // since the last line
	errors   int             // likewise
	lastErr  error
	all, bad int // since the start
}

func (t *tally) setRate(r float64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.rate = r
}

func (t *tally) add(took time.Duration, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.all++
	if err != nil {
		t.bad++
		t.errors++
		t.lastErr = err
		return
	}
	t.took = append(t.took, took)
}

// print writes a line each ten seconds until ctx is done.
func (t *tally) print(ctx context.Context, w io.Writer) {
	tick := time.NewTicker(10 * time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-tick.C:
			t.line(w, now)
		}
	}
}

func (t *tally) line(w io.Writer, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	slices.Sort(t.took)
	fmt.Fprintf(w, "%s  %5.0f/s asked  %5d answered  p50 %6s  p99 %6s  errors %d", now.Format("15:04:05"), t.rate,
		len(t.took), quantile(t.took, 0.5), quantile(t.took, 0.99), t.errors)
	if t.lastErr != nil {
		fmt.Fprintf(w, "  (%v)", t.lastErr)
	}
	fmt.Fprintln(w)
	t.took, t.errors, t.lastErr = t.took[:0], 0, nil
}

func (t *tally) summary(w io.Writer) {
	t.mu.Lock()
	defer t.mu.Unlock()
	fmt.Fprintf(w, "%d requests, %d errors\n", t.all, t.bad)
}

// quantile of sorted times; 0 without any.
func quantile(sorted []time.Duration, q float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[int(q*float64(len(sorted)-1)+0.5)].Round(time.Millisecond)
}
