package isolate

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

var errOld = errors.New("this kernel is too old, Linux 5.14 or later is needed")

// kernelCan tries what workers are started, held and stopped by. A kernel that cannot do it
// is named at the start, and not by each worker.
func kernelCan() error {
	fd, err := unix.PidfdOpen(os.Getpid(), unix.PIDFD_NONBLOCK)
	if err != nil {
		return fmt.Errorf("hold a process by a descriptor: %w", older(err))
	}
	unix.Close(fd)
	// No attribute is changed, of no mount.
	err = unix.MountSetattr(-1, "", unix.AT_EMPTY_PATH, &unix.MountAttr{})
	if errors.Is(err, unix.ENOSYS) {
		return fmt.Errorf("make mounts read-only: %w", older(err))
	}
	return nil
}

// older says what it means that the kernel does not know a call or a flag.
func older(err error) error {
	if errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.EINVAL) {
		return fmt.Errorf("%w: %w", errOld, err)
	}
	return err
}
