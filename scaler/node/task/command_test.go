package task

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"headroom/scaler/node/wire"
)

func TestACommandTellsWhatItDid(t *testing.T) {
	w := newWorld(t)
	s := w.do(wire.TaskCommand, wire.CommandSpec{
		Command: []string{"/bin/sh", "-c", "pwd; id -un; cat; echo $WHAT; echo mistake >&2; exit 3"}, User: "nobody", Dir: "/usr",
		Env: map[string]string{"WHAT": "a b"}, Stdin: "from stdin\n",
	})
	want(t, s, wire.TaskFailed, "it exited with 3")
	o := outputs[wire.CommandOutputs](t, s)
	if o.ExitCode != 3 || o.Stdout != "/usr\nnobody\nfrom stdin\na b\n" || !strings.Contains(s.Log, "mistake\n") || s.Began.IsZero() || s.Ended.Before(s.Began) {
		t.Errorf("%+v %+v", s, o)
	}
	accepted := shell("exit 3")
	accepted.Accept = []int{3}
	want(t, w.do(wire.TaskCommand, accepted), wire.TaskDone, "")
	want(t, w.do(wire.TaskCommand, wire.CommandSpec{Command: []string{"/none"}, User: root}), wire.TaskFailed, "/none: no such file")
	want(t, w.do(wire.TaskCommand, wire.CommandSpec{Command: []string{"sh"}, User: root}), wire.TaskFailed, "absolute path")
	want(t, w.do(wire.TaskCommand, wire.CommandSpec{Command: []string{"/bin/sh"}, User: "no such user"}), wire.TaskFailed, "unknown user")
	want(t, w.do(wire.TaskCommand, map[string]string{"comand": "x"}), wire.TaskFailed, `unknown field "comand"`)
	want(t, w.do("dance", nil), wire.TaskFailed, `no task of kind "dance"`)
	want(t, w.do(wire.TaskCommand, shell("kill -9 $$")), wire.TaskFailed, "killed")
}

func TestOutputIsBounded(t *testing.T) {
	w := newWorld(t)
	s := w.do(wire.TaskCommand, shell(`i=0; while [ $i -lt 30000 ]; do echo "line $i"; i=$((i+1)); done; printf '\377\001'`))
	want(t, s, wire.TaskDone, "")
	o := outputs[wire.CommandOutputs](t, s)
	if !o.Truncated || !strings.HasPrefix(o.Stdout, "line 0\n") || len(s.Outputs) > wire.MaxTaskOutputs || len(s.Log) > wire.MaxTaskLog+8 || !strings.Contains(s.Log, "line 29999\n") {
		t.Errorf("truncated %v, %d bytes of outputs, %d of log", o.Truncated, len(s.Outputs), len(s.Log))
	}
	s = w.do(wire.TaskCommand, shell(`head -c 40000 /dev/zero`)) // each byte is six in JSON
	if want(t, s, wire.TaskDone, ""); len(s.Outputs) > wire.MaxTaskOutputs {
		t.Errorf("%d bytes of outputs", len(s.Outputs))
	}
}

// alive tells whether the process whose number a file has runs.
func alive(t *testing.T, file string) bool {
	t.Helper()
	text, err := os.ReadFile(file)
	must(t, err)
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	must(t, err)
	stat, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return len(stat) > 0 && !strings.Contains(string(stat), ") Z ")
}

func TestTimeEndsACommandWithItsChildren(t *testing.T) {
	w := newWorld(t)
	pids := filepath.Join(t.TempDir(), "pid")
	task := ask("slow", wire.TaskCommand, shell("trap '' TERM; (trap '' TERM; sleep 1000; sleep 1000) & echo $! >"+pids+"; sleep 1000; sleep 1000"))
	task.Timeout = wire.Duration(300 * time.Millisecond)
	w.apply(task)
	want(t, w.end("slow"), wire.TaskFailed, "it had not ended after 300ms, and was stopped with all processes of its group")
	w.until("its child is gone", func() bool { return !alive(t, pids) })
}

func TestWhatNobodyWantsIsStoppedAndForgotten(t *testing.T) {
	w := newWorld(t)
	pids := filepath.Join(t.TempDir(), "pid")
	w.apply(ask("a", wire.TaskCommand, shell("echo $$ >"+pids+"; exec sleep 1000")))
	w.until("it runs", func() bool { text, _ := os.ReadFile(pids); return len(text) > 0 })
	w.apply()
	w.waitIdle()
	if alive(t, pids) {
		t.Error("it still runs")
	}
	if entries, _ := os.ReadDir(w.o.Dir); len(entries) != 0 {
		t.Errorf("%d tasks are remembered", len(entries))
	}
}

// A new server does not know yet what the one before has asked for.
func TestTasksAreKeptWhileTheServerDoesNotKnow(t *testing.T) {
	w := newWorld(t)
	w.apply(ask("a", wire.TaskCommand, shell("sleep 1000")), ask("b", wire.TaskCommand, shell("sleep 1000")))
	w.until("both run", func() bool { return len(w.Statuses()) == 2 })
	w.Apply(nil, true)
	w.Apply([]wire.Task{w.tasks[0]}, true)
	if n := w.Running(); n != 2 {
		t.Fatalf("%d run", n)
	}
	w.Apply([]wire.Task{{ID: "a", Stop: true}}, true) // the new server has asked for a, and does not any more
	w.until("one is stopped", func() bool { return w.Running() == 1 })
	if s := w.Statuses(); len(s) != 1 || s[0].ID != "b" {
		t.Errorf("%+v", s)
	}
	w.Apply(nil, false)
	w.waitIdle()
}

func TestACommandOutlivesTheDaemon(t *testing.T) {
	w := newWorld(t)
	dir := t.TempDir()
	file := filepath.Join(dir, "effects")
	go1 := filepath.Join(dir, "go")
	task := ask("a", wire.TaskCommand, shell(fmt.Sprintf("echo effect >>%s; while [ ! -e %s ]; do sleep 0.05; done; echo end", file, go1)))
	w.apply(task)
	w.until("it has begun", func() bool { text, _ := os.ReadFile(file); return len(text) > 0 })
	w.restart()
	if s := w.status("a"); s.State != wire.TaskRunning {
		t.Fatalf("%+v", s)
	}
	w.apply(task)
	w.restart()
	must(t, os.WriteFile(go1, nil, 0o600))
	task.Resume = true
	w.apply(task)
	s := w.end("a")
	want(t, s, wire.TaskDone, "")
	if o := outputs[wire.CommandOutputs](t, s); o.Stdout != "end\n" {
		t.Errorf("%+v", o)
	}
	w.restart() // and it is not begun again
	w.apply(task)
	want(t, w.end("a"), wire.TaskDone, "")
	if text, _ := os.ReadFile(file); string(text) != "effect\n" {
		t.Errorf("it was begun more than once: %q", text)
	}
}

func TestACommandThatEndsWithoutADaemon(t *testing.T) {
	w := newWorld(t)
	file := filepath.Join(t.TempDir(), "end")
	task := ask("a", wire.TaskCommand, shell("sleep 0.2; echo done >"+file+"; exit 7"))
	w.apply(task)
	w.until("it runs", func() bool { return w.status("a").State == wire.TaskRunning && w.record("a").Process != nil })
	w.Close()
	w.until("it has ended", func() bool { _, err := resultOf(filepath.Join(w.journal.path("a"), "1")); return err == nil })
	w.start()
	w.apply(task)
	want(t, w.end("a"), wire.TaskFailed, "it exited with 7")
}

func (w *world) record(id string) record {
	r, _ := read(w.journal.path(id)) // it may be about to be written
	return r
}

func TestACommandThatNobodySawTheEndOfIsLost(t *testing.T) {
	w := newWorld(t)
	task := ask("a", wire.TaskCommand, shell("exec sleep 1000"))
	w.apply(task)
	w.until("it runs", func() bool { return w.record("a").Process != nil })
	keeper := w.record("a").Process.PID
	w.until("the command runs", func() bool { return len(childrenOf(keeper)) == 1 })
	child := childrenOf(keeper)[0]
	w.Close()
	must(t, syscall.Kill(keeper, syscall.SIGKILL)) // as a loss of power does
	must(t, syscall.Kill(child, syscall.SIGKILL))
	w.start()
	w.apply(task)
	want(t, w.end("a"), wire.TaskLost, "nobody knows how it ended")
	w.restart()
	w.apply(task)
	want(t, w.end("a"), wire.TaskLost, "nobody knows how it ended")
}

func childrenOf(pid int) (all []int) {
	for _, p := range pids() {
		text, _ := os.ReadFile("/proc/" + p + "/stat")
		if i := strings.LastIndex(string(text), ")"); i > 0 {
			if f := strings.Fields(string(text[i+1:])); len(f) > 1 && f[1] == strconv.Itoa(pid) {
				n, _ := strconv.Atoi(p)
				all = append(all, n)
			}
		}
	}
	return all
}

// A daemon that is killed between what it writes down and the order to the keeper has
// begun nothing: the next one begins it, once, if it is still wanted.
func TestWhatADaemonDidNotComeToBeginIsBegunByTheNext(t *testing.T) {
	for _, process := range []bool{false, true} {
		t.Run(fmt.Sprint(process), func(t *testing.T) {
			w := newWorld(t)
			file := filepath.Join(t.TempDir(), "effect")
			var tasks []wire.Task
			for _, id := range []string{"wanted", "resumed", "unwanted"} {
				task := ask(id, wire.TaskCommand, shell("echo "+id+" >>"+file))
				w.wasKilled(task, process)
				task.Resume = id == "resumed"
				tasks = append(tasks, task)
			}
			w.restart()
			w.apply(tasks[:2]...)
			want(t, w.end("wanted"), wire.TaskDone, "")
			want(t, w.end("resumed"), wire.TaskUnknown, "never begun")
			w.waitIdle()
			w.restart()
			w.apply(tasks[:2]...)
			want(t, w.end("wanted"), wire.TaskDone, "")
			if text, _ := os.ReadFile(file); string(text) != "wanted\n" {
				t.Errorf("begun: %q", text)
			}
		})
	}
}

// wasKilled leaves what a daemon leaves that is killed before it gives an order.
func (w *world) wasKilled(task wire.Task, process bool) {
	w.t.Helper()
	rec := record{Task: task, Began: time.Now()}
	if process {
		dir := filepath.Join(w.journal.path(task.ID), "1")
		must(w.t, os.MkdirAll(dir, 0o700))
		p, err := startKeeper(dir)
		must(w.t, err)
		defer p.close()
		rec.Runs, rec.Process = 1, &processRecord{Dir: "1", PID: p.pid, Start: startOf(p.pid), Boot: bootID()}
	}
	must(w.t, w.journal.begin(rec))
}

// A task that is taken back before its turn, and asked for again, is not waited for in vain.
func TestATaskThatIsTakenBackBeforeItsTurnCanBeAskedForAgain(t *testing.T) {
	w := newWorld(t)
	saved := false
	w.o.Forget = func() bool { return saved }
	w.restart()
	stop := filepath.Join(t.TempDir(), "stop")
	var tasks []wire.Task
	for i := range atOnce {
		tasks = append(tasks, ask(fmt.Sprintf("t%02d", i), wire.TaskCommand, shell("while [ ! -e "+stop+" ]; do sleep 0.05; done")))
	}
	w.apply(tasks...)
	w.until("the first ones run", func() bool { return len(w.Statuses()) == atOnce })
	late := ask("late", wire.TaskCommand, shell("exit 0"))
	w.apply(append(tasks, late)...)
	w.apply(tasks...)
	w.until("it does not wait any more", func() bool { return w.Running() == atOnce })
	w.apply(append(tasks, late)...)
	must(t, os.WriteFile(stop, nil, 0o600))
	want(t, w.end("late"), wire.TaskDone, "")
	saved = true
}

// A node that has done much for one server keeps little of it in memory, and tells all of
// it to another server that asks.
func TestWhatWasSeenIsKeptOnTheDiskOnly(t *testing.T) {
	w := newWorld(t)
	task := ask("a", wire.TaskCommand, shell("echo much"))
	w.apply(task)
	all := w.end("a")
	w.waitIdle()
	for range 2 {
		w.apply(wire.Task{ID: "a", Seen: true})
		if in := w.Runner.tasks["a"]; in.Spec != nil || in.status.Log != "" || in.status.Outputs != nil || w.status("a").State != wire.TaskDone {
			t.Errorf("%+v", in)
		}
	}
	task.Resume = true
	w.apply(task)
	if s := w.status("a"); s.Log != "much\n" || string(s.Outputs) != string(all.Outputs) {
		t.Errorf("%+v; want %+v", s, all)
	}
}

// Servers that are killed again and again leave ends that the next one does not ask for. A
// node tells no more than a server takes, and all that one asks for.
func TestEndsThatNobodyAsksForAreNotToldWithoutBound(t *testing.T) {
	w := newWorld(t)
	for i := range 2 * maxStatuses {
		id := fmt.Sprintf("t%05d", i)
		w.tasks = append(w.tasks, wire.Task{ID: id, Seen: true})
		w.Runner.tasks[id] = &task{Task: wire.Task{ID: id}, wanted: true, status: &wire.TaskStatus{ID: id, State: wire.TaskDone}}
	}
	last := w.tasks[:1]
	w.Apply(last, true)
	if all := w.Statuses(); len(all) != maxStatuses || all[0].ID != "t00000" {
		t.Errorf("%d are told, the first is %s", len(all), all[0].ID)
	}
	w.Apply(last, false)
	if all := w.Statuses(); len(all) != 1 {
		t.Errorf("%d are told", len(all))
	}
}

func TestResumeBeginsNothing(t *testing.T) {
	w := newWorld(t)
	file := filepath.Join(t.TempDir(), "effect")
	task := ask("a", wire.TaskCommand, shell("echo >>"+file))
	task.Resume = true
	w.apply(task)
	want(t, w.end("a"), wire.TaskUnknown, "never begun")
	if _, err := os.Stat(file); err == nil {
		t.Error("it was begun")
	}
	task.Resume = false // who asked knows now that it may be begun
	w.apply(task)
	w.until("it is done", func() bool { return w.status("a").State == wire.TaskDone })
}

func TestOnlySomeAreDoneAtATime(t *testing.T) {
	w := newWorld(t)
	stop := filepath.Join(t.TempDir(), "stop")
	var tasks []wire.Task
	for i := range atOnce + 3 {
		tasks = append(tasks, ask(fmt.Sprintf("t%02d", i), wire.TaskCommand, shell("while [ ! -e "+stop+" ]; do sleep 0.05; done")))
	}
	w.apply(tasks...)
	w.until("the first ones run", func() bool { return len(w.Statuses()) == atOnce })
	if n := w.Running(); n != atOnce+3 {
		t.Errorf("%d are known", n)
	}
	must(t, os.WriteFile(stop, nil, 0o600))
	w.until("all are done", func() bool { return w.Ended(wire.TaskDone) == atOnce+3 })
}

func TestWhatIsStillOnTheDiskIsNotForgotten(t *testing.T) {
	w := newWorld(t)
	saved := false
	w.o.Forget = func() bool { return saved }
	w.restart()
	file := filepath.Join(t.TempDir(), "effect")
	task := ask("a", wire.TaskCommand, shell("echo x >>"+file))
	w.apply(task)
	want(t, w.end("a"), wire.TaskDone, "")
	w.apply()
	w.restart()
	w.apply(task) // as an old desired state says that was on the disk
	want(t, w.end("a"), wire.TaskDone, "")
	if text, _ := os.ReadFile(file); string(text) != "x\n" {
		t.Errorf("it was begun twice: %q", text)
	}
	w.apply()
	saved = true
	w.Retry()
	if entries, _ := os.ReadDir(w.o.Dir); len(entries) != 0 {
		t.Errorf("%d tasks are remembered", len(entries))
	}
}

// What the daemon was started with, and the keys of its session, are not a command's.
func TestACommandInheritsNothing(t *testing.T) {
	runtime.LockOSThread() // whose session it is: it ends with this test, and its keys
	if _, err := unix.KeyctlJoinSessionKeyring("headroom-secrets"); err != nil {
		t.Skip(err)
	}
	if _, err := unix.AddKey("user", "headroom-key", []byte("secret"), unix.KEY_SPEC_SESSION_KEYRING); err != nil {
		t.Skip(err)
	}
	null, err := os.Open(os.DevNull)
	must(t, err)
	defer null.Close()
	must(t, unix.Dup3(int(null.Fd()), 77, 0)) // not closed by exec
	defer unix.Close(77)
	dir := t.TempDir()
	p, err := startKeeper(dir)
	must(t, err)
	defer p.close()
	as := shell("cd /proc/self/fd; echo *; cat /proc/keys; env")
	as.User = "nobody"
	must(t, p.order(order{CommandSpec: as, Timeout: time.Minute}))
	must(t, p.wait(t.Context()))
	res, err := resultOf(dir)
	open, _, _ := strings.Cut(res.Stdout, "\n")
	if err != nil || strings.Contains(open, "77") || strings.Contains(res.Stdout, "headroom-") || res.ExitCode != 0 || !strings.HasPrefix(res.Stdout, "0 1 2") {
		t.Errorf("%v, %+v", err, res)
	}
	if env := res.Stdout[strings.LastIndex(res.Stdout, "PWD="):]; strings.Contains(env, "HOME") {
		t.Errorf("environment: %s", env)
	}
}
