// Command headroom-node is the node daemon: it runs the workers that the server wants on
// a machine. See docs/node.md.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"syscall"

	"github.com/alecthomas/kingpin/v2"
	"github.com/prometheus/common/version"

	"headroom/scaler/node"
	"headroom/scaler/node/shim"
)

const (
	usageStatus = 2  // exit status of a command line that cannot be understood
	threads     = 2  // that run Go at once: the daemon works little, and each has a price in memory
	gcPercent   = 50 // the daemon keeps little, so to collect it costs little
)

func main() {
	shim.Main() // the same program is what a worker is born as

	if os.Getenv("GOMAXPROCS") == "" {
		runtime.GOMAXPROCS(min(threads, runtime.NumCPU()))
	}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	app := kingpin.New("headroom-node", "Runs on this machine the workers that Headroom's server wants here, within the machine's own limits.")
	app.Version(version.Print("headroom-node")).VersionFlag.Short('V')
	app.HelpFlag.Short('h')
	app.UsageWriter(os.Stdout)
	started := false // the command line was understood
	app.Action(func(*kingpin.ParseContext) error { started = true; return nil })

	addServe(app)
	addRun(app)
	addStatus(app)
	addCheckConfig(app.Command("check", "Check files."))

	if _, err := app.Parse(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "headroom-node:", err)
		if !started {
			fmt.Fprintln(os.Stderr, "Try: headroom-node --help")
			os.Exit(usageStatus)
		}
		os.Exit(1)
	}
}

// addServe adds the daemon itself, which is also what runs without a command.
func addServe(app *kingpin.Application) {
	var o options
	cmd := app.Command("serve", "Run what the server wants here.").Default()
	o.addFlags(cmd)
	cmd.Action(func(*kingpin.ParseContext) error { return o.run() })
}

// addRun adds the daemon without a server.
func addRun(app *kingpin.Application) {
	var o options
	cmd := app.Command("run", "Run what a file says, without a server; the file is followed when it changes.")
	cmd.Flag("desired", "The desired state, as YAML or JSON.").Required().StringVar(&o.desiredFile)
	o.addFlags(cmd)
	cmd.Action(func(*kingpin.ParseContext) error { return o.run() })
}

// run runs the daemon until SIGTERM or SIGINT; SIGHUP reloads its configuration.
func (o *options) run() error {
	log := o.logger()
	slog.SetDefault(log)
	s, err := o.settings()
	if err != nil {
		return err
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
