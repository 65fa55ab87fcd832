package isolate

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"headroom/scaler/node/wire"
)

func TestNamesOfGroupsCanBeReadBack(t *testing.T) {
	for id, want := range map[string]string{
		"web": "web", "shop/web": "shop%2Fweb", "a%2Fb": "a%252Fb", "..": "%2E%2E", "cpu.max": "cpu%2Emax",
		"tasks": "%74asks", "cgroup.procs": "cgroup%2Eprocs", "支付": "支付", "a b\n": "a%20b%0A",
	} {
		if got := dirOf(id); got != want {
			t.Errorf("%q is %q, want %q", id, got, want)
		}
	}
	for _, dir := range []string{"tasks", "a.b", "", "%zz", "a%2fb"} {
		if id, ok := idOf(dir); ok {
			t.Errorf("%q is read as %q", dir, id)
		}
	}
}

func FuzzNames(f *testing.F) {
	for _, id := range []string{"shop/web", "tasks", "a.b", "%2F", "\x00\xff"} {
		f.Add(id)
	}
	f.Fuzz(func(t *testing.T, id string) {
		dir := dirOf(id)
		if back, ok := idOf(dir); id != "" && (!ok || back != id) {
			t.Errorf("%q became %q and then %q, %v", id, dir, back, ok)
		}
		if strings.ContainsAny(dir, "/.\n") || slices.Contains(kernels, dir) {
			t.Errorf("%q became %q", id, dir)
		}
	})
}

func TestQuota(t *testing.T) {
	const ms = time.Millisecond
	for _, c := range []struct {
		percent            float64
		period, burst      time.Duration
		cores              float64
		want, wantP, wantB time.Duration
	}{
		{0, 0, 0, 8, 3200 * ms, 1000 * ms, 0}, // the default: 1,000,000 us × 40 % × cores
		{40, time.Second, 0, 1, 400 * ms, 1000 * ms, 0},
		{40, 100 * ms, 80 * ms, 2, 80 * ms, 100 * ms, 80 * ms},
		{40, 100 * ms, time.Second, 2, 80 * ms, 100 * ms, 80 * ms}, // a burst above the quota
		{0.001, 100 * ms, 0, 1, ms, 100 * ms, 0},                   // below what the kernel takes
		{40, time.Minute, 0, 1, 400 * ms, 1000 * ms, 0},
		{40, time.Microsecond, 0, 4, 1600 * time.Microsecond, ms, 0},
		{1e30, time.Second, 0, 64, maxQuota.Truncate(time.Microsecond), time.Second, 0},
		{-1, -1, -1, 2, 800 * ms, 1000 * ms, 0},
	} {
		l := wire.Limits{CPUPercent: c.percent, Period: wire.Duration(c.period), Burst: wire.Duration(c.burst)}
		if got, want := QuotaOf(l, c.cores), (Quota{c.want, c.wantP, c.wantB}); got != want {
			t.Errorf("%+v on %g cores: %v, want %v", l, c.cores, got, want)
		}
	}
}

func TestTheRootIsOneName(t *testing.T) {
	for _, root := range []string{"/x", "../x", ".", "a/../../b"} {
		if _, err := Open(Options{Root: root}); err == nil {
			t.Errorf("%q is taken", root)
		}
	}
}

// machine calls f with groups of each kind that this machine has. They are removed at
// the end.
func machine(t *testing.T, f func(t *testing.T, g *Groups)) {
	if os.Getuid() != 0 {
		t.Skip("control groups need root")
	}
	here, err := Open(Options{})
	if err != nil {
		t.Skip(err)
	}
	modes := []string{here.Mode()}
	if here.Mode() == Hybrid {
		modes = append(modes, V1)
	}
	for _, mode := range modes {
		t.Run(mode, func(t *testing.T) {
			g, err := Open(Options{Root: fmt.Sprintf("headroom-test-%d-%s", os.Getpid(), mode), Mode: mode, Cores: 2})
			if err != nil {
				t.Fatal(err)
			}
			defer clean(t, g)
			f(t, g)
		})
	}
}

func clean(t *testing.T, g *Groups) {
	leaves, err := g.Leaves()
	for _, l := range leaves {
		eventually(t, "a leaf is removed", func() bool { return l.Kill() == nil && l.Delete() == nil })
	}
	services, err2 := g.Services()
	for _, id := range services {
		eventually(t, "a service is removed", func() bool { return g.DeleteService(id) == nil })
	}
	if err := g.Remove(); err != nil || err2 != nil {
		t.Error(err, err2)
	}
	if err != nil {
		t.Error(err)
	}
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("never: %s", what)
		}
	}
}

// enter starts a process in a leaf. It waits for its groups as a shim would.
func enter(t *testing.T, l Leaf, script string) *exec.Cmd {
	t.Helper()
	c := exec.Command("sh", "-c", `for d in $JOIN; do echo 0 >"$d/cgroup.procs" || exit 9; done; `+script)
	c.Env = append(os.Environ(), "JOIN="+strings.Join(l.Join, " "))
	c.Stderr = t.Output()
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Process.Kill(); _ = c.Wait() })
	return c
}

func TestAnyOrderOfLimits(t *testing.T) {
	machine(t, func(t *testing.T, g *Groups) {
		ms := func(n int) wire.Duration { return wire.Duration(time.Duration(n) * time.Millisecond) }
		for i, l := range []wire.Limits{
			{}, // the default
			{CPUPercent: 1, Period: ms(1), Memory: 64 << 20, Pids: 10},
			{CPUPercent: 100, Period: ms(1000), Burst: ms(2000)},
			{CPUPercent: 5, Period: ms(1000), Burst: ms(10)},
			{CPUPercent: 90, Period: ms(10), Burst: ms(18), Memory: 1 << 30, Pids: 1000},
			{CPUPercent: 0.01, Period: ms(100)},
		} {
			group, err := g.Service("shop/web", l)
			if err != nil {
				t.Fatal(i, err)
			}
			q := QuotaOf(l, 2)
			got := read(group.CPU, "cpu.cfs_quota_us") + " " + read(group.CPU, "cpu.cfs_period_us") + " " + read(group.CPU, "cpu.cfs_burst_us")
			if group.V2 {
				got = read(group.CPU, "cpu.max") + " " + read(group.CPU, "cpu.max.burst")
			}
			if want := fmt.Sprint(q.Quota.Microseconds(), q.Period.Microseconds(), q.Burst.Microseconds()); got != want {
				t.Errorf("step %d: %s, want %s", i, got, want)
			}
		}
		if services, err := g.Services(); err != nil || !slices.Equal(services, []string{"shop/web"}) {
			t.Error(services, err)
		}
	})
}

func TestALeafListsAndKillsItsProcesses(t *testing.T) {
	machine(t, func(t *testing.T, g *Groups) {
		if _, err := g.Service("shop/web", wire.Limits{}); err != nil {
			t.Fatal(err)
		}
		l, err := g.Leaf("shop/web", "w.1")
		if err != nil {
			t.Fatal(err)
		}
		if (l.CgroupID() == 0) != (g.Mode() == V1) {
			t.Errorf("id %d", l.CgroupID())
		}
		c := enter(t, l, "sleep 100 & sleep 100 & wait")
		eventually(t, "three processes", func() bool { pids, _ := l.Pids(); return len(pids) == 3 })
		if leaves, err := g.Leaves(); err != nil || len(leaves) != 1 || leaves[0].Worker != "w.1" || leaves[0].Service != "shop/web" {
			t.Errorf("leaves: %+v, %v", leaves, err)
		}
		if l.Delete() == nil {
			t.Error("a leaf with processes was removed")
		}
		if fd := l.Hold(c.Process.Pid); fd < 0 {
			t.Error("its process cannot be held")
		} else {
			unix.Close(fd)
		}
		if fd := l.Hold(os.Getpid()); fd >= 0 {
			t.Error("a process of somebody else can be held")
		}
		if err := l.Kill(); err != nil {
			t.Fatal(err)
		}
		eventually(t, "none", func() bool { pids, err := l.Pids(); return err == nil && len(pids) == 0 })
		_ = c.Wait()

		// The leaf can be used again.
		if l, err = g.Leaf("shop/web", "w.1"); err != nil {
			t.Fatal(err)
		}
		c = enter(t, l, "sleep 100 & exec sleep 100")
		eventually(t, "two processes", func() bool { pids, _ := l.Pids(); return len(pids) == 2 })
		if err := l.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = c.Wait()
		eventually(t, "it is removed", func() bool { return l.Delete() == nil })
		if err := l.Kill(); err != nil {
			t.Errorf("kill of what is gone: %v", err)
		}
		if pids, err := l.Pids(); len(pids) > 0 || err != nil {
			t.Error(pids, err)
		}
	})
}

func TestTheQuotaHolds(t *testing.T) {
	machine(t, func(t *testing.T, g *Groups) {
		group, err := g.Service("burner", wire.Limits{CPUPercent: 1, Period: wire.Duration(100 * time.Millisecond)}) // less than it gets on a busy machine
		if err != nil {
			t.Fatal(err)
		}
		l, err := g.Leaf("burner", "w1")
		if err != nil {
			t.Fatal(err)
		}
		enter(t, l, "while :; do :; done & while :; do :; done")
		throttled := func() int {
			fields := strings.Fields(read(group.CPU, "cpu.stat"))
			i := slices.Index(fields, "nr_throttled")
			n, _ := strconv.Atoi(fields[i+1])
			return n
		}
		eventually(t, "it is throttled", func() bool { return throttled() > 10 })
		pids, _ := l.Pids()
		for _, pid := range pids {
			text, _ := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "cgroup"))
			if strings.Count(string(text), "/"+g.root+"/") < len(l.Join) {
				t.Errorf("process %d is in %s", pid, text)
			}
		}
	})
}
