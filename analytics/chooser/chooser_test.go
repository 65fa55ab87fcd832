package chooser

import (
	"context"
	"errors"
	"log/slog"
	"math"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"headroom/analytics"
	"headroom/analytics/backtest"
	"headroom/analytics/choose"
	"headroom/ingest/rollup"
	"headroom/storage"
	"headroom/storage/embedded"
	"headroom/storage/fleet"
	"headroom/storage/state"
)

var now = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// stored keeps 80 days of two loads: one repeats its week to the point, the other
// wanders from day to day and from hour to hour, so that neither the week before
// nor the last hour tells.
func stored(t *testing.T) *backtest.Stored {
	t.Helper()
	store, err := embedded.Open(embedded.Options{Path: t.TempDir(), MemoryBytes: 256 << 20, WALSync: embedded.SyncNone, Retention: 400 * 24 * time.Hour, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	s, rng := &backtest.Stored{Tree: fleet.NewTree([]string{"product", "module"}), Store: store}, rand.New(rand.NewPCG(1, 2))
	wander, today, gust, hour := 1.0, 0, 1.0, 0
	loads := map[string]func(at time.Time) float64{
		"weekly": func(at time.Time) float64 {
			if at.Hour() < 15 { // only the evenings differ
				return 40
			}
			return 10 * []float64{3, 11, 4, 9, 3, 12, 5}[at.Weekday()]
		},
		"wandering": func(at time.Time) float64 {
			if at.YearDay() != today {
				today, wander = at.YearDay(), wander*math.Exp(0.25*rng.NormFloat64())
			}
			if at.Hour() != hour {
				hour, gust = at.Hour(), math.Exp(0.25*rng.NormFloat64())
			}
			return 50 * wander * gust
		},
	}
	for _, module := range []string{"weekly", "wandering"} { // in an order: they share the dice
		level := loads[module]
		n := s.Tree.Add(fleet.Path{"p", module})
		row := storage.Series{Labels: rollup.Labels(n, s.Tree.Levels(), rollup.LoadPercent)}
		for at := now.AddDate(0, 0, -80); at.Before(now); at = at.Add(5 * time.Minute) {
			hour := float64(at.Hour()) + float64(at.Minute())/60
			v := level(at)*(1+0.4*math.Sin((hour-9)/24*2*math.Pi)) + 0.01*rng.NormFloat64()
			row.Samples = append(row.Samples, storage.Sample{Timestamp: at.UnixMilli(), Value: v})
		}
		if err := store.Write(context.Background(), []storage.Series{row}); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func peakOf(c analytics.Choices, id string) choose.Choice {
	for _, choice := range c.Nodes[id] {
		if choice.Task == "peak" {
			return choice
		}
	}
	return choose.Choice{}
}

// Choices are made, applied, kept over a restart, and of those that are over what
// is not the default.
func TestChoicesAreKept(t *testing.T) {
	db, err := state.Open(filepath.Join(t.TempDir(), "state.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	var applied []analytics.Choices
	o := Options{
		Stored: stored(t), Keeper: db.Checkpoints(), Location: time.UTC, Due: func(time.Time) bool { return true }, Logger: slog.New(slog.DiscardHandler),
		Apply: func(_ context.Context, c []analytics.Choices) error { applied = c; return nil }, Registerer: prometheus.NewRegistry(),
	}
	open := func() *Chooser {
		t.Helper()
		o.Registerer = prometheus.NewRegistry()
		c, err := Open(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	c := open()
	if len(c.Choices()) != 0 || !c.due(now) {
		t.Fatalf("at first: %+v", c.Choices())
	}
	if err := c.Choose(t.Context(), now); err != nil {
		t.Fatal(err)
	}
	if len(applied) != 1 || peakOf(applied[0], "p/weekly").Model != analytics.ModelNaive || peakOf(applied[0], "p/wandering").Model != analytics.ModelCalibrated {
		t.Fatalf("%+v", applied)
	}
	c = open()
	if got := c.Choices(); len(got) != 1 || peakOf(got[0], "p/weekly") != peakOf(applied[0], "p/weekly") {
		t.Fatalf("after a restart %+v", got)
	}
	night := time.Date(2026, 11, 29, 3, 0, 0, 0, time.UTC)
	for at, due := range map[time.Time]bool{now.Add(time.Hour): false, night: false, night.Add(24 * time.Hour): true, night.Add(36 * time.Hour): false} {
		if c.due(at) != due {
			t.Errorf("due at %s: %v", at, c.due(at))
		}
	}
	if err := c.Choose(t.Context(), night.Add(24*time.Hour)); err != nil {
		t.Fatal(err)
	}
	got := open().Choices()
	if len(got) != 2 || len(got[0].Nodes) != 1 || peakOf(got[0], "p/weekly").Model != analytics.ModelNaive || len(got[1].Nodes) != 2 {
		t.Errorf("after a second one %+v", got)
	}
	if err := c.Choose(t.Context(), now.AddDate(2, 0, 0)); err != nil || len(c.Choices()) != 1 {
		t.Errorf("two years later: %v, %+v", err, c.Choices())
	}
}

// failing is a keeper that fails so many times, and keeps nothing.
type failing struct{ times int }

func (f *failing) Load(context.Context, string) ([]byte, bool, error) { return nil, false, nil }

func (f *failing) Save(context.Context, string, []byte) error {
	if f.times--; f.times >= 0 {
		return errors.New("disk full")
	}
	return nil
}

// Choices that could not be kept, or not be applied, are due again.
func TestAFailedChoiceIsDueAgain(t *testing.T) {
	applied := 0
	c, err := Open(t.Context(), Options{
		Stored: &backtest.Stored{Tree: fleet.NewTree([]string{"product", "module"})}, Keeper: &failing{times: 1}, Location: time.UTC,
		Due: func(time.Time) bool { return true }, Logger: slog.New(slog.DiscardHandler), Registerer: prometheus.NewRegistry(),
		Apply: func(context.Context, []analytics.Choices) error {
			if applied++; applied == 1 {
				return errors.New("no marks")
			}
			return nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	for i, fails := range []bool{true, true, false} {
		if err := c.Choose(t.Context(), now); (err != nil) != fails || c.due(now) != fails {
			t.Errorf("try %d: %v, due again: %v", i, err, c.due(now))
		}
	}
	if applied != 2 || len(c.Choices()) != 1 {
		t.Errorf("applied %d times, %d choices", applied, len(c.Choices()))
	}
}
