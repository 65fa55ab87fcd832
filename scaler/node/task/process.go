package task

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// processRecord names a process for ever.
type processRecord struct {
	Dir   string `json:"dir"` // of its result, below the task's
	PID   int    `json:"pid"`
	Start string `json:"start"` // ticks from the machine's start to its own
	Boot  string `json:"boot"`  // of the machine's start
}

// process is a keeper that runs.
type process struct {
	file *os.File // its pidfd
	pid  int
	fd   int
	tell *os.File // where it gets its order; nil: it was adopted
}

// startKeeper starts a keeper that waits for its order, with its result in dir.
func startKeeper(dir string) (p *process, err error) {
	read, write, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer read.Close()
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return nil, errors.Join(err, write.Close())
	}
	defer null.Close()
	fd := -1
	sys := &syscall.SysProcAttr{Setsid: true, PidFD: &fd}
	files := []uintptr{null.Fd(), null.Fd(), null.Fd(), read.Fd()}
	pid, _, err := syscall.StartProcess("/proc/self/exe", []string{keeperName, dir}, &syscall.ProcAttr{Dir: "/", Env: []string{}, Files: files, Sys: sys})
	if err != nil {
		return nil, errors.Join(err, write.Close())
	}
	if p, err = hold(pid, fd); err != nil {
		return nil, errors.Join(err, write.Close())
	}
	p.tell = write
	return p, nil
}

// hold makes a process of a pidfd, which it owns from now on.
func hold(pid, fd int) (*process, error) {
	if err := unix.SetNonblock(fd, true); err != nil { // so that the runtime polls it
		return nil, errors.Join(err, unix.Close(fd))
	}
	return &process{file: os.NewFile(uintptr(fd), "pidfd"), pid: pid, fd: fd}, nil
}

// adopt finds a process that was started by a daemon before; nil: it has ended.
func adopt(r *processRecord) *process {
	if r == nil || r.Boot != bootID() || r.PID <= 0 {
		return nil
	}
	fd, err := unix.PidfdOpen(r.PID, 0)
	if err != nil {
		return nil
	}
	if startOf(r.PID) != r.Start { // seen while it is held: its number is not another's
		_ = unix.Close(fd)
		return nil
	}
	p, err := hold(r.PID, fd)
	if err != nil {
		return nil
	}
	return p
}

// order lets a keeper begin.
func (p *process) order(o order) error {
	err := p.tell.SetWriteDeadline(time.Now().Add(10 * time.Second))
	if err == nil {
		err = json.NewEncoder(p.tell).Encode(o)
	}
	err = errors.Join(err, p.tell.Close())
	p.tell = nil
	return err
}

// close gives the process up, which goes on; a keeper without an order ends.
func (p *process) close() {
	if p.tell != nil {
		_ = p.tell.Close()
	}
	_ = p.file.Close() // it was only polled
}

// stop asks the keeper to end its command.
func (p *process) stop(sig syscall.Signal) {
	_ = unix.PidfdSendSignal(p.fd, sig, nil, 0) // it may have ended
}

// wait waits until the process has ended. If ctx is done before, it is stopped and
// waited for, unless the daemon itself is closing: then it goes on, and the error is
// errClosing.
func (p *process) wait(ctx context.Context) error {
	ended := make(chan struct{})
	go func() { defer close(ended); p.poll() }()
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
	}
	if !errors.Is(context.Cause(ctx), errClosing) {
		if !errors.Is(ctx.Err(), context.DeadlineExceeded) { // which the keeper knows itself
			p.stop(syscall.SIGTERM)
		}
		select {
		case <-ended:
		case <-time.After(2 * grace): // the keeper hangs
			p.stop(syscall.SIGKILL)
			<-ended
		}
		return nil
	}
	_ = p.file.SetReadDeadline(time.Now()) // ends poll
	<-ended
	return errClosing
}

// poll returns when the process has ended, or the file's deadline. No thread waits.
func (p *process) poll() {
	conn, err := p.file.SyscallConn()
	if err != nil {
		return
	}
	err = conn.Read(func(fd uintptr) bool {
		poll := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
		n, err := unix.Poll(poll, 0)
		return n == 1 || err != nil && err != unix.EINTR
	})
	if err == nil {
		var status syscall.WaitStatus
		_, _ = syscall.Wait4(p.pid, &status, syscall.WNOHANG, nil) // one that was adopted is not ours to reap
	}
}

// resultOf reads how the command of a keeper ended that has ended itself.
func resultOf(dir string) (r result, err error) {
	text, err := os.ReadFile(filepath.Join(dir, resultFile))
	if err != nil {
		return r, err
	}
	if err := json.Unmarshal(text, &r); err != nil {
		return r, fmt.Errorf("%s: %w", resultFile, err)
	}
	return r, nil
}

// startOf is when a process started, in ticks; empty: there is none.
func startOf(pid int) string {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	// Field 2 is its name, in which anything may be.
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	if len(fields) < 20 {
		return ""
	}
	return fields[19]
}

func bootID() string {
	text, _ := os.ReadFile("/proc/sys/kernel/random/boot_id")
	return strings.TrimSpace(string(text))
}
