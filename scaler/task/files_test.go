package task

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"headroom/scaler/node/wire"
)

func write(t *testing.T, path, text string) {
	t.Helper()
	must(t, os.MkdirAll(filepath.Dir(path), 0o755))
	must(t, os.WriteFile(path, []byte(text), 0o644))
}

func TestFilesComeToANode(t *testing.T) {
	w := newWorld(t)
	large := strings.Repeat("0123456789abcdef", 1<<17)
	write(t, w.dir+"/app/bin/run", "#!/bin/sh\n")
	must(t, os.Chmod(w.dir+"/app/bin/run", 0o755))
	write(t, w.dir+"/app/large", large)
	write(t, w.dir+"/secret", "not asked for")
	w.node("n1", t.TempDir())
	files, err := w.files.Tree(t.Context(), "app")
	must(t, err)
	target := filepath.Join(t.TempDir(), "app")
	s := w.mustDo("n1", ask("a", wire.TaskFiles, wire.FilesSpec{Target: target, Files: files}))
	if s.State != wire.TaskDone || content(target+"/large") != large {
		t.Fatalf("%+v", s)
	}
	if info, err := os.Stat(target + "/bin/run"); err != nil || info.Mode() != 0o755 {
		t.Error(info, err)
	}
}

func TestOnlyFilesOfTasksAreSent(t *testing.T) {
	w := newWorld(t)
	write(t, w.dir+"/a", "wanted")
	write(t, w.dir+"/b", "secret")
	w.node("n1", t.TempDir())
	a, err := w.files.File(t.Context(), "a")
	must(t, err)
	b, err := w.files.File(t.Context(), "b")
	must(t, err)
	get := func(node, sum, span string) (int, string) {
		r, err := http.NewRequest(http.MethodGet, w.http.URL+"/api/v1/nodes/"+node+"/files/"+sum, nil)
		must(t, err)
		if span != "" {
			r.Header.Set("Range", span)
		}
		answer, err := http.DefaultClient.Do(r)
		must(t, err)
		defer answer.Body.Close()
		text, err := io.ReadAll(answer.Body)
		must(t, err)
		return answer.StatusCode, string(text)
	}
	if code, _ := get("n1", a.SHA256, ""); code != 404 {
		t.Errorf("%d before it was asked for", code)
	}
	w.node("n1", t.TempDir()).stop()
	n, err := w.pool.Node("n1")
	must(t, err)
	w.mu.Lock()
	k := newDesk(n.First)
	k.take(ask("x", wire.TaskPackage, wire.PackageSpec{File: &a.FileRef}))
	w.Dispatcher.mu.Lock()
	w.desks["n1"] = k
	w.Dispatcher.mu.Unlock()
	w.mu.Unlock()
	if code, text := get("n1", a.SHA256, ""); code != 200 || text != "wanted" {
		t.Errorf("%d %s", code, text)
	}
	if code, text := get("n1", a.SHA256, "bytes=3-"); code != 206 || text != "ted" {
		t.Errorf("%d %s", code, text)
	}
	for _, sum := range []string{b.SHA256, "..", "%2e%2e%2fstate.db", strings.Repeat("0", 64)} {
		if code, text := get("n1", sum, ""); code == 200 || strings.Contains(text, "secret") {
			t.Errorf("%s: %d %s", sum, code, text)
		}
	}
	if code, _ := get("n2", a.SHA256, ""); code != 404 {
		t.Errorf("another node: %d", code)
	}
	write(t, w.dir+"/a", "changed")
	if code, text := get("n1", a.SHA256, ""); code != 404 {
		t.Errorf("after a change: %d %s", code, text)
	}
}

func TestChecksumsAreReadOnce(t *testing.T) {
	dir := t.TempDir()
	f, err := OpenFiles(filepath.Join(dir, "files"))
	must(t, err)
	defer f.Close()
	write(t, dir+"/files/a", "one")
	one, err := f.File(t.Context(), "a")
	must(t, err)
	sum := sha256.Sum256([]byte("one"))
	if one.SHA256 != hex.EncodeToString(sum[:]) || one.Size != 3 || one.Mode != "0644" {
		t.Errorf("%+v", one)
	}
	before := f.known["a"]
	before.ref.SHA256 = "remembered"
	f.known["a"] = before
	if again, _ := f.File(t.Context(), "a"); again.SHA256 != "remembered" {
		t.Error("it was read again")
	}
	must(t, os.Chtimes(dir+"/files/a", time.Time{}, time.Now().Add(time.Hour)))
	if again, _ := f.File(t.Context(), "a"); again.SHA256 != one.SHA256 {
		t.Error("it was not read again after a change")
	}
}

// Files with the same content are one for nodes: it is there as long as any of them is.
func TestAFileIsServedThoughAnotherOfTheSameContentIsGone(t *testing.T) {
	dir := t.TempDir()
	f, err := OpenFiles(filepath.Join(dir, "files"))
	must(t, err)
	defer f.Close()
	for _, name := range []string{"a", "b"} {
		write(t, dir+"/files/"+name, "same")
		_, err := f.File(t.Context(), name)
		must(t, err)
	}
	must(t, os.Remove(dir+"/files/b"))
	one, err := f.File(t.Context(), "a")
	must(t, err)
	in, err := f.open(one.SHA256)
	if err != nil {
		t.Fatalf("a is described and cannot be had: %v", err)
	}
	must(t, in.Close())
}

func TestFilesStayInTheirDirectory(t *testing.T) {
	dir := t.TempDir()
	f, err := OpenFiles(filepath.Join(dir, "files"))
	must(t, err)
	defer f.Close()
	write(t, dir+"/outside", "secret")
	must(t, os.Symlink("../outside", dir+"/files/link"))
	must(t, os.Symlink("..", dir+"/files/up"))
	for _, name := range []string{"../outside", "link", "up/outside", "/etc/passwd", "a/../../outside", "."} {
		if one, err := f.File(t.Context(), name); err == nil {
			t.Errorf("%s is %+v", name, one)
		}
		if text, err := f.Read(name, 100); err == nil {
			t.Errorf("%s has %q", name, text)
		}
	}
	for _, name := range []string{".", "..", "up"} {
		if all, err := f.Tree(t.Context(), name); err == nil && bytes.Contains([]byte(all[0].Path), []byte("outside")) {
			t.Errorf("%s has %+v", name, all)
		}
	}
}
