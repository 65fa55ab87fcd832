package statsd

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"headroom/ingest/lines"
	"headroom/storage"
)

// DefaultInterval is StatsD's own.
const DefaultInterval = 10 * time.Second

// A Sink stores samples and counts lines that are none.
type Sink interface {
	Write(ctx context.Context, sender string, rows []storage.Series) error
	Malformed()
}

// Options say where samples go and how often.
type Options struct {
	Sink     Sink
	Interval time.Duration // between two flushes; 0: DefaultInterval
	Logger   *slog.Logger
	Now      func() time.Time // nil: time.Now
}

// Server aggregates what comes to one address.
type Server struct {
	*lines.Server
	opts Options

	mu  sync.Mutex // protects agg
	agg *aggregator
}

// Listen opens address for UDP and TCP.
func Listen(address string, opts Options) (*Server, error) {
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.Interval == 0 {
		opts.Interval = DefaultInterval
	}
	s := &Server{opts: opts, agg: newAggregator(uint64(opts.Now().UnixNano()))}
	l, err := lines.Listen(address, lines.Options{
		Protocol: "StatsD", Open: func(string) lines.Reader { return s }, Malformed: opts.Sink.Malformed, Logger: opts.Logger,
	})
	if err != nil {
		return nil, err
	}
	s.Server = l
	return s, nil
}

// Run takes in readings until ctx is done and flushes each interval, and once
// more at the end.
func (s *Server) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	ticking, stop := context.WithCancel(ctx)
	wg.Go(func() { s.tick(ticking) })
	err := s.Server.Run(ctx)
	stop()
	wg.Wait()
	s.flush(context.WithoutCancel(ctx))
	return err
}

func (s *Server) tick(ctx context.Context) {
	t := time.NewTicker(s.opts.Interval)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			s.flush(ctx)
		case <-ctx.Done():
			return
		}
	}
}

// Line adds one line to the interval.
func (s *Server) Line(line string) error {
	r, err := parseLine(line)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.agg.add(r, s.opts.Now())
}

// Idle does nothing: readings wait for the interval's end.
func (s *Server) Idle(context.Context) {}

func (s *Server) flush(ctx context.Context) {
	s.mu.Lock()
	rows := s.agg.flush(s.opts.Now())
	s.mu.Unlock()
	if len(rows) == 0 {
		return
	}
	if err := s.opts.Sink.Write(ctx, "statsd", rows); err != nil {
		s.opts.Logger.Error("cannot store StatsD series", "series", len(rows), "err", err)
	}
}
