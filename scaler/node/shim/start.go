package shim

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"time"
)

const name = "headroom-shim"

// Descriptors of the shim, besides its output.
const (
	specFD   = 3 // it reads its specification here, until the end
	reportFD = 4 // and writes here what failed; closed by exec
)

// Shim is a process that waits to become a worker.
type Shim struct {
	PID   int
	PIDFD int // the caller's to close

	spec, report *os.File
}

// Start starts a shim with its output going to output, which is not needed afterwards.
func Start(output *os.File) (*Shim, error) {
	specRead, specWrite, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("start a worker: %w", err)
	}
	defer specRead.Close()
	reportRead, reportWrite, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start a worker: %w", err), specWrite.Close())
	}
	defer reportWrite.Close()
	s := &Shim{spec: specWrite, report: reportRead}
	if err := s.fork(output, specRead, reportWrite); err != nil {
		return nil, errors.Join(fmt.Errorf("start a worker: %w", err), specWrite.Close(), reportRead.Close())
	}
	return s, nil
}

func (s *Shim) fork(output, spec, report *os.File) error {
	null, err := os.Open(os.DevNull)
	if err != nil {
		return err
	}
	defer null.Close()
	sys := &syscall.SysProcAttr{
		Setsid:       true,                // it outlives the daemon's session
		Unshareflags: syscall.CLONE_NEWNS, // with all mounts private: unlike by clone, none leaks out
		PidFD:        &s.PIDFD,
	}
	files := []uintptr{null.Fd(), output.Fd(), output.Fd(), spec.Fd(), report.Fd()}
	// This very program, even if its file has been replaced meanwhile.
	s.PID, _, err = syscall.StartProcess("/proc/self/exe", []string{name}, &syscall.ProcAttr{Dir: "/", Files: files, Sys: sys})
	return err
}

// A specification fits into a pipe, unless it has over 64 KiB: then the shim has to
// read it meanwhile.
const patience = 10 * time.Second

// Go lets the shim become the worker.
func (s *Shim) Go(spec Spec) error {
	err := s.spec.SetWriteDeadline(time.Now().Add(patience))
	if err == nil {
		err = json.NewEncoder(s.spec).Encode(spec)
	}
	return errors.Join(err, s.spec.Close())
}

// Abandon ends a shim that shall become nothing.
func (s *Shim) Abandon() { _, _ = s.spec.Close(), s.report.Close() } // it sees the end of its specification

// Close lets Wait return at once, even if the shim hangs in a dead network mount.
func (s *Shim) Close() { _ = s.report.Close() } // a second time, too

// Wait returns once the shim has become the worker, or says why it did not.
func (s *Shim) Wait() error {
	defer s.report.Close()
	text, err := io.ReadAll(s.report)
	if len(text) > 0 {
		return errors.New(strings.TrimSpace(string(text)))
	}
	return err
}
