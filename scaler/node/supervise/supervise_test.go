package supervise

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"headroom/scaler/node/isolate"
	"headroom/scaler/node/wire"
	"headroom/scaler/node/worker"
)

// modes are those that can be tried on this machine: what is made for v1 works where
// there is a v2 mount beside.
func modes(t *testing.T, f func(w *world)) {
	machine, err := isolate.Open(isolate.Options{})
	if err != nil {
		t.Skip(err)
	}
	all := []string{machine.Mode()}
	if machine.Mode() == isolate.Hybrid {
		all = append(all, isolate.V1)
	}
	for _, mode := range all {
		t.Run(mode, func(t *testing.T) { f(newWorld(t, mode)) })
	}
}

func TestAWorkerIsBornInItsGroupsAndHasNoRights(t *testing.T) {
	modes(t, func(w *world) {
		all := workers(w.TB, 2)
		service := w.web("child")
		service.Limits.Files = 100
		service.Env = map[string]string{"NAME": "{worker} of {module} on {node}", "PATH": "/bin"}
		w.begin().s.Apply(all, with(service))
		for _, r := range w.running(all) {
			pids, err := isolateLeaf(w, r.ID).Pids()
			if err != nil || len(pids) != 2 || !slices.Contains(pids, r.PID) {
				w.Errorf("leaf of %s has %v, %v; want %d and its child", r.ID, pids, err, r.PID)
			}
			if pid := w.serves(r.Port); pid != r.PID {
				w.Errorf("process %d serves, not %d", pid, r.PID)
			}
			if (r.CgroupID == 0) != (w.groups.Mode() == isolate.V1) {
				w.Errorf("id of its group: %d", r.CgroupID)
			}
		}
		status, _ := ask(all[0].Port, "/read?file=/proc/self/status")
		for _, line := range []string{"Uid:\t65534\t65534\t65534\t65534", "Gid:\t65534\t65534", "CapEff:\t0000000000000000", "NoNewPrivs:\t1"} {
			if !strings.Contains(status, line) {
				w.Errorf("no %q in %s", line, status)
			}
		}
		if env, _ := ask(all[0].Port, "/env"); env != "NAME=w00 of shop/web on node1\nPATH=/bin" {
			w.Errorf("environment: %q", env)
		}
		limits, _ := ask(all[0].Port, "/read?file=/proc/self/limits")
		if !strings.Contains(strings.Join(strings.Fields(limits), " "), "Max open files 100 100") {
			w.Error(limits)
		}
	})
}

func isolateLeaf(w *world, id string) isolate.Leaf {
	leaves, err := w.groups.Leaves()
	if err != nil {
		w.Fatal(err)
	}
	for _, l := range leaves {
		if l.Worker == id {
			return l
		}
	}
	return isolate.Leaf{}
}

func TestAWorkerSeesItsOwnFilesAndNobodyElseDoes(t *testing.T) {
	w := newWorld(t, "")
	source, target, data := filepath.Join(w.dir, "config"), filepath.Join(w.dir, "etc"), filepath.Join(w.dir, "data")
	for _, dir := range []string{source, target, data} {
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	put(t, filepath.Join(source, "app.conf"), "one")
	if err := os.Chown(data, 65534, 65534); err != nil {
		t.Fatal(err)
	}
	service := w.web()
	service.Dir = target
	service.Mounts = []wire.Mount{{Source: source, Target: target}, {Source: data, Target: data, Writable: true}}
	all := workers(t, 1)
	w.begin().s.Apply(all, with(service))
	w.running(all)
	port := all[0].Port
	if dir, _ := ask(port, "/dir"); dir != target {
		t.Errorf("it works in %q, want %q", dir, target)
	}
	if text, _ := ask(port, "/read?file="+target+"/app.conf"); text != "one" {
		t.Errorf("it reads %q", text)
	}
	put(t, filepath.Join(source, "new"), "two")
	if err := os.Rename(filepath.Join(source, "new"), filepath.Join(source, "app.conf")); err != nil {
		t.Fatal(err)
	}
	if text, _ := ask(port, "/read?file="+target+"/app.conf"); text != "two" {
		t.Errorf("after it was replaced it reads %q", text)
	}
	for _, name := range []string{target + "/x", "/tmp/headroom-x"} {
		if _, err := ask(port, "/write?file="+name); err == nil || !strings.Contains(err.Error(), "read-only") {
			t.Errorf("it writes %s: %v", name, err)
		}
	}
	if _, err := ask(port, "/write?file="+data+"/x"); err != nil {
		t.Error(err)
	}
	if text, err := os.ReadFile(filepath.Join(data, "x")); string(text) != "written" {
		t.Errorf("it wrote %q, %v", text, err)
	}
	if entries, _ := os.ReadDir(target); len(entries) > 0 {
		t.Errorf("others see its files: %v", entries)
	}
}

func put(t testing.TB, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestLimitsChangeWithoutARestart(t *testing.T) {
	modes(t, func(w *world) {
		all := workers(w.TB, 1)
		w.begin().s.Apply(all, with(w.web()))
		before := w.running(all)[0]
		for _, l := range []wire.Limits{
			{CPUPercent: 10, Period: wire.Duration(time.Second), Memory: 256 << 20, Pids: 100, Burst: wire.Duration(50 * time.Millisecond)},
			{CPUPercent: 90, Period: wire.Duration(50 * time.Millisecond), Memory: 600 << 20, Pids: 300},
			{Period: wire.Duration(time.Second)},
		} {
			service := w.web()
			service.Limits = l
			w.s.Apply(all, with(service))
			w.eventually("the limits are set", func() bool { return limitsOf(w) == expected(w, l) })
		}
		if after := w.get("w00"); after.PID != before.PID || after.Restarts != 0 || after.State != wire.Ready {
			w.Errorf("the worker is now %+v", after)
		}
	})
}

func TestAWorkerThatIsNotWantedIsDrainedAndStopped(t *testing.T) {
	modes(t, func(w *world) {
		all := workers(w.TB, 2)
		service := w.web("stubborn", "child")
		service.Drain, service.Stop = wire.Duration(300*time.Millisecond), wire.Duration(300*time.Millisecond)
		w.begin().s.Apply(all, with(service))
		pid := w.running(all)[1].PID
		w.s.Apply(all[:1], with(service))
		w.eventually("it drains", w.inState("w01", wire.Draining))
		w.serves(all[1].Port)
		w.eventually("it is stopped", w.inState("w01", wire.Stopped))
		if err := syscall.Kill(pid, 0); err == nil {
			w.Errorf("process %d still runs", pid)
		}
		if leaf := isolateLeaf(w, "w01"); leaf.Dir != "" {
			w.Errorf("its group is still there: %+v", leaf)
		}
		w.running(all[:1])
		w.s.Apply(nil, nil)
		w.eventually("the group of the service is removed", func() bool {
			services, err := w.groups.Services()
			return err == nil && len(services) == 0
		})
	})
}

func TestAWorkerThatDrainsCanBeWantedAgain(t *testing.T) {
	w := newWorld(t, "")
	all := workers(t, 1)
	service := w.web()
	service.Drain = wire.Duration(time.Hour)
	w.begin().s.Apply(all, with(service))
	pid := w.running(all)[0].PID
	w.s.Apply(nil, nil)
	w.eventually("it drains", w.inState("w00", wire.Draining))
	w.s.Apply(all, with(service))
	if r := w.running(all)[0]; r.PID != pid || r.Reason != "" {
		t.Errorf("now it is %+v, before it was %d", r, pid)
	}
}

func TestWorkersAreReplacedOneAfterAnother(t *testing.T) {
	w := newWorld(t, "")
	all := workers(t, 6)
	service := w.web()
	service.Overload.MaxOut = 0.4 // two of six
	w.begin().s.Apply(all, with(service))
	before := w.running(all)
	changed := *service
	changed.Env = map[string]string{"VERSION": "2"}
	least := len(all)
	w.s.Apply(all, with(&changed))
	w.eventually("all are replaced", func() bool {
		ready, new := 0, 0
		for i, r := range w.s.Workers() {
			if r.State == wire.Ready {
				ready++
				if r.PID != before[i].PID {
					new++
				}
			}
		}
		least = min(least, ready)
		return new == len(all)
	})
	if least < 4 || least == 6 {
		t.Errorf("at least %d of 6 were ready, want 4 or 5", least)
	}
	for _, w := range all {
		if env, _ := ask(w.Port, "/env"); !strings.Contains(env, "VERSION=2") {
			t.Errorf("%s has %q", w.ID, env)
		}
	}
	for _, r := range w.s.Workers() {
		if r.Restarts != 1 {
			t.Errorf("%s was restarted %d times", r.ID, r.Restarts)
		}
	}
}

func TestASpecificationThatDoesNotWorkTakesDownNoMoreThanItsShare(t *testing.T) {
	w := newWorld(t, "")
	all := workers(t, 4)
	w.begin().s.Apply(all, with(w.web()))
	w.running(all)
	broken := w.web()
	broken.Command = []string{"/nowhere"}
	w.s.Apply(all, with(broken))
	serving := func() (n int) {
		for _, r := range w.s.Workers() {
			if r.State == wire.Ready {
				n++
			}
		}
		return n
	}
	w.eventually("one has failed several times", func() bool {
		return slices.ContainsFunc(w.s.Workers(), func(r worker.Running) bool { return r.Restarts > 2 })
	})
	if n := serving(); n != 3 {
		t.Errorf("%d serve, want 3", n)
	}
	w.s.Apply(all, with(w.web()))
	w.running(all)
}

func TestARestartThatIsAskedFor(t *testing.T) {
	w := newWorld(t, "")
	all := workers(t, 2)
	w.begin().s.Apply(all, with(w.web()))
	before := w.running(all)
	if w.s.Restart("w99") {
		t.Error("there is no w99")
	}
	if !w.s.Restart("w00") {
		t.Error("there is a w00")
	}
	w.eventually("it has another process", func() bool { r := w.get("w00"); return r.PID != before[0].PID && r.State == wire.Ready })
	all[1].Restart++
	w.s.Apply(all, with(w.web()))
	w.eventually("the other has, too", func() bool { r := w.get("w01"); return r.PID != before[1].PID && r.State == wire.Ready })
	w.running(all)
}

func TestWhatCannotRunIsRefused(t *testing.T) {
	w := newWorld(t, "")
	all := workers(t, 2)
	all[1].Service = "other"
	w.begin().s.Apply(all, map[string]*wire.Service{"shop/web": {}})
	w.eventually("both are refused", func() bool {
		return w.get("w00").State == wire.Refused && w.get("w01").State == wire.Refused
	})
	if got := w.get("w00").Reason + "; " + w.get("w01").Reason; got != "service shop/web has no command; service other is not declared" {
		t.Error(got)
	}
	w.s.Apply(all[:1], with(w.web()))
	w.running(all[:1])
	pid := w.get("w00").PID
	w.s.Apply(all[:1], nil) // lost sight of: it goes on
	w.s.Restart("w00")
	for range 2 { // one turn has taken both in, and has ended
		done := make(chan struct{})
		w.s.tell(func(time.Time) { close(done) })
		<-done
	}
	if r := w.running(all[:1])[0]; r.PID != pid {
		t.Errorf("it was restarted: %+v", r)
	}
}

func TestOneDaemonAtATime(t *testing.T) {
	w := newWorld(t, "").begin()
	if _, err := New(w.options()); err == nil || !strings.Contains(err.Error(), "another daemon") {
		t.Errorf("a second one: %v", err)
	}
	w.leave()
	w.begin()
}

// limitsOf reads the limits from the kernel, and expected writes them as it does.
func limitsOf(w *world) string {
	g := w.groups.Group("shop/web")
	names := []string{g.CPU + "/cpu.cfs_quota_us", g.CPU + "/cpu.cfs_period_us", g.CPU + "/cpu.cfs_burst_us", g.Memory + "/memory.limit_in_bytes", g.Pids + "/pids.max"}
	if g.V2 {
		names = []string{g.CPU + "/cpu.max", g.CPU + "/cpu.max.burst", g.Memory + "/memory.max", g.Pids + "/pids.max"}
	}
	var all []string
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			return err.Error()
		}
		all = append(all, strings.TrimSpace(string(text)))
	}
	return strings.Join(all, " ")
}

func expected(w *world, l wire.Limits) string {
	q := isolate.QuotaOf(l, w.groups.Cores())
	memory, pids := strconv.FormatInt(l.Memory, 10), strconv.Itoa(l.Pids)
	if l.Memory == 0 {
		memory = "max"
		if !w.groups.Group("shop/web").V2 {
			memory = "9223372036854771712"
		}
	}
	if l.Pids == 0 {
		pids = "max"
	}
	us := func(d time.Duration) string { return strconv.FormatInt(d.Microseconds(), 10) }
	return strings.Join([]string{us(q.Quota), us(q.Period), us(q.Burst), memory, pids}, " ")
}
