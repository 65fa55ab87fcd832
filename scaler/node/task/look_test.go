package task

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"headroom/scaler/node/wire"
)

func TestProcessesAreCountedByName(t *testing.T) {
	w := newWorld(t)
	name := "headroom-look"
	for range 2 {
		cmd := exec.Command("/bin/sleep", "1000")
		cmd.Args[0] = "/opt/x/" + name
		must(t, cmd.Start())
		t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	}
	s := w.do(wire.TaskProcesses, wire.ProcessesSpec{Names: []string{name, "headroom-none"}})
	want(t, s, wire.TaskDone, "")
	if o := outputs[wire.ProcessesOutputs](t, s); o.Counts[name] != 2 || o.Counts["headroom-none"] != 0 || len(o.Counts) != 2 {
		t.Errorf("%+v", o)
	}
}

func TestPortsHaveListeners(t *testing.T) {
	w := newWorld(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer l.Close()
	port := l.Addr().(*net.TCPAddr).Port
	free, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	other := free.Addr().(*net.TCPAddr).Port
	free.Close()
	s := w.do(wire.TaskPorts, wire.PortsSpec{Ports: []int{port, other}})
	want(t, s, wire.TaskDone, "")
	if o := outputs[wire.PortsOutputs](t, s); len(o.Listeners) != 1 || o.Listeners[port] != filepath.Base(os.Args[0]) {
		t.Errorf("%+v", o)
	}
	want(t, w.do(wire.TaskPorts, wire.PortsSpec{Ports: []int{0}}), wire.TaskFailed, "want 1 to 65535")
	want(t, w.do(wire.TaskTCP, wire.TCPSpec{Address: l.Addr().String()}), wire.TaskDone, "")
	want(t, w.do(wire.TaskTCP, wire.TCPSpec{Address: free.Addr().String()}), wire.TaskFailed, "connection refused")
}

func TestAPageIsAskedFor(t *testing.T) {
	w := newWorld(t)
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/slow":
			<-r.Context().Done()
		case "/bad":
			rw.WriteHeader(503)
		}
		_, _ = rw.Write([]byte("hello from " + r.Host))
	}))
	defer server.Close()
	f := func(s wire.HTTPSpec, state wire.TaskState, says string) {
		t.Helper()
		s.URL = strings.ReplaceAll(s.URL, "URL", server.URL)
		want(t, w.do(wire.TaskHTTP, s), state, says)
	}
	f(wire.HTTPSpec{URL: "URL/", Host: "shop", Contains: "hello from shop"}, wire.TaskDone, "")
	f(wire.HTTPSpec{URL: "URL/", Contains: "bye"}, wire.TaskFailed, `does not contain "bye"`)
	f(wire.HTTPSpec{URL: "URL/bad"}, wire.TaskFailed, "answers 503; want 200 to 299")
	f(wire.HTTPSpec{URL: "URL/bad", Status: []int{503}}, wire.TaskDone, "")
	f(wire.HTTPSpec{URL: "URL/slow", Within: wire.Duration(50 * time.Millisecond)}, wire.TaskFailed, "deadline exceeded")
	f(wire.HTTPSpec{URL: "file:///etc/passwd"}, wire.TaskFailed, "want an http or https address")
}

func TestTheNodeIsLookedAtAnew(t *testing.T) {
	w := newWorld(t)
	want(t, w.do(wire.TaskScan, struct{}{}), wire.TaskDone, "")
	asked := 0
	w.o.Scan = func(context.Context) error { asked++; return nil }
	w.restart()
	want(t, w.do(wire.TaskScan, struct{}{}), wire.TaskDone, "")
	if asked != 1 {
		t.Errorf("asked %d times", asked)
	}
}

// What only looks, or makes things so, is gone on with by the next daemon.
func TestWhatIsNoCommandIsGoneOnWith(t *testing.T) {
	w := newWorld(t)
	target := filepath.Join(t.TempDir(), "file")
	must(t, w.journal.begin(record{Task: ask("a", wire.TaskTemplate, wire.TemplateSpec{Text: "x", Target: target}), Began: time.Now()}))
	w.restart()
	want(t, w.end("a"), wire.TaskDone, "")
	if content(t, target) != "x" {
		t.Error("it was not gone on with")
	}
}
