package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"syscall"
	"time"

	"headroom/scaler/node/wire"
	"headroom/scaler/node/worker"
)

const requestSize = 200

// work is a worker: it answers each request after two milliseconds.
func work(args []string) error {
	l, err := net.Listen("tcp", "127.0.0.1:"+args[0])
	if err != nil {
		return err
	}
	fmt.Println("ready")
	for {
		c, err := l.Accept()
		if err != nil {
			return err
		}
		go func() {
			defer c.Close()
			for b := make([]byte, requestSize); ; {
				if _, err := io.ReadFull(c, b); err != nil {
					return
				}
				time.Sleep(2 * time.Millisecond)
				if _, err := c.Write(b); err != nil {
					return
				}
			}
		}()
	}
}

// programs are those that run; the last thing to do is to wait for them.
var programs sync.WaitGroup

// workersOf are the workers with their services, of ten each.
func workersOf(o options) (specs map[string]*wire.Service, all []wire.Worker) {
	specs = map[string]*wire.Service{}
	for i := range o.workers {
		module := fmt.Sprintf("SET_W%02d", i/10)
		specs[module] = &wire.Service{
			Module:  module,
			Labels:  map[string]string{"business": "Qzone", "product": "WNS", "service": "dispatch", "module": module},
			Limits:  wire.Limits{CPUPercent: 40},
			Latency: wire.Latency{Source: "tcp"},
		}
		all = append(all, wire.Worker{ID: fmt.Sprintf("%s-%06d", module, i), Service: module, Port: o.port + i})
	}
	return specs, all
}

// startWorkers starts them.
func startWorkers(ctx context.Context, o options) (all []worker.Running, err error) {
	specs, workers := workersOf(o)
	for _, w := range workers {
		port := w.Port
		c := command(ctx, os.Args[0], "worker", strconv.Itoa(port))
		c.Env = append(os.Environ(), "GOMAXPROCS=1")
		if err := startReady(c); err != nil {
			return nil, fmt.Errorf("start a worker on port %d: %w", port, err)
		}
		all = append(all, worker.Running{Worker: w, Spec: specs[w.Service], State: wire.Ready, PID: c.Process.Pid})
	}
	return all, nil
}

// command is one that is told to end with ctx.
func command(ctx context.Context, name string, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, name, args...)
	c.Stderr = os.Stderr
	c.Cancel = func() error { return c.Process.Signal(syscall.SIGTERM) }
	c.WaitDelay = 30 * time.Second
	return c
}

// startReady starts a command and waits for its first byte.
func startReady(c *exec.Cmd) error {
	out, err := c.StdoutPipe()
	if err != nil {
		return err
	}
	if err := c.Start(); err != nil {
		return err
	}
	_, err = out.Read(make([]byte, 1))
	if err == nil {
		programs.Go(func() { c.Wait() })
	}
	return err
}

// connect opens the connections, with a request a second on each.
func connect(ctx context.Context, o options) error {
	for i := range o.connections {
		c, err := net.Dial("tcp", "127.0.0.1:"+strconv.Itoa(o.port+i%o.workers))
		if err != nil {
			return err
		}
		go func() {
			defer c.Close()
			for b := make([]byte, requestSize); ctx.Err() == nil; {
				time.Sleep(time.Duration(2 * rand.Float64() * float64(time.Second)))
				if _, err := c.Write(b); err != nil {
					return
				}
				if _, err := io.ReadFull(c, b); err != nil {
					return
				}
			}
		}()
	}
	return nil
}
