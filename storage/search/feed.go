package search

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

// Source knows of documents that come and change one by one, as alarms do.
type Source interface {
	Name() string
	// Changed returns up to limit of the documents that came, changed or went since a
	// cursor, which is empty at first, and the cursor behind them. The same documents
	// may come again. Fewer than limit are all there are for now.
	Changed(ctx context.Context, since string, limit int) (docs []Document, next string, err error)
}

// Set knows all documents of a kind at once, as modules.
type Set interface {
	Kind() string
	// Version is another one when any of the documents has changed. It is asked often.
	Version(ctx context.Context) (string, error)
	Documents(ctx context.Context) ([]Document, error)
}

// FeederOptions make a [Feeder].
type FeederOptions struct {
	Index    *Index
	Sources  []Source
	Sets     []Set
	Interval func() time.Duration // from one look to the next
	// Keep tells since when documents of a kind that are of a time are kept; the zero
	// time is for ever. May be nil.
	Keep func(kind string, now time.Time) time.Time

	Logger     *slog.Logger
	Registerer prometheus.Registerer
}

// Feeder asks those who know of documents what is new, and has the index take it.
type Feeder struct {
	opts    FeederOptions
	failed  map[string]string // what went wrong last, by source
	metrics feederMetrics
}

type feederMetrics struct {
	documents *prometheus.GaugeVec
	leftOut   prometheus.Counter
	failures  *prometheus.CounterVec
}

// NewFeeder returns a feeder, which does nothing before it runs.
func NewFeeder(opts FeederOptions) *Feeder {
	m := promauto.With(opts.Registerer)
	return &Feeder{opts: opts, failed: map[string]string{}, metrics: feederMetrics{
		documents: m.NewGaugeVec(prometheus.GaugeOpts{Name: "headroom_search_documents", Help: "Documents that can be found, by kind."}, []string{"kind"}),
		leftOut:   m.NewCounter(prometheus.CounterOpts{Name: "headroom_search_left_out_total", Help: "Documents that were left out since the index is full."}),
		failures:  m.NewCounterVec(prometheus.CounterOpts{Name: "headroom_search_failures_total", Help: "Looks at a source of documents that failed."}, []string{"source"}),
	}}
}

// forgetEvery is how often documents that are no longer kept are removed.
const forgetEvery = time.Hour

// Run asks again and again until ctx is done.
func (f *Feeder) Run(ctx context.Context) error {
	for forgot := (time.Time{}); ; {
		if now := time.Now(); now.Sub(forgot) >= forgetEvery {
			forgot = now
			f.forget(ctx, now)
		}
		f.Feed(ctx)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(f.opts.Interval()):
		}
	}
}

// Feed asks everybody once. What fails is logged when it is new, and tried again the
// next time; it keeps nothing else from being found.
func (f *Feeder) Feed(ctx context.Context) {
	for _, s := range f.opts.Sets {
		f.note(ctx, s.Kind(), f.set(ctx, s))
	}
	for _, s := range f.opts.Sources {
		f.note(ctx, s.Name(), f.source(ctx, s))
	}
	for kind, n := range f.opts.Index.Sizes() {
		f.metrics.documents.WithLabelValues(kind).Set(float64(n))
	}
}

func (f *Feeder) note(ctx context.Context, source string, err error) {
	if err == nil {
		delete(f.failed, source)
		return
	}
	if ctx.Err() != nil {
		return
	}
	f.metrics.failures.WithLabelValues(source).Inc()
	if text := err.Error(); f.failed[source] != text {
		f.failed[source] = text
		f.opts.Logger.Error("what is new cannot be found by search yet", "source", source, "err", err)
	}
}

func (f *Feeder) set(ctx context.Context, s Set) error {
	version, err := s.Version(ctx)
	if err != nil {
		return err
	}
	have, err := f.opts.Index.cursor(ctx, s.Kind())
	if err != nil || have == version {
		return err
	}
	docs, err := s.Documents(ctx)
	if err != nil {
		return err
	}
	return f.took(f.opts.Index.replace(ctx, s.Kind(), docs, version))
}

// batch is how many documents are taken at once.
const batch = 500

func (f *Feeder) source(ctx context.Context, s Source) error {
	since, err := f.opts.Index.cursor(ctx, s.Name())
	if err != nil {
		return err
	}
	for ctx.Err() == nil {
		docs, next, err := s.Changed(ctx, since, batch)
		if err != nil {
			return err
		}
		if len(docs) > 0 || next != since {
			if err := f.took(f.opts.Index.putAndMark(ctx, docs, s.Name(), next)); err != nil {
				return err
			}
		}
		if len(docs) < batch {
			return nil
		}
		if next == since {
			return fmt.Errorf("%s gives the same documents again and again", s.Name())
		}
		since = next
	}
	return ctx.Err()
}

func (f *Feeder) took(full int, err error) error {
	f.metrics.leftOut.Add(float64(full))
	return err
}

func (f *Feeder) forget(ctx context.Context, now time.Time) {
	if f.opts.Keep == nil {
		return
	}
	for _, kind := range f.opts.Index.Kinds() {
		if before := f.opts.Keep(kind, now); !before.IsZero() {
			f.note(ctx, kind, f.opts.Index.Forget(ctx, kind, before))
		}
	}
}
