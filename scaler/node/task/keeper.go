package task

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"
	"unicode/utf8"

	"golang.org/x/sys/unix"

	"headroom/scaler/node/shim"
	"headroom/scaler/node/wire"
)

// The keeper is a process that runs one command and writes down how it ended. It is a
// role of the daemon's own program, and belongs to no session of the daemon.
const keeperName = "headroom-task"

const (
	orderFD    = 3 // where the keeper is told what to run
	resultFile = "result.json"
	logFile    = "log"

	grace     = 5 * time.Second // from SIGTERM to SIGKILL
	pipesOpen = time.Second     // that output is read after the command has ended, if others have it open
)

// order is what a keeper runs.
type order struct {
	wire.CommandSpec
	Timeout time.Duration `json:"timeout"`
}

// result is how it ended.
type result struct {
	NotBegun bool   `json:"not_begun,omitempty"` // the daemon ended before it gave the order
	Error    string `json:"error,omitempty"`     // why it could not run
	Stopped  string `json:"stopped,omitempty"`   // why it was stopped
	Signal   string `json:"signal,omitempty"`    // that ended it
	wire.CommandOutputs
	Ended time.Time `json:"ended"`

	log string
}

// Main plays the keeper if this process was started as one, and does not return then.
// A program that makes a [Runner] must call it first thing.
func Main() {
	if os.Args[0] != keeperName || len(os.Args) != 2 {
		return
	}
	_ = unix.CloseRange(orderFD, math.MaxUint32, unix.CLOSE_RANGE_CLOEXEC) // a command gets nothing that is open here
	runtime.GOMAXPROCS(1)
	runtime.LockOSThread() // keys belong to a thread
	dir := os.Args[1]
	var o order
	r := result{NotBegun: true}
	if err := json.NewDecoder(os.NewFile(orderFD, "order")).Decode(&o); err == nil {
		r = keep(dir, o)
	}
	r.Ended = time.Now()
	if err := writeJSON(filepath.Join(dir, resultFile), r); err != nil {
		fmt.Fprintln(os.Stderr, "headroom: the end of a command was not written down:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// keep runs a command to its end.
func keep(dir string, o order) result {
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM)
	out := &tail{path: filepath.Join(dir, logFile)}
	defer out.Close()
	stdout := &head{to: out}
	cmd, err := o.command()
	if err == nil {
		err = shim.LeaveSession()
	}
	if err != nil {
		return result{Error: err.Error()}
	}
	cmd.Stdout, cmd.Stderr, cmd.WaitDelay = stdout, out, pipesOpen
	if err := cmd.Start(); err != nil {
		return result{Error: err.Error()}
	}
	ended := make(chan struct{})
	go func() { _ = cmd.Wait(); close(ended) }()
	r := result{Stopped: guard(cmd.Process.Pid, o.Timeout, stop, ended)}
	<-ended
	status := cmd.ProcessState.Sys().(syscall.WaitStatus)
	r.ExitCode = status.ExitStatus()
	if status.Signaled() {
		r.Signal = status.Signal().String()
	}
	r.Stdout, r.Truncated = stdout.text()
	return r
}

// command makes the process: in a session of its own, with nothing of the keeper's.
func (o order) command() (*exec.Cmd, error) {
	uid, gid, err := shim.Identify(o.User, o.Group)
	if err != nil {
		return nil, err
	}
	if len(o.Command) == 0 || !filepath.IsAbs(o.Command[0]) {
		return nil, fmt.Errorf("want a program by its absolute path, found %q", o.Command)
	}
	syscall.Umask(0o022)
	cmd := &exec.Cmd{Path: o.Command[0], Args: o.Command, Dir: "/", Env: []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if os.Geteuid() == 0 {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	}
	if o.Dir != "" {
		cmd.Dir = o.Dir
	}
	for name, v := range o.Env {
		cmd.Env = append(cmd.Env, name+"="+v)
	}
	if o.Stdin != "" {
		cmd.Stdin = strings.NewReader(o.Stdin)
	}
	return cmd, nil
}

// guard waits for the end of a process, or ends it with all of its group. It tells why.
func guard(pid int, timeout time.Duration, stop <-chan os.Signal, ended <-chan struct{}) (why string) {
	limit := time.NewTimer(timeout)
	defer limit.Stop()
	select {
	case <-ended:
		return ""
	case <-limit.C:
		why = fmt.Sprintf("it had not ended after %s", timeout)
	case <-stop:
		why = "nobody wants it any more"
	}
	_ = syscall.Kill(-pid, syscall.SIGTERM) // it may have ended
	for end := time.Now().Add(grace); time.Now().Before(end) && !empty(pid); {
		time.Sleep(20 * time.Millisecond)
	}
	_ = syscall.Kill(-pid, syscall.SIGKILL)
	return why
}

// empty tells whether a group has no process any more.
func empty(group int) bool { return errors.Is(syscall.Kill(-group, 0), syscall.ESRCH) }

// head keeps the beginning of what is written, and passes all on.
type head struct {
	to   *tail
	kept []byte
	more bool
}

const maxStdout = wire.MaxTaskOutputs / 2

// Write implements io.Writer.
func (h *head) Write(p []byte) (int, error) {
	n := min(len(p), maxStdout-len(h.kept))
	h.kept = append(h.kept, p[:n]...)
	h.more = h.more || n < len(p)
	return h.to.Write(p)
}

// text is what was kept, such that its JSON keeps within the bound of outputs.
func (h *head) text() (text string, cut bool) {
	kept := h.kept
	for {
		text = strings.ToValidUTF8(string(kept), "\uFFFD")
		if written, err := json.Marshal(text); err == nil && len(written) <= wire.MaxTaskOutputs-1024 {
			return text, h.more || len(kept) < len(h.kept)
		}
		kept = kept[:len(kept)/2]
	}
}

// tail is a file with the end of what was written. Its methods are called by one
// goroutine for each of two streams.
type tail struct {
	path string
	mu   sync.Mutex // protects the fields below
	file *os.File
	size int64
}

// Write implements io.Writer. A disk that is full loses lines, but stops no command.
func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.file == nil {
		f, err := os.OpenFile(t.path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
		if err != nil {
			return len(p), nil
		}
		t.file = f
	}
	if n, err := t.file.Write(p); err == nil {
		t.size += int64(n)
	}
	if t.size > 2*wire.MaxTaskLog {
		t.cut()
	}
	return len(p), nil
}

// cut leaves the end of the file only.
func (t *tail) cut() {
	text := make([]byte, wire.MaxTaskLog)
	n, _ := t.file.ReadAt(text, t.size-wire.MaxTaskLog) // what cannot be read is lost
	if t.file.Truncate(0) == nil {
		n, _ = t.file.Write(text[:n])
		t.size = int64(n)
	}
}

// Close closes the file.
func (t *tail) Close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.file != nil {
		_ = t.file.Close() // it is a log
	}
}

// endOf returns the last bytes of a file as text, from the beginning of a line on if it
// was cut; empty if there is none.
func endOf(path string) string {
	text, _ := os.ReadFile(path) // at most twice the bound
	return lastLines(text)
}

func lastLines(text []byte) string {
	if cut := len(text) - wire.MaxTaskLog; cut > 0 {
		text = text[cut:]
		for len(text) > 0 && !utf8.RuneStart(text[0]) {
			text = text[1:]
		}
	}
	return strings.ToValidUTF8(string(text), "\uFFFD")
}
