package replay

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"headroom/ingest/rollup"
	"headroom/internal/phrases/phrasestest"
	"headroom/scaler/demand"
	"headroom/scaler/policy"
	"headroom/storage"
	"headroom/storage/fleet"
	"headroom/storage/memory"
)

// stored holds a generated series as the rollup writes it, under shop/cart.
func stored(t *testing.T, s Series) *Stored {
	t.Helper()
	tree := fleet.NewTree([]string{"business", "module"})
	n := tree.Add(fleet.Path{"shop", "cart"})
	busy := storage.Series{Labels: rollup.Labels(n, tree.Levels(), rollup.BusySeconds)}
	ran := storage.Series{Labels: rollup.Labels(n, tree.Levels(), rollup.Processes)}
	for i, v := range s.Busy {
		at := s.Start.Add(time.Duration(i) * time.Minute).UnixMilli()
		if v >= 0 {
			busy.Samples = append(busy.Samples, storage.Sample{Timestamp: at, Value: v})
			ran.Samples = append(ran.Samples, storage.Sample{Timestamp: at, Value: 70})
		}
	}
	store := memory.New()
	if err := store.Write(t.Context(), []storage.Series{busy, ran}); err != nil {
		t.Fatal(err)
	}
	return &Stored{Store: store, Tree: tree, Location: time.UTC}
}

func TestStoredDaysAreReplayedAsTheSeriesIs(t *testing.T) {
	s := week(demand.MaximumDays+3, 3) // all that is learned from, and the days that count
	from := s.Start.AddDate(0, 0, demand.MaximumDays)
	q := Query{Module: "shop/cart", From: from, To: from.AddDate(0, 0, 3), Policies: []policy.Settings{policy.Default(), policy.Default()}}
	q.Policies[1].Target, q.Policies[1].ScaleIn, q.Policies[1].StepIn = 0.75, 0.7, 0.5
	sides, err := stored(t, s).Run(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range q.Policies {
		want, err := Compare(s, Options{Policy: p, Level: demand.DefaultLevel, Margin: Margin, First: from})
		if err != nil {
			t.Fatal(err)
		}
		got := sides[i]
		if got.Policy != want.Policy || got.Peak != want.Peak || got.HPA != want.HPA || got.Sized != want.Sized {
			t.Errorf("policy %d: %+v, static %+v, HPA %+v\nwant %+v, %+v, %+v", i, got.Policy, got.Peak, got.HPA.Outcome, want.Policy, want.Peak, want.HPA.Outcome)
		}
		if got.Ran == nil || got.Ran.Most != 70 {
			t.Errorf("policy %d: ran %+v", i, got.Ran)
		}
		if c := got.Curve; slices.Max(c.Workers) != want.Policy.Most || len(c.Workers) != mostPoints || c.Step != 6*60 || !c.Start.Equal(from) {
			t.Errorf("policy %d: a curve of %d points each %d s with up to %d workers, want %d", i, len(c.Workers), c.Step, slices.Max(c.Workers), want.Policy.Most)
		}
	}
	first, second := sides[0], sides[1]
	if first.AboveFirst != first.Policy.Above || second.AboveFirst <= second.Policy.Above || second.Policy.Hours >= first.Policy.Hours {
		t.Errorf("a higher target: %d of %d minutes above, %.0f h; the first %d of %d, %.0f h",
			second.AboveFirst, second.Policy.Above, second.Policy.Hours, first.AboveFirst, first.Policy.Above, first.Policy.Hours)
	}
}

// A curve keeps what counts of the minutes that share a point: the most.
func TestACurveKeepsTheMostOfEachStep(t *testing.T) {
	start := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	c := newCurve(start, 2*mostPoints)
	for i := range 4 {
		c.add(i, Seen{Busy: []float64{30, 90, nan, nan}[i], Serving: 2, Current: []int{2, 1, 3, 4}[i]})
	}
	if c.Step != 120 || c.Workers[0] != 2 || c.Workers[1] != 4 || c.Busy[0] != 0.75 || c.Busy[1].Known() || len(c.Busy) != mostPoints {
		t.Errorf("%d %v %v", c.Step, c.Workers[:2], c.Busy[:2])
	}
	if short := newCurve(start, 10); short.Step != 60 || len(short.Busy) != 10 || short.Busy[9].Known() {
		t.Errorf("%+v", short)
	}
}

func TestWhatCannotBeReplayedIsTold(t *testing.T) {
	s := week(3, 1)
	all := stored(t, s)
	day := Query{Module: "shop/cart", From: s.Start, To: s.Start.AddDate(0, 0, 1), Policies: []policy.Settings{policy.Default()}}
	bad := Query{From: s.Start, To: s.Start.AddDate(0, 0, 8), Policies: make([]policy.Settings, 4)}
	_, err := all.Run(t.Context(), bad)
	phrasestest.Refusal(t, err)
	for _, want := range []string{"module: want the id", "days: want recorded days, 1 to 7", "policies: want 1 to 3, found 4", "policies[3].target: want a fraction above 0"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v\nwant %q", err, want)
		}
	}
	later := day
	later.From, later.To = s.Start.AddDate(1, 0, 0), s.Start.AddDate(1, 0, 1)
	other := day
	other.Module = "shop/other"
	for _, q := range []Query{later, other} {
		if _, err := all.Run(t.Context(), q); !errors.Is(err, ErrNothing) {
			t.Errorf("%s: %v", q.Module, err)
		}
	}
	if _, err := all.Run(t.Context(), day); err != nil {
		t.Errorf("the first day, of which nothing is known before: %v", err)
	}
	all.running.Lock()
	if _, err := all.Run(t.Context(), day); !errors.Is(err, ErrBusy) {
		t.Errorf("while another one runs: %v", err)
	}
	all.running.Unlock()
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := all.Run(gone, day); !errors.Is(err, context.Canceled) {
		t.Errorf("nobody waits any more: %v", err)
	}
}
