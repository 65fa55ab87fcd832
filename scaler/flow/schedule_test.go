package flow

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"headroom/internal/phrases/phrasestest"
	"headroom/storage/audit"
	"headroom/storage/state"
)

// Virtual time begins on 2000-01-01 at 00:00 UTC.

func (w *world) schedule(s Schedule) Schedule {
	w.Helper()
	s.Who = "ann"
	s, err := w.engine.PutSchedule(w.Context(), s)
	must(w.T, err)
	return s
}

func (w *world) theSchedule() Schedule {
	w.Helper()
	all, err := w.engine.Schedules(w.Context())
	must(w.T, err)
	if len(all) != 1 {
		w.Fatalf("%d schedules", len(all))
	}
	return all[0]
}

func (w *world) runs(q Query) []Run {
	w.Helper()
	all, _, err := w.engine.List(w.Context(), q)
	must(w.T, err)
	return all
}

type auditLog struct {
	mu      sync.Mutex
	entries []audit.Entry
}

func (l *auditLog) Add(_ context.Context, e audit.Entry) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entries = append(l.entries, e)
	return nil
}

func TestSchedulesStartRuns(t *testing.T) {
	inWorld(t, []string{rowOfThree}, func(w *world) {
		log := &auditLog{}
		w.end()
		w.options.Audit = log
		w.begin()
		s := w.schedule(Schedule{Flow: "three", Cron: "30 2 * * *", Zone: "Europe/Berlin"})
		if want := time.Date(2000, 1, 1, 1, 30, 0, 0, time.UTC); !s.Next.Equal(want) {
			t.Errorf("next at %s", s.Next)
		}
		w.after(50 * time.Hour)
		runs := w.runs(Query{Source: "schedule", SourceID: s.ID})
		if len(runs) != 3 || runs[0].State != Done || runs[0].Who != "ann" {
			t.Errorf("%+v", runs)
		}
		if s := w.theSchedule(); s.LastRun != runs[0].ID || s.LastError != "" {
			t.Errorf("%+v", s)
		}
		if len(log.entries) != 3 || log.entries[0].Action != "schedule.start" {
			t.Errorf("%+v", log.entries)
		}
		must(w.T, w.engine.DeleteSchedule(w.Context(), s.ID))
		if err := w.engine.DeleteSchedule(w.Context(), s.ID); !errors.Is(err, ErrNoSchedule) {
			t.Error(err)
		}
	})
}

func TestWhatIsDueWhileTheServerIsDown(t *testing.T) {
	for _, catchUp := range []bool{false, true} {
		inWorld(t, []string{rowOfThree}, func(w *world) {
			s := w.schedule(Schedule{ID: Configured + "hourly", Flow: "three", Cron: "@hourly", CatchUp: catchUp})
			w.end()
			time.Sleep(4*time.Hour + 10*time.Minute)
			w.begin()
			w.schedule(s) // as the configuration does at each start
			w.after(time.Second)
			if n := len(w.runs(Query{})); n != map[bool]int{false: 0, true: 1}[catchUp] {
				t.Errorf("catch up %v: %d runs", catchUp, n)
			}
			if s := w.theSchedule(); s.LastError == "" || s.Next.Sub(w.engine.now()) > time.Hour {
				t.Errorf("%+v", s)
			}
			w.after(time.Hour)
			if n := len(w.runs(Query{})); n != map[bool]int{false: 1, true: 2}[catchUp] {
				t.Errorf("catch up %v: %d runs an hour later", catchUp, n)
			}
		})
	}
}

func TestAScheduleWaitsForItsLastRun(t *testing.T) {
	for _, overlap := range []bool{false, true} {
		inWorld(t, []string{rowOfThree}, func(w *world) {
			w.does("first", fails("no"))
			w.schedule(Schedule{Flow: "three", Cron: "@hourly", Overlap: overlap})
			w.after(3*time.Hour + time.Minute)
			if n := len(w.runs(Query{Open: true})); n != map[bool]int{false: 1, true: 3}[overlap] {
				t.Errorf("overlap %v: %d runs", overlap, n)
			}
		})
	}
}

func TestASchedulesFaultsAreAllNamed(t *testing.T) {
	inWorld(t, []string{rowOfThree}, func(w *world) {
		_, err := w.engine.PutSchedule(w.Context(), Schedule{Flow: "three", Cron: "61 * * * *", Inputs: map[string]any{"so": 1}, Window: "w"})
		phrasestest.Refusal(w, err)
		for _, want := range []string{"cron", "so", `window "w"`} {
			if err == nil || !contains(err.Error(), want) {
				t.Errorf("%v lacks %q", err, want)
			}
		}
	})
}

func TestARunWaitsForItsWindow(t *testing.T) {
	inWorld(t, []string{locking}, func(w *world) {
		night := Window{Name: "night", Cron: "0 2 * * *", Duration: 2 * time.Hour, Path: "a"}
		must(w.T, w.engine.SetWindows([]Window{night}))
		s := over("a/b")
		s.Window = "night"
		r := w.start(s)
		w.wantState(r, Queued, "waits for maintenance window night, which opens at 2000-01-01 02:00 UTC")
		w.wantState(w.start(over("a")), Done, "") // who waits for a window holds nothing
		w.options.Windows = []Window{night}
		w.restart()
		w.after(time.Hour)
		w.wantState(w.get(r.ID), Queued, "night")
		w.after(time.Hour)
		w.wantState(w.get(r.ID), Done, "")
		w.after(90 * time.Minute)
		w.wantState(w.start(s), Done, "")
		w.after(time.Hour)
		w.wantState(w.start(s), Queued, "2000-01-02 02:00 UTC")
		other := over("b")
		other.Window = "night"
		if _, err := w.engine.Start(w.Context(), other); err == nil {
			t.Error("a window of another module")
		}
	})
}

func TestFaultyWindowsChangeNothing(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		must(w.T, w.engine.SetWindows([]Window{{Name: "w", Cron: "@daily", Duration: time.Hour}}))
		err := w.engine.SetWindows([]Window{{Name: "", Cron: "x", Duration: 0}, {Name: "v", Cron: "@daily", Zone: "Nowhere", Duration: time.Hour}})
		for _, want := range []string{"no name", "cron", "duration", "Nowhere"} {
			if err == nil || !contains(err.Error(), want) {
				t.Errorf("%v lacks %q", err, want)
			}
		}
		if all := w.engine.Windows(); len(all) != 1 || all[0].Name != "w" {
			t.Errorf("%+v", all)
		}
	})
}

// A time that never comes is no time that is due; one that comes all the time is none either.
func TestTimesThatCannotBe(t *testing.T) {
	inWorld(t, []string{rowOfThree}, func(w *world) {
		for cron, want := range map[string]string{"0 0 30 2 *": "no such time", "@every 1ms": "want a minute or more", "@every 10s": "want a minute or more"} {
			if _, err := w.engine.PutSchedule(w.Context(), Schedule{Flow: "three", Cron: cron}); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v", cron, err)
			}
		}
		w.schedule(Schedule{Flow: "three", Cron: "@every 1m"})
	})
}

// One that was kept by a former version floods neither the database nor the audit log.
func TestAScheduleWithoutANextTimeIsNotDue(t *testing.T) {
	inWorld(t, []string{rowOfThree}, func(w *world) {
		w.end()
		log := &auditLog{}
		w.options.Audit = log
		must(t, w.db.Flows().PutSchedule(w.Context(), state.PoolRow{ID: "a", Data: toJSON(Schedule{ID: "a", Flow: "three", Cron: "0 0 30 2 *", CatchUp: true})}))
		w.begin()
		time.Sleep(10 * time.Minute)
		if n := len(w.runs(Query{})); n != 0 || len(log.entries) != 0 {
			t.Errorf("%d runs, %d entries", n, len(log.entries))
		}
	})
}
