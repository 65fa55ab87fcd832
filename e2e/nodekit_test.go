package e2e

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"headroom/scaler/node/wire"
)

// workerEnv makes a process of the test binary a worker that listens on its port.
const workerEnv = "HEADROOM_E2E_WORKER"

// beWorker serves as a worker does: it tells its process, and ends on SIGTERM.
func beWorker() {
	port := os.Getenv(workerEnv)
	if port == "" {
		return
	}
	l, err := net.Listen("tcp", "127.0.0.1:"+port)
	if err != nil {
		fmt.Fprintln(os.Stderr, "worker:", err)
		os.Exit(1)
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, os.Getpid()) })}
	term := make(chan os.Signal, 1)
	signal.Notify(term, syscall.SIGTERM)
	go func() { <-term; os.Exit(0) }()
	fmt.Println("worker serves on", port, server.Serve(l))
	os.Exit(1)
}

// control is a server as a node sees it. What is not set is answered as the real one
// does.
type control struct {
	http *http.Server
	addr string

	mu      sync.Mutex
	desired wire.Desired
	raw     string // instead of the desired state
	changed chan struct{}
	report  wire.Report // with workers and resources that were told before
	syncs   int
}

// startControl starts a server on a free port, until the test ends.
func startControl(t *testing.T, node string) *control {
	c := &control{changed: make(chan struct{}), desired: wire.Desired{Node: node, Version: "0", Services: map[string]*wire.Service{}}}
	c.listen(t, "127.0.0.1:0")
	t.Cleanup(c.stop)
	return c
}

func (c *control) listen(t *testing.T, address string) {
	t.Helper()
	var l net.Listener
	Eventually(t, 10*time.Second, "the port is free", func() bool {
		var err error
		l, err = net.Listen("tcp", address)
		return err == nil
	})
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/v1/nodes/{node}/sync", c.sync)
	mux.HandleFunc("POST /api/v1/write", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	c.http = &http.Server{Handler: mux}
	go c.http.Serve(l)
	c.addr = l.Addr().String()
}

// stop goes away, as a server does that is killed.
func (c *control) stop() { c.http.Close() }

func (c *control) sync(w http.ResponseWriter, r *http.Request) {
	var report wire.Report
	if err := json.NewDecoder(r.Body).Decode(&report); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	wait, _ := time.ParseDuration(r.URL.Query().Get("wait"))
	have := strings.Trim(r.Header.Get("If-None-Match"), `"`)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.syncs++
	if report.Workers == nil {
		report.Workers = c.report.Workers
	}
	if report.Resources == nil {
		report.Resources = c.report.Resources
	}
	c.report = report
	for end := time.Now().Add(wait); c.raw == "" && have == c.desired.Version && time.Now().Before(end); {
		changed := c.changed
		c.mu.Unlock()
		select {
		case <-changed:
		case <-time.After(time.Until(end)):
		case <-r.Context().Done():
		}
		c.mu.Lock()
		if r.Context().Err() != nil {
			return
		}
	}
	switch {
	case c.raw != "":
		fmt.Fprint(w, c.raw)
	case have == c.desired.Version:
		w.WriteHeader(http.StatusNotModified)
	default:
		w.Header().Set("ETag", strconv.Quote(c.desired.Version))
		json.NewEncoder(w).Encode(c.desired)
	}
}

// want has other workers run, and returns the new version.
func (c *control) want(change func(*wire.Desired)) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	n, _ := strconv.Atoi(c.desired.Version)
	d := c.desired
	d.Version = strconv.Itoa(n + 1)
	d.Workers = slices.Clone(d.Workers)
	change(&d)
	c.desired, c.raw = d, ""
	close(c.changed)
	c.changed = make(chan struct{})
	return d.Version
}

// say answers every sync with this text.
func (c *control) say(text string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.raw = text
	close(c.changed)
	c.changed = make(chan struct{})
}

// told is what the node said of its workers, by id.
func (c *control) told() map[string]wire.Status {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := map[string]wire.Status{}
	for _, s := range c.report.Workers {
		all[s.ID] = s
	}
	return all
}

// Node is a node daemon with its own control groups, state and server.
type Node struct {
	Web
	t       *testing.T
	name    string
	group   string
	state   string
	args    []string
	control *control
	machine *Machine // where it runs; nil: here
	cmd     *exec.Cmd
	output  *output
	exited  chan struct{}
	logs    []*output // of the daemons before
}

var groups atomic.Int64

// NewNode prepares a node and its server; Start starts the daemon. What is left at the
// test's end is stopped by its control groups.
func NewNode(t *testing.T, config string) *Node {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root: the daemon makes control groups")
	}
	if _, err := os.Stat("/sys/fs/cgroup"); err != nil {
		t.Skip("needs control groups: ", err)
	}
	n := &Node{t: t, group: fmt.Sprintf("headroom-test-%d-%d", os.Getpid(), groups.Add(1)), state: t.TempDir()}
	n.name = n.group
	n.control = startControl(t, n.name)
	file := filepath.Join(t.TempDir(), "node.yml")
	n.config(file, config)
	n.args = []string{"--config.file=" + file, "--server.url=http://" + n.control.addr, "--node.name=" + n.name, "--log.level=debug"}
	t.Cleanup(func() {
		if n.cmd != nil {
			n.Kill()
		}
		cleanGroups(t, n.group)
		if t.Failed() {
			for i, log := range append(n.logs, n.output) {
				t.Logf("daemon %d wrote:\n%s", i+1, log)
			}
		}
	})
	return n
}

func (n *Node) config(file, text string) {
	n.t.Helper()
	if err := os.WriteFile(file, []byte("cgroup: {root: "+n.group+"}\n"+text), 0o600); err != nil {
		n.t.Fatal(err)
	}
}

// Start starts the daemon and waits until it listens.
func (n *Node) Start(args ...string) {
	n.t.Helper()
	if n.output != nil {
		n.logs = append(n.logs, n.output)
	}
	n.output, n.exited = &output{}, make(chan struct{})
	command, listen := exec.Command, "127.0.0.1:0"
	if n.machine != nil {
		command, listen = n.machine.Command, n.machine.Address+":0"
	}
	n.cmd = command(headroomNode, slices.Concat(args, n.args, []string{"--state.path=" + n.state, "--web.listen-address=" + listen})...)
	n.cmd.Stdout, n.cmd.Stderr = n.output, n.output
	if err := n.cmd.Start(); err != nil {
		n.t.Fatal(err)
	}
	go func() { _ = n.cmd.Wait(); close(n.exited) }()
	address := ""
	Eventually(n.t, startWithin, "the daemon listens", func() bool {
		select {
		case <-n.exited:
			n.t.Fatalf("the daemon ended: %v\n%s", n.cmd.ProcessState, n.output)
		default:
		}
		if m := nodeListening.FindStringSubmatch(n.output.String()); m != nil {
			address = m[1]
		}
		return address != ""
	})
	n.Web = Web{t: n.t, URL: "http://" + address}
}

var nodeListening = regexp.MustCompile(`msg=listening address=(\S+)`)

// Signal sends a signal to the daemon.
func (n *Node) Signal(sig syscall.Signal) { _ = n.cmd.Process.Signal(sig) }

// Kill ends the daemon as a crash does.
func (n *Node) Kill() {
	n.Signal(syscall.SIGKILL)
	<-n.exited
}

// Stop ends the daemon by SIGTERM.
func (n *Node) Stop() {
	n.t.Helper()
	n.Signal(syscall.SIGTERM)
	select {
	case <-n.exited:
		if code := n.cmd.ProcessState.ExitCode(); code != 0 {
			n.t.Errorf("after SIGTERM the exit status is %d; want 0", code)
		}
	case <-time.After(time.Minute):
		n.t.Fatal("the daemon does not stop on SIGTERM")
	}
}

// Statuses are the node's workers as its own page shows them.
func (n *Node) Statuses() map[string]wire.Status {
	var table struct{ Workers []wire.Status }
	_, text := n.Do(n.Request("GET", "/workers", ""))
	if err := json.Unmarshal([]byte(text), &table); err != nil {
		return nil // it is down
	}
	all := map[string]wire.Status{}
	for _, s := range table.Workers {
		all[s.ID] = s
	}
	return all
}

// Metric is the value of a line of the daemon's metrics; empty: it is not there.
func (n *Node) Metric(series string) string {
	_, text := n.Do(n.Request("GET", "/metrics", ""))
	for line := range strings.Lines(text) {
		if v, ok := strings.CutPrefix(line, series+" "); ok {
			return strings.TrimSpace(v)
		}
	}
	return ""
}

// command runs a command of the node daemon that has to succeed and returns what it
// printed.
func (n *Node) command(args ...string) string {
	n.t.Helper()
	out, err := exec.Command(headroomNode, args...).CombinedOutput()
	if err != nil {
		n.t.Errorf("headroom-node %v: %v\n%s", args, err, out)
	}
	return string(out)
}

var agentListens = regexp.MustCompile(`msg="answering agent checks" address=(\S+)`)

// agent is what the daemon's agent says of a worker, as HAProxy asks it.
func (n *Node) agent(worker string) string {
	n.t.Helper()
	m := agentListens.FindStringSubmatch(n.output.String())
	if m == nil {
		n.t.Fatal("the daemon has no agent")
	}
	conn, err := net.Dial("tcp", m[1])
	if err != nil {
		n.t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "%s\n", worker)
	said, _ := io.ReadAll(conn)
	return string(said)
}
