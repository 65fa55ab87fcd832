package scaler

import (
	"log/slog"
	"math"
	"testing"
	"time"

	"headroom/ingest/rollup"
	"headroom/storage"
	"headroom/storage/embedded"
	"headroom/storage/fleet"
)

// daily is a module's busy seconds: a quiet night, and a hump at 15:00.
func daily(at time.Time) float64 {
	hour := float64(at.Hour()) + float64(at.Minute())/60
	return 60 + 240*math.Exp(-(hour-15)*(hour-15)/8)
}

func learnerWithDays(t *testing.T, days int) *Learner {
	t.Helper()
	store, err := embedded.Open(embedded.Options{Path: t.TempDir(), Retention: 100 * 24 * time.Hour, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	tree := fleet.NewTree([]string{"business", "module"})
	n := tree.Add(fleet.Path{"shop", "cart"})
	row := storage.Series{Labels: rollup.Labels(n, tree.Levels(), rollup.BusySeconds)}
	for at := noon.AddDate(0, 0, -days); at.Before(noon); at = at.Add(time.Minute) {
		row.Samples = append(row.Samples, storage.Sample{Timestamp: at.UnixMilli(), Value: daily(at)})
	}
	if err := store.Write(t.Context(), []storage.Series{row}); err != nil {
		t.Fatal(err)
	}
	if err := store.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	return NewLearner(LearnerOptions{
		Store: store, Tree: tree, Location: time.UTC,
		Modules: func() map[string]time.Duration {
			return map[string]time.Duration{"shop/cart": 10 * time.Minute, "shop/gone": time.Minute}
		},
		Now: func() time.Time { return noon }, Logger: slog.New(slog.DiscardHandler),
	})
}

func TestTheAfternoonIsExpectedFromStoredDays(t *testing.T) {
	l := learnerWithDays(t, 14)
	l.Learn(t.Context(), noon)
	at := noon.Add(time.Minute)
	f := l.Forecast("shop/cart", at, daily(noon), 10*time.Minute)
	if want := daily(at.Add(10 * time.Minute)); math.Abs(f.Ahead-want) > 0.1*want {
		t.Errorf("within 10 min %.0f s are expected; want about %.0f", f.Ahead, want)
	}
	if math.Abs(f.Peak-300) > 30 || f.PeakAt.Sub(noon.Add(3*time.Hour)).Abs() > 30*time.Minute {
		t.Errorf("the peak is expected to be %.0f at %s; want 300 at 15:00", f.Peak, f.PeakAt)
	}
	if f := l.Forecast("shop/gone", at, 1, time.Minute); f.Reason == "" || !math.IsNaN(f.Peak) {
		t.Errorf("of a module without history %+v is expected", f)
	}
}

func TestNothingIsExpectedBeforeHistoryIsRead(t *testing.T) {
	l := learnerWithDays(t, 1)
	if f := l.Forecast("shop/cart", noon, 100, time.Minute); f.Reason == "" {
		t.Errorf("%+v", f)
	}
	l.Learn(t.Context(), noon)
	if f := l.Forecast("shop/cart", noon.Add(time.Minute), 100, time.Minute); f.Reason == "" {
		t.Errorf("one day of history makes %+v", f)
	}
	due := func(at time.Time) int {
		return len(l.due(map[string]time.Duration{"shop/cart": 10 * time.Minute}, at))
	}
	if due(noon.Add(59*time.Minute)) != 0 || due(noon.Add(time.Hour)) != 1 {
		t.Error("too little history is not looked at again after an hour")
	}
}

// Whoever decides before the history was read has seen one minute; the rest is stored.
func TestTheLastHourComesFromTheStore(t *testing.T) {
	l := learnerWithDays(t, 14)
	l.Forecast("shop/cart", noon, 77, time.Minute)
	l.Learn(t.Context(), noon)
	l.Forecast("shop/cart", noon.Add(2*time.Minute), 88, time.Minute)
	recent := l.learned["shop/cart"].recent
	n := len(recent)
	if n != 60 || recent[n-1] != 88 || !math.IsNaN(recent[n-2]) || recent[n-3] != 77 || recent[n-4] != daily(noon.Add(-2*time.Minute)) {
		t.Errorf("%v", recent)
	}
	// A minute that is told again counts, and a clock that was set back begins anew.
	l.Forecast("shop/cart", noon.Add(2*time.Minute), 89, time.Minute)
	l.Forecast("shop/cart", noon.Add(time.Minute), 1, time.Minute)
	if recent := l.learned["shop/cart"].recent; recent[len(recent)-1] != 89 {
		t.Errorf("%v", recent)
	}
	l.Forecast("shop/cart", noon.Add(-2*time.Hour), 5, time.Minute)
	if recent := l.learned["shop/cart"].recent; len(recent) != 1 || recent[0] != 5 {
		t.Errorf("%v", recent)
	}
}

func TestLearningAnewIsPaced(t *testing.T) {
	var p pace
	if !p.may(noon) {
		t.Error("the first time waits")
	}
	p.spent(noon, noon.Add(30*time.Second))
	p.spent(noon.Add(45*time.Second), noon.Add(45*time.Second)) // a look at nothing
	if p.may(noon.Add(149*time.Second)) || !p.may(noon.Add(150*time.Second)) {
		t.Errorf("after 30 s of learning it is learned anew from %s on; want 2 min of rest", p.rest)
	}
}
