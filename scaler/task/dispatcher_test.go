package task

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"headroom/scaler/flow/tool"
	"headroom/scaler/node/wire"
	"headroom/scaler/pool"
)

func (w *world) mustDo(node string, t wire.Task) wire.TaskStatus {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), time.Minute)
	defer cancel()
	s, err := w.Do(ctx, node, t)
	must(w.t, err)
	return s
}

func TestANodeDoesATask(t *testing.T) {
	w := newWorld(t)
	d := w.node("n1", t.TempDir())
	s := w.mustDo("n1", shell("a", "echo hello; exit 4"))
	out, err := Outputs(s)
	if s.State != wire.TaskFailed || s.Error != "it exited with 4" || s.Log != "hello\n" || err != nil || out["exit_code"] != int64(4) || out["stdout"] != "hello\n" {
		t.Errorf("%+v, %v, %v", s, out, err)
	}
	if _, err := w.Do(t.Context(), "n2", shell("b", "true")); !errors.Is(err, pool.ErrUnknownNode) || !strings.Contains(err.Error(), "n2") {
		t.Error(err)
	}
	if _, err := w.Do(t.Context(), "n1", wire.Task{ID: "c"}); err == nil {
		t.Error("a task without a time")
	}
	go func() { _, _ = w.Do(t.Context(), "n1", shell("d", "exec sleep 1000")) }()
	until(t, "the node knows that its end was seen", func() bool {
		d.mu.Lock()
		defer d.mu.Unlock()
		s := d.Statuses()
		return len(s) == 2 && s[0].ID == "a" && s[0].Log == ""
	})
}

func TestManyAtOnce(t *testing.T) {
	w := newWorld(t)
	w.node("n1", t.TempDir())
	file := filepath.Join(t.TempDir(), "effects")
	var all sync.WaitGroup
	for i := range 60 { // more than a node is given at a time
		all.Go(func() {
			if s, err := w.Do(t.Context(), "n1", shell(fmt.Sprint("t", i), "echo x >>"+file)); err != nil || s.State != wire.TaskDone {
				t.Error(s, err)
			}
		})
	}
	all.Wait()
	if n := strings.Count(content(file), "x"); n != 60 {
		t.Errorf("%d effects", n)
	}
}

func TestWhenTimeIsOverTheNodeIsStopped(t *testing.T) {
	w := newWorld(t)
	d := w.node("n1", t.TempDir())
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	_, err := w.Do(ctx, "n1", shell("a", "exec sleep 1000"))
	if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "node n1 has begun it at ") {
		t.Error(err)
	}
	until(t, "it is stopped and forgotten", func() bool { return d.Running() == 0 && len(d.Statuses()) == 0 })
}

// A node that is lost is waited for, and what it did meanwhile is not done again.
func TestANodeDisappearsInTheMiddle(t *testing.T) {
	w := newWorld(t)
	dir, node := t.TempDir(), t.TempDir()
	d := w.node("n1", node)
	done := make(chan wire.TaskStatus)
	go func() {
		s, err := w.Do(t.Context(), "n1", shell("a", fmt.Sprintf("echo x >>%s/effects; while [ ! -e %s/go ]; do sleep 0.05; done; echo end", dir, dir)))
		if err != nil {
			t.Error(err)
		}
		done <- s
	}()
	until(t, "it has begun", func() bool { return content(dir+"/effects") == "x" })
	d.stop()
	until(t, "the node is lost", func() bool { n, _ := w.pool.Node("n1"); return n.State == pool.Lost })
	if why := w.Away("n1"); !strings.Contains(why, "it has not synced since") {
		t.Errorf("it is away: %q", why)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := w.Do(ctx, "n1", shell("b", "true")); err == nil || !strings.Contains(err.Error(), "node n1 has not begun it, and is lost: it has not synced since") {
		t.Error(err)
	}
	must(t, os.WriteFile(dir+"/go", nil, 0o600))
	w.node("n1", node)
	if s := <-done; s.State != wire.TaskDone || s.Log != "end\n" || content(dir+"/effects") != "x" {
		t.Errorf("%+v, effects %q", s, content(dir+"/effects"))
	}
}

// Who waits for a node that is forgotten waits for nothing, also if the node comes back
// later: it is another one then.
func TestANodeIsForgottenInTheMiddle(t *testing.T) {
	w := newWorld(t)
	node := t.TempDir()
	d := w.node("n1", node)
	done := make(chan error)
	for _, id := range []string{"a", "b"} {
		go func() { _, err := w.Do(t.Context(), "n1", shell(id, "exec sleep 1000")); done <- err }()
	}
	until(t, "it has begun", func() bool { return d.Running() == 2 })
	d.stop()
	until(t, "it is forgotten", func() bool { return w.pool.Forget(t.Context(), "n1") == nil })
	for range 2 {
		if err := <-done; !errors.Is(err, pool.ErrUnknownNode) {
			t.Error(err)
		}
	}
	d = w.node("n1", node)
	if s, err := w.Do(t.Context(), "n1", shell("c", "exit 0")); err != nil || s.State != wire.TaskDone {
		t.Errorf("%+v, %v", s, err)
	}
	w.later.Store(int64(settled))
	until(t, "who comes back stops what nobody wants", func() bool { return d.Running() == 0 })
}

// The server is killed while a node does a task. The next one finds it, and waits.
func TestTheServerRestartsInTheMiddle(t *testing.T) {
	w := newWorld(t)
	dir := t.TempDir()
	w.node("n1", t.TempDir())
	task := shell("a", fmt.Sprintf("echo x >>%s/effects; while [ ! -e %s/go ]; do sleep 0.05; done; echo end", dir, dir))
	dead, cancel := context.WithCancel(t.Context())
	gone := make(chan struct{})
	go func() { defer close(gone); _, _ = w.Do(dead, "n1", task) }()
	until(t, "it has begun", func() bool { return content(dir+"/effects") == "x" })
	w.kill()
	cancel()
	<-gone
	w.start()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if f, err := w.Find(ctx, "n1", task, io.Discard); err != nil || f.State != tool.Running {
		t.Fatalf("%+v, %v", f, err)
	}
	time.AfterFunc(100*time.Millisecond, func() { _ = os.WriteFile(dir+"/go", nil, 0o600) })
	resumed := task
	resumed.Resume = true
	if s := w.mustDo("n1", resumed); s.State != wire.TaskDone || content(dir+"/effects") != "x" {
		t.Errorf("%+v, effects %q", s, content(dir+"/effects"))
	}

	w.kill() // before it has written down that it is done
	w.start()
	f, err := w.Find(ctx, "n1", task, io.Discard)
	if err != nil || f.State != tool.Done || f.Outputs["stdout"] != "end\n" {
		t.Errorf("%+v, %v", f, err)
	}
	f, err = w.Find(ctx, "n1", shell("b", "true"), io.Discard)
	if err != nil || f.State != tool.NotDone {
		t.Errorf("%+v, %v", f, err)
	}
	if s := w.mustDo("n1", shell("b", "true")); s.State != wire.TaskDone { // the same id, now to be begun
		t.Errorf("%+v", s)
	}
	f, err = w.Find(ctx, "n3", task, io.Discard)
	if err != nil || f.State != tool.Unknown || !strings.Contains(f.Reason, "has left the pool") {
		t.Errorf("%+v, %v", f, err)
	}
}

// What failed while the server was away is found as ended, and its failure is told.
func TestAFailureIsFoundToo(t *testing.T) {
	w := newWorld(t)
	w.node("n1", t.TempDir())
	task := shell("a", "echo broken; exit 9")
	w.mustDo("n1", task)
	w.kill()
	w.start()
	f, err := w.Find(t.Context(), "n1", task, io.Discard)
	if err != nil || f.State != tool.Running || !strings.Contains(f.Reason, "it exited with 9") {
		t.Errorf("%+v, %v", f, err)
	}
	task.Resume = true
	if s := w.mustDo("n1", task); s.State != wire.TaskFailed || s.Log != "broken\n" {
		t.Errorf("%+v", s)
	}
}

// Ends are remembered for a while and then forgotten, here and at the node.
func TestEndsAreForgotten(t *testing.T) {
	w := newWorld(t)
	d := w.node("n1", t.TempDir())
	w.mustDo("n1", shell("a", "true"))
	w.look()
	time.Sleep(500 * time.Millisecond) // in which the node would hear of it
	if n := len(d.Statuses()); n != 1 {
		t.Fatalf("%d are known", n)
	}
	w.later.Store(int64(remember + settled))
	w.look()
	until(t, "the node has forgotten it", func() bool { return len(d.Statuses()) == 0 })
	until(t, "the pool has", func() bool { return len(w.pool.Tasks("n1")) == 0 })
	w.look()
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.desks) != 0 {
		t.Errorf("%d desks", len(w.desks))
	}
}

// Whose time is over is asked for once more: that does not let the task go on.
func TestWhatWasTakenBackStaysSo(t *testing.T) {
	w := newWorld(t)
	d := w.node("n1", t.TempDir())
	task := shell("a", "exec sleep 1000")
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	if _, err := w.Do(ctx, "n1", task); err == nil {
		t.Fatal("it ended")
	}
	f, err := w.Find(t.Context(), "n1", task, io.Discard)
	if err != nil || f.State != tool.Running {
		t.Errorf("%+v, %v", f, err)
	}
	until(t, "it is stopped and forgotten", func() bool { return d.Running() == 0 && len(d.Statuses()) == 0 })
	if f, _ := w.Find(t.Context(), "n1", task, io.Discard); f.State == tool.Done || f.State == tool.NotDone {
		t.Errorf("%+v", f)
	}
}

// A server that stops takes nothing back: the next one goes on with it.
func TestAServerThatStopsTakesNothingBack(t *testing.T) {
	w := newWorld(t)
	d := w.node("n1", t.TempDir())
	ctx, cancel := context.WithCancel(t.Context())
	left := make(chan struct{})
	go func() { defer close(left); _, _ = w.Do(ctx, "n1", shell("a", "exec sleep 1000")) }()
	until(t, "it runs", func() bool { s := d.Statuses(); return len(s) == 1 && s[0].State == wire.TaskRunning })
	w.stop()
	cancel()
	<-left
	time.Sleep(500 * time.Millisecond) // in which a node would hear of it
	w.kill()
	w.start()
	time.Sleep(time.Second)
	if s := d.Statuses(); len(s) != 1 || s[0].State != wire.TaskRunning {
		t.Errorf("%+v", s)
	}
	ctx, cancel = context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	task := shell("a", "")
	task.Resume = true
	if s, err := w.Do(ctx, "n1", task); err == nil {
		t.Errorf("%+v", s)
	}
	until(t, "then it is stopped", func() bool { return d.Running() == 0 })
}

func TestANodeIsGivenWhatItTakes(t *testing.T) {
	k := newDesk(time.Time{})
	large := wire.Task{ID: "a", Spec: []byte(strings.Repeat(",", wire.MaxTaskCommas))}
	if !k.room(large) {
		t.Error("one large task has no room")
	}
	a := k.take(large)
	if k.room(wire.Task{ID: "b", Spec: []byte("{,}")}) || !k.room(wire.Task{ID: "b", Spec: []byte("{}")}) {
		t.Error("the commas are not counted together")
	}
	a.status.State = wire.TaskDone
	for i := range wire.MaxTasks {
		task := wire.Task{ID: fmt.Sprint(i), Spec: make([]byte, wire.MaxTaskSpecs/wire.MaxTasks)}
		if !k.room(task) {
			t.Fatalf("task %d has no room", i)
		}
		k.take(task)
	}
	if k.room(wire.Task{ID: "b"}) {
		t.Error("there is always room")
	}
	k.find("0").withdrawn = true
	if !k.room(wire.Task{ID: "b"}) || k.room(wire.Task{ID: "b", Spec: make([]byte, wire.MaxTaskSpecs/2)}) {
		t.Error("the bytes are not counted together")
	}
}
