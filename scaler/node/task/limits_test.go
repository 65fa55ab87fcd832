package task

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"headroom/scaler/node/wire"
)

func TestTheNodeHasTheLastWord(t *testing.T) {
	l := Limits{Enabled: true, Commands: []string{"/opt/*/bin/*", "/bin/true"}, Packages: []string{"app-*"}, Files: []string{"/srv/app"}}
	f := func(l Limits, kind string, spec any, says string) {
		t.Helper()
		got := l.refuse(ask("a", kind, spec))
		if says == "" && got != "" || !strings.Contains(got, says) {
			t.Errorf("%s %+v: %q; want %q", kind, spec, got, says)
		}
	}
	run := func(l Limits, says string, argv ...string) {
		t.Helper()
		f(l, wire.TaskCommand, wire.CommandSpec{Command: argv}, says)
	}
	as := func(l Limits, user, group, says string) {
		t.Helper()
		f(l, wire.TaskCommand, wire.CommandSpec{Command: []string{"/bin/true"}, User: user, Group: group}, says)
	}
	f(Limits{}, wire.TaskPorts, nil, "tasks.enabled")
	f(Limits{Enabled: true}, wire.TaskPorts, nil, "")
	run(Limits{Enabled: true}, "tasks.commands", "/bin/true")
	run(l, "", "/bin/true", "x")
	run(l, "", "/opt/a/bin/b")
	run(l, "tasks.commands", "/bin/sh")
	run(l, "tasks.commands", "true")
	run(l, "tasks.commands", "/opt/a/bin/../../../bin/sh")
	run(l, "tasks.commands")
	for _, name := range []string{"LD_PRELOAD", "GCONV_PATH", "PATH", "BASH_ENV", "BASH_FUNC_ls%%", "ls()", "PYTHONPATH", "PERL5OPT", "NODE_OPTIONS", "A=B", "", "A\nB"} {
		env := wire.CommandSpec{Command: []string{"/bin/true"}, Env: map[string]string{name: "x"}}
		f(l, wire.TaskCommand, env, "tasks.commands")
		f(Limits{Enabled: true, Commands: []string{"*"}}, wire.TaskCommand, env, "")
	}
	f(l, wire.TaskCommand, wire.CommandSpec{Command: []string{"/bin/true"}, Env: map[string]string{"RELEASE": "1.2", "http_proxy": "x"}}, "")

	as(l, "nobody", "", "")
	as(l, "", "", "")
	as(l, "root", "", "tasks.users")
	as(l, "0", "", "tasks.users")
	as(l, "nobody", "root", "tasks.users")
	as(l, "nobody", "disk", "tasks.users")
	l.Users = []string{"daemon"}
	as(l, "nobody", "", "tasks.users")
	as(l, "daemon", "", "")
	l.Users = []string{"root"}
	as(l, "root", "disk", "")

	f(l, wire.TaskPackage, wire.PackageSpec{Format: "deb", Name: "app-web"}, "")
	f(l, wire.TaskPackage, wire.PackageSpec{Format: "deb", Name: "openssh-server"}, "tasks.packages")
	f(l, wire.TaskPackage, wire.PackageSpec{Format: "archive", Name: "app-web", Target: "/srv/app/x"}, "")
	f(l, wire.TaskPackage, wire.PackageSpec{Format: "archive", Name: "app-web", Target: "/srv/app"}, "tasks.files")
	for path, says := range map[string]string{
		"/srv/app": "", "/srv/app/a/b": "", "/srv/apple": "tasks.files", "/srv/app/../x": "tasks.files", "/srv": "tasks.files", "": "tasks.files", "srv/app": "tasks.files",
	} {
		f(l, wire.TaskFiles, wire.FilesSpec{Target: path}, says)
	}
}

func TestARefusedTaskIsNotBegun(t *testing.T) {
	w := newWorld(t)
	w.o.Limits.Commands = nil
	w.restart()
	task := ask("a", wire.TaskCommand, shell("exit 0"))
	w.apply(task)
	want(t, w.end("a"), wire.TaskRefused, "tasks.commands")
	if entries, _ := os.ReadDir(w.o.Dir); len(entries) != 0 {
		t.Error("it was written down")
	}
	w.Limit(everything())
	w.apply()
	w.waitIdle()
	w.apply(task)
	want(t, w.end("a"), wire.TaskDone, "")
}

func TestAJournalThatCannotBeReadLosesOnlyItsTask(t *testing.T) {
	w := newWorld(t)
	w.apply(ask("a", wire.TaskCommand, shell("exit 0")), ask("b", wire.TaskCommand, shell("exit 0")))
	w.end("a")
	w.end("b")
	must(t, os.WriteFile(filepath.Join(w.journal.path("a"), beginFile), []byte(`{"ver`), 0o600))
	w.restart()
	w.apply(w.tasks...)
	want(t, w.end("a"), wire.TaskLost, "cannot be read")
	want(t, w.end("b"), wire.TaskDone, "")
}

func FuzzJournal(f *testing.F) {
	good, _ := json.Marshal(record{Version: 1, Task: ask("a", wire.TaskCommand, shell("exit 0")), Began: time.Unix(0, 0)})
	f.Add(good, []byte(`{"id":"a","state":"done"}`))
	f.Add(good, []byte{})
	f.Add([]byte(`{"version":1,"task":{"id":"a"},"process":{"pid":1}}`), []byte(`{`))
	f.Fuzz(func(t *testing.T, begun, ended []byte) {
		r, err := parse(begun, ended)
		if err != nil {
			return
		}
		if r.Task.ID == "" || r.End != nil && (r.End.ID != r.Task.ID || !r.End.State.Over()) {
			t.Errorf("%q %q: %+v", begun, ended, r)
		}
		if (r.End == nil) != (len(ended) == 0) {
			t.Errorf("%q: an end was lost or made", ended)
		}
	})
}

// No specification gets round the limits by being odd, and none is a panic.
func FuzzSpecs(f *testing.F) {
	f.Add(wire.TaskCommand, []byte(`{"command":["/bin/sh"]}`))
	f.Add(wire.TaskFiles, []byte(`{"target":"/srv/app","files":[{"path":"../x"}]}`))
	f.Add(wire.TaskTemplate, []byte(`{"target":"/srv/app/../../x","text":"a"}`))
	f.Add(wire.TaskPackage, []byte(`{"format":"deb","name":"-o"}`))
	l := Limits{Enabled: true, Commands: []string{"/opt/app"}, Packages: []string{"app"}, Files: []string{"/srv/app"}}
	f.Fuzz(func(t *testing.T, kind string, text []byte) {
		task := wire.Task{ID: "a", Kind: kind, Spec: text}
		if l.refuse(task) != "" {
			return
		}
		_ = task.Files()
		var files wire.FilesSpec
		if kind != wire.TaskFiles || json.Unmarshal(text, &files) != nil {
			return
		}
		all, err := filesOf(files)
		for _, one := range all {
			if whole := filepath.Join(files.Target, one.path); err == nil && !strings.HasPrefix(whole, "/srv/app/") {
				t.Errorf("%s: writes %s", text, whole)
			}
		}
	})
}
