package graphite

import (
	"context"
	"log/slog"
	"time"

	"headroom/ingest/lines"
	"headroom/storage"
)

const maxBatch = 1000 // samples handed to the sink at once

// A Sink stores samples and counts lines that are none.
type Sink interface {
	Write(ctx context.Context, sender string, rows []storage.Series) error
	Malformed()
}

// Options say where samples go.
type Options struct {
	Sink   Sink
	Logger *slog.Logger
	Now    func() time.Time // nil: time.Now
}

// Listen opens address for TCP and UDP. The server takes in samples while its
// Run does.
func Listen(address string, opts Options) (*lines.Server, error) {
	if opts.Now == nil {
		opts.Now = time.Now
	}
	return lines.Listen(address, lines.Options{
		Protocol:  "Graphite",
		Open:      func(sender string) lines.Reader { return &connection{opts: opts, sender: sender} },
		Malformed: opts.Sink.Malformed,
		Logger:    opts.Logger,
	})
}

// connection collects the samples of one sender until its batch is full or
// nothing more has come yet.
type connection struct {
	opts   Options
	sender string
	batch  []storage.Series
}

func (c *connection) Line(line string) error {
	row, err := parseLine(line, c.opts.Now())
	if err != nil {
		return err
	}
	if c.batch = append(c.batch, row); len(c.batch) >= maxBatch {
		c.Idle(context.Background())
	}
	return nil
}

func (c *connection) Idle(ctx context.Context) {
	if len(c.batch) == 0 {
		return
	}
	if err := c.opts.Sink.Write(ctx, c.sender, c.batch); err != nil {
		c.opts.Logger.Error("cannot store Graphite samples", "sender", c.sender, "samples", len(c.batch), "err", err)
	}
	c.batch = c.batch[:0]
}
