package supervise

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// errPortTaken means that a worker cannot start before another process has ended, or
// it is given another port.
var errPortTaken = errors.New("taken by another process")

// portFree tells whether a worker could listen at a port. It only binds: it would take
// no connection away from anybody.
func portFree(port int) error {
	if port == 0 {
		return nil
	}
	for _, address := range []unix.Sockaddr{&unix.SockaddrInet4{Port: port}, &unix.SockaddrInet6{Port: port}} {
		if err := bind(address); errors.Is(err, unix.EADDRINUSE) {
			return fmt.Errorf("port %d is %w", port, errPortTaken)
		}
	}
	return nil
}

func bind(address unix.Sockaddr) error {
	family := unix.AF_INET
	if _, six := address.(*unix.SockaddrInet6); six {
		family = unix.AF_INET6
	}
	fd, err := unix.Socket(family, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err // this machine may lack the family
	}
	defer unix.Close(fd)
	if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1); err != nil {
		return err
	}
	return unix.Bind(fd, address)
}
