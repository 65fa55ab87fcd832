package task

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"headroom/scaler/node/wire"
)

// processes counts processes by name.
func processes(ctx context.Context, s wire.ProcessesSpec) (any, error) {
	if len(s.Names) == 0 {
		return nil, fmt.Errorf("names: want one or more, found none")
	}
	out := wire.ProcessesOutputs{Counts: map[string]int{}}
	for _, name := range s.Names {
		out.Counts[name] = 0
	}
	for _, pid := range pids() {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if name := nameOf(pid); name != "" {
			if _, asked := out.Counts[name]; asked {
				out.Counts[name]++
			}
		}
	}
	return out, nil
}

// pids lists all processes, by their numbers as text.
func pids() (all []string) {
	entries, _ := os.ReadDir("/proc") // without it there are none
	for _, e := range entries {
		if _, err := strconv.Atoi(e.Name()); err == nil {
			all = append(all, e.Name())
		}
	}
	return all
}

// nameOf is the first word of a process's command line without its directory; empty: it
// has ended, or is the kernel's.
func nameOf(pid string) string {
	text, _ := os.ReadFile(filepath.Join("/proc", pid, "cmdline"))
	first, _, _ := bytes.Cut(text, []byte{0})
	if len(first) == 0 {
		return ""
	}
	return path.Base(string(first))
}

// ports looks who listens.
func ports(ctx context.Context, s wire.PortsSpec) (any, error) {
	asked := map[int]bool{}
	for _, p := range s.Ports {
		if p < 1 || p > 65535 {
			return nil, fmt.Errorf("ports: want 1 to 65535, found %d", p)
		}
		asked[p] = true
	}
	if len(asked) == 0 {
		return nil, fmt.Errorf("ports: want one or more, found none")
	}
	sockets := map[string]int{} // ports by the inode of the socket
	for _, table := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		if err := listening(table, asked, sockets); err != nil && !os.IsNotExist(err) {
			return nil, err
		}
	}
	out := wire.PortsOutputs{Listeners: map[int]string{}}
	for _, port := range sockets {
		out.Listeners[port] = ""
	}
	if len(sockets) > 0 {
		owners(sockets, out.Listeners)
	}
	return out, ctx.Err()
}

// listening adds the sockets of a table that listen at one of the ports.
func listening(table string, asked map[int]bool, into map[string]int) error {
	f, err := os.Open(table)
	if err != nil {
		return err
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		if len(fields) < 10 || fields[3] != "0A" { // TCP_LISTEN
			continue
		}
		_, hex, _ := strings.Cut(fields[1], ":")
		if port, err := strconv.ParseInt(hex, 16, 32); err == nil && asked[int(port)] {
			into[fields[9]] = int(port)
		}
	}
	return nil
}

// owners finds the processes that have sockets open.
func owners(sockets map[string]int, into map[int]string) {
	for _, pid := range pids() {
		dir := filepath.Join("/proc", pid, "fd")
		entries, _ := os.ReadDir(dir) // it has ended
		for _, e := range entries {
			link, _ := os.Readlink(filepath.Join(dir, e.Name()))
			inode := strings.TrimSuffix(strings.TrimPrefix(link, "socket:["), "]")
			if port, ours := sockets[inode]; ours && into[port] == "" {
				into[port] = nameOf(pid)
			}
		}
	}
}
