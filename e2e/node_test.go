package e2e

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"headroom/scaler/node/wire"
)

const nodeWithin = 20 * time.Second // for what takes well under a second on a quiet machine

// service is one whose workers are processes of this test binary. They bear the node's
// name, by which they are found wherever they are.
func (n *Node) service(module string) *wire.Service {
	return &wire.Service{
		Module: module, Command: []string{workerProgram(n.t)},
		Env:     map[string]string{workerEnv: "{port}", "HEADROOM_E2E_NODE": n.name + ".", "TMPDIR": "/tmp"},
		Limits:  wire.Limits{CPUPercent: 50, Period: wire.Duration(100 * time.Millisecond), Memory: 512 << 20, Pids: 100},
		Health:  wire.Health{Kind: "http", Path: "/", Interval: wire.Duration(200 * time.Millisecond), Timeout: wire.Duration(2 * time.Second), Failures: 10},
		Startup: wire.Duration(20 * time.Second), Drain: wire.Duration(3 * time.Second), Stop: wire.Duration(5 * time.Second),
		Latency: wire.Latency{Source: "tcp"}, Log: wire.Log{MaxSize: 1 << 20, Keep: 1},
	}
}

// workerProgram is a copy of the test binary that any user can run.
func workerProgram(t *testing.T) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(builtIn, "worker")
	copyWorker.Do(func() {
		text, err := os.ReadFile(self)
		if err == nil {
			err = os.WriteFile(path, text, 0o755)
		}
		if err == nil {
			err = os.Chmod(builtIn, 0o755)
		}
		if err != nil {
			t.Error(err)
		}
	})
	return path
}

var copyWorker sync.Once

// run wants workers of one service on these ports, and waits until they serve.
func (n *Node) run(module string, ports ...int) {
	n.t.Helper()
	n.control.want(func(d *wire.Desired) {
		d.Services = map[string]*wire.Service{module: n.service(module)}
		d.Workers = nil
		for i, port := range ports {
			d.Workers = append(d.Workers, wire.Worker{ID: fmt.Sprintf("w%d", i), Service: module, Port: port})
		}
	})
	n.serves(len(ports))
}

// serves waits until the server was told that so many workers are ready.
func (n *Node) serves(workers int) {
	n.t.Helper()
	Eventually(n.t, nodeWithin, fmt.Sprintf("%d workers serve", workers), func() bool {
		ready := 0
		for _, s := range n.control.told() {
			if s.State == wire.Ready {
				ready++
			}
		}
		return ready == workers
	})
}

// holds checks what is true after each fault: what shall run runs, once, in its groups,
// and nothing else does.
func (n *Node) holds(workers int) {
	n.t.Helper()
	n.serves(workers)
	Eventually(n.t, nodeWithin, fmt.Sprintf("%d processes run, all in their groups", workers), func() bool {
		in, all := inGroups(n.group), marked("HEADROOM_E2E_NODE="+n.name+".")
		for pid := range all {
			if !in[pid] {
				return false
			}
		}
		return len(all) == workers && len(in) == workers
	})
}

func TestNodeRunsWhatTheServerWants(t *testing.T) {
	t.Parallel()
	n := NewNode(t, "node: {labels: {rack: r1}}\nbalance: {agent: {listen: '127.0.0.1:0'}}\n")
	n.Start()
	if status, _ := n.Do(n.Request("GET", "/-/healthy", "")); status != http.StatusOK {
		t.Errorf("healthy: %d", status)
	}
	ports := freePorts(t, 3)
	n.run("shop/cart", ports...)
	n.holds(3)
	if status, text := n.Do(n.Request("GET", "/-/ready", "")); status != http.StatusOK {
		t.Errorf("ready: %d %s", status, text)
	}
	for id, s := range n.control.told() {
		pid, err := pidOf(http.DefaultClient, s.Port)
		if err != nil || pid != s.PID {
			t.Errorf("%s: the server was told of process %d, %d answers (%v)", id, s.PID, pid, err)
		}
	}
	n.control.mu.Lock()
	report := n.control.report
	n.control.mu.Unlock()
	if r := report.Resources; r.Cores < 1 || r.Memory < 1<<28 || r.Address != "127.0.0.1" || r.Labels["rack"] != "r1" || r.Cgroups == "" || report.Boot == "" || report.Have == "" {
		t.Errorf("%+v %+v", report, report.Resources)
	}
	if got := n.Metric(`headroom_node_workers{state="ready"}`); got != "3" {
		t.Errorf("headroom_node_workers is %q", got)
	}
	if said := n.agent("w0"); said != "ready up 100%\n" {
		t.Errorf("the agent says %q", said)
	}
	out := n.command("status", "--web.listen-address="+strings.TrimPrefix(n.URL, "http://"))
	if !strings.Contains(out, "shop/cart") || !strings.Contains(out, "ready") || !strings.Contains(out, n.name) {
		t.Errorf("status prints\n%s", out)
	}

	// A worker that has to go is drained first, and nobody sees it go.
	calls := call(t, ports[0])
	n.control.want(func(d *wire.Desired) { d.Workers = d.Workers[:1] })
	Eventually(t, nodeWithin, "one is drained", func() bool { return n.control.told()["w2"].State == wire.Draining })
	if said := n.agent("w2"); said != "drain\n" {
		t.Errorf("the agent says %q of a worker that is drained", said)
	}
	Eventually(t, nodeWithin, "two are gone", func() bool { return len(inGroups(n.group)) == 1 })
	calls.stop()
	n.holds(1)
	if calls.failed.Load() > 0 || calls.answered.Load() == 0 {
		t.Errorf("%d requests failed, %d were answered", calls.failed.Load(), calls.answered.Load())
	}
	t.Logf("daemon: CPU %s s, RSS %s bytes", n.Metric("process_cpu_seconds_total"), n.Metric("process_resident_memory_bytes"))
}

func TestNodeKillOfTheDaemonStopsNoWorker(t *testing.T) {
	t.Parallel()
	n := NewNode(t, "")
	n.Start()
	ports := freePorts(t, 3)
	n.run("m", ports...)
	before := n.control.told()
	var calls []*caller
	for _, port := range ports {
		calls = append(calls, call(t, port))
	}
	n.Kill()
	time.Sleep(300 * time.Millisecond) // the workers are alone
	began := time.Now()
	n.Start()
	Eventually(t, nodeWithin, "all are adopted", func() bool { return len(n.Statuses()) == 3 })
	t.Logf("start to table of adopted workers: %v (looked at every 100 ms)", time.Since(began).Round(time.Millisecond))
	n.holds(3)
	for i, c := range calls {
		c.stop()
		if c.failed.Load() > 0 || c.answered.Load() == 0 {
			t.Errorf("worker %d: %d requests failed, %d were answered", i, c.failed.Load(), c.answered.Load())
		}
	}
	for id, s := range n.Statuses() {
		if s.PID != before[id].PID || s.Restarts != 0 {
			t.Errorf("%s is another process: %+v, was %+v", id, s, before[id])
		}
	}

	// The same by a graceful stop, which is how the daemon is upgraded.
	n.Stop()
	n.Start()
	n.holds(3)
	for id, s := range n.Statuses() {
		if s.PID != before[id].PID {
			t.Errorf("%s is another process after a restart", id)
		}
	}
}

func TestNodeKillOfAWorkerStartsAnother(t *testing.T) {
	t.Parallel()
	n := NewNode(t, "")
	n.Start()
	ports := freePorts(t, 2)
	n.run("m", ports...)
	n.replaced("w0", "own child")
	n.Stop()
	n.Start()
	n.holds(2)
	n.replaced("w1", "adopted")
}

// replaced kills a worker and waits for the next one.
func (n *Node) replaced(id, what string) {
	n.t.Helper()
	old := n.Statuses()[id]
	began := time.Now()
	if err := syscall.Kill(old.PID, syscall.SIGKILL); err != nil {
		n.t.Fatal(err)
	}
	next := 0
	Eventually(n.t, nodeWithin, "there is another process", func() bool {
		next = n.Statuses()[id].PID
		return next != 0 && next != old.PID
	})
	for line := range strings.Lines(n.output.String()) {
		if strings.Contains(line, "A worker is started") && strings.Contains(line, fmt.Sprintf("pid=%d ", next)) {
			at, err := time.Parse("time="+time.RFC3339Nano, strings.Fields(line)[0])
			n.t.Logf("%s: kill to new process: %v (%v)", what, at.Sub(began).Round(time.Millisecond), err)
		}
	}
	Eventually(n.t, nodeWithin, "the server is told", func() bool { s := n.control.told()[id]; return s.PID == next && s.Restarts > 0 })
	n.holds(2)
}

func TestNodeGoesOnWithoutTheServer(t *testing.T) {
	t.Parallel()
	n := NewNode(t, "")
	n.Start()
	ports := freePorts(t, 2)
	n.run("m", ports...)
	n.control.stop()
	Eventually(t, nodeWithin, "the server is missed", func() bool { return n.Metric(`headroom_node_syncs_total{result="failed"}`) > "0" })

	// A worker dies, and the daemon is restarted: both without the server.
	old := n.Statuses()["w0"].PID
	_ = syscall.Kill(old, syscall.SIGKILL)
	Eventually(t, nodeWithin, "another one serves", func() bool { s := n.Statuses()["w0"]; return s.PID != old && s.State == wire.Ready })
	n.Kill()
	_ = syscall.Kill(n.pidInGroup(), syscall.SIGKILL) // while nobody looks
	n.Start()
	Eventually(t, nodeWithin, "both serve by the state on disk", func() bool {
		s := n.Statuses()
		return len(s) == 2 && s["w0"].State == wire.Ready && s["w1"].State == wire.Ready && len(inGroups(n.group)) == 2
	})

	n.control.listen(t, n.control.addr)
	n.control.want(func(d *wire.Desired) { d.Workers = d.Workers[:1] })
	Eventually(t, time.Minute, "what the server wants by now is done", func() bool { return len(inGroups(n.group)) == 1 })
	n.holds(1)
}

// pidInGroup is one of the node's processes.
func (n *Node) pidInGroup() int {
	for pid := range inGroups(n.group) {
		return pid
	}
	n.t.Fatal("nothing runs")
	return 0
}

func TestNodeRefusesWhatIsNoDesiredState(t *testing.T) {
	t.Parallel()
	n := NewNode(t, "")
	n.Start()
	ports := freePorts(t, 2)
	n.run("m", ports...)
	before := n.Statuses()
	for i, text := range []string{
		"{}", "<html>", `{"node":"` + n.name + `","version":"99","services":{},"work`,
		`{"node":"` + n.name + `","version":"99","services":{},"workers":[{"id":"x","service":"m","port":1}]}`,
	} {
		refused := fmt.Sprint(i + 1)
		n.control.say(text)
		Eventually(t, time.Minute, text+" is refused", func() bool { return n.Metric(`headroom_node_syncs_total{result="refused"}`) >= refused })
		n.control.say("")
	}
	for id, s := range n.Statuses() {
		if s.PID != before[id].PID || s.State != wire.Ready {
			t.Errorf("%s: %+v, was %+v", id, s, before[id])
		}
	}
	n.control.want(func(d *wire.Desired) { d.Workers = d.Workers[:1] })
	Eventually(t, time.Minute, "a good state is taken again", func() bool { return len(inGroups(n.group)) == 1 })
	n.holds(1)
}

func TestNodeHoldsItsOwnLimits(t *testing.T) {
	t.Parallel()
	limits := "limits: {max_workers: %d, per_core: 50, services: [m, other], commands: ['%s'], users: [nobody]}\n"
	n := NewNode(t, "")
	program := workerProgram(t)
	file := strings.TrimPrefix(n.args[0], "--config.file=")
	n.config(file, fmt.Sprintf(limits, 2, program))
	n.Start()
	ports := freePorts(t, 7)
	n.control.want(func(d *wire.Desired) {
		for _, module := range []string{"m", "other", "stranger"} {
			d.Services[module] = n.service(module)
		}
		d.Services["other"].User = "root"
		for i, module := range []string{"m", "m", "m", "other", "stranger"} {
			d.Workers = append(d.Workers, wire.Worker{ID: fmt.Sprint(module, i), Service: module, Port: ports[i]})
		}
	})
	n.holds(2)
	told := n.control.told()
	for id, reason := range map[string]string{"m2": "limits.max_workers", "other3": "limits.users", "stranger4": "limits.services"} {
		if s := told[id]; s.State != wire.Refused || !strings.Contains(s.Reason, reason) {
			t.Errorf("%s: %+v; want it refused by %s", id, s, reason)
		}
	}
	if got := n.Metric(`headroom_node_refused_total{limit="users"}`); got != "1" {
		t.Errorf("refused by users: %q", got)
	}

	n.config(file, fmt.Sprintf(limits, 3, program))
	n.Signal(syscall.SIGHUP)
	n.holds(3)
	n.config(file, fmt.Sprintf(limits, 3, "/bin/other"))
	n.Signal(syscall.SIGHUP)
	n.holds(0)
	n.config(file, "limits: {max_workers: many}\n")
	n.Signal(syscall.SIGHUP)
	Eventually(t, nodeWithin, "a faulty file is refused", func() bool {
		return strings.Contains(n.output.String(), "limits.max_workers: want a whole number")
	})
}

func TestNodeWithAFullDisk(t *testing.T) {
	t.Parallel()
	n := NewNode(t, "")
	if err := syscall.Mount("tmpfs", n.state, "tmpfs", 0, "size=1m,mode=0750"); err != nil {
		t.Skip("needs a mount: ", err)
	}
	t.Cleanup(func() { n.Kill(); _ = syscall.Unmount(n.state, syscall.MNT_DETACH) })
	n.Start()
	ports := freePorts(t, 3)
	n.run("m", ports[:1]...)
	filler := filepath.Join(n.state, "filler")
	if err := os.WriteFile(filler, make([]byte, 2<<20), 0o600); err == nil {
		t.Fatal("the disk is not full")
	}
	n.control.want(func(d *wire.Desired) {
		d.Workers = append(d.Workers, wire.Worker{ID: "late", Service: "m", Port: ports[1]})
	})
	n.holds(2)
	if got := n.Metric("headroom_node_desired_unsaved"); got != "1" {
		t.Errorf("headroom_node_desired_unsaved is %q", got)
	}
	n.replaced("w0", "with a full disk")
	n.Kill()
	n.Start()
	n.holds(2) // the server is asked before the old state on disk is used

	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	Eventually(t, time.Minute, "the state is on disk once there is room", func() bool { return n.Metric("headroom_node_desired_unsaved") == "0" })
	n.control.stop()
	n.Kill()
	n.Start()
	Eventually(t, nodeWithin, "nothing was forgotten", func() bool {
		s := n.Statuses()
		return len(s) == 2 && s["w0"].State == wire.Ready && s["late"].State == wire.Ready
	})
}

func TestNodeStopsWorkersOnlyIfItIsTold(t *testing.T) {
	t.Parallel()
	n := NewNode(t, "")
	n.Start()
	n.run("m", freePorts(t, 2)...)
	n.Stop()
	if got := len(inGroups(n.group)); got != 2 {
		t.Errorf("%d workers run after SIGTERM; want 2", got)
	}
	n.args = append(n.args, "--stop-workers")
	n.Start()
	n.holds(2)
	n.Stop()
	if got := inGroups(n.group); len(got) > 0 {
		t.Errorf("%v run after a stop with --stop-workers", got)
	}
	if dirs := groupDirs(n.group); len(dirs) > 0 {
		t.Errorf("%v are left", dirs)
	}
	if left := marked("HEADROOM_E2E_NODE=" + n.name + "."); len(left) > 0 {
		t.Errorf("%v run outside of their groups", left)
	}
}

func TestNodeRunsAFileWithoutAServer(t *testing.T) {
	t.Parallel()
	n := NewNode(t, "")
	n.control.stop()
	n.args = append(n.args[:1], "--node.name="+n.name)
	ports := freePorts(t, 2)
	file := filepath.Join(t.TempDir(), "desired.yml")
	write := func(workers string) {
		text := fmt.Sprintf("services:\n  m:\n    command: [%s]\n    env: {%s: '{port}'}\n    health: {kind: tcp}\nworkers:\n%s", workerProgram(t), workerEnv, workers)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ready := func(want int) {
		t.Helper()
		Eventually(t, nodeWithin, fmt.Sprintf("%d workers serve", want), func() bool {
			got := 0
			for _, s := range n.Statuses() {
				if s.State == wire.Ready {
					got++
				}
			}
			return got == want && len(inGroups(n.group)) == want
		})
	}
	write(fmt.Sprintf("- {id: a, service: m, port: %d}\n", ports[0]))
	n.Start("run", "--desired="+file)
	ready(1)
	write(fmt.Sprintf("- {id: a, service: m, port: %d}\n- {id: b, service: m, port: %d}\n", ports[0], ports[1]))
	ready(2)
	write("- {id: a, service: gone}\n")
	Eventually(t, nodeWithin, "a faulty file changes nothing", func() bool { return strings.Contains(n.output.String(), "workers[0].service") })
	ready(2)
}
