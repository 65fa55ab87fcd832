package isolate

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"headroom/scaler/node/worker"
)

// Leaf is the group of one worker's processes.
type Leaf struct {
	Service, Worker string
	Dir             string
	Group           worker.Group
	Join            []string // groups that the worker's first process has to enter

	mode string
}

func (g *Groups) leaf(service, id string) Leaf {
	l := Leaf{Service: service, Worker: id, Group: g.Group(service), mode: g.mode}
	l.Dir = filepath.Join(g.trunk(), dirOf(service), dirOf(id))
	l.Join = []string{l.Dir}
	for _, name := range g.v1 {
		if g.mode != V1 || name != "pids" { // where the leaf is
			l.Join = append(l.Join, g.in(name, service))
		}
	}
	return l
}

// Leaf makes the leaf of a worker, or returns the one that is there. The group of
// its service must be there.
func (g *Groups) Leaf(service, id string) (Leaf, error) {
	l := g.leaf(service, id)
	if err := os.MkdirAll(l.Dir, 0o755); err != nil {
		return l, fmt.Errorf("control group of worker %s: %w", id, err)
	}
	if l.mode != V1 {
		if _, err := os.Stat(filepath.Join(l.Dir, "cgroup.kill")); err != nil {
			return l, fmt.Errorf("control group of worker %s: %w: %w", id, errOld, err)
		}
	}
	if l.mode == V1 { // where Kill allows none
		if err := write(l.Dir, "pids.max", "max"); err != nil {
			return l, fmt.Errorf("control group of worker %s: %w", id, err)
		}
	}
	return l, nil
}

// CgroupID is what sockets of the worker carry: the inode of its v2 group. It is 0
// on v1.
func (l Leaf) CgroupID() uint64 {
	var s unix.Stat_t
	if l.mode == V1 || unix.Stat(l.Dir, &s) != nil {
		return 0
	}
	return s.Ino
}

// Pids lists the processes in the leaf; none if it is not there.
func (l Leaf) Pids() ([]int, error) {
	text, err := os.ReadFile(filepath.Join(l.Dir, "cgroup.procs"))
	if errors.Is(err, os.ErrNotExist) || errors.Is(err, unix.ENODEV) {
		return nil, nil
	}
	var pids []int
	for _, field := range strings.Fields(string(text)) {
		if pid, err := strconv.Atoi(field); err == nil && pid > 0 {
			pids = append(pids, pid)
		}
	}
	return pids, err
}

// Hold returns a descriptor of a process of the leaf that stays right when its number
// is used again; -1 if the process is not in the leaf (any more).
func (l Leaf) Hold(pid int) int {
	fd, err := unix.PidfdOpen(pid, unix.PIDFD_NONBLOCK)
	if err != nil {
		return -1
	}
	// Read again: the number may have been given away before it was opened.
	if pids, err := l.Pids(); err != nil || !slices.Contains(pids, pid) {
		unix.Close(fd)
		return -1
	}
	return fd
}

// Kill sends SIGKILL to all that is in the leaf. It does not wait for them to end.
func (l Leaf) Kill() error {
	if l.mode != V1 {
		return ignoreGone(write(l.Dir, "cgroup.kill", "1"))
	}
	// None may be born meanwhile.
	if err := write(l.Dir, "pids.max", "0"); err != nil {
		return ignoreGone(err)
	}
	pids, err := l.Pids()
	for _, pid := range pids {
		if fd := l.Hold(pid); fd >= 0 {
			_ = unix.PidfdSendSignal(fd, syscall.SIGKILL, nil, 0) // it may have ended
			unix.Close(fd)
		}
	}
	return err
}

// Delete removes the leaf, in which nothing may run.
func (l Leaf) Delete() error { return ignoreGone(os.Remove(l.Dir)) }

// OOMKills is how many processes of the leaf's service were killed for memory, ever.
func (l Leaf) OOMKills() int {
	file := "memory.oom_control"
	if l.Group.V2 {
		file = "memory.events"
	}
	fields := strings.Fields(read(l.Group.Memory, file))
	for i := 0; i+1 < len(fields); i += 2 {
		if fields[i] == "oom_kill" {
			n, _ := strconv.Atoi(fields[i+1]) // the kernel writes numbers
			return n
		}
	}
	return 0
}

func ignoreGone(err error) error {
	if errors.Is(err, os.ErrNotExist) || errors.Is(err, unix.ENODEV) {
		return nil
	}
	return err
}
