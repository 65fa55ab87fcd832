package node

import (
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func newStore(t *testing.T) *store {
	return &store{path: filepath.Join(t.TempDir(), "state", "desired.json"), node: "n1", log: slog.New(slog.DiscardHandler)}
}

func TestWhatTheDiskDoesNotTakeIsTriedAgain(t *testing.T) {
	s := newStore(t) // its directory is missing
	s.save(state("1", "a"))
	s.save(state("2", "a"))
	if !s.unsaved() || s.failures.Load() != 2 {
		t.Fatalf("unsaved %v after %d failures", s.unsaved(), s.failures.Load())
	}
	must(t, os.Mkdir(filepath.Dir(s.path), 0o700))
	s.retry()
	if d := s.load(); s.unsaved() || d == nil || !reflect.DeepEqual(*d, state("2", "a")) {
		t.Errorf("%+v is on disk", d)
	}
	files, _ := os.ReadDir(filepath.Dir(s.path))
	if len(files) != 1 {
		t.Errorf("%d files are left", len(files))
	}
}

func TestKilledWritesDoNotPileUp(t *testing.T) {
	s := newStore(t)
	must(t, os.Mkdir(filepath.Dir(s.path), 0o700))
	must(t, os.WriteFile(s.path+".tmp", []byte("half"), 0o600)) // of a daemon that was killed
	s.save(state("1", "a"))
	files, _ := os.ReadDir(filepath.Dir(s.path))
	if len(files) != 1 || s.load() == nil {
		t.Errorf("%v is left", files)
	}
}

func TestTheStateDirectoryIsOnlyOurs(t *testing.T) {
	dir := t.TempDir()
	must(t, os.Chmod(dir, 0o755))
	must(t, onlyOurs(dir))
	must(t, os.Chmod(dir, 0o1777))
	if onlyOurs(dir) == nil {
		t.Error("everybody may say what runs")
	}
	if os.Getuid() != 0 {
		t.Skip("only root can give a directory away")
	}
	must(t, os.Chmod(dir, 0o755))
	must(t, os.Chown(dir, 65534, -1))
	if onlyOurs(dir) == nil {
		t.Error("nobody may say what runs")
	}
	if _, err := New(Options{StatePath: dir}); err == nil || !strings.Contains(err.Error(), "belongs to user 65534") {
		t.Error(err)
	}
}

func TestAFailureLeavesNoFileBehind(t *testing.T) {
	s := newStore(t)
	must(t, os.MkdirAll(filepath.Join(s.path, "in the way"), 0o700))
	s.save(state("1", "a"))
	files, _ := os.ReadDir(filepath.Dir(s.path))
	if !s.unsaved() || len(files) != 1 {
		t.Errorf("unsaved %v, files %v", s.unsaved(), files)
	}
}

func TestAFileThatIsNotWholeIsNotUsed(t *testing.T) {
	s := newStore(t)
	must(t, os.Mkdir(filepath.Dir(s.path), 0o700))
	if s.load() != nil {
		t.Error("nothing gave a state")
	}
	s.save(state("1", "a"))
	text, err := os.ReadFile(s.path)
	must(t, err)
	for n := range len(text) - 1 {
		must(t, os.WriteFile(s.path, text[:n], 0o600))
		if d := s.load(); d != nil {
			t.Fatalf("%d bytes of %d gave %+v", n, len(text), d)
		}
	}
	s.node = "n2" // a disk that was moved
	must(t, os.WriteFile(s.path, text, 0o600))
	if s.load() != nil {
		t.Error("the state of another node was used")
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
