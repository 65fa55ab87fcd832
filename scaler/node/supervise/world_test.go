package supervise

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"headroom/scaler/node/isolate"
	"headroom/scaler/node/shim"
	"headroom/scaler/node/wire"
	"headroom/scaler/node/worker"
)

// program is this test's, where every user can start it.
var program string

// The test's program is also the shim, the workers, and a daemon that can be killed.
func TestMain(m *testing.M) {
	shim.Main()
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case "worker":
			work(os.Args[2], os.Args[3:])
		case "daemon":
			daemon(readOrders(os.Args[2]))
		case "half":
			half(readOrders(os.Args[2]))
		case "sleep":
			time.Sleep(time.Hour)
		}
	}
	dir, err := os.MkdirTemp("", "headroom-supervise")
	if err != nil {
		panic(err)
	}
	program = filepath.Join(dir, "program")
	if err := copyProgram(dir); err != nil {
		panic(err)
	}
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

func copyProgram(dir string) error {
	if err := os.Chmod(dir, 0o755); err != nil {
		return err
	}
	text, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		return err
	}
	return os.WriteFile(program, text, 0o755)
}

// work is a worker: an HTTP server that does what it is asked for.
func work(port string, how []string) {
	if slices.Contains(how, "child") { // at once, before anybody could move it
		if err := exec.Command(program0(), "sleep").Start(); err != nil {
			panic(err)
		}
	}
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM)
	go func() {
		for range stop {
			if !slices.Contains(how, "stubborn") {
				fmt.Println("goodbye")
				os.Exit(0)
			}
		}
	}()
	if slices.Contains(how, "deaf") {
		time.Sleep(time.Hour)
	}
	for _, do := range []struct {
		path string
		f    func(w http.ResponseWriter, r *http.Request)
	}{
		{"/", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, os.Getpid()) }},
		{"/exit", func(http.ResponseWriter, *http.Request) { os.Exit(7) }},
		{"/eat", eat},
		{"/bomb", bomb},
		{"/read", func(w http.ResponseWriter, r *http.Request) { answer(w)(os.ReadFile(r.FormValue("file"))) }},
		{"/write", func(w http.ResponseWriter, r *http.Request) {
			answer(w)(nil, os.WriteFile(r.FormValue("file"), []byte("written"), 0o600))
		}},
		{"/dir", func(w http.ResponseWriter, _ *http.Request) { dir, err := os.Getwd(); answer(w)([]byte(dir), err) }},
		{"/env", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, strings.Join(os.Environ(), "\n")) }},
	} {
		http.HandleFunc(do.path, do.f)
	}
	panic(http.ListenAndServe(":"+port, nil))
}

func program0() string { name, _ := os.Executable(); return name }

func answer(w http.ResponseWriter) func([]byte, error) {
	return func(text []byte, err error) {
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
		_, _ = w.Write(text)
	}
}

func eat(http.ResponseWriter, *http.Request) {
	var all [][]byte
	for {
		b := make([]byte, 4<<20)
		for i := 0; i < len(b); i += 4096 {
			b[i] = 1
		}
		all = append(all, b)
		_ = all
	}
}

func bomb(w http.ResponseWriter, _ *http.Request) {
	for n := range 1000 {
		if err := exec.Command(program0(), "sleep").Start(); err != nil {
			fmt.Fprint(w, n, " ", err)
			return
		}
	}
}

// world is a node with its own groups and folders.
type world struct {
	testing.TB
	dir    string
	root   string // of its groups
	groups *isolate.Groups
	s      *Supervisor
	leave  func() // the daemon ends, the workers stay
}

var worlds atomic.Int32

func newWorld(t testing.TB, mode string) *world {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("control groups need root")
	}
	root := fmt.Sprintf("headroom-test-%d-%d", os.Getpid(), worlds.Add(1))
	groups, err := isolate.Open(isolate.Options{Root: root, Mode: mode})
	if err != nil {
		t.Skip(err)
	}
	dir, err := os.MkdirTemp("", "headroom-supervise")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	w := &world{TB: t, dir: dir, root: root, groups: groups, leave: func() {}}
	t.Cleanup(w.clean)
	return w
}

// clean removes the world, by its groups' own lists of processes.
func (w *world) clean() {
	w.leave()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if w.empty() {
			break
		}
	}
	if err := w.groups.Remove(); err != nil {
		w.Errorf("control groups are left: %v", err)
	}
	if w.Failed() {
		logs, _ := filepath.Glob(filepath.Join(w.dir, "logs/*/*"))
		for _, name := range logs {
			text, _ := os.ReadFile(name)
			w.Logf("%s: %.2000s", name, text)
		}
	}
	os.RemoveAll(w.dir)
}

func (w *world) empty() bool {
	leaves, err := w.groups.Leaves()
	ok := err == nil
	for _, l := range leaves {
		pids, _ := l.Pids()
		for _, pid := range pids {
			_, _ = syscall.Wait4(pid, nil, syscall.WNOHANG, nil)
		}
		if len(pids) > 0 {
			_ = l.Kill()
		}
		ok = l.Delete() == nil && ok
	}
	services, err := w.groups.Services()
	for _, id := range services {
		ok = w.groups.DeleteService(id) == nil && ok
	}
	return ok && err == nil
}

func (w *world) options() Options {
	handler := slog.NewTextHandler(w.Output(), nil)
	return Options{
		Node: "node1", StateDir: filepath.Join(w.dir, "state"), LogDir: filepath.Join(w.dir, "logs"),
		Groups: w.groups, Logger: slog.New(handler),
	}
}

// begin starts a daemon in this process.
func (w *world) begin() *world {
	w.Helper()
	s, err := New(w.options())
	if err != nil {
		w.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- s.Run(ctx) }()
	w.s = s
	w.leave = func() {
		cancel()
		if err := <-done; err != nil {
			w.Error(err)
		}
		w.leave = func() {}
	}
	return w
}

// web is a service of the test's own workers.
func (w *world) web(how ...string) *wire.Service {
	return &wire.Service{
		Module: "shop/web", Command: append([]string{program, "worker", "{port}"}, how...),
		Limits: wire.Limits{CPUPercent: 80, Period: wire.Duration(100 * time.Millisecond), Memory: 512 << 20, Pids: 2000},
		Health: wire.Health{Kind: "http", Path: "/", Interval: wire.Duration(200 * time.Millisecond), Timeout: wire.Duration(5 * time.Second), Failures: 2},
		Stop:   wire.Duration(5 * time.Second),
	}
}

// ports returns ports that nobody listens at.
func ports(t testing.TB, n int) []int {
	t.Helper()
	var all []int
	for range n {
		l, err := net.Listen("tcp", ":0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		all = append(all, l.Addr().(*net.TCPAddr).Port)
	}
	return all
}

func workers(t testing.TB, n int) (all []wire.Worker) {
	t.Helper()
	for i, port := range ports(t, n) {
		all = append(all, wire.Worker{ID: fmt.Sprintf("w%02d", i), Service: "shop/web", Port: port})
	}
	return all
}

func with(service *wire.Service) map[string]*wire.Service {
	return map[string]*wire.Service{"shop/web": service}
}

// eventually waits, long enough for an emulated machine.
func (w *world) eventually(what string, ok func() bool) {
	w.Helper()
	end := time.Now().Add(4 * time.Minute)
	for !ok() {
		if time.Now().After(end) {
			if w.s != nil {
				w.Logf("workers: %+v", w.s.Workers())
			}
			w.Fatalf("never: %s", what)
		}
		time.Sleep(2 * time.Millisecond)
	}
}

func (w *world) get(id string) worker.Running {
	for _, r := range w.s.Workers() {
		if r.ID == id {
			return r
		}
	}
	return worker.Running{}
}

func (w *world) inState(id string, state wire.State) func() bool {
	return func() bool { return w.get(id).State == state }
}

// running waits until all these workers, and no other, are ready.
func (w *world) running(want []wire.Worker) []worker.Running {
	w.Helper()
	w.eventually(fmt.Sprintf("%d workers are ready", len(want)), func() bool {
		ready := 0
		for _, r := range w.s.Workers() {
			if r.State == wire.Ready {
				ready++
			} else if r.State != wire.Stopped {
				return false
			}
		}
		return ready == len(want)
	})
	w.nothingOutside()
	return w.s.Workers()
}

// nothingOutside fails if a process of the test's workers is not in a group of this
// test: they are all started by the copy of the test's program.
func (w *world) nothingOutside() {
	w.Helper()
	procs, _ := filepath.Glob("/proc/[0-9]*/exe")
	for _, exe := range procs {
		if target, _ := os.Readlink(exe); target != program {
			continue
		}
		text, _ := os.ReadFile(filepath.Join(filepath.Dir(exe), "cgroup"))
		for _, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
			f := strings.SplitN(line, ":", 3)
			if len(f) != 3 || !ours(f[1], w.groups.Mode()) {
				continue
			}
			if !strings.Contains(f[2], "/headroom-test-") {
				w.Errorf("%s runs outside: %s", exe, line)
			}
		}
	}
}

// ours tells whether a worker has to be in a group of that hierarchy.
func ours(controllers, mode string) bool {
	if controllers == "" {
		return mode != isolate.V1
	}
	return slices.Contains([]string{"cpu", "cpuacct", "memory", "pids", "cpu,cpuacct"}, controllers)
}

func ask(port int, path string) (string, error) {
	client := http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := client.Get(fmt.Sprintf("http://127.0.0.1:%d%s", port, path))
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("status %d: %s", answer.StatusCode, text)
	}
	return string(text), err
}

// serves asks a worker for its process.
func (w *world) serves(port int) (pid int) {
	w.Helper()
	text, err := ask(port, "/")
	if err != nil {
		w.Fatal(err)
	}
	pid, err = strconv.Atoi(text)
	if err != nil {
		w.Fatal(err)
	}
	return pid
}

// orders are those of a daemon that runs as its own process.
type orders struct {
	Root, Mode, StateDir, LogDir, Status string
	Workers                              []wire.Worker
	Services                             map[string]*wire.Service
}

func readOrders(file string) (o orders) {
	text, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(text, &o)
	}
	if err != nil {
		panic(err)
	}
	return o
}

// daemon runs a supervisor until it is killed, and writes what runs to a file.
func daemon(o orders) {
	groups, err := isolate.Open(isolate.Options{Root: o.Root, Mode: o.Mode})
	if err != nil {
		panic(err)
	}
	s, err := New(Options{Node: "node1", StateDir: o.StateDir, LogDir: o.LogDir, Groups: groups})
	if err != nil {
		panic(err)
	}
	s.Apply(o.Workers, o.Services)
	go func() {
		for range s.Changed() {
			text, _ := json.Marshal(s.Workers())
			if err := replace(o.Status, text); err != nil {
				panic(err)
			}
		}
	}()
	panic(s.Run(context.Background()))
}
