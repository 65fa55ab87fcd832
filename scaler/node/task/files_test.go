package task

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"testing"

	"headroom/scaler/node/wire"
)

// shelf is a server with files, of which the connection breaks now and then.
type shelf struct {
	files   map[string][]byte
	fetched int
	pieces  int // bytes after which the connection breaks; 0: never
}

func newShelf(w *world) *shelf {
	s := &shelf{files: map[string][]byte{}}
	w.o.Fetch = s.fetch
	w.restart()
	return s
}

func (s *shelf) add(text string) wire.FileRef {
	sum := sha256.Sum256([]byte(text))
	ref := wire.FileRef{SHA256: hex.EncodeToString(sum[:]), Size: int64(len(text))}
	s.files[ref.SHA256] = []byte(text)
	return ref
}

var errBroken = errors.New("the connection broke")

func (s *shelf) fetch(_ context.Context, sum string, offset int64, to io.Writer) error {
	s.fetched++
	content, ok := s.files[sum]
	if !ok {
		return errors.New("404")
	}
	content = content[offset:]
	broken := s.pieces > 0 && len(content) > s.pieces
	if broken {
		content = content[:s.pieces]
	}
	if _, err := to.Write(content); err != nil {
		return err
	}
	if broken {
		return errBroken
	}
	return nil
}

func content(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	must(t, err)
	return string(text)
}

func TestFilesBecomeWhatTheyShallBe(t *testing.T) {
	w := newWorld(t)
	s := newShelf(w)
	s.pieces = 2
	target := filepath.Join(t.TempDir(), "app")
	spec := wire.FilesSpec{Target: target, Delete: true, Files: []wire.FileSpec{
		{FileRef: s.add("one"), Path: "a"},
		{FileRef: s.add("two2"), Path: "sub/dir/b", Owner: "nobody", Mode: "0750"},
		{FileRef: s.add(""), Path: "sub/empty"},
	}}
	got := w.do(wire.TaskFiles, spec)
	want(t, got, wire.TaskDone, "")
	if o := outputs[wire.FilesOutputs](t, got); !reflect.DeepEqual(o.Changed, []string{"a", "sub/dir/b", "sub/empty"}) || o.NChanged != 3 {
		t.Errorf("%+v", o)
	}
	if content(t, target+"/a")+content(t, target+"/sub/dir/b")+content(t, target+"/sub/empty") != "onetwo2" {
		t.Error("other content")
	}
	info, err := os.Stat(target + "/sub/dir/b")
	must(t, err)
	if stat := info.Sys().(*syscall.Stat_t); stat.Uid != 65534 || info.Mode() != 0o750 {
		t.Errorf("%v of %d", info.Mode(), stat.Uid)
	}

	before := s.fetched
	must(t, os.WriteFile(target+"/extra", nil, 0o600))
	must(t, os.MkdirAll(target+"/old/dir", 0o700))
	must(t, os.Symlink("/etc", target+"/old/link"))
	must(t, os.Chmod(target+"/a", 0o600))
	got = w.do(wire.TaskFiles, spec)
	want(t, got, wire.TaskDone, "")
	o := outputs[wire.FilesOutputs](t, got)
	if !reflect.DeepEqual(o.Changed, []string{"a"}) || !reflect.DeepEqual(o.Deleted, []string{"old/link", "old/dir", "old", "extra"}) || s.fetched != before {
		t.Errorf("%+v; %d were fetched", o, s.fetched-before)
	}
	if _, err := os.Stat("/etc/passwd"); err != nil {
		t.Fatal("the link was followed")
	}
	got = w.do(wire.TaskFiles, spec)
	if o := outputs[wire.FilesOutputs](t, got); o.NChanged+o.NDeleted != 0 {
		t.Errorf("%+v", o)
	}
}

func TestFilesThatAreNotWhatWasPromisedAreNotUsed(t *testing.T) {
	w := newWorld(t)
	s := newShelf(w)
	target := t.TempDir()
	must(t, os.WriteFile(target+"/a", []byte("old"), 0o644))
	other, long := s.add("good"), s.add("short")
	s.files[other.SHA256] = []byte("evil")
	s.files[long.SHA256] = bytes.Repeat([]byte("x"), 1<<20)
	f := func(ref wire.FileRef, says string) {
		t.Helper()
		want(t, w.do(wire.TaskFiles, wire.FilesSpec{Target: target, Files: []wire.FileSpec{{FileRef: ref, Path: "a"}}}), wire.TaskFailed, says)
		entries, _ := os.ReadDir(target)
		if content(t, target+"/a") != "old" || len(entries) != 1 {
			t.Errorf("%q, %d files", content(t, target+"/a"), len(entries))
		}
	}
	f(other, "its checksum is ")
	f(long, "it has more than the 5 bytes")
	f(wire.FileRef{SHA256: "abc", Size: 1}, "files[0]: want a SHA-256 of 64 hex digits")
}

func TestNothingEscapesItsDirectory(t *testing.T) {
	w := newWorld(t)
	s := newShelf(w)
	dir := t.TempDir()
	target, outside := dir+"/allowed/app", dir+"/outside"
	must(t, os.MkdirAll(target, 0o755))
	must(t, os.Mkdir(outside, 0o755))
	must(t, os.WriteFile(outside+"/victim", []byte("mine"), 0o600))
	w.o.Limits.Files = []string{dir + "/allowed"}
	w.restart()
	put := func(target, path string) wire.TaskStatus {
		return w.do(wire.TaskFiles, wire.FilesSpec{Target: target, Files: []wire.FileSpec{{FileRef: s.add("evil"), Path: path}}})
	}
	for _, path := range []string{"../x", "/etc/x", "a/../../x", "", ".", "a//b"} {
		want(t, put(target, path), wire.TaskFailed, "want a path below the target")
	}
	want(t, put(outside, "x"), wire.TaskRefused, "tasks.files")
	want(t, put(dir+"/allowed/../outside", "x"), wire.TaskRefused, "tasks.files")

	must(t, os.Symlink("../../outside", target+"/link")) // a directory that leads out
	want(t, put(target, "link/victim"), wire.TaskFailed, "path escapes")
	want(t, put(dir+"/allowed/app/link", "x"), wire.TaskFailed, "path escapes")
	must(t, os.Symlink(outside, dir+"/allowed/abs"))
	want(t, put(dir+"/allowed/abs", "x"), wire.TaskFailed, "path escapes")
	want(t, w.do(wire.TaskTemplate, wire.TemplateSpec{Text: "evil", Target: dir + "/allowed/abs/victim"}), wire.TaskFailed, "path escapes")
	want(t, w.do(wire.TaskTemplate, wire.TemplateSpec{Text: "evil", Target: outside + "/victim"}), wire.TaskRefused, "tasks.files")

	must(t, os.Symlink(outside+"/victim", target+"/file")) // a file that leads out is replaced
	must(t, os.Link(outside+"/victim", target+"/hard"))
	for _, name := range []string{"file", "hard"} {
		want(t, put(target, name), wire.TaskDone, "")
		if info, _ := os.Lstat(target + "/" + name); !info.Mode().IsRegular() || content(t, target+"/"+name) != "evil" {
			t.Error(name, "is not the file")
		}
	}
	if entries, _ := os.ReadDir(outside); content(t, outside+"/victim") != "mine" || len(entries) != 1 {
		t.Error("what is outside was changed")
	}
	for _, m := range []string{"4755", "02755", "x", "1777"} {
		want(t, w.do(wire.TaskTemplate, wire.TemplateSpec{Text: "a", Target: target + "/m", Mode: m}), wire.TaskFailed, "want a mode from 0000 to 0777")
	}
}

func TestAFileGetsItsOwnerAndModeOrIsRemoved(t *testing.T) {
	w := newWorld(t)
	dir, outside := t.TempDir(), t.TempDir()
	w.Limit(Limits{Enabled: true, Files: []string{dir}})
	for path, text := range map[string]string{dir + "/a": "a", dir + "/b": "b", outside + "/c": "c"} {
		must(t, os.WriteFile(path, []byte(text), 0o600))
	}
	must(t, os.Mkdir(dir+"/d", 0o700))
	must(t, os.Symlink(outside+"/c", dir+"/link"))
	must(t, os.Symlink(outside, dir+"/out"))
	must(t, os.Link(outside+"/c", dir+"/hard"))
	do := func(s wire.OneFileSpec, changed bool) {
		t.Helper()
		got := w.do(wire.TaskFile, s)
		want(t, got, wire.TaskDone, "")
		if got.State == wire.TaskDone && outputs[wire.OneFileOutputs](t, got).Changed != changed {
			t.Errorf("%+v: changed is not %v", s, changed)
		}
	}
	is := func(path string, mode fs.FileMode, uid uint32) {
		t.Helper()
		info, err := os.Lstat(path)
		must(t, err)
		if info.Mode().Perm() != mode || info.Sys().(*syscall.Stat_t).Uid != uid {
			t.Errorf("%s: %v, %d", path, info.Mode(), info.Sys().(*syscall.Stat_t).Uid)
		}
	}
	for _, changed := range []bool{true, false} {
		do(wire.OneFileSpec{Target: dir + "/a", Mode: "0640"}, changed)
		is(dir+"/a", 0o640, 0)
	}
	for _, changed := range []bool{true, false} {
		do(wire.OneFileSpec{Target: dir + "/d", Owner: "65534"}, changed)
		is(dir+"/d", 0o700, 65534)
	}
	for _, name := range []string{"b", "d", "link"} {
		do(wire.OneFileSpec{Target: dir + "/" + name, Absent: true}, true)
		do(wire.OneFileSpec{Target: dir + "/" + name, Absent: true}, false)
	}
	do(wire.OneFileSpec{Target: dir + "/none/b", Absent: true}, false)
	if _, err := os.Stat(dir + "/none"); err == nil {
		t.Error("a directory was made for what shall not be there")
	}
	must(t, os.Symlink(outside+"/c", dir+"/link"))
	for target, says := range map[string]string{
		dir + "/link": "a link", dir + "/hard": "several names", dir + "/out/c": "escapes", dir + "/none": "no such file", dir + "/none/x": "no such file",
	} {
		want(t, w.do(wire.TaskFile, wire.OneFileSpec{Target: target, Mode: "0777"}), wire.TaskFailed, says)
	}
	want(t, w.do(wire.TaskFile, wire.OneFileSpec{Target: dir + "/out/c", Absent: true}), wire.TaskFailed, "escapes")
	want(t, w.do(wire.TaskFile, wire.OneFileSpec{Target: dir + "/a", Mode: "4755"}), wire.TaskFailed, "want a mode")
	want(t, w.do(wire.TaskFile, wire.OneFileSpec{Target: outside + "/c", Absent: true}), wire.TaskRefused, "tasks.files")
	want(t, w.do(wire.TaskFile, wire.OneFileSpec{Target: dir, Mode: "0777"}), wire.TaskRefused, "tasks.files")
	is(outside+"/c", 0o600, 0)
}

func TestATextIsWrittenOnce(t *testing.T) {
	w := newWorld(t)
	spec := wire.TemplateSpec{Text: "port 80\n", Target: filepath.Join(t.TempDir(), "conf.d", "app.conf"), Mode: "0640", Group: "nogroup"}
	for _, changed := range []bool{true, false} {
		s := w.do(wire.TaskTemplate, spec)
		want(t, s, wire.TaskDone, "")
		if o := outputs[wire.TemplateOutputs](t, s); o.Changed != changed || content(t, spec.Target) != spec.Text {
			t.Errorf("%+v; want changed %v", o, changed)
		}
	}
	want(t, w.do(wire.TaskTemplate, wire.TemplateSpec{Target: "/srv/../x"}), wire.TaskFailed, "absolute path")
	want(t, w.do(wire.TaskTemplate, wire.TemplateSpec{Target: "relative"}), wire.TaskRefused, "tasks.files")
}

// entries of an archive: those whose names end with / are directories, > makes links.
func archiveOf(t *testing.T, entries ...string) string {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	a := tar.NewWriter(z)
	for _, e := range entries {
		name, rest, _ := strings.Cut(e, "=")
		h := &tar.Header{Name: name, Mode: 0o755, Size: int64(len(rest)), Typeflag: tar.TypeReg}
		if to, link := strings.CutPrefix(rest, ">"); link {
			h.Typeflag, h.Linkname, h.Size, rest = tar.TypeSymlink, to, 0, ""
		}
		if strings.HasPrefix(rest, "setuid") {
			h.Mode |= 0o4000
		}
		must(t, a.WriteHeader(h))
		_, err := a.Write([]byte(rest))
		must(t, err)
	}
	must(t, errors.Join(a.Close(), z.Close()))
	return out.String()
}

func TestAnArchiveBecomesADirectory(t *testing.T) {
	w := newWorld(t)
	s := newShelf(w)
	dir := t.TempDir()
	target := dir + "/app"
	do := func(entries ...string) wire.TaskStatus {
		ref := s.add(archiveOf(t, entries...))
		return w.do(wire.TaskPackage, wire.PackageSpec{Format: wire.PackageArchive, Name: "app", File: &ref, Target: target, Owner: "nobody"})
	}
	for _, changed := range []bool{true, false} {
		got := do("./bin/app=setuid", "lib/x=1", "lib/y=>x")
		want(t, got, wire.TaskDone, "")
		if o := outputs[wire.PackageOutputs](t, got); o.Changed != changed {
			t.Errorf("%+v; want changed %v", o, changed)
		}
	}
	info, err := os.Stat(target + "/bin/app")
	must(t, err)
	if info.Mode() != 0o755 || info.Sys().(*syscall.Stat_t).Uid != 65534 || content(t, target+"/lib/y") != "1" {
		t.Errorf("%v", info.Mode())
	}
	want(t, do("bin/app=two"), wire.TaskDone, "")
	must(t, os.MkdirAll(dir+"/"+temporary+"app/old", 0o755)) // of a daemon that was killed behind the exchange
	want(t, do("bin/app=two"), wire.TaskDone, "")
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("%v is left", entries)
	}
	if _, err := os.Stat(target + "/lib"); !errors.Is(err, fs.ErrNotExist) || content(t, target+"/bin/app") != "two" {
		t.Error("the old one is still there")
	}
	for _, bad := range [][]string{
		{"ok=1", "../out=1"}, {"/etc/out=1"}, {"l=>/etc", "l/out=1"}, {"l=>../..", "l/out=1"}, {"d/l=>../../x"},
	} {
		want(t, do(bad...), wire.TaskFailed, "out of the directory")
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 || content(t, target+"/bin/app") != "two" {
		t.Errorf("%v is left", entries)
	}
}
