package operations

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"headroom/analytics"
	"headroom/analytics/ledger"
	"headroom/internal/faults"
	"headroom/storage/state"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// berlin has a day of 25 hours, 2026-10-25.
var berlin = func() *time.Location {
	loc, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		panic(err)
	}
	return loc
}()

// entries is a ledger of one forecast of a module's peak and one band, each day, and
// of some that do not count.
type entries struct{}

func (entries) Entries(_ context.Context, q ledger.Query) ([]ledger.Entry, error) {
	yes, unknown := true, analytics.Unknown()
	if q.Task == ledger.Band {
		return []ledger.Entry{{ID: "Q/a", Task: ledger.Band, Horizon: "1m", Actual: 0.9, Error: 0.05}, {ID: "Q/a", Task: ledger.Band, Horizon: "15m", Actual: 0.1}}, nil
	}
	return []ledger.Entry{
		{ID: "Q/a", Task: ledger.Peak, Horizon: "12:00", Actual: 50, Error: -0.1, Inside: &yes}, {ID: "Q/a", Task: ledger.Peak, Horizon: "12:00", Actual: unknown, Error: unknown},
		{ID: "Q/a", Task: ledger.Peak, Horizon: "13:00", Actual: 50, Error: 9}, {ID: "Q/a", Task: ledger.Peak, Horizon: "12:00", Actual: 50, Error: 9, Replayed: true},
	}, nil
}

type world struct {
	*testing.T
	*Book
	db   *state.DB
	now  time.Time
	runs []state.FlowRun
}

func newWorld(t *testing.T, now time.Time) *world {
	t.Helper()
	db, err := state.Open(filepath.Join(t.TempDir(), "state.db"))
	must(t, err)
	t.Cleanup(func() { _ = db.Close() })
	w := &world{T: t, db: db, now: now}
	w.Book = New(Options{Source: db.Operations(), Ledger: entries{}, Location: berlin, Now: func() time.Time { return w.now }, Logger: slog.New(slog.DiscardHandler)})
	return w
}

func (w *world) run(module, flow, result, source string, ended time.Time, took time.Duration) {
	w.runs = append(w.runs, state.FlowRun{
		ID: fmt.Sprint("r", len(w.runs)), Flow: flow, Module: module, State: result, Source: source, Created: ended.Add(-took), Ended: ended, Data: []byte("{}"),
	})
}

func (w *world) save() {
	w.Helper()
	must(w, w.db.Flows().Save(w.Context(), state.FlowChange{Runs: w.runs}))
}

func (w *world) tell(q Query) Answer {
	w.Helper()
	a, err := w.Tell(w.Context(), q)
	must(w, err)
	return a
}

func TestDaysAreThoseOfTheZone(t *testing.T) {
	day := func(d, h int) time.Time { return time.Date(2026, 10, d, h, 0, 0, 0, berlin) }
	w := newWorld(t, day(27, 12))
	w.run("Q/a", "restart", "done", "person", day(25, 0), time.Minute)
	w.run("Q/a", "restart", "failed", "heal", day(26, 0).Add(-time.Second), 3*time.Minute) // 25 hours later
	w.run("Q/b/c", "expand", "done", "request", day(26, 0), time.Hour)
	w.run("", "backup", "canceled", "schedule", day(26, 23), time.Hour)
	w.save()
	must(t, w.db.Heals().Begin(t.Context(), state.Heal{ID: "h", Module: "Q/a", Started: day(26, 3), Result: state.HealDone, Verdict: state.Helped}))
	must(t, w.db.Alarms().Save(t.Context(), []state.Alarm{{ID: "1", Path: "Q", Outcome: "notified", Received: day(26, 3)}, {ID: "2", Path: "Q/a", Outcome: "folded", Received: day(26, 3)}}))
	must(t, w.db.Pool().Save(t.Context(), state.PoolChange{Decisions: []state.PoolDecision{{ID: "d", Module: "Q/a", At: day(25, 5), Direction: "in"}, {ID: "e", Module: "Q/a", At: day(25, 6), Direction: "hold"}}}))
	_, err := w.db.Requests().Add(t.Context(), state.Request{Path: "Q/a", State: "done", Opened: day(25, 5), Approved: day(25, 7), Closed: day(26, 5), Data: []byte("{}")})
	must(t, err)

	a := w.tell(Query{From: day(25, 3), To: day(26, 1), By: ByDay})
	if len(a.Lines) != 2 || a.Lines[0].Key != "2026-10-25" || !a.From.Equal(day(25, 0)) || !a.To.Equal(day(27, 0)) {
		t.Fatalf("%+v", a)
	}
	if c := a.Lines[0].Changes; c.Runs != 2 || c.Done != 1 || c.Failed != 1 || c.People != 1 || c.System != 1 || c.MeanSeconds != 120 {
		t.Errorf("%+v", c)
	}
	if l := a.Lines[0]; l.Scaling != (Scaling{Decisions: 2, In: 1, Hold: 1}) || l.Requests.Opened != 1 || l.Requests.MeanSecondsToApproval != 7200 || l.Requests.MeanSecondsToDone.Known() {
		t.Errorf("%+v", l)
	}
	l := a.Lines[1]
	if l.Changes.Canceled != 1 || l.Alarms != (Alarms{Received: 2, Notified: 1, Folded: 1}) || l.Heals != (Heals{Started: 1, Done: 1, Helped: 1}) || l.Requests.MeanSecondsToDone != 24*3600 {
		t.Errorf("%+v", l)
	}
	if p := a.Total.Peaks; p.Scored != 2 || p.Error != 0.1 || p.Inside != 1 {
		t.Errorf("%+v", p)
	}
	if p := a.Total.Bands; p.Scored != 2 || p.Error != 0.05 || p.Inside != 0.9 {
		t.Errorf("%+v", p)
	}
	if len(a.Flows) != 3 || a.Flows[0].Flow != "restart" || a.Flows[0].Runs != 2 || a.Flows[0].MeanSeconds != 120 {
		t.Errorf("%+v", a.Flows)
	}

	nodes := func(path string) (keys []string) {
		for _, l := range w.tell(Query{Path: path, From: day(25, 0), To: day(27, 0), By: ByNode}).Lines {
			keys = append(keys, l.Key)
		}
		return keys
	}
	for path, want := range map[string][]string{"": {"", "Q"}, "Q": {"Q", "Q/a", "Q/b"}, "Q/a": {"Q/a"}, "Q/": nil, "X": nil} {
		if got := nodes(path); !reflect.DeepEqual(got, want) {
			t.Errorf("below %q: %q; want %q", path, got, want)
		}
	}
	if a := w.tell(Query{From: day(1, 0), To: day(2, 0), By: ByDay}); len(a.Lines) != 1 || a.Total.Changes.Runs != 0 || a.Total.Changes.MeanSeconds.Known() {
		t.Errorf("a day of nothing: %+v", a)
	}
	for _, to := range []time.Time{day(1, 0), day(0, 0), day(1, 0).AddDate(0, 3, 0)} {
		var list faults.List
		if _, err := w.Tell(t.Context(), Query{From: day(1, 0), To: to}); !errors.As(err, &list) {
			t.Errorf("to %s: %v", to, err)
		}
	}
	last := time.Date(9999, 12, 31, 23, 0, 0, 0, time.UTC) // its day ends in a year that JSON does not have
	var list faults.List
	if _, err := w.Tell(t.Context(), Query{From: last, To: last}); !errors.As(err, &list) {
		t.Errorf("%v", err)
	}
}

// The lines of an answer are the whole, however it is cut, and the same as when each
// run is looked at.
func TestLinesAddUp(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	start := time.Date(2026, 10, 20, 0, 0, 0, 0, berlin)
	w := newWorld(t, start.AddDate(0, 0, 20))
	for range 2000 {
		path := []string{"", "Q", "Q/a", "Q/ab", "Q/a/x", "Z/1", "Z/1/2"}[rng.IntN(7)]
		w.run(path, []string{"f", "g"}[rng.IntN(2)], []string{"done", "failed", "canceled"}[rng.IntN(3)], []string{"person", "heal", "scaler", "request", "schedule"}[rng.IntN(5)],
			start.Add(time.Duration(rng.Int64N(int64(12*24*time.Hour)))), time.Duration(rng.IntN(9000))*time.Second)
	}
	w.save()
	for _, path := range []string{"", "Q", "Q/a", "Z"} {
		from, to := start.AddDate(0, 0, 2), start.AddDate(0, 0, 9)
		want, took := Changes{}, time.Duration(0)
		for _, r := range w.runs { // the slow way
			if (path == "" || r.Module == path || strings.HasPrefix(r.Module, path+"/")) && !r.Ended.Before(from) && r.Ended.Before(to) {
				want.Runs++
				if took += r.Ended.Sub(r.Created); r.State == "done" {
					want.Done++
				}
				if r.Source == "person" || r.Source == "request" {
					want.People++
				}
			}
		}
		for _, by := range []By{ByDay, ByNode} {
			a := w.tell(Query{Path: path, From: from, To: to, By: by})
			var sum Changes
			for _, l := range a.Lines {
				sum.Runs, sum.Done, sum.System = sum.Runs+l.Changes.Runs, sum.Done+l.Changes.Done, sum.System+l.Changes.System
			}
			flows := 0
			for _, f := range a.Flows {
				flows += f.Runs
			}
			got := a.Total.Changes
			if got.Runs != want.Runs || got.Done != want.Done || got.People != want.People || math.Abs(float64(got.MeanSeconds)-took.Seconds()/float64(want.Runs)) > 1e-6 || flows != want.Runs {
				t.Errorf("%q by %s: %+v in %d flows; want %+v", path, by, got, flows, want)
			}
			if sum.Runs != got.Runs || sum.Done != got.Done || sum.System != got.System || got.System != got.Sources.Heal+got.Sources.Scaler+got.Sources.Schedule {
				t.Errorf("%q by %s: lines make %+v, the whole is %+v", path, by, sum, got)
			}
		}
	}
}

func TestADayIsCountedAnewWhenItIsDue(t *testing.T) {
	noon := time.Date(2026, 10, 20, 12, 0, 0, 0, berlin)
	w := newWorld(t, noon)
	q := Query{From: noon, To: noon, By: ByDay}
	q.To = noon.Add(time.Hour)
	f := func(want int) {
		t.Helper()
		if got := w.tell(q).Total.Changes.Runs; got != want {
			t.Errorf("%s: %d runs; want %d", w.now, got, want)
		}
	}
	another := func() {
		w.run("Q", "f", "done", "person", noon, time.Minute)
		w.save()
	}
	f(0)
	another()
	w.now = noon.Add(59 * time.Second)
	f(0)
	w.now = noon.Add(time.Minute)
	f(1)
	w.now = noon.AddDate(0, 0, 9).Add(-12 * time.Hour) // eight days after its end
	f(1)
	another()
	w.now = w.now.Add(23 * time.Hour)
	f(1)
	w.now = w.now.Add(time.Hour)
	f(2)
	if freshFor(-time.Hour) != time.Minute || freshFor(4*time.Hour) != time.Hour || freshFor(1e6*time.Hour) != 24*time.Hour {
		t.Error("days are not counted anew in time")
	}
	must(t, w.Refresh(t.Context()))
	if len(w.days) != UsualDays+2 && len(w.days) != UsualDays+1 {
		t.Errorf("%d days are remembered", len(w.days))
	}
	for n := range 100 {
		q.From, q.To = noon.AddDate(0, 0, -n), noon.AddDate(0, 0, -n).Add(time.Hour)
		w.tell(q)
	}
	if len(w.days) != MaxDays+1 {
		t.Errorf("%d days are remembered", len(w.days))
	}
}

// Thirty days of 10,000 runs on 2,000 modules, as they are asked for again and again.
func BenchmarkThirtyDays(b *testing.B) {
	db, err := state.Open(filepath.Join(b.TempDir(), "state.db"))
	must(b, err)
	defer db.Close()
	end := time.Date(2026, 11, 28, 0, 0, 0, 0, time.UTC)
	for d := range 30 {
		var runs []state.FlowRun
		for i := range 10_000 {
			at := end.AddDate(0, 0, -d).Add(-time.Duration(i+1) * 8640 * time.Millisecond)
			runs = append(runs, state.FlowRun{
				ID: fmt.Sprint(d, "-", i), Flow: fmt.Sprint("flow", i%7), Module: fmt.Sprintf("b%d/p%d/m%d", i%5, i%50, i%2000), State: []string{"done", "done", "done", "failed"}[i%4],
				Source: []string{"person", "scaler", "heal", "schedule", "request"}[i%5], Created: at.Add(-time.Minute), Ended: at, Data: []byte(fmt.Sprintf(`{"why":"%01500d"}`, i)),
			})
		}
		must(b, db.Flows().Save(b.Context(), state.FlowChange{Runs: runs}))
	}
	book := New(Options{Source: db.Operations(), Location: time.UTC, Now: func() time.Time { return end }, Logger: slog.New(slog.DiscardHandler)})
	began := time.Now()
	must(b, book.Refresh(b.Context()))
	b.Logf("counted for the first time in %s", time.Since(began).Round(time.Millisecond))
	for _, q := range []Query{{By: ByDay}, {By: ByNode}, {By: ByDay, Path: "b1/p1"}, {By: ByNode, Path: "b1"}} {
		q.From, q.To = end.AddDate(0, 0, -30), end
		b.Run(fmt.Sprintf("%s of %q", q.By, q.Path), func(b *testing.B) {
			for range b.N {
				if a, err := book.Tell(b.Context(), q); err != nil || q.Path == "" && a.Total.Changes.Runs != 300_000 {
					b.Fatal(a.Total, err)
				}
			}
		})
	}
	b.Run("a day anew", func(b *testing.B) {
		for range b.N {
			_, err := count(b.Context(), db.Operations(), nil, end.AddDate(0, 0, -1), end)
			must(b, err)
		}
	})
}
