package state

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"
)

// Who waits for another writer of this process waits for it alone, not for a clock: a
// pause of SQLite's own, taken while somebody waits for a mutex, would stop a test in
// virtual time for ever, and fails after ten seconds.
func TestAWriterWaitsForTheOneBeforeIt(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	synctest.Test(t, func(t *testing.T) {
		db, err := Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		inside, release, written := make(chan struct{}), make(chan struct{}), make(chan error, 1)
		go func() {
			written <- db.transact(t.Context(), func(*sql.Tx) error { close(inside); <-release; return nil })
		}()
		<-inside
		go func() { written <- db.Flows().PutSchedule(t.Context(), PoolRow{ID: "a", Data: []byte("{}")}) }()
		hurried, stop := context.WithTimeout(t.Context(), time.Second)
		defer stop()
		if err := db.Flows().PutSchedule(hurried, PoolRow{ID: "b", Data: []byte("{}")}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a writer whose time is over: %v", err)
		}
		time.Sleep(time.Minute)
		close(release)
		for range 2 {
			if err := <-written; err != nil {
				t.Error(err)
			}
		}
		if all, err := db.Flows().Schedules(t.Context()); err != nil || len(all) != 1 || all[0].ID != "a" {
			t.Errorf("%v %v", all, err)
		}
	})
}
