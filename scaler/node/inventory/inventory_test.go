package inventory

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"headroom/scaler/node/wire"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func write(t testing.TB, path, text string) {
	t.Helper()
	must(t, os.WriteFile(path, []byte(text), 0o640))
}

func sum(text string) string {
	s := sha256.Sum256([]byte(text))
	return hex.EncodeToString(s[:])
}

func me(t *testing.T) (owner, group string) {
	u, err := user.Current()
	must(t, err)
	g, err := user.LookupGroupId(u.Gid)
	must(t, err)
	return u.Username, g.Name
}

func TestFilesAsTheyAre(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	write(t, at("file"), "a text")
	must(t, os.Chmod(at("file"), os.ModeSetuid|0o750))
	must(t, os.Mkdir(at("directory"), 0o700))
	must(t, os.Symlink("file", at("link")))
	names := []string{at("file"), at("directory"), at("link"), at("missing"), at("file/below"), "/dev/null"}
	i := New(Options{})
	i.Want(&wire.Declared{Version: "1", Files: names})
	found := i.Scan()
	owner, group := me(t)
	want := map[string]wire.FoundFile{
		at("file"):       {Owner: owner, Group: group, Mode: "4750", Size: 6, SHA256: sum("a text")},
		at("directory"):  {Kind: "directory", Owner: owner, Group: group, Mode: "0700"},
		at("link"):       {Kind: "link", Owner: owner, Group: group, Mode: "0777", Target: "file"},
		at("missing"):    {Missing: true},
		at("file/below"): {Missing: true},
		"/dev/null":      {Kind: "other", Owner: "root", Group: "root", Mode: "0666"},
	}
	for name, f := range want {
		if got := found.Files[name]; got != f {
			t.Errorf("%s: %+v; want %+v", name, got, f)
		}
	}
	if found.Declared != "1" || found.Sum == "" || found.Base != "" || i.Declared() != "1" {
		t.Errorf("%+v", found)
	}
}

func TestAFileIsReadAgainWhenItHasChanged(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	write(t, path, "one")
	told := 0
	i := New(Options{Changed: func() { told++ }})
	i.Want(&wire.Declared{Version: "1", Files: []string{path}})
	first := i.Scan()
	if again := i.Scan(); again != first || told != 1 {
		t.Errorf("nothing has changed, and it was told %d times", told)
	}
	write(t, path, "two") // as long as the first, within the same tick maybe
	i.Scan()
	if got := i.Scan().Files[path].SHA256; got != sum("two") {
		t.Errorf("a change was not seen: %q", got)
	}
	must(t, os.Chmod(path, 0o600))
	if got := i.Scan().Files[path]; got.Mode != "0600" || got.SHA256 != sum("two") {
		t.Errorf("%+v", got)
	}
	next := path + ".next"
	write(t, next, "tri")
	must(t, os.Rename(next, path))
	if got := i.Scan().Files[path].SHA256; got != sum("tri") {
		t.Errorf("a file that replaces another was not seen: %q", got)
	}
	must(t, os.Remove(path))
	if got := i.Scan().Files[path]; got != (wire.FoundFile{Missing: true}) {
		t.Errorf("%+v", got)
	}
}

// A file whose modification time is set back has another change time.
func TestAChangeThatHidesItsTime(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	write(t, path, "one")
	old := time.Now().Add(-time.Hour)
	must(t, os.Chtimes(path, old, old))
	i := New(Options{})
	i.Want(&wire.Declared{Version: "1", Files: []string{path}})
	i.Scan()
	write(t, path, "two")
	must(t, os.Chtimes(path, old, old))
	i.Scan()
	if got := i.Scan().Files[path].SHA256; got != sum("two") {
		t.Errorf("a change was not seen: %q", got)
	}
}

// Content is read at a limited rate, a large file over several looks.
func TestContentIsReadSlowly(t *testing.T) {
	dir := t.TempDir()
	large, small := filepath.Join(dir, "large"), filepath.Join(dir, "small")
	text := strings.Repeat("0123456789abcdef", 10<<10) // 160 KiB
	write(t, large, text)
	write(t, small, "small")
	fs := newFiles(nil, 2<<10) // at once: burst seconds' worth, which is 64 KiB
	fs.want([]string{large, small})
	now := time.Unix(1e9, 0)
	fs.look(now)
	looks := 0
	for ; fs.found()[large].SHA256 == ""; looks++ {
		fs.hash(now)
		now = now.Add(10 * time.Second)
		if looks > 100 {
			t.Fatal("its checksum is never known")
		}
	}
	if got := fs.found()[large].SHA256; got != sum(text) || looks < 3 {
		t.Errorf("%s after %d looks", got, looks)
	}
	for fs.found()[small].SHA256 == "" {
		now = now.Add(10 * time.Second)
		fs.hash(now)
	}
	// One that changes while it is read is read anew.
	write(t, large, text+"more")
	fs.look(now)
	fs.hash(now)
	write(t, large, text+"less")
	for range 20 {
		now = now.Add(10 * time.Second)
		fs.look(now)
		fs.hash(now)
	}
	if got := fs.found()[large].SHA256; got != sum(text+"less") {
		t.Errorf("got %s", got)
	}
}

func TestOnlyFilesThatMayBeLookedAt(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a"), "x")
	write(t, filepath.Join(dir, "b"), "x")
	i := New(Options{Paths: []string{dir + "/a*"}})
	i.Want(&wire.Declared{Version: "1", Files: []string{dir + "/a", dir + "/b"}})
	found := i.Scan().Files
	if a, b := found[dir+"/a"], found[dir+"/b"]; a.SHA256 == "" || b.SHA256 != "" || !strings.Contains(b.Error, "settings") || b.Size > 0 {
		t.Errorf("%+v", found)
	}
}

// The machine's own packages are those that dpkg-query lists.
func TestPackagesOfThisMachine(t *testing.T) {
	out, err := exec.Command("dpkg-query", "-W", "-f", "${db:Status-Status} ${Package} ${Version}\n").Output()
	if err != nil {
		t.Skip("there is no dpkg here: ", err)
	}
	want, names := map[string]string{}, []string{"no-such-package", "libc*"}
	for line := range strings.Lines(string(out)) {
		f := strings.Fields(line)
		if f[0] == "installed" && want[f[1]] == "" {
			want[f[1]] = f[2]
			names = append(names, f[1])
		}
	}
	i := New(Options{})
	i.Want(&wire.Declared{Version: "1", Packages: names})
	found := i.Scan().Packages
	for name, version := range want {
		if found[name] != version {
			t.Errorf("%s: %q; want %q", name, found[name], version)
		}
	}
	if v, there := found["no-such-package"]; !there || v != "" || len(found) != len(want)+1 {
		t.Errorf("%d found, %d are installed; one that is not: %q", len(found), len(want), v)
	}
	i.Want(&wire.Declared{Version: "2", Packages: []string{"libc*"}})
	found = i.Scan().Packages
	for name := range found {
		if !strings.HasPrefix(name, "libc") {
			t.Errorf("%s is none of libc*", name)
		}
	}
	for name := range want {
		if strings.HasPrefix(name, "libc") && found[name] == "" {
			t.Errorf("%s is installed", name)
		}
	}
}

const database = `Package: nginx
Status: install ok installed
Priority: optional
Architecture: amd64
Version: 1.22.1-9
Conffiles:
 /etc/nginx/nginx.conf 1234
Description: a server
 Package: none

Package: gone
Status: deinstall ok config-files
Architecture: all
Version: 1

Package: half
Status: install ok half-configured
Architecture: all
Version: 2:3.4

Package: libc6
Status: install ok installed
Architecture: amd64
Version: 2.36

Package: libc6
Status: install ok installed
Architecture: i386
Version: 2.35
`

func TestTheDatabaseIsReadAgainWhenItHasChanged(t *testing.T) {
	path := filepath.Join(t.TempDir(), "status")
	write(t, path, database)
	i := New(Options{Dpkg: path})
	i.Want(&wire.Declared{Version: "1", Packages: []string{"nginx", "gone", "half", "libc6", "libc6:i386", "none"}})
	got := fmt.Sprint(i.Scan().Packages)
	if want := "map[gone: half:2:3.4 (half-configured) libc6:2.36 libc6:i386:2.35 nginx:1.22.1-9 none:]"; got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	write(t, path+".new", strings.Replace(database, "1.22.1-9", "1.24.0-1", 1))
	must(t, os.Rename(path+".new", path))
	if got := i.Scan().Packages["nginx"]; got != "1.24.0-1" {
		t.Errorf("an upgrade was not seen: %s", got)
	}
}

// A machine without dpkg has rpm; here a script that answers as rpm does stands for it.
func TestPackagesOfRPM(t *testing.T) {
	dir := t.TempDir()
	db := filepath.Join(dir, "rpmdb.sqlite")
	write(t, db, "1")
	script := "#!/bin/sh\necho called >> " + dir + "/calls\necho 'bash x86_64 5.2.15-3.el9'\necho 'perl x86_64 4:5.32.1-481.el9'\n"
	must(t, os.WriteFile(filepath.Join(dir, "rpm"), []byte(script), 0o700))
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	i := New(Options{Dpkg: filepath.Join(dir, "none"), RPM: []string{filepath.Join(dir, "other"), db}})
	i.Want(&wire.Declared{Version: "1", Packages: []string{"bash", "perl", "zsh"}})
	i.Scan()
	if got := fmt.Sprint(i.Scan().Packages); got != "map[bash:5.2.15-3.el9 perl:4:5.32.1-481.el9 zsh:]" {
		t.Error(got)
	}
	write(t, db, "22")
	i.Scan()
	if calls, err := os.ReadFile(dir + "/calls"); err != nil || string(calls) != "called\ncalled\n" {
		t.Errorf("rpm was called: %q, %v", calls, err)
	}
}

func TestProcessesAndPorts(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	port := l.Addr().(*net.TCPAddr).Port
	sleeper := exec.Command("sleep", "60")
	sleeper.Args[0] = "/opt/bin/napper-" + strconv.Itoa(port)
	must(t, sleeper.Start())
	name := filepath.Base(sleeper.Args[0])
	i := New(Options{})
	i.Want(&wire.Declared{Version: "1", Processes: []string{name, "nobody-is-called-so"}, Ports: []int{port, 1}})
	found := i.Scan()
	self := filepath.Base(os.Args[0])
	if found.Processes[name] != 1 || found.Processes["nobody-is-called-so"] != 0 || len(found.Processes) != 2 || found.Ports[port] != self || found.Ports[1] != "" {
		t.Errorf("%+v", found)
	}
	must(t, l.Close())
	must(t, sleeper.Process.Kill())
	_ = sleeper.Wait()
	if found = i.Scan(); found.Processes[name] != 0 || found.Ports[port] != "" {
		t.Errorf("%+v", found)
	}
}

func TestTheMachine(t *testing.T) {
	e := New(Options{}).Scan().Environment
	uname, err := exec.Command("uname", "-r").Output()
	must(t, err)
	if e.Kernel != strings.TrimSpace(string(uname)) || e.OS == "" || e.CPU == "" || e.Cores != runtime.NumCPU() || e.Memory < 64<<20 || e.Memory%(64<<20) != 0 || e.ClockOffset != nil {
		t.Errorf("%+v", e)
	}
}

func TestTheClockMovesByWhatIsWorthTelling(t *testing.T) {
	c := &clock{}
	say := func(offset, way time.Duration) string {
		c.add(exchange{offset, way})
		if o := c.offset(); o != nil {
			return fmt.Sprint(*o)
		}
		return "unknown"
	}
	f := func(got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("got %s; want %s", got, want)
		}
	}
	f(say(2*time.Second, time.Second), "unknown")
	f(say(20*time.Millisecond, 3*time.Millisecond), "unknown")
	f(say(900*time.Millisecond, 800*time.Millisecond), "0.02")
	f(say(60*time.Millisecond, time.Millisecond), "0.02")   // within 50 ms
	f(say(90*time.Millisecond, 2*time.Millisecond), "0.02") // a longer way
	f(say(80*time.Millisecond, time.Millisecond), "0.08")
	f(say(-time.Hour, time.Millisecond), "-3600") // it was set
}

func TestWhatIsNotWantedAnyMoreIsNotTold(t *testing.T) {
	dir := t.TempDir()
	a, b := filepath.Join(dir, "a"), filepath.Join(dir, "b")
	write(t, a, "a")
	i := New(Options{})
	i.Want(&wire.Declared{Version: "1", Files: []string{a, b}})
	i.Scan()
	i.Want(&wire.Declared{Version: "2", Files: []string{a}})
	if found := i.Scan(); len(found.Files) != 1 || found.Files[a].SHA256 != sum("a") || found.Declared != "2" {
		t.Errorf("%+v", found)
	}
	i.Want(nil)
	if found := i.Scan(); len(found.Files) != 0 || found.Declared != "" || found.Environment == nil {
		t.Errorf("%+v", found)
	}
}
