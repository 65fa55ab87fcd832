package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"headroom/scaler/node/wire"
)

// startDaemon starts the node daemon, which starts the workers, and waits for them.
func startDaemon(ctx context.Context, o options, url, dir string) (*contender, error) {
	group := fmt.Sprintf("headroom-bench-%d", os.Getpid())
	desired, config, err := files(o, url, dir, group)
	if err != nil {
		return nil, err
	}
	c := command(ctx, o.daemon, "run", "--stop-workers", "--desired="+desired, "--config.file="+config,
		"--state.path="+filepath.Join(dir, "state"), "--web.listen-address=127.0.0.1:0", "--log.level=error")
	if err := c.Start(); err != nil {
		return nil, err
	}
	programs.Go(func() {
		c.Wait()
		removeGroups(group)
	})
	for i := range o.workers {
		if err := answers(ctx, o.port+i); err != nil {
			return nil, err
		}
	}
	return &contender{name: "headroom-node, the whole daemon", pid: c.Process.Pid}, nil
}

// files writes what shall run, and the daemon's configuration. Workers are nobody's, so
// the directory and the program have to be readable for all.
func files(o options, url, dir, group string) (desired, config string, err error) {
	program := filepath.Join(dir, "worker")
	services, workers := workersOf(o)
	for _, s := range services {
		s.Command = []string{program, "worker", "{port}"}
		s.Env = map[string]string{"GOMAXPROCS": "1"}
		s.Health = wire.Health{Kind: "none"}
	}
	text, err := json.Marshal(wire.Desired{Services: services, Workers: workers})
	desired, config = filepath.Join(dir, "desired.json"), filepath.Join(dir, "node.yml")
	return desired, config, errors.Join(err,
		os.Chmod(dir, 0o755), copyFile(program, os.Args[0]), os.WriteFile(desired, text, 0o600),
		os.WriteFile(config, fmt.Appendf(nil, `
server: {write_url: %q}
node: {name: node-1, address: 127.0.0.1}
limits: {max_workers: 1000, per_core: 1000}
cgroup: {root: %s}
measure: {statsd_listen_address: "127.0.0.1:0", haproxy_log_listen_address: "127.0.0.1:0"}
`, url, group), 0o600))
}

func copyFile(to, from string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY, 0o755)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

// answers waits for a port to be served.
func answers(ctx context.Context, port int) error {
	for end := time.Now().Add(time.Minute); ctx.Err() == nil; time.Sleep(10 * time.Millisecond) {
		c, err := net.Dial("tcp", "127.0.0.1:"+strconv.Itoa(port))
		if err == nil {
			return c.Close()
		}
		if time.Now().After(end) {
			return err
		}
	}
	return ctx.Err()
}

// removeGroups removes the empty control groups that the daemon made.
func removeGroups(root string) {
	trees, _ := filepath.Glob("/sys/fs/cgroup/*/" + root)
	for _, tree := range append(trees, "/sys/fs/cgroup/"+root) {
		var dirs []string
		filepath.WalkDir(tree, func(path string, d fs.DirEntry, err error) error {
			if err == nil && d.IsDir() {
				dirs = append(dirs, path)
			}
			return nil
		})
		slices.Reverse(dirs)
		for _, dir := range dirs {
			if err := os.Remove(dir); err != nil {
				fmt.Fprintln(os.Stderr, "left:", err)
			}
		}
	}
}
