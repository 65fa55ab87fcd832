package measure

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/DataDog/datadog-go/v5/statsd"

	"headroom/scaler/node/worker"
)

// receiving runs the listeners of a node until the test ends.
func receiving(t *testing.T, running ...worker.Running) *node {
	n := newNode(t, func(o *Options) {
		o.StatsD, o.HAProxy, o.Address = "127.0.0.1:0", "127.0.0.1:0", "10.0.0.7"
	})
	n.running = running
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- n.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-done })
	return n
}

// await waits for a counter to be what it shall be at the end.
func (n *node) await(name string, want float64) {
	n.t.Helper()
	var got float64
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		n.now = time.Now()
		if got = n.values()[name]; got >= want {
			break
		}
	}
	if got != want {
		n.t.Errorf("%s is %v, want %v", name, got, want)
	}
}

func TestDatadogClient(t *testing.T) {
	n := receiving(t, run("w1", 0, 8001, spec("statsd", "http.request")))
	n.known()
	client, err := statsd.New(n.StatsDAddr().String(), statsd.WithoutTelemetry(), statsd.WithTags([]string{"worker:w1"}))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	for range 100 {
		client.Timing("http.request", 250*time.Millisecond, nil, 1)
		client.Incr("http.requests", nil, 1)
	}
	client.Flush()
	n.await("headroom_requests_total w1", 100)
	n.await("headroom_busy_seconds_total w1", 25)
}

// known waits for the first slice to have taken up the workers.
func (n *node) known() {
	for there := 0; there == 0; time.Sleep(time.Millisecond) {
		n.inbox.mu.Lock()
		there = len(n.inbox.byID)
		n.inbox.mu.Unlock()
	}
}

// documented are the lines for HAProxy, as the documentation has them.
func documented(t *testing.T, address string) string {
	t.Helper()
	page, err := os.ReadFile("../../../docs/node-measure.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "\nlog 127.0.0.1:9126")
	lines, _, ok := strings.Cut(rest, "\n```")
	if !ok {
		t.Fatal("the documentation has no lines for HAProxy")
	}
	return "log " + address + lines
}

func TestHAProxySendsItsLog(t *testing.T) {
	program, err := exec.LookPath("/usr/sbin/haproxy")
	if err != nil {
		t.Skip("haproxy is not installed")
	}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		time.Sleep(20 * time.Millisecond)
		io.WriteString(w, "done")
	}))
	defer srv.Close()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	front := l.Addr().String()
	l.Close()
	n := receiving(t, run("w1", 0, 8001, spec("haproxy", "")), run("w2", 0, 8002, spec("haproxy", "")))
	n.known()

	back := strings.TrimPrefix(srv.URL, "http://")
	config := filepath.Join(t.TempDir(), "haproxy.cfg")
	text := fmt.Sprintf("defaults\nmode http\ntimeout connect 5s\ntimeout client 5s\ntimeout server 5s\nfrontend f\nbind %s\n%s\ndefault_backend b\nbackend b\nbalance roundrobin\nserver w1 %s\nserver 10.0.0.7_8002 %s\n",
		front, documented(t, n.HAProxyAddr().String()), back, back)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	proxy := exec.Command(program, "-db", "-f", config)
	proxy.Stderr = t.Output()
	if err := proxy.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { proxy.Process.Kill(); proxy.Wait() }()
	for answered, end := 0, time.Now().Add(20*time.Second); answered < 20; {
		answer, err := http.Get("http://" + front)
		if err != nil {
			if time.Now().After(end) {
				t.Fatal(err)
			}
			time.Sleep(10 * time.Millisecond)
			continue
		}
		io.Copy(io.Discard, answer.Body)
		answer.Body.Close()
		answered++
	}
	n.await("headroom_requests_total w1", 10)
	n.await("headroom_requests_total w2", 10)
	if busy := n.total("w1"); busy < 0.2 {
		t.Errorf("ten requests of 20 ms were %v busy seconds", busy)
	}
}

func (n *node) total(id string) (busy float64) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.subjects[id].busy
}
