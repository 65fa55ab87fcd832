package supervise

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"headroom/scaler/node/shim"
)

// process is the first process of a worker, started by this daemon or adopted.
type process struct {
	pid     int
	fd      int // pidfd; closed by the loop only
	file    *os.File
	shim    *shim.Shim // nil: it was adopted
	started time.Time
	oom     int // kills for memory in its service before

	wrong   string // why its last health check failed
	vain    bool   // it is stopped because it was of no use
	unwatch context.CancelFunc
}

// hold makes a process of a pidfd, which it owns from now on.
func hold(pid, fd int, now time.Time) (*process, error) {
	if err := unix.SetNonblock(fd, true); err != nil { // so that the runtime polls it
		unix.Close(fd)
		return nil, fmt.Errorf("process %d: %w", pid, err)
	}
	return &process{pid: pid, fd: fd, file: os.NewFile(uintptr(fd), "pidfd"), started: now, unwatch: func() {}}, nil
}

// release ends all that waits for the process.
func (p *process) release() {
	p.unwatch()
	if p.shim != nil {
		p.shim.Close()
	}
	_ = p.file.Close() // it was only polled
}

// signal sends a signal, to this very process.
func (p *process) signal(sig syscall.Signal) {
	_ = unix.PidfdSendSignal(p.fd, sig, nil, 0) // it may have ended
}

// wait returns how the process ended, or false if it was released before. No thread
// waits for it.
func (p *process) wait() (how string, ended bool) {
	conn, err := p.file.SyscallConn()
	if err != nil {
		return "", false
	}
	err = conn.Read(func(fd uintptr) bool {
		poll := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
		n, err := unix.Poll(poll, 0)
		return n == 1 || err != nil && err != unix.EINTR
	})
	if err != nil {
		return "", false
	}
	return reap(p.pid), true
}

const exited = "it exited with "

// reap takes the exit status of a process that has ended. If the process is not a
// child of this daemon, it may still be seen until its parent has taken it.
func reap(pid int) string {
	status := syscall.WaitStatus(adoptedStatus(pid))
	known := status != ^syscall.WaitStatus(0)
	var own syscall.WaitStatus
	if got, err := syscall.Wait4(pid, &own, syscall.WNOHANG, nil); err == nil && got == pid {
		status, known = own, true
	}
	switch {
	case !known:
		return "it ended, nobody knows how"
	case status.Signaled():
		return "it was killed by " + unix.SignalName(status.Signal())
	default:
		return exited + strconv.Itoa(status.ExitStatus())
	}
}

// adoptedStatus reads field 52 of a zombie's stat; all bits are set if it is gone.
func adoptedStatus(pid int) uint32 {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	fields := statFields(text)
	if len(fields) < 50 || fields[0] != "Z" {
		return ^uint32(0)
	}
	status, err := strconv.ParseUint(fields[49], 10, 32)
	if err != nil {
		return ^uint32(0)
	}
	return uint32(status)
}

// statFields returns the fields of a process's stat from field 3 on. Field 2 is its
// name, in which anything may be.
func statFields(text []byte) []string {
	return strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
}
