package state

import (
	"path/filepath"
	"strings"
	"testing"
)

// openAt returns a database as a Headroom that knew only so many versions left it.
func openAt(t *testing.T, path string, version int) *DB {
	t.Helper()
	all, err := migrations()
	must(t, err)
	db, err := open(path)
	must(t, err)
	t.Cleanup(func() { _ = db.sql.Close() })
	must(t, db.migrateTo(t.Context(), all[:version]))
	return db
}

func TestOlderFilesAreBroughtForward(t *testing.T) {
	all, err := migrations()
	must(t, err)
	for version := 1; version < len(all); version++ {
		path := filepath.Join(t.TempDir(), "state.db")
		old := openAt(t, path, version)
		must(t, old.Notes().SetNote(t.Context(), "a", "kept", ""))
		must(t, old.Close())

		db := mustOpen(t, path)
		wantTexts(t, db, map[string]string{"a": "kept"})
		must(t, db.Reports().Publish(t.Context(), publication([]byte("{}"))))
		must(t, db.Checkpoints().Save(t.Context(), "a", []byte("b")))
	}
}

func TestNewerFilesAreRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	db := mustOpen(t, path)
	_, err := db.exec(t.Context(), `INSERT INTO migrations (version, applied_ms) VALUES (99, 0)`)
	must(t, err)
	must(t, db.Close())
	if _, err := Open(path); err == nil || !strings.Contains(err.Error(), "version 99 is of a newer Headroom") {
		t.Errorf("got %v", err)
	}
}

func TestAFailedMigrationChangesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	db := openAt(t, path, 1)
	all, err := migrations()
	must(t, err)
	err = db.migrateTo(t.Context(), []string{all[0], "CREATE TABLE half (a TEXT)", "no SQL"})
	if err == nil || !strings.Contains(err.Error(), "bring it to version 3") {
		t.Fatalf("got %v", err)
	}
	if _, err := db.sql.ExecContext(t.Context(), `SELECT * FROM half`); err == nil {
		t.Error("half of a failed migration stayed")
	}
	must(t, db.migrate(t.Context()))
}

func TestWhatIsNoDatabaseIsAnError(t *testing.T) {
	if _, err := Open(t.TempDir()); err == nil {
		t.Error("a directory was opened")
	}
}
