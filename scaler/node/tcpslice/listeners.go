package tcpslice

import (
	"errors"
	"math"

	"golang.org/x/sys/unix"
)

// Listeners calls visit for each socket of this network namespace that listens, with its
// port and the inode by which the processes that have it open are found.
func Listeners(visit func(port uint16, inode uint32)) (err error) {
	d, err := openDiag(listening)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.close()) }()
	for _, family := range []uint8{unix.AF_INET, unix.AF_INET6} {
		if err := d.dump(family, ports{0, math.MaxUint16}, func(s *socket) { visit(s.port, s.inode) }); err != nil {
			return err
		}
	}
	return nil
}
