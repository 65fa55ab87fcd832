package isolate

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// lockName is the file that the daemon which works with the groups holds a lock on.
func (g *Groups) lockName() string {
	return "/run/headroom-node." + strings.ReplaceAll(g.root, "/", "-") + ".lock"
}

// Claim keeps other daemons of this machine away from the groups until the file is
// closed or the process ends: two that share them would stop each other's workers.
func (g *Groups) Claim() (*os.File, error) {
	for {
		f, err := os.OpenFile(g.lockName(), os.O_CREATE|os.O_RDWR, 0o600)
		if err != nil {
			return nil, fmt.Errorf("claim the control groups %q: %w", g.root, err)
		}
		if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
			return nil, errors.Join(fmt.Errorf("another daemon works with the control groups %q (set cgroup.root to a name of its own): %w", g.root, err), f.Close())
		}
		if g.isLock(f) {
			return f, nil
		}
		_ = f.Close() // it was removed between the two: the next one opens another file
	}
}

// isLock tells whether a file is still the one that others would lock.
func (g *Groups) isLock(f *os.File) bool {
	mine, err := f.Stat()
	if err != nil {
		return false
	}
	theirs, err := os.Stat(g.lockName())
	return err == nil && os.SameFile(mine, theirs)
}
