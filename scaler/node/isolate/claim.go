package isolate

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// Claim keeps other daemons of this machine away from the groups until the file is
// closed or the process ends: two that share them would stop each other's workers.
func (g *Groups) Claim() (*os.File, error) {
	name := "/run/headroom-node." + strings.ReplaceAll(g.root, "/", "-") + ".lock"
	f, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("claim the control groups %q: %w", g.root, err)
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("another daemon works with the control groups %q (set cgroup.root to a name of its own): %w", g.root, err), f.Close())
	}
	return f, nil
}
