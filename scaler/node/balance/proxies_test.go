package balance

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// need finds a program that scripts/install-test-tools.sh installs.
func need(t *testing.T, program string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		path = filepath.Join("/usr/sbin", program)
		if _, err := os.Stat(path); err != nil {
			t.Fatalf("run scripts/install-test-tools.sh: %v", err)
		}
	}
	return path
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// eventually waits until something is so.
func eventually(t *testing.T, what string, so func() bool) time.Duration {
	t.Helper()
	start := time.Now()
	for !so() {
		if time.Since(start) > 30*time.Second {
			t.Fatalf("after 30s still not: %s", what)
		}
		time.Sleep(10 * time.Millisecond)
	}
	return time.Since(start)
}

// ports are below those that the system gives to connections, so that none of them
// takes one before the proxy that it is for has opened it.
var ports = func() *atomic.Int32 {
	var next atomic.Int32
	next.Store(12000 + int32(os.Getpid()*37%18000))
	return &next
}()

// freePort is one that nobody listens on.
func freePort(t *testing.T) int {
	t.Helper()
	for range 1000 {
		port := int(ports.Add(1))
		l, err := net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(port))
		if err == nil {
			l.Close()
			return port
		}
	}
	t.Fatal("no port is free")
	return 0
}

// testWorker answers its id.
type testWorker struct {
	*httptest.Server
	id   string
	port int
}

func startWorker(t *testing.T, id string) testWorker {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		time.Sleep(2 * time.Millisecond)
		fmt.Fprint(w, id)
	}))
	t.Cleanup(s.Close)
	return testWorker{Server: s, id: id, port: s.Listener.Addr().(*net.TCPAddr).Port}
}

// startHAProxy runs a configuration under a master, as its service does, and returns a
// way to reload it.
func startHAProxy(t *testing.T, socket, config string) (reload func()) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "haproxy.cfg")
	if err := os.WriteFile(file, []byte(config), 0o644); err != nil {
		t.Fatal(err)
	}
	command := start(t, need(t, "haproxy"), "-W", "-f", file)
	pid := func() string {
		h := &haproxy{p: Proxy{Socket: socket}, said: map[string]string{}}
		if h.meet(t.Context()) != nil {
			return ""
		}
		return h.pid
	}
	eventually(t, "HAProxy answers", func() bool { return pid() != "" })
	return func() {
		before, sent := pid(), time.Time{}
		eventually(t, "a new HAProxy answers", func() bool {
			if time.Since(sent) > 3*time.Second { // a master that has just started loses a signal
				sent = time.Now()
				if err := command.Process.Signal(syscall.SIGUSR2); err != nil {
					t.Fatal(err)
				}
			}
			now := pid()
			return now != "" && now != before
		})
	}
}

// start runs a program until the end of the test, and shows what it said if that failed.
func start(t *testing.T, argv ...string) *exec.Cmd {
	t.Helper()
	var output bytes.Buffer
	command := exec.Command(argv[0], argv[1:]...)
	command.Stdout, command.Stderr = &output, &output
	command.WaitDelay = 10 * time.Second
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		command.Process.Signal(syscall.SIGTERM)
		command.Wait()
		if t.Failed() {
			t.Logf("%s said:\n%s", argv[0], output.String())
		}
	})
	return command
}

// traffic sends requests all the time, and counts who answered.
type traffic struct {
	mu     sync.Mutex
	by     map[string]int
	total  atomic.Int64
	failed []string
}

func startTraffic(t *testing.T, url string) *traffic {
	t.Helper()
	f := &traffic{by: map[string]int{}}
	ctx, cancel := context.WithCancel(context.Background())
	var all sync.WaitGroup
	for range 4 {
		client := &http.Client{Transport: &http.Transport{}, Timeout: 10 * time.Second}
		all.Go(func() {
			for ctx.Err() == nil {
				f.one(client, url)
				time.Sleep(5 * time.Millisecond)
			}
			client.CloseIdleConnections()
		})
	}
	t.Cleanup(func() {
		cancel()
		all.Wait()
		f.mu.Lock()
		defer f.mu.Unlock()
		t.Logf("%d requests, %d failed, answered by %v", f.total.Load(), len(f.failed), f.by)
		if len(f.failed) > 0 {
			t.Errorf("%d of %d requests failed: %s", len(f.failed), f.total.Load(), f.failed[0])
		}
	})
	return f
}

func (f *traffic) one(client *http.Client, url string) {
	id, err := answerOf(client, url)
	f.total.Add(1)
	f.mu.Lock()
	defer f.mu.Unlock()
	if err != nil {
		f.failed = append(f.failed, err.Error())
		return
	}
	f.by[id]++
}

func answerOf(client *http.Client, url string) (string, error) {
	answer, err := client.Get(url)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", answer.Status, text)
	}
	return string(text), err
}

// split counts who answers the next n requests.
func (f *traffic) split(t *testing.T, n int) map[string]int {
	t.Helper()
	f.mu.Lock()
	before := map[string]int{}
	for id, count := range f.by {
		before[id] = count
	}
	f.mu.Unlock()
	from := f.total.Load()
	eventually(t, "more requests are answered", func() bool { return f.total.Load() >= from+int64(n) })
	f.mu.Lock()
	defer f.mu.Unlock()
	now := map[string]int{}
	for id, count := range f.by {
		if count > before[id] {
			now[id] = count - before[id]
		}
	}
	return now
}

// share is a worker's part of a split.
func share(split map[string]int, id string) float64 {
	total := 0
	for _, n := range split {
		total += n
	}
	return float64(split[id]) / float64(max(1, total))
}

// untilShare waits until a worker's part of 50 requests lies between two bounds.
func (f *traffic) untilShare(t *testing.T, id string, low, high float64) {
	t.Helper()
	var last map[string]int
	took := eventually(t, fmt.Sprintf("%s gets %.2f … %.2f of the requests", id, low, high), func() bool {
		last = f.split(t, 50)
		s := share(last, id)
		return low <= s && s <= high
	})
	t.Logf("%s gets %.2f … %.2f of the requests after %s, measured over 50 of them: %v", id, low, high, took.Round(10*time.Millisecond), last)
}

func itoa(n int) string { return strconv.Itoa(n) }
