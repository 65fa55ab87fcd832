package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"time"
)

// contender is a program whose cost is measured.
type contender struct {
	name    string
	pid     int
	metrics string // URL that is scraped; empty: it sends
	page    int64  // bytes of its last answer
	before  usage
	after   usage
}

// compare starts everything, measures it and prints a table.
func compare(ctx context.Context, o options) error {
	dir, err := os.MkdirTemp("", "headroom-bench-node-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	ctx, cancel := context.WithCancel(ctx)
	defer programs.Wait()
	defer cancel()
	all, sent, err := start(ctx, o, dir)
	if err != nil {
		return err
	}
	for _, c := range all {
		go c.scrape(ctx, o.scrape)
	}
	fmt.Printf("%d workers, %d connections; measured for %v after %v\n\n", o.workers, o.connections, o.length, o.warm)
	if err := measured(ctx, o, all); err != nil {
		return err
	}
	print(all, o.length, sent.Load())
	return nil
}

// start starts sink, workers, the daemon, which comes first, and the exporters.
func start(ctx context.Context, o options, dir string) (all []*contender, sent *atomic.Int64, err error) {
	url, sent, err := sink(ctx)
	if err != nil {
		return nil, nil, err
	}
	with := startOurs
	if o.daemon != "" {
		with = startDaemon
	}
	ours, err := with(ctx, o, url, dir)
	if err != nil {
		return nil, nil, err
	}
	all = append(all, ours)
	if err := connect(ctx, o); err != nil {
		return nil, nil, err
	}
	for _, peer := range []func(context.Context, string) (*contender, error){processExporter, nodeExporter} {
		c, err := peer(ctx, dir)
		if err != nil {
			fmt.Fprintln(os.Stderr, "left out:", err)
			continue
		}
		all = append(all, c)
	}
	return all, sent, nil
}

// sink takes what is sent, and counts its bytes.
func sink(ctx context.Context) (url string, sent *atomic.Int64, err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	sent = new(atomic.Int64)
	go http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, _ := io.Copy(io.Discard, r.Body)
		sent.Add(n)
		w.WriteHeader(http.StatusNoContent)
	}))
	context.AfterFunc(ctx, func() { l.Close() })
	return "http://" + l.Addr().String() + "/api/v1/write", sent, nil
}

// startOurs starts the workers and, in place of the daemon, what measures in it.
func startOurs(ctx context.Context, o options, url, dir string) (*contender, error) {
	workers, err := startWorkers(ctx, o)
	if err != nil {
		return nil, err
	}
	input, err := json.Marshal(job{URL: url, Dir: filepath.Join(dir, "buffer"), Workers: workers})
	if err != nil {
		return nil, err
	}
	c := command(ctx, os.Args[0], "daemon")
	c.Stdin = bytes.NewReader(input)
	if err := c.Start(); err != nil {
		return nil, err
	}
	programs.Go(func() { c.Wait() })
	return &contender{name: "headroom (measure, tcpslice, send)", pid: c.Process.Pid}, nil
}

// exporters' groups: one for each worker.
const groups = `process_names:
  - name: "{{.PID}}"
    cmdline: ["worker"]
`

func processExporter(ctx context.Context, dir string) (*contender, error) {
	config := filepath.Join(dir, "process-exporter.yml")
	if err := os.WriteFile(config, []byte(groups), 0o600); err != nil {
		return nil, err
	}
	return exporter(ctx, "prometheus-process-exporter",
		"-config.path="+config, "-threads=false", "-children=false", "-gather-smaps=false", "-web.listen-address=")
}

func nodeExporter(ctx context.Context, _ string) (*contender, error) {
	return exporter(ctx, "prometheus-node-exporter", "--log.level=error", "--web.listen-address=")
}

// exporter starts one; its last argument gets an address.
func exporter(ctx context.Context, name string, args ...string) (*contender, error) {
	path, err := exec.LookPath(name)
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	address := l.Addr().String()
	l.Close()
	args[len(args)-1] += address
	c := exec.CommandContext(ctx, path, args...)
	if err := c.Start(); err != nil {
		return nil, err
	}
	programs.Go(func() { c.Wait() })
	return &contender{name: name, pid: c.Process.Pid, metrics: "http://" + address + "/metrics"}, nil
}

// scrape asks for the metrics of an exporter until ctx is done.
func (c *contender) scrape(ctx context.Context, every time.Duration) {
	if c.metrics == "" {
		return
	}
	for tick := time.NewTicker(every); ctx.Err() == nil; <-tick.C {
		answer, err := http.Get(c.metrics)
		if err != nil {
			continue // it is not up yet
		}
		n, _ := io.Copy(io.Discard, answer.Body)
		answer.Body.Close()
		atomic.StoreInt64(&c.page, n)
	}
}
