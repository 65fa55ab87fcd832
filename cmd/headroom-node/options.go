package main

import (
	"fmt"
	"log/slog"
	"os"

	"github.com/alecthomas/kingpin/v2"
	"github.com/prometheus/common/promslog"
	promslogflag "github.com/prometheus/common/promslog/flag"

	"headroom/scaler/node"
	"headroom/scaler/node/settings"
)

const defaultListen = "127.0.0.1:7481"

// options are the flags of the daemon. Those that the configuration file has too win
// over it.
type options struct {
	configFile, statePath, listenAddress, desiredFile string
	serverURL, nodeName, nodeAddress                  string
	stopWorkers                                       bool

	log promslog.Config
}

func (o *options) addFlags(cmd *kingpin.CmdClause) {
	cmd.Flag("config.file", "Configuration file; without one everything has its default.").StringVar(&o.configFile)
	cmd.Flag("server.url", "The server, such as https://headroom:7480.").StringVar(&o.serverURL)
	cmd.Flag("node.name", "What this machine is called; the host's name if empty.").StringVar(&o.nodeName)
	cmd.Flag("node.address", "Where its workers are reached, without a port; that of the way to the server if empty.").StringVar(&o.nodeAddress)
	cmd.Flag("state.path", "Directory of the daemon's state and the workers' output.").Default("/var/lib/headroom-node").StringVar(&o.statePath)
	cmd.Flag("web.listen-address", "Address of health, metrics and the table of workers; port 0 takes a free one.").Default(defaultListen).StringVar(&o.listenAddress)
	cmd.Flag("stop-workers", "Stop all workers when the daemon is stopped. Without it they go on.").BoolVar(&o.stopWorkers)
	o.log.Level, o.log.Format = promslog.NewLevel(), promslog.NewFormat()
	cmd.Flag(promslogflag.LevelFlagName, promslogflag.LevelFlagHelp).Default("info").HintOptions(promslog.LevelFlagOptions...).SetValue(o.log.Level)
	cmd.Flag(promslogflag.FormatFlagName, promslogflag.FormatFlagHelp).Default("logfmt").HintOptions(promslog.FormatFlagOptions...).SetValue(o.log.Format)
}

func (o *options) logger() *slog.Logger { return promslog.New(&o.log) }

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

// addCheckConfig adds "check config FILE".
func addCheckConfig(check *kingpin.CmdClause) {
	var file string
	cmd := check.Command("config", "Report every fault of a configuration file, with its line. Exits 1 if there is one.")
	cmd.Arg("file", "The configuration file.").Required().StringVar(&file)
	cmd.Action(func(*kingpin.ParseContext) error {
		if _, err := settings.Load(file); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return fmt.Errorf("%s cannot be used", file)
		}
		fmt.Printf("%s is good\n", file)
		return nil
	})
}
