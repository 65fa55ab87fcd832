package e2e

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

const (
	startWithin = 30 * time.Second // the machine is shared with other tests
	stopWithin  = 10 * time.Second // what the program promises
)

// Server is a running "headroom serve" or "headroom demo".
type Server struct {
	Web
	t       *testing.T
	args    []string
	cmd     *exec.Cmd
	output  *output
	exited  chan struct{} // closed once it has ended
	stopped bool          // the test ended it
}

// output is what a program wrote, readable while it writes.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(b)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// StartServer runs "headroom serve" on a free port, with an empty store unless
// the arguments name one, until the test ends.
func StartServer(t *testing.T, args ...string) *Server {
	t.Helper()
	return start(t, append([]string{"serve"}, args...)...)
}

var listening = regexp.MustCompile(`msg=listening address=(\S+)`)

func start(t *testing.T, args ...string) *Server {
	t.Helper()
	if !strings.Contains(strings.Join(args, " "), "--storage.path") {
		args = append(args, "--storage.path="+t.TempDir())
	}
	s := &Server{t: t, args: args, output: &output{}, exited: make(chan struct{})}
	if !strings.Contains(strings.Join(args, " "), "--web.listen-address") {
		args = append(args, "--web.listen-address=127.0.0.1:0")
	}
	s.cmd = exec.Command(headroom, args...)
	s.cmd.Stdout, s.cmd.Stderr = s.output, s.output
	// A test binary that is killed leaves nothing behind.
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = s.cmd.Wait() // Stop looks at the status
		close(s.exited)
	}()
	t.Cleanup(s.end)
	var address string
	Eventually(t, startWithin, "the server listens", func() bool {
		s.mustRun()
		if m := listening.FindStringSubmatch(s.output.String()); m != nil {
			address = m[1]
		}
		return address != ""
	})
	s.Web = Web{t: t, URL: "http://" + address}
	return s
}

// Log is what the server has written so far.
func (s *Server) Log() string { return s.output.String() }

// mustRun fails the test at once if the server has ended by itself.
func (s *Server) mustRun() {
	s.t.Helper()
	select {
	case <-s.exited:
		if !s.stopped {
			s.t.Fatalf("the server ended: %v", s.cmd.ProcessState)
		}
	default:
	}
}

// Stop ends the server by SIGTERM and checks that it keeps its promise.
func (s *Server) Stop() {
	s.t.Helper()
	s.stopped = true
	began := time.Now()
	s.Signal(syscall.SIGTERM)
	select {
	case <-s.exited:
	case <-time.After(6 * stopWithin):
		s.t.Error("the server does not stop on SIGTERM")
		s.Kill()
		return
	}
	if took := time.Since(began); took > stopWithin {
		s.t.Errorf("SIGTERM took %v; want at most %v", took, stopWithin)
	}
	if code := s.cmd.ProcessState.ExitCode(); code != 0 {
		s.t.Errorf("after SIGTERM the exit status is %d; want 0", code)
	}
}

// Restart starts the server once more with the same arguments, after stopping
// it if it still runs.
func (s *Server) Restart() *Server {
	s.t.Helper()
	if !s.stopped {
		s.Stop()
	}
	return start(s.t, s.args...)
}

// Kill ends the server as a crash does.
func (s *Server) Kill() {
	s.stopped = true
	s.Signal(syscall.SIGKILL)
	<-s.exited
}

// Signal sends a signal to the server.
func (s *Server) Signal(sig syscall.Signal) { _ = s.cmd.Process.Signal(sig) }

func (s *Server) end() {
	if !s.stopped {
		s.mustRunLate()
		s.Stop()
	}
	if s.t.Failed() {
		s.t.Logf("%s wrote:\n%s", strings.Join(s.cmd.Args[1:], " "), s.Log())
	}
	for _, fault := range []string{"panic:", "BUG:", "DATA RACE", "level=ERROR msg=\"panic"} {
		if strings.Contains(s.Log(), fault) {
			s.t.Errorf("the server wrote %q:\n%s", fault, s.Log())
		}
	}
}

// mustRunLate tells of a server that ended behind the test's back.
func (s *Server) mustRunLate() {
	select {
	case <-s.exited:
		s.t.Errorf("the server ended by itself: %v", s.cmd.ProcessState)
	default:
	}
}

// File writes a file of the test and returns its path.
func File(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// Eventually waits until ok, and fails the test with the sentence if that takes
// longer than within.
func Eventually(t *testing.T, within time.Duration, sentence string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(within); !ok(); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not within %v: %s", within, sentence)
		}
	}
}

// Run runs a command of the program and returns its exit status and output.
func Run(t *testing.T, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	cmd := exec.Command(headroom, args...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	cmd.Dir = t.TempDir()
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		t.Fatalf("headroom %v: %v", args, err)
	}
	return cmd.ProcessState.ExitCode(), out.String(), errs.String()
}

// MustRun runs a command that has to succeed and returns what it printed.
func MustRun(t *testing.T, args ...string) string {
	t.Helper()
	status, out, errs := Run(t, args...)
	if status != 0 {
		t.Fatalf("headroom %v: exit status %d\n%s%s", args, status, out, errs)
	}
	return out
}
