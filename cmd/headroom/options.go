package main

import (
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/alecthomas/kingpin/v2"
	"github.com/prometheus/common/model"
	"github.com/prometheus/common/promslog"
	promslogflag "github.com/prometheus/common/promslog/flag"

	"headroom/internal/config"
)

// serveOptions are the flags of the server.
type serveOptions struct {
	configFile  string
	storagePath string
	retention   time.Duration
	shadowURL   string // a Prometheus-compatible store to read from, nothing is taken in

	listenAddress string
	externalURL   string
	webConfigFile string
	lifecycle     bool
	pprof         bool
	demo          bool

	log promslog.Config
}

// addFlags adds the server's flags, named as Prometheus names them.
func (o *serveOptions) addFlags(cmd *kingpin.CmdClause) {
	var retention string
	cmd.Flag("config.file", "Configuration file; without one everything has its default.").StringVar(&o.configFile)
	cmd.Flag("storage.path", "Directory of the store and the state.").Default(o.defaultPath()).StringVar(&o.storagePath)
	cmd.Flag("storage.retention.time", "How long samples are kept, as 400d.").Default("400d").StringVar(&retention)
	cmd.Flag("web.listen-address", "Address of page and API; port 0 takes a free one.").Default(":7480").StringVar(&o.listenAddress)
	cmd.Flag("web.external-url", "URL under which people reach this server.").StringVar(&o.externalURL)
	cmd.Flag("web.config.file", "TLS and users, in the format of Prometheus' exporter-toolkit.").StringVar(&o.webConfigFile)
	cmd.Flag("web.enable-lifecycle", "Allow POST /-/reload.").BoolVar(&o.lifecycle)
	cmd.Flag("web.enable-pprof", "Serve /debug/pprof.").BoolVar(&o.pprof)
	cmd.Validate(func(*kingpin.CmdClause) error {
		d, err := model.ParseDuration(retention)
		if err != nil {
			return fmt.Errorf("--storage.retention.time: %w", err)
		}
		if o.retention = time.Duration(d); o.retention < 24*time.Hour {
			return fmt.Errorf("--storage.retention.time: want a day or more, got %q", retention)
		}
		if _, err := url.Parse(o.externalURL); err != nil {
			return fmt.Errorf("--web.external-url: %w", err)
		}
		return nil
	})
	o.log.Level, o.log.Format = promslog.NewLevel(), promslog.NewFormat()
	cmd.Flag(promslogflag.LevelFlagName, promslogflag.LevelFlagHelp).Default("info").HintOptions(promslog.LevelFlagOptions...).SetValue(o.log.Level)
	cmd.Flag(promslogflag.FormatFlagName, promslogflag.FormatFlagHelp).Default("logfmt").HintOptions(promslog.FormatFlagOptions...).SetValue(o.log.Format)
}

func (o *serveOptions) defaultPath() string {
	if o.storagePath == "" {
		return "./data"
	}
	return o.storagePath
}

func (o *serveOptions) logger() *slog.Logger { return promslog.New(&o.log) }

// config reads the configuration file, or returns the defaults of the mode.
func (o *serveOptions) config() (config.Config, error) {
	base := config.Default()
	if o.shadowURL != "" {
		base = config.DefaultShadow()
	}
	if o.configFile == "" {
		return base, nil
	}
	data, err := os.ReadFile(o.configFile)
	if err != nil {
		return config.Config{}, fmt.Errorf("read configuration: %w", err)
	}
	return base.With(data, o.configFile)
}

// besideConfig is a path of the configuration, which may be relative to its file.
func (s *server) besideConfig(path string) string { return beside(s.opts.configFile, path) }

// beside is a path that a configuration file names, which may be relative to it.
func beside(configFile, path string) string {
	if path == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(filepath.Dir(configFile), path)
}
