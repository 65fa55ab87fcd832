package supervise

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"headroom/scaler/node/shim"
	"headroom/scaler/node/wire"
	"headroom/scaler/node/worker"
)

// command starts this test's program as something else.
func (w *world) command(role string, args ...string) *exec.Cmd {
	w.Helper()
	c := exec.Command(program, append([]string{role}, args...)...)
	c.Stderr = w.Output()
	if err := c.Start(); err != nil {
		w.Fatal(err)
	}
	w.Cleanup(func() { kill(c) })
	return c
}

func kill(c *exec.Cmd) {
	if c.ProcessState == nil {
		_ = c.Process.Kill()
		_ = c.Wait()
	}
}

// order writes what a daemon in its own process is told.
func (w *world) order(all []wire.Worker, services map[string]*wire.Service) (file, status string) {
	w.Helper()
	o := w.options()
	file, status = filepath.Join(w.dir, "orders"), filepath.Join(w.dir, "status")
	text, err := json.Marshal(orders{
		Root: w.root, Mode: w.groups.Mode(), StateDir: o.StateDir, LogDir: o.LogDir, Status: status,
		Workers: all, Services: services,
	})
	if err != nil {
		w.Fatal(err)
	}
	put(w.TB, file, string(text))
	return file, status
}

func TestKillOfTheDaemon(t *testing.T) {
	modes(t, func(w *world) {
		all := workers(w.TB, 3)
		file, status := w.order(all, with(w.web("child")))
		c := w.command("daemon", file)
		var before []worker.Running
		w.eventually("three workers run", func() bool {
			text, _ := os.ReadFile(status)
			before = nil
			return json.Unmarshal(text, &before) == nil && len(before) == 3 &&
				!slices.ContainsFunc(before, func(r worker.Running) bool { return r.State != wire.Ready })
		})
		kill(c)
		for _, r := range before {
			if pid := w.serves(r.Port); pid != r.PID {
				w.Errorf("%d serves, want %d", pid, r.PID)
			}
		}
		// One ends while nobody looks, and leaves a child behind.
		if err := syscall.Kill(before[2].PID, syscall.SIGKILL); err != nil {
			w.Fatal(err)
		}
		w.eventually("it is dead", func() bool {
			pids, err := isolateLeaf(w, before[2].ID).Pids()
			return err == nil && !slices.Contains(pids, before[2].PID)
		})

		begin := time.Now()
		w.begin()
		w.Logf("adopted in %s", time.Since(begin))
		for i, r := range w.s.Workers()[:2] {
			if r.PID != before[i].PID || r.State != wire.Ready || r.Port != before[i].Port || r.Spec.Command == nil {
				w.Errorf("adopted as %+v, was %+v", r, before[i])
			}
		}
		w.s.Apply(all, with(w.web("child")))
		after := w.running(all)
		for i, r := range after {
			if same := r.PID == before[i].PID; same != (i < 2) || r.Restarts != i/2 {
				w.Errorf("now %+v, was %+v", r, before[i])
			}
		}

		took := w.killed(after[0])
		w.Logf("an adopted worker was killed: its successor was there after %s", took)
		w.running(all)
		if r := w.get(after[0].ID); r.Restarts != 1 {
			w.Errorf("after its kill: %+v", r)
		}
		w.eventually("nothing is left of the dead", func() bool {
			return syscall.Kill(after[0].PID, 0) != nil && syscall.Kill(before[2].PID, 0) != nil
		})
	})
}

// killed kills a worker and waits for its successor.
func (w *world) killed(r worker.Running) time.Duration {
	w.Helper()
	begin := time.Now()
	if err := syscall.Kill(r.PID, syscall.SIGKILL); err != nil {
		w.Fatal(err)
	}
	for {
		if now := w.get(r.ID); now.PID != 0 && now.PID != r.PID {
			return time.Since(begin)
		}
		select {
		case <-w.s.Changed():
		case <-time.After(30 * time.Second):
			w.Fatalf("no successor of %+v", r)
		}
	}
}

func TestKillOfAWorker(t *testing.T) {
	modes(t, func(w *world) {
		all := workers(w.TB, 2)
		w.begin().s.Apply(all, with(w.web("child")))
		before := w.running(all)
		w.Logf("a worker was killed: its successor was there after %s", w.killed(before[0]))
		w.running(all)
		_, _ = ask(all[1].Port, "/exit")
		w.eventually("its end is seen", func() bool { return w.get("w01").Restarts == 1 })
		w.running(all)
		if got := w.get("w00").Reason + "; " + w.get("w01").Reason; got != "it was killed by SIGKILL; it exited with 7" {
			w.Error(got)
		}
		for _, r := range before {
			if err := syscall.Kill(r.PID, 0); err == nil {
				w.Errorf("a zombie is left: %d", r.PID)
			}
		}
		if pids, _ := isolateLeaf(w, "w00").Pids(); len(pids) != 2 {
			w.Errorf("its group has %v: the child of the dead one is left", pids)
		}
	})
}

func TestHangOfAWorker(t *testing.T) {
	w := newWorld(t, "")
	all := workers(t, 2)
	service := w.web()
	service.Health.Timeout, service.Health.Restart = wire.Duration(time.Second), 4
	service.Stop = wire.Duration(300 * time.Millisecond)
	w.begin().s.Apply(all, with(service))
	before := w.running(all)
	if err := syscall.Kill(before[0].PID, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	w.eventually("it is unhealthy", w.inState("w00", wire.Unhealthy))
	if r := w.get("w00"); !strings.Contains(r.Reason, "health check") || r.PID != before[0].PID {
		t.Errorf("while it hangs: %+v", r)
	}
	w.eventually("it is replaced", func() bool { return w.get("w00").Restarts == 1 })
	w.running(all)
	if r := w.get("w00"); r.PID == before[0].PID || !strings.Contains(r.Reason, "4 health checks in a row failed") {
		t.Errorf("afterwards: %+v", r)
	}
	if r := w.get("w01"); r.PID != before[1].PID {
		t.Errorf("the other: %+v", r)
	}
}

func TestAShortHangIsNoRestart(t *testing.T) {
	w := newWorld(t, "")
	all := workers(t, 1)
	service := w.web()
	service.Health.Timeout = wire.Duration(300 * time.Millisecond)
	w.begin().s.Apply(all, with(service))
	pid := w.running(all)[0].PID
	_ = syscall.Kill(pid, syscall.SIGSTOP)
	w.eventually("it is unhealthy", w.inState("w00", wire.Unhealthy))
	_ = syscall.Kill(pid, syscall.SIGCONT)
	if r := w.running(all)[0]; r.PID != pid || r.Restarts != 0 || r.Reason != "" {
		t.Errorf("afterwards: %+v", r)
	}
}

func TestAWorkerThatNeverServes(t *testing.T) {
	w := newWorld(t, "")
	all := workers(t, 1)
	service := w.web("deaf")
	service.Startup = wire.Duration(2 * time.Second)
	w.begin().s.Apply(all, with(service))
	w.eventually("it is started again", func() bool { return w.get("w00").Restarts >= 1 })
	if r := w.get("w00").Reason; !strings.Contains(r, "did not serve within 2s: health check: ") {
		t.Error(r)
	}
	w.s.Apply(all, with(w.web()))
	w.running(all)
}

func TestWhatIsMissingIsNamed(t *testing.T) {
	w := newWorld(t, "")
	all := workers(t, 1)
	w.begin()
	for want, spoil := range map[string]func(*wire.Service){
		"/bin/app: no such file":                     func(s *wire.Service) { s.Command[0] = filepath.Join(w.dir, "bin/app") },
		"user of the worker: user: unknown user ann": func(s *wire.Service) { s.User = "ann" },
		"the source: stat /nowhere": func(s *wire.Service) {
			s.Mounts = []wire.Mount{{Source: "/nowhere", Target: "/tmp"}}
		},
		"folder of the worker: chdir /nowhere": func(s *wire.Service) { s.Dir = "/nowhere" },
	} {
		service := w.web()
		spoil(service)
		w.s.Apply(all, with(service))
		w.eventually(want, func() bool { return strings.Contains(w.get("w00").Reason, want) })
		w.eventually("it waits", w.inState("w00", wire.Backoff))
		log, err := os.ReadFile(w.s.outputs.file("shop/web", "w00"))
		if err != nil || !strings.Contains(string(log), want) {
			t.Errorf("its log has no %q: %s, %v", want, log, err)
		}
	}
	// The program comes later.
	service := w.web()
	service.Command[0] = filepath.Join(w.dir, "bin/app")
	w.s.Apply(all, with(service))
	w.eventually("it waits", func() bool { return w.get("w00").Restarts > 5 })
	if err := os.Mkdir(filepath.Join(w.dir, "bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Link(program, service.Command[0]); err != nil {
		t.Fatal(err)
	}
	w.running(all)
}

func TestAPortThatIsTaken(t *testing.T) {
	w := newWorld(t, "")
	all := workers(t, 2)
	other, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", all[0].Port))
	if err != nil {
		t.Fatal(err)
	}
	begin := time.Now()
	w.begin().s.Apply(all, with(w.web()))
	w.eventually("the other one serves", w.inState("w01", wire.Ready))
	w.eventually("it waits for its port", func() bool {
		u := w.get("w00")
		return u.State == wire.Backoff && u.Reason == fmt.Sprintf("port %d is taken by another process", all[0].Port)
	})
	time.Sleep(1500 * time.Millisecond)
	done := make(chan int)
	w.s.tell(func(time.Time) { done <- w.s.units["w00"].tries })
	if n := <-done; n > 3+int(time.Since(begin).Seconds()) {
		t.Errorf("%d tries in %s", n, time.Since(begin))
	}
	if err := other.Close(); err != nil {
		t.Fatal(err)
	}
	w.running(all)
	if r := w.get("w00"); r.Restarts != 0 {
		t.Errorf("it was never started before: %+v", r)
	}
}

func TestOutOfMemory(t *testing.T) {
	modes(t, func(w *world) {
		all := workers(w.TB, 1)
		service := w.web()
		service.Limits.Memory = 128 << 20
		w.begin().s.Apply(all, with(service))
		before := w.running(all)[0]
		_, _ = ask(all[0].Port, "/eat")
		w.eventually("it is started again", func() bool { return w.get("w00").Restarts == 1 })
		after := w.running(all)[0]
		if after.PID == before.PID || after.Reason != "it was killed by SIGKILL, and its service is out of memory (134217728 bytes)" {
			w.Errorf("afterwards: %+v", after)
		}
	})
}

func TestForkBomb(t *testing.T) {
	modes(t, func(w *world) {
		all := workers(w.TB, 2)
		all[1].Service = "other"
		bad, good := w.web(), w.web()
		bad.Limits.Pids = 60
		bad.Stop = wire.Duration(300 * time.Millisecond)
		w.begin().s.Apply(all, map[string]*wire.Service{"shop/web": bad, "other": good})
		before := w.running(all)
		said, err := ask(all[0].Port, "/bomb")
		w.Logf("the bomb: %s %v", said, err)
		w.nothingOutside()
		most, err := os.ReadFile(filepath.Join(w.groups.Group("shop/web").Pids, "pids.max"))
		if strings.TrimSpace(string(most)) != "60" {
			w.Errorf("limit of processes: %s, %v", most, err)
		}
		if r := w.get("w01"); r.PID != before[1].PID {
			w.Errorf("the other service: %+v", r)
		}
		w.serves(all[1].Port)
		w.s.Restart("w00")
		w.eventually("it is started again", func() bool { return w.get("w00").PID != before[0].PID && w.get("w00").PID != 0 })
		w.running(all)
		w.s.Apply(all[1:], map[string]*wire.Service{"other": good})
		w.eventually("all of it is gone", func() bool { return isolateLeaf(w, "w00").Dir == "" })
		w.running(all[1:])
	})
}

func TestFiftyStartsAtOnce(t *testing.T) {
	modes(t, func(w *world) {
		all := workers(w.TB, 50)
		service := w.web("child")
		service.Startup, service.Limits.CPUPercent = wire.Duration(10*time.Minute), 100
		service.Limits.Memory = 0
		service.Health.Interval, service.Health.Timeout = wire.Duration(2*time.Second), wire.Duration(30*time.Second)
		begin := time.Now()
		w.begin().s.Apply(all, with(service))
		w.eventually("all have a process", func() bool {
			ready := w.s.Workers()
			return len(ready) == 50 && !slices.ContainsFunc(ready, func(r worker.Running) bool { return r.PID == 0 })
		})
		w.Logf("50 processes after %s", time.Since(begin))
		for _, r := range w.running(all) {
			if r.Restarts != 0 {
				w.Errorf("%s was restarted: %s", r.ID, r.Reason)
			}
		}
		w.Logf("50 workers serve after %s", time.Since(begin))
	})
}

// A daemon is killed when a worker was born, and before it was let go.
func TestPartialSpecification(t *testing.T) {
	modes(t, func(w *world) {
		all := workers(w.TB, 1)
		file, status := w.order(all, nil)
		c := w.command("half", file)
		var pid int
		w.eventually("a worker is born", func() bool {
			text, _ := os.ReadFile(status)
			pid, _ = strconv.Atoi(string(text))
			return pid > 0
		})
		kill(c)
		w.begin().s.Apply(all, with(w.web()))
		if r := w.running(all)[0]; r.PID == pid {
			w.Errorf("what was half born runs: %+v", r)
		}
		w.eventually("the half born one is gone", func() bool { return syscall.Kill(pid, 0) != nil })
		if r := w.serves(all[0].Port); r == pid {
			w.Errorf("%d serves", r)
		}
	})
}

// half begins to start a worker.
func half(o orders) {
	s, err := shim.Start(os.Stderr)
	if err != nil {
		panic(err)
	}
	if err := replace(o.Status, []byte(strconv.Itoa(s.PID))); err != nil {
		panic(err)
	}
	time.Sleep(time.Hour)
	panic(s.Go(shim.Spec{}))
}

// A shim may hang, such as in a mount of a server that is away.
func TestADaemonCanStopWhileAStartHangs(t *testing.T) {
	w := newWorld(t, "")
	fifo := filepath.Join(w.dir, "fifo")
	if err := os.Mkdir(fifo, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mkfifo(filepath.Join(fifo, "cgroup.procs"), 0o600); err != nil {
		t.Fatal(err)
	}
	w.begin()
	out, err := os.Create(filepath.Join(w.dir, "output"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	sh, err := shim.Start(out)
	if err != nil {
		t.Fatal(err)
	}
	p, err := hold(sh.PID, sh.PIDFD, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	p.shim = sh
	if err := sh.Go(shim.Spec{Join: []string{fifo}}); err != nil { // nobody reads there
		t.Fatal(err)
	}
	done := make(chan struct{})
	w.s.tell(func(now time.Time) {
		u := &unit{id: "w00", by: w.web(), want: &wire.Worker{ID: "w00"}, proc: p}
		u.enter(running, now.Add(time.Hour))
		w.s.units[u.id] = u
		w.s.follow(u)
		close(done)
	})
	<-done
	w.leave()
	if err := syscall.Kill(sh.PID, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	_, _ = syscall.Wait4(sh.PID, nil, 0, nil)
}

func TestFullDisk(t *testing.T) {
	w := newWorld(t, "")
	dir := w.options().StateDir
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mount("state", dir, "tmpfs", 0, "size=64k"); err != nil {
		t.Skip("a small disk needs the right to mount: ", err)
	}
	defer func() {
		w.leave()
		if err := unix.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	}()
	all := workers(t, 4)
	w.begin().s.Apply(all[:2], with(w.web()))
	w.running(all[:2])
	w.eventually("the state is written", func() bool { return readyIn(t, dir) == 2 })
	fill := filepath.Join(dir, "full")
	if err := os.WriteFile(fill, make([]byte, 1<<20), 0o600); err == nil {
		t.Fatal("the disk is not full")
	}
	w.s.Apply(all, with(w.web()))
	w.killed(w.running(all)[0])
	before := w.running(all)
	if n := readyIn(t, dir); n != 2 {
		t.Errorf("of what could not be written, something is: %d workers", n)
	}
	if err := os.Remove(fill); err != nil {
		t.Fatal(err)
	}
	w.eventually("the state is written as soon as it can be", func() bool { return readyIn(t, dir) == 4 })
	w.leave()
	w.begin().s.Apply(all, with(w.web()))
	for i, r := range w.running(all) {
		if r.PID != before[i].PID || r.Restarts != before[i].Restarts {
			t.Errorf("now %+v, was %+v", r, before[i])
		}
	}
}

// readyIn counts the workers that the written state has as ready.
func readyIn(t *testing.T, dir string) (n int) {
	t.Helper()
	s := store{dir: dir}
	all, err := s.load()
	if err != nil {
		t.Fatalf("the state is damaged: %v", err)
	}
	for _, r := range all.Workers {
		if r.Ready {
			n++
		}
	}
	return n
}

func TestLostState(t *testing.T) {
	w := newWorld(t, "")
	all := workers(t, 3)
	w.begin().s.Apply(all, with(w.web()))
	before := w.running(all)
	w.leave()
	put(t, filepath.Join(w.options().StateDir, "workers.json"), `{"version":1,"wor`)
	w.begin()
	for i, r := range w.s.Workers() {
		if r.PID != before[i].PID || r.State != wire.Ready {
			t.Errorf("adopted as %+v", r)
		}
	}
	least := 3
	w.s.Apply(all, with(w.web()))
	w.eventually("all are replaced, one after another", func() bool {
		ready, fresh := 0, 0
		for i, r := range w.s.Workers() {
			if r.State == wire.Ready {
				ready++
				if r.PID != before[i].PID {
					fresh++
				}
			}
		}
		least = min(least, ready)
		return fresh == 3
	})
	if least != 2 {
		t.Errorf("at least %d were ready, want 2", least)
	}
}

func jumpOfTheClock(t *testing.T) {
	w := newWorld(t, "")
	all := workers(t, 2)
	service := w.web()
	service.Stop = wire.Duration(time.Hour)
	w.begin().s.Apply(all, with(service))
	before := w.running(all)
	for _, jump := range []time.Duration{240 * time.Hour, -480 * time.Hour} {
		to := unix.NsecToTimeval(time.Now().Add(jump).UnixNano())
		if err := unix.Settimeofday(&to); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		for i, r := range w.running(all) {
			if r.PID != before[i].PID || r.Restarts != before[i].Restarts {
				t.Errorf("after a jump by %s: %+v, was %+v", jump, r, before[i])
			}
		}
		w.killed(before[0])
		before = w.running(all)
	}
}
