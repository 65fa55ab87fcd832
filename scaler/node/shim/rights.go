package shim

import (
	"errors"
	"fmt"
	"math"

	"golang.org/x/sys/unix"
)

// keepNothingOpen has exec close all but input and output, also what the daemon itself
// was started with: a worker must not read what its starter had open.
func keepNothingOpen() error {
	if err := unix.CloseRange(specFD, math.MaxUint32, unix.CLOSE_RANGE_CLOEXEC); err != nil {
		return fmt.Errorf("close what was open: %w", err)
	}
	return nil
}

// LeaveSession takes a new, empty keyring of the session, for the calling thread and what
// it starts: the daemon's keys are open to all that have its own. A kernel without
// keyrings, or a sandbox that forbids them, has nothing to be left.
func LeaveSession() error {
	_, err := unix.KeyctlInt(unix.KEYCTL_JOIN_SESSION_KEYRING, 0, 0, 0, 0)
	if err != nil && !errors.Is(err, unix.ENOSYS) && !errors.Is(err, unix.EPERM) {
		return fmt.Errorf("leave the daemon's keys: %w", err)
	}
	return nil
}

// boundTo leaves a process no capability that a program could give it. Root gets all of
// its bounding set anew with each exec, whatever it gave up before, so for root this must
// not fail; others could get one from a program's file only, which a worker's view and
// no_new_privs forbid besides.
func boundTo(uid int) error {
	for c := uintptr(0); ; c++ {
		err := unix.Prctl(unix.PR_CAPBSET_DROP, c, 0, 0, 0)
		switch {
		case errors.Is(err, unix.EINVAL): // there are no more
			return nil
		case err != nil && uid == 0:
			return fmt.Errorf("give up capability %d (the daemon needs CAP_SETPCAP for it): %w", c, err)
		case err != nil:
			return nil
		}
	}
}

// dropCapabilities gives up those that this thread has, which becomes the worker.
func dropCapabilities() error {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var none [2]unix.CapUserData
	if err := unix.Capset(&header, &none[0]); err != nil {
		return fmt.Errorf("give up capabilities: %w", err)
	}
	return nil
}
