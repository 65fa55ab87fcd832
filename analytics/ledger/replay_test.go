package ledger

import (
	"context"
	"errors"
	"math"
	"testing"
	"time"

	"headroom/analytics"
	"headroom/storage"
)

// replay has the ledger replay all that it finds lacking.
func (w *world) replay() {
	w.t.Helper()
	for range 100 {
		if err := w.ledger.replaySome(context.Background(), w.loop.Snapshot()); err != nil {
			w.t.Fatal(err)
		}
		if len(w.ledger.lacking) == 0 {
			return
		}
	}
	w.t.Fatal("there is no end of it")
}

// A fresh ledger fills itself with what would have been said on the days before,
// marked as such; a day on which something was said then stays as it is.
func TestDaysBeforeTheStartAreReplayed(t *testing.T) {
	day := time.Date(2026, 11, 22, 0, 0, 0, 0, shanghai)
	w := newWorld(t, day)
	kept := day.AddDate(0, 0, -12)
	spoken := rows{}
	spoken.interval(w.ledger.bounds(open, Peak, "today"), w.tree.Find(module.ID()), kept.Add(12*time.Hour).UnixMilli(), analytics.Interval{Value: 50, Lower: 40, Upper: 60})
	if err := spoken.write(context.Background(), w.store); err != nil {
		t.Fatal(err)
	}
	w.run(day.Add(6*time.Hour), day.Add(6*time.Hour+2*time.Minute))
	w.busy = true
	w.replay()
	if got := w.entries(Peak, day.AddDate(0, 0, -replayDays), day.AddDate(0, 0, -1)); len(got) != 1 {
		t.Fatalf("replayed while history is being loaded: %+v", got)
	}
	w.busy = false
	w.replay()

	count, now := map[string]int{}, map[string]int{}
	for _, e := range w.entries("", day.AddDate(0, 0, -replayDays), day) {
		switch {
		case e.For == "2026-11-22" && e.Task == Peak, e.For == kept.Format(time.DateOnly) && e.Task == Peak:
			now[e.Horizon]++
			if e.Replayed {
				t.Errorf("replayed in spite of it: %+v", e)
			}
		case e.Task == Band && e.Horizon == "1m":
		case !e.Replayed:
			t.Errorf("not marked as replayed: %+v", e)
		default:
			count[e.Task+e.Horizon]++
			if e.Task == Peak && (!e.Actual.Known() || !e.Naive.Known() || e.Inside == nil || e.Made.Format(time.DateOnly) != e.For) {
				t.Errorf("not scored: %+v", e)
			}
		}
	}
	for what, want := range map[string]int{
		"peak00:00": replayDays - 1, "peak18:00": replayDays - 1, "band1h": replayDays, "band1d": replayDays - 1,
		"growth7d": replayDays - 5, "growth30d": 7, "growthmax30d": 7, "order30d": 7,
	} {
		if d := want - count[what]; d < 0 || d > 2 {
			t.Errorf("%d of %s, want about %d", count[what], what, want)
		}
	}
	if len(now) != 2 || now["06:00"] != 1 || now["12:00"] != 1 {
		t.Errorf("said in the open: %v", now)
	}

	if scored, err := w.ledger.isScored(context.Background(), dayOf(kept)); !scored || err != nil {
		t.Errorf("what was said in the open is not scored: %v", err)
	}

	// What is replayed is what the table of that minute says, and nothing is lost
	// or written twice by a second look.
	at := day.AddDate(0, 0, -9).Add(15 * time.Hour)
	past, err := w.loop.At(context.Background(), at, "")
	if err != nil {
		t.Fatal(err)
	}
	want := past.Rows[past.Find(module.ID())].PeakToday
	w.ledger.tried = map[int]int{}
	w.ledger.HistoryChanged()
	w.replay()
	found := 0
	for _, e := range w.entries(Peak, at, at) {
		if e.Horizon == "15:00" {
			found++
			if e.Forecast != want.Value || e.Lower != want.Lower || e.Upper != want.Upper || !e.Made.Equal(at) || math.Abs(float64(e.Actual)-peakOf(at.Add(-15*time.Hour))) > 1e-9 {
				t.Errorf("%+v, the table says %+v", e, want)
			}
		}
	}
	if found != 1 {
		t.Errorf("%d entries of that hour", found)
	}
	if v := w.newest("headroom_module_forecast_error_ratio", "max30d"); v != v {
		t.Error("no errors of the largest peaks")
	}
	ordered, err := w.ledger.Orders(context.Background(), dayOf(day)-replayDays, dayOf(day))
	if err != nil || len(ordered) != 1 || !ordered[0].Replayed || ordered[0].AsOf != dayOf(day)-replayDays-1 || ordered[0].Devices != 4 {
		t.Errorf("ordered: %+v, %v", ordered, err)
	}
	for _, s := range summarize(w.entries(Peak, day.AddDate(0, 0, -replayDays), day)) {
		if s.Horizon == "12:00" && s.Made != map[bool]int{true: replayDays - 1, false: 1}[s.Replayed] {
			t.Errorf("counted together: %+v", s)
		}
	}
}

// refusing is a store that takes no samples, and counts how often it was to.
type refusing struct {
	storage.Store
	asked int
}

func (r *refusing) Write(context.Context, []storage.Series) error {
	r.asked++
	return errors.New("too old")
}

// A store that refuses what is replayed is left alone until the next day.
func TestReplayingIsGivenUp(t *testing.T) {
	day := time.Date(2026, 11, 22, 0, 0, 0, 0, shanghai)
	w := newWorldOf(t, day, 20)
	w.run(day.Add(7*time.Hour), day.Add(7*time.Hour+time.Minute))
	store := &refusing{Store: w.store}
	w.ledger.Store = store
	for k := range 3 {
		w.ledger.HistoryChanged()
		if err := w.ledger.replaySome(context.Background(), w.loop.Snapshot()); (err != nil) != (k == 0) {
			t.Errorf("try %d: %v", k, err)
		}
	}
	if store.asked != 1 {
		t.Errorf("asked %d times", store.asked)
	}
	w.ledger.Store = w.store
	w.run(day.Add(24*time.Hour), day.Add(24*time.Hour+time.Minute))
	w.replay()
	if got := w.entries(Peak, day.AddDate(0, 0, -3), day.AddDate(0, 0, -3)); len(got) != 6 {
		t.Errorf("on the next day: %+v", got)
	}
}

// Days without two weeks of history before them are not replayed, either for
// those that are compared with them.
func TestReplayingNeedsHistory(t *testing.T) {
	day := time.Date(2026, 11, 22, 0, 0, 0, 0, shanghai)
	w := newWorldOf(t, day, 20)
	w.run(day.Add(6*time.Hour), day.Add(6*time.Hour+time.Minute))
	w.replay()
	got := w.entries(Peak, day.AddDate(0, 0, -replayDays), day.AddDate(0, 0, -1))
	if len(got) != 6*6 || got[0].For != "2026-11-16" || !got[0].Naive.Known() {
		t.Errorf("%d entries: %+v", len(got), got)
	}
}

// What was said of yesterday is scored when what came late is there, whoever looks.
func TestYesterdayIsNotScoredTooEarly(t *testing.T) {
	day := time.Date(2026, 11, 22, 0, 0, 0, 0, shanghai)
	w := newWorldOf(t, day, 20)
	w.run(day.Add(12*time.Hour), day.Add(12*time.Hour+time.Minute))
	w.replay()
	next := day.AddDate(0, 0, 1)
	w.history(next, 1)
	for _, at := range []struct {
		minute int
		scored bool
	}{{5, false}, {scoreMinute, true}} {
		from := next.Add(time.Duration(at.minute) * time.Minute)
		w.run(from, from.Add(time.Minute))
		w.ledger.HistoryChanged()
		w.replay()
		if scored, err := w.ledger.isScored(context.Background(), dayOf(day)); scored != at.scored || err != nil {
			t.Errorf("at 0:%02d: scored %v, %v", at.minute, scored, err)
		}
	}
}
