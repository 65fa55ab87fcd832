package task

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"headroom/scaler/node/wire"
)

// debOf builds a small package.
func debOf(t *testing.T, name, version string) string {
	t.Helper()
	if _, err := exec.LookPath("dpkg-deb"); err != nil {
		t.Skip("needs dpkg-deb")
	}
	dir := t.TempDir()
	must(t, os.MkdirAll(dir+"/root/DEBIAN", 0o755))
	must(t, os.MkdirAll(dir+"/root/usr/share/"+name, 0o755))
	must(t, os.WriteFile(dir+"/root/usr/share/"+name+"/version", []byte(version), 0o644))
	control := fmt.Sprintf("Package: %s\nVersion: %s\nArchitecture: all\nMaintainer: Nobody <nobody@example.com>\nDescription: of a test\n", name, version)
	must(t, os.WriteFile(dir+"/root/DEBIAN/control", []byte(control), 0o644))
	if out, err := exec.Command("dpkg-deb", "--root-owner-group", "-b", dir+"/root", dir+"/p.deb").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return content(t, dir+"/p.deb")
}

func TestADebianPackageIsInstalledAndRemoved(t *testing.T) {
	w := newWorld(t)
	s := newShelf(w)
	name := fmt.Sprintf("headroom-test-%d-%d", os.Getpid(), time.Now().UnixNano())
	first, second := s.add(debOf(t, name, "1.0-1")), s.add(debOf(t, name, "1.1-1"))
	t.Cleanup(func() { _ = exec.Command("dpkg", "--purge", name).Run() })
	do := func(spec wire.PackageSpec, version string, changed bool) {
		t.Helper()
		spec.Format, spec.Name = wire.PackageDeb, name
		got := w.do(wire.TaskPackage, spec)
		if want(t, got, wire.TaskDone, ""); t.Failed() {
			t.FailNow()
		}
		if o := outputs[wire.PackageOutputs](t, got); o.Version != version || o.Changed != changed {
			t.Errorf("%+v; want %q, changed %v", o, version, changed)
		}
	}
	do(wire.PackageSpec{File: &first, Version: "1.0-1"}, "1.0-1", true)
	if content(t, filepath.Join("/usr/share", name, "version")) != "1.0-1" {
		t.Error("it is not there")
	}
	do(wire.PackageSpec{File: &first, Version: "1.0-1"}, "1.0-1", false)
	do(wire.PackageSpec{File: &first}, "1.0-1", false)
	do(wire.PackageSpec{File: &second, Version: "1.1-1"}, "1.1-1", true)
	do(wire.PackageSpec{Absent: true}, "", true)
	do(wire.PackageSpec{Absent: true}, "", false)

	got := w.do(wire.TaskPackage, wire.PackageSpec{Format: wire.PackageDeb, Name: "headroom-other", File: &first})
	want(t, got, wire.TaskFailed, fmt.Sprintf("the file is package %q, not %q", name, "headroom-other"))
}

func TestWhatIsNoPackageIsRefused(t *testing.T) {
	w := newWorld(t)
	for _, name := range []string{"", "-o", "a b", "../x", "/tmp/x.deb", "a=1", "shop-", "a*"} {
		want(t, w.do(wire.TaskPackage, wire.PackageSpec{Format: wire.PackageDeb, Name: name}), wire.TaskFailed, "want that of a package")
	}
	want(t, w.do(wire.TaskPackage, wire.PackageSpec{Format: wire.PackageDeb, Name: "a", Version: "-x"}), wire.TaskFailed, "want that of a package")
	want(t, w.do(wire.TaskPackage, wire.PackageSpec{Format: "msi", Name: "a"}), wire.TaskFailed, "want deb, rpm or archive")
	if _, err := os.Stat("/usr/bin/rpm"); err != nil {
		want(t, w.do(wire.TaskPackage, wire.PackageSpec{Format: wire.PackageRPM, Name: "a"}), wire.TaskFailed, "this machine has no such packages")
	}
}

// What was cut off in the middle is gone on with first, and two tasks never change
// packages at a time.
func TestAChangeThatWasCutOffIsGoneOnWith(t *testing.T) {
	w := newWorld(t)
	dir := t.TempDir()
	sh := func(script string) []string { return []string{"/bin/sh", "-c", script} }
	m := manager{
		install:     func(string) []string { return sh("test -e " + dir + "/mended || { echo run mend now; exit 100; }") },
		interrupted: "run mend",
		mend:        sh("mkdir " + dir + "/mended"),
	}
	j := &job{r: w.Runner, limits: everything()}
	j.rec.Task = ask("a", wire.TaskPackage, nil)
	must(t, w.journal.begin(j.rec))
	must(t, j.alone(t.Context(), m, wire.PackageSpec{Name: "x"}))
	if !strings.Contains(j.log.String(), "gone on with") {
		t.Error(j.log.String())
	}
	w.packaging <- struct{}{}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if err := j.alone(ctx, m, wire.PackageSpec{Name: "x"}); err == nil || !strings.Contains(err.Error(), "wait for other tasks") {
		t.Error(err)
	}
	<-w.packaging
	must(t, w.journal.forget("a"))
}

func TestCommandLinesOfPackageManagers(t *testing.T) {
	deb, rpm := managers[wire.PackageDeb], managers[wire.PackageRPM]
	for got, want := range map[string]string{
		deb.version("installed 1:2.0-1"):        "1:2.0-1",
		deb.version("config-files 1.0"):         "",
		rpm.version("1.2-3.el9"):                "1.2-3.el9",
		strings.Join(deb.remove("a"), " "):      "/usr/bin/apt-get remove -q -y -o DPkg::Lock::Timeout=120 -o APT::Cmd::Pattern-Only=true a",
		strings.Join(rpm.install("a-1.2"), " "): "/usr/bin/dnf install -q -y --allowerasing a-1.2",
	} {
		if got != want {
			t.Errorf("%q; want %q", got, want)
		}
	}
}
