package main

import (
	"errors"
	"flag"
	"log/slog"

	"github.com/prometheus/common/promslog"

	"headroom/scaler/node"
	"headroom/scaler/node/settings"
)

// options are the flags of all commands. Those that the configuration file has too win
// over it.
type options struct {
	configFile, statePath, listenAddress, desiredFile string
	serverURL, nodeName, nodeAddress                  string
	stopWorkers                                       bool
	argument                                          string // that is no flag

	log promslog.Config
}

// addDaemon adds the flags of the daemon.
func addDaemon(flags *flag.FlagSet, o *options) {
	flags.StringVar(&o.configFile, "config.file", "", "Configuration file; without one everything has its default.")
	flags.StringVar(&o.serverURL, "server.url", "", "The server, such as https://headroom:7480.")
	flags.StringVar(&o.nodeName, "node.name", "", "What this machine is called; the host's name if empty.")
	flags.StringVar(&o.nodeAddress, "node.address", "", "Where its workers are reached, without a port; that of the way to the server if empty.")
	flags.StringVar(&o.statePath, "state.path", "/var/lib/headroom-node", "Directory of the daemon's state and the workers' output.")
	flags.BoolVar(&o.stopWorkers, "stop-workers", false, "Stop all workers when the daemon is stopped. Without it they go on.")
	addListen(flags, o)
	o.log.Level, o.log.Format = promslog.NewLevel(), promslog.NewFormat()
	flags.Func("log.level", "One of debug, info, warn, error. Default: info.", o.log.Level.Set)
	flags.Func("log.format", "One of logfmt, json. Default: logfmt.", o.log.Format.Set)
}

// addFile adds the flags of the daemon without a server.
func addFile(flags *flag.FlagSet, o *options) {
	flags.StringVar(&o.desiredFile, "desired", "", "The desired state, as YAML or JSON. Required.")
	addDaemon(flags, o)
}

func addListen(flags *flag.FlagSet, o *options) {
	flags.StringVar(&o.listenAddress, "web.listen-address", "127.0.0.1:7481", "Address of health, metrics and the table of workers; port 0 takes a free one.")
}

func (o *options) logger() *slog.Logger { return promslog.New(&o.log) }

func (o *options) runFile() error {
	if o.desiredFile == "" {
		return errors.New("run: --desired is missing: the file that says what shall run")
	}
	return o.run()
}

// settings reads the configuration file, with the flags over it.
func (o *options) settings() (settings.Settings, error) {
	s := settings.Default()
	if o.configFile != "" {
		var err error
		if s, err = settings.Load(o.configFile); err != nil {
			return s, err
		}
	}
	for _, flag := range []struct {
		value string
		into  *string
	}{{o.serverURL, &s.Server.URL}, {o.nodeName, &s.Node.Name}, {o.nodeAddress, &s.Node.Address}} {
		if flag.value != "" {
			*flag.into = flag.value
		}
	}
	return node.Complete(s)
}
