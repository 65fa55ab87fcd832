package task

import (
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"headroom/scaler/node/wire"
)

func TestMain(m *testing.M) {
	Main() // does not return if that is what this process is
	os.Exit(m.Run())
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// everything is allowed.
func everything() Limits {
	return Limits{Enabled: true, Commands: []string{"*"}, Users: []string{root, "nobody"}, Packages: []string{"*"}, Files: []string{"/"}}
}

// world is a runner that can be killed and started again.
type world struct {
	t      *testing.T
	o      Options
	tasks  []wire.Task
	change chan struct{}
	*Runner
}

func newWorld(t *testing.T) *world {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root: commands run as other users")
	}
	t.Parallel()
	w := &world{t: t, change: make(chan struct{}, 1)}
	w.o = Options{Dir: filepath.Join(t.TempDir(), "tasks"), Limits: everything(), Logger: slog.New(slog.DiscardHandler), Changed: func() {
		select {
		case w.change <- struct{}{}:
		default:
		}
	}}
	w.start()
	t.Cleanup(func() { w.apply(); w.waitIdle(); w.Close() })
	return w
}

func (w *world) start() {
	w.t.Helper()
	r, err := New(w.o)
	must(w.t, err)
	w.Runner = r
	r.Start()
}

// restart is what a new daemon sees of one that was killed.
func (w *world) restart() {
	w.t.Helper()
	w.Close()
	w.start()
}

func (w *world) apply(tasks ...wire.Task) {
	w.tasks = tasks
	w.Apply(tasks, false)
}

// until waits for something that happens soon.
func (w *world) until(what string, happened func() bool) {
	w.t.Helper()
	for end := time.Now().Add(30 * time.Second); !happened(); {
		if time.Now().After(end) {
			w.t.Fatalf("never: %s; the tasks are %+v", what, w.Statuses())
		}
		select {
		case <-w.change:
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func (w *world) waitIdle() { w.until("nothing runs", func() bool { return w.Running() == 0 }) }

func (w *world) status(id string) wire.TaskStatus {
	for _, s := range w.Statuses() {
		if s.ID == id {
			return s
		}
	}
	return wire.TaskStatus{}
}

// end waits for a task's end.
func (w *world) end(id string) wire.TaskStatus {
	w.t.Helper()
	w.until(id+" ends", func() bool { s := w.status(id).State; return s != "" && s.Over() })
	return w.status(id)
}

// do does one task.
func (w *world) do(kind string, spec any) wire.TaskStatus {
	w.t.Helper()
	t := ask(w.t.Name()+time.Now().String(), kind, spec)
	w.apply(t)
	return w.end(t.ID)
}

func ask(id, kind string, spec any) wire.Task {
	text, err := json.Marshal(spec)
	if err != nil {
		panic(err)
	}
	return wire.Task{ID: id, Kind: kind, Spec: text, Timeout: wire.Duration(time.Minute)}
}

func shell(script string) wire.CommandSpec {
	return wire.CommandSpec{Command: []string{"/bin/sh", "-c", script}, User: root}
}

func outputs[O any](t *testing.T, s wire.TaskStatus) (o O) {
	t.Helper()
	if err := json.Unmarshal(s.Outputs, &o); err != nil {
		t.Fatalf("%+v: %v", s, err)
	}
	return o
}

// want compares the state and a part of the error.
func want(t *testing.T, s wire.TaskStatus, state wire.TaskState, says string) {
	t.Helper()
	if s.State != state || !strings.Contains(s.Error, says) || says == "" && s.Error != "" {
		t.Errorf("%s: %s, %q; want %s, %q (log: %s)", s.ID, s.State, s.Error, state, says, s.Log)
	}
}
