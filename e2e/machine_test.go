package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// Machine is as good as another one: it has a network of its own, with a wire to this
// machine, and a file system of its own over this one's, so that packages and files that
// come there are not here.
type Machine struct {
	Name    string
	Address string // on its side of the wire
	Here    string // on ours

	dir   string
	space string // its network namespace
	wire  string
}

var machineCount atomic.Int64

// interfaces of the network come and go only while no browser looks on: it drops what
// it asked for when they change.
var interfaces sync.RWMutex

// NewMachine makes a machine, which is gone at the end of the test.
func NewMachine(t *testing.T) *Machine {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root: a machine is made of namespaces")
	}
	for _, program := range []string{"ip", "nsenter", "unshare", "chroot"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip("needs "+program+": ", err)
		}
	}
	n := int(machineCount.Add(1))
	net := 4*(os.Getpid()%4096) + 16384*(n%16) // of 4 addresses, in 10.208.0.0/12
	m := &Machine{
		Name: fmt.Sprintf("fresh-%d-%d", os.Getpid(), n), dir: t.TempDir(),
		space: fmt.Sprintf("hr-%d-%d", os.Getpid(), n), wire: fmt.Sprintf("hr%d-%d", os.Getpid()%100000, n),
		Here: address(net + 1), Address: address(net + 2),
	}
	t.Cleanup(m.remove)
	interfaces.Lock()
	defer interfaces.Unlock()
	for _, line := range []string{
		"ip netns add SPACE",
		"ip link add WIREa type veth peer name WIREb netns SPACE",
		"ip link set WIREa addrgenmode none", // or an address of IPv6 comes when we no longer hold the lock
		"ip addr add HERE/30 dev WIREa",
		"ip link set WIREa up",
		"ip -n SPACE addr add THERE/30 dev WIREb",
		"ip -n SPACE link set WIREb up",
		"ip -n SPACE link set lo up",
	} {
		m.must(t, line)
	}
	return m
}

func address(n int) string { return fmt.Sprintf("10.%d.%d.%d", 208+n>>16, n>>8&255, n&255) }

func (m *Machine) must(t *testing.T, line string) {
	t.Helper()
	words := strings.Fields(strings.NewReplacer("SPACE", m.space, "WIRE", m.wire, "HERE", m.Here, "THERE", m.Address).Replace(line))
	if out, err := exec.Command(words[0], words[1:]...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", words, err, out)
	}
}

func (m *Machine) remove() {
	interfaces.Lock()
	defer interfaces.Unlock()
	_ = exec.Command("ip", "link", "del", m.wire+"a").Run()
	_ = exec.Command("ip", "netns", "del", m.space).Run()
}

// enter has a program run in the machine's root. The mounts end with the last process.
const enter = `set -e
mount -t tmpfs machine "$0"
mkdir "$0/files" "$0/work" "$0/root"
mount -t overlay machine -o "lowerdir=/,upperdir=$0/files,workdir=$0/work" "$0/root"
for d in proc sys dev; do mount --rbind "/$d" "$0/root/$d"; done
exec chroot "$0/root" "$@"
`

// Command is a program that runs on the machine, which boots anew for each: only what
// the program and those that it starts do is seen by them.
func (m *Machine) Command(program string, args ...string) *exec.Cmd {
	all := []string{"--net=/run/netns/" + m.space, "unshare", "--mount", "--propagation=private", "sh", "-c", enter, m.dir, program}
	return exec.Command("nsenter", append(all, args...)...)
}

// Has tells whether a process of the machine sees a file.
func (m *Machine) Has(pid int, path string) bool {
	_, err := os.Stat(filepath.Join(fmt.Sprintf("/proc/%d/root", pid), path))
	return err == nil
}
