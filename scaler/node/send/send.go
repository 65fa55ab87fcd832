package send

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"
)

// Options say what is sent, and where to. Only Collect, URL and Dir are needed.
type Options struct {
	Collect func(now time.Time) []Series // asked by one goroutine

	URL    string       // of remote write, such as https://headroom:7480/api/v1/write
	Client *http.Client // TLS and its certificates are in it; nil: http.DefaultClient
	Header http.Header  // more of each request, such as Authorization

	Dir       string        // of the buffer; it is made, and belongs to one Sender
	MaxBytes  int64         // of the buffer on disk; default 64 MiB
	MaxMemory int64         // of what the disk did not take; default 1 MiB
	Interval  time.Duration // default 10 s
	Timeout   time.Duration // of one request; default 10 s

	Logger *slog.Logger     // nil: slog.Default
	Now    func() time.Time // nil: time.Now
}

// Stats are what a Sender has done since it was opened.
type Stats struct {
	Sent    int64 // requests that the server took
	Failed  int64 // tries that will be repeated
	Refused int64 // requests that the server will never take
	Dropped int64 // requests that had no place in the buffer
	Skipped int64 // requests not made because the clock stood or ran backwards

	Waiting      int   // requests in the buffer
	WaitingBytes int64 // of them, on disk and in memory
	Memory       int64 // bytes of those that the disk did not take
}

// Sender sends series.
type Sender struct {
	o       Options
	buffer  *buffer
	encoder encoder
	last    int64 // time of the last request, milliseconds
	wake    chan struct{}
	full    bool // the disk did not take the last request

	sent, failed, refused, skipped atomic.Int64
}

// Open returns a Sender with what an earlier one left in the directory.
func Open(o Options) (*Sender, error) {
	if u, err := url.Parse(o.URL); err != nil || u.Host == "" {
		return nil, fmt.Errorf("remote write: want a URL such as https://headroom:7480/api/v1/write, got %q", o.URL)
	}
	withDefaults(&o)
	b, err := openBuffer(o.Dir, o.MaxBytes, o.MaxMemory)
	if err != nil {
		return nil, err
	}
	s := &Sender{o: o, buffer: b, last: b.newest(), wake: make(chan struct{}, 1)}
	if n := s.Stats(); n.Waiting > 0 {
		o.Logger.Info("remote write goes on with what an earlier run left", "requests", n.Waiting, "bytes", n.WaitingBytes)
	}
	return s, nil
}

func withDefaults(o *Options) {
	o.MaxBytes = orElse(o.MaxBytes, 64<<20)
	o.MaxMemory = orElse(o.MaxMemory, 1<<20)
	o.Interval = orElse(o.Interval, 10*time.Second)
	o.Timeout = orElse(o.Timeout, 10*time.Second)
	o.Client = orElse(o.Client, http.DefaultClient)
	o.Logger = orElse(o.Logger, slog.Default())
	if o.Now == nil {
		o.Now = time.Now
	}
}

func orElse[T comparable](v, otherwise T) T {
	if v == *new(T) {
		return otherwise
	}
	return v
}

// Run collects and sends until ctx is done. What is not sent by then stays in the
// directory.
func (s *Sender) Run(ctx context.Context) error {
	var delivery sync.WaitGroup
	delivery.Go(func() { s.deliver(ctx) })
	tick := time.NewTicker(s.o.Interval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			s.Collect(s.o.Now()) // what was counted since the last request
			delivery.Wait()
			return s.buffer.save()
		case <-tick.C:
			s.Collect(s.o.Now())
		}
	}
}

// catchUp is how far back the clock may be set before its time is believed.
const catchUp = 10 * time.Minute

// Collect makes the request of now; Run calls it each interval. A clock that was set
// back a little has its requests left out until it is where it was, since series
// must not run backwards. One that was set back by more than ten minutes was wrong
// before: it would be too long without anything.
func (s *Sender) Collect(now time.Time) {
	at := now.UnixMilli()
	if back := s.last - at; back >= 0 && back <= catchUp.Milliseconds() {
		s.skipped.Add(1)
		return
	}
	body := s.encoder.encode(s.o.Collect(now), now)
	if body == nil {
		return
	}
	s.last = at
	s.tell(s.buffer.push(at, body))
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// tell logs when the disk begins and when it ceases to refuse.
func (s *Sender) tell(err error) {
	if full := err != nil; full != s.full {
		s.full = full
		if full {
			s.o.Logger.Error("remote write keeps its requests in memory", "err", err)
		} else {
			s.o.Logger.Info("remote write keeps its requests on disk again")
		}
	}
}

// deliver sends what is in the buffer, the oldest first.
func (s *Sender) deliver(ctx context.Context) {
	for failures := 0; ctx.Err() == nil; {
		at, body, ok := s.buffer.first()
		if !ok {
			wait(ctx, s.wake, nil)
			continue
		}
		err := s.post(ctx, body)
		switch no := (refused{}); {
		case err == nil:
			s.sent.Add(1)
			s.done(at, &failures)
		case errors.As(err, &no):
			s.o.Logger.Error("remote write drops a request", "time", time.UnixMilli(at).UTC(), "err", err)
			s.refused.Add(1)
			s.done(at, &failures)
		case ctx.Err() == nil:
			s.failed.Add(1)
			if failures++; failures == 1 {
				s.o.Logger.Warn("remote write will try again", "err", err)
			}
			wait(ctx, nil, time.After(pause(failures, err)))
		}
	}
}

func (s *Sender) done(at int64, failures *int) {
	if *failures > 0 {
		s.o.Logger.Info("remote write is answered again", "tries", *failures+1)
	}
	*failures = 0
	s.buffer.remove(at)
}

func wait(ctx context.Context, wake <-chan struct{}, after <-chan time.Time) {
	select {
	case <-ctx.Done():
	case <-wake:
	case <-after:
	}
}

// Stats tells what was done so far.
func (s *Sender) Stats() Stats {
	b := s.buffer
	b.mu.Lock()
	defer b.mu.Unlock()
	return Stats{
		Sent: s.sent.Load(), Failed: s.failed.Load(), Refused: s.refused.Load(), Skipped: s.skipped.Load(),
		Dropped: b.dropped, Waiting: len(b.entries), WaitingBytes: b.bytes + b.memory, Memory: b.memory,
	}
}
