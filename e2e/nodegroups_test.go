package e2e

import (
	"bytes"
	"io"
	"io/fs"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// groupDirs lists the directories of a root group in all hierarchies, deepest first.
func groupDirs(root string) (dirs []string) {
	trees, _ := filepath.Glob("/sys/fs/cgroup/*/" + root)
	trees = append(trees, "/sys/fs/cgroup/"+root)
	for _, tree := range trees {
		filepath.WalkDir(tree, func(path string, d fs.DirEntry, err error) error {
			if err == nil && d.IsDir() {
				dirs = append([]string{path}, dirs...)
			}
			return nil
		})
	}
	return dirs
}

// inGroups are the processes in a root group.
func inGroups(root string) map[int]bool {
	pids := map[int]bool{}
	for _, dir := range groupDirs(root) {
		text, _ := os.ReadFile(filepath.Join(dir, "cgroup.procs"))
		for _, field := range strings.Fields(string(text)) {
			pid, _ := strconv.Atoi(field)
			pids[pid] = true
		}
	}
	delete(pids, 0)
	return pids
}

// cleanGroups kills what is left in a root group of this test, and removes the group.
func cleanGroups(t *testing.T, root string) {
	t.Helper()
	Eventually(t, 20*time.Second, "the control groups of the test are gone", func() bool {
		for pid := range inGroups(root) {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
		for _, dir := range groupDirs(root) {
			_ = syscall.Rmdir(dir)
		}
		return len(groupDirs(root)) == 0
	})
	_ = os.Remove("/run/headroom-node." + root + ".lock") // there is none where no daemon got that far
}

// marked are the processes that have a text in their environment, zombies apart.
func marked(text string) map[int]bool {
	pids := map[int]bool{}
	all, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, file := range all {
		env, err := os.ReadFile(file)
		if err == nil && bytes.Contains(env, []byte(text)) {
			pid, _ := strconv.Atoi(strings.Split(file, "/")[2])
			pids[pid] = true
		}
	}
	return pids
}

// caller asks a worker over and over, each time on a new connection.
type caller struct {
	answered, failed atomic.Int64
	stop             func()
}

// call asks whoever listens on a port until stop, which may be called twice.
func call(t *testing.T, port int) *caller {
	c, done := &caller{}, make(chan struct{})
	var asks sync.WaitGroup
	asks.Go(func() {
		client := http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
		for {
			select {
			case <-done:
				return
			case <-time.After(5 * time.Millisecond):
			}
			if _, err := pidOf(&client, port); err != nil {
				c.failed.Add(1)
			} else {
				c.answered.Add(1)
			}
		}
	})
	c.stop = sync.OnceFunc(func() { close(done); asks.Wait() })
	t.Cleanup(c.stop)
	return c
}

// pidOf asks the worker on a port for its process.
func pidOf(client *http.Client, port int) (int, error) {
	answer, err := client.Get("http://127.0.0.1:" + strconv.Itoa(port))
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(string(text))
}

var ports struct {
	sync.Mutex
	next int // no two tests get one
}

// freePorts are ports in a row that nobody listens on, below those that the kernel
// gives to connections.
func freePorts(t *testing.T, n int) (free []int) {
	t.Helper()
	const low, high = 10_000, 32_000
	ports.Lock()
	defer ports.Unlock()
	if ports.next == 0 {
		ports.next = low + rand.IntN(high-low)
	}
	for range high - low {
		if ports.next++; ports.next >= high {
			ports.next, free = low, nil
		}
		l, err := net.Listen("tcp", ":"+strconv.Itoa(ports.next))
		if err != nil {
			free = nil
			continue
		}
		l.Close()
		if free = append(free, ports.next); len(free) == n {
			return free
		}
	}
	t.Fatal("no ports are free")
	return nil
}
