// Command headroom-node is the node daemon: it runs the workers that the server wants on
// a machine. See docs/node.md.
//
// Its flags look as the server's do, without kingpin: that writes its help by
// text/template, with which the linker leaves no method out, and the daemon would take
// 2.4 MB more memory on every machine.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"syscall"

	"github.com/prometheus/common/version"

	"headroom/scaler/node"
	"headroom/scaler/node/shim"
	"headroom/scaler/node/task"
)

const (
	usageStatus = 2  // exit status of a command line that cannot be understood
	threads     = 2  // that run Go at once: the daemon works little, and each has a price in memory
	gcPercent   = 50 // the daemon keeps little, so to collect it costs little
)

func main() {
	shim.Main() // the same program is what a worker is born as
	task.Main() // and what keeps a command of a flow

	if os.Getenv("GOMAXPROCS") == "" {
		runtime.GOMAXPROCS(min(threads, runtime.NumCPU()))
	}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	os.Exit(start(os.Args[1:], os.Stdout, os.Stderr))
}

// start runs the command that the arguments name and returns the exit status.
func start(args []string, out, errs io.Writer) int {
	run, err := parse(args, out)
	status := usageStatus
	if err == nil {
		status, err = 1, run()
	}
	switch {
	case err == nil:
		return 0
	case errors.Is(err, flag.ErrHelp):
		help(out)
		return 0
	}
	fmt.Fprintln(errs, "headroom-node:", err)
	if status == usageStatus {
		fmt.Fprintln(errs, "Try: headroom-node --help")
	}
	return status
}

// run runs the daemon until SIGTERM or SIGINT; SIGHUP reloads its configuration.
func (o *options) run() error {
	log := o.logger()
	slog.SetDefault(log)
	s, err := o.settings()
	if err != nil {
		return err
	}
	if os.Geteuid() != 0 {
		return errors.New("the daemon needs root: it makes control groups, and starts workers as their own users (try: sudo)")
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	d, err := node.New(node.Options{
		Settings: s, Reload: o.settings, StatePath: o.statePath, Listen: o.listenAddress,
		DesiredFile: o.desiredFile, StopWorkers: o.stopWorkers, Version: version.Version, Logger: log,
	})
	if err != nil {
		return err
	}
	log.Info("started", "node", s.Node.Name, "version", version.Version, "pid", os.Getpid())
	go func() {
		for range hangup {
			_ = d.Reload() // which logs what is wrong
		}
	}()
	return d.Run(ctx)
}
