package state

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"headroom/storage/fleet"
)

// suite is what every state database has to do. open returns the same one each
// time, as it was left.
func suite(t *testing.T, database func(t *testing.T) (open func() *DB)) {
	run := func(name string, test func(t *testing.T, open func() *DB)) {
		t.Run(name, func(t *testing.T) { test(t, database(t)) })
	}
	run("Notes", testNotes)
	run("ReportsNeverChange", testReports)
	run("Checkpoints", testCheckpoints)
	run("Marks", testMarks)
	run("Alarms", testAlarms)
	run("Heals", testHeals)
	run("HealBrake", testHealBrake)
	run("Chat", testChat)
	run("Leases", testLeases)
	run("Mutes", testMutes)
	run("Notifications", testNotifications)
	run("NotifyEntries", testNotifyEntries)
	run("Pool", testPool)
	run("PoolDecisions", testPoolDecisions)
	run("Registry", testRegistry)
	run("Requests", testRequests)
	run("RequestWriters", testRequestWriters)
	run("Operations", testOperations)
	run("ConcurrentUse", testConcurrentUse)
}

func TestSQLite(t *testing.T) {
	suite(t, func(t *testing.T) func() *DB {
		path := filepath.Join(t.TempDir(), "new", "a state #1?.db")
		return func() *DB {
			t.Helper()
			db := mustOpen(t, path)
			if _, err := os.Stat(path); err != nil {
				t.Fatalf("the file is not where it should be: %v", err)
			}
			return db
		}
	})
}

func mustOpen(t *testing.T, path string) *DB {
	t.Helper()
	db, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantNotes(t *testing.T, db *DB, want map[string]Note) {
	t.Helper()
	got, err := db.Notes().Notes(t.Context())
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("notes %v, %v; want %v", got, err, want)
	}
}

// wantTexts likewise, whoever wrote them and when.
func wantTexts(t *testing.T, db *DB, want map[string]string) {
	t.Helper()
	got, err := db.Notes().Notes(t.Context())
	texts := map[string]string{}
	for id, note := range got {
		texts[id] = note.Text
	}
	if err != nil || !reflect.DeepEqual(texts, want) {
		t.Errorf("notes %v, %v; want %v", texts, err, want)
	}
}

func testNotes(t *testing.T, open func() *DB) {
	ctx, db := t.Context(), open()
	at := time.Date(2026, 11, 22, 21, 5, 0, 0, time.UTC)
	db.now = func() time.Time { at = at.Add(time.Minute); return at }
	notes := db.Notes()
	wantNotes(t, db, map[string]Note{})

	must(t, notes.SetNote(ctx, "Qzone/WNS", "moves on Monday", "li"))
	must(t, notes.SetNote(ctx, "Qzone/WNS", "moves on Tuesday 迁移'; --", "wang"))
	must(t, notes.SetNote(ctx, "Qzone/WNS", "moves on Tuesday 迁移'; --", "zhao")) // no change, no version
	must(t, notes.SetNote(ctx, "Qzone", "gone soon", ""))
	must(t, notes.SetNote(ctx, "Qzone", "", ""))
	must(t, notes.SetNote(ctx, "never", "", "li"))
	if err := notes.SetNote(ctx, "long", strings.Repeat("x", MaxNote+1), ""); !errors.Is(err, ErrNoteTooLong) {
		t.Errorf("a long note: %v", err)
	}

	must(t, db.Close())
	db = open()
	history, err := db.Notes().History(ctx, "Qzone/WNS")
	want := []Note{
		{Text: "moves on Tuesday 迁移'; --", Who: "wang", At: time.Date(2026, 11, 22, 21, 7, 0, 0, time.UTC)},
		{Text: "moves on Monday", Who: "li", At: time.Date(2026, 11, 22, 21, 6, 0, 0, time.UTC)},
	}
	wantNotes(t, db, map[string]Note{"Qzone/WNS": want[0]})
	if err != nil || !reflect.DeepEqual(history, want) {
		t.Errorf("history %+v, %v; want %+v", history, err, want)
	}
}

func testCheckpoints(t *testing.T, open func() *DB) {
	ctx, db := t.Context(), open()
	if _, ok, err := db.Checkpoints().Load(ctx, "loop"); ok || err != nil {
		t.Errorf("before the first: %v, %v", ok, err)
	}
	for _, want := range [][]byte{{0, 1, 0xff}, []byte("text"), nil} {
		must(t, db.Checkpoints().Save(ctx, "loop", want))
		got, ok, err := db.Checkpoints().Load(ctx, "loop")
		if !ok || err != nil || !bytes.Equal(got, want) {
			t.Errorf("got %q, %v, %v; want %q", got, ok, err, want)
		}
	}
}

func testConcurrentUse(t *testing.T, open func() *DB) {
	const writers, each = 8, 10
	dbs := []*DB{open(), open()} // as two processes would
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				notes := dbs[w%2].Notes()
				if err := notes.SetNote(context.Background(), "shared", fmt.Sprint(w, i), "w"); err != nil {
					t.Error(err)
				}
				if _, err := notes.Notes(context.Background()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	history, err := dbs[0].Notes().History(t.Context(), "shared")
	if err != nil || len(history) != writers*each {
		t.Errorf("%d versions, %v; want %d", len(history), err, writers*each)
	}
}

func testMarks(t *testing.T, open func() *DB) {
	ctx, db := t.Context(), open()
	at := time.Date(2026, 11, 22, 21, 5, 0, 0, time.UTC)
	db.now = func() time.Time { at = at.Add(time.Minute); return at }
	incident := fleet.Mark{Path: fleet.Path{"Qzone", "WNS"}, From: at.Add(-time.Hour), To: at, Kind: "incident", Note: "断网'; --", Who: "li"}
	first, err := db.Marks().Add(ctx, incident)
	must(t, err)
	second, err := db.Marks().Add(ctx, fleet.Mark{From: at, To: at.Add(time.Minute), Kind: "event"})
	must(t, err)
	must(t, db.Marks().End(ctx, first.ID, "wang"))
	for _, id := range []int64{first.ID, 99} {
		if err := db.Marks().End(ctx, id, ""); !errors.Is(err, fleet.ErrNoMark) {
			t.Errorf("take %d away: %v", id, err)
		}
	}
	must(t, db.Close())

	got, err := open().Marks().Marks(ctx)
	incident.ID, incident.Made, incident.Ended, incident.EndedBy = first.ID, first.Made, at.Add(-2*time.Minute), "wang"
	if want := []fleet.Mark{incident, second}; err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v\ngot  %+v\nwant %+v", err, got, want)
	}
	if !first.Made.Equal(time.Date(2026, 11, 22, 21, 6, 0, 0, time.UTC)) || second.ID == first.ID {
		t.Errorf("made %+v, then %+v", first, second)
	}
}
