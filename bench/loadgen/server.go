package main

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/prometheus/procfs"

	"headroom/internal/peers"
	"headroom/storage/remote"
)

const (
	headroom        = "headroom"
	victoriaMetrics = peers.VictoriaMetrics
	prometheus      = peers.Prometheus
	alertmanager    = "alertmanager" // Debian's
)

const startTimeout = 2 * time.Minute

// server is a program under measurement.
type server struct {
	name    string
	url     string
	data    string // directory
	process *peers.Process
	store   *remote.Store
}

// start starts a server on its data in dir, which is empty the first time.
func start(ctx context.Context, o options, name, dir string) (*server, error) {
	addr, err := peers.FreeAddress()
	if err != nil {
		return nil, err
	}
	s := &server{name: name, url: "http://" + addr, data: filepath.Join(dir, "data")}
	if err := os.MkdirAll(s.data, 0o755); err != nil {
		return nil, err
	}
	path, ready, args, err := s.command(o, dir, addr)
	if err != nil {
		return nil, err
	}
	if s.process, err = peers.Launch(filepath.Join(dir, name+".log"), path, args...); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	if err := s.process.WaitReady(ctx, s.url+ready); err != nil {
		s.process.Stop()
		return nil, err
	}
	s.store, err = remote.Open(remote.Options{
		WriteURL: s.url + "/api/v1/write", QueryURL: s.url, Logger: slog.New(slog.DiscardHandler),
	})
	return s, err
}

// command returns a server's program, the path that answers 200 once it is
// ready, and its arguments: the defaults, but for what the bench needs.
func (s *server) command(o options, dir, addr string) (path, ready string, args []string, err error) {
	switch s.name {
	case headroom:
		return o.headroom, "/-/healthy", []string{
			"serve", "--storage.path=" + s.data, "--web.listen-address=" + addr, "--log.level=warn",
			"--config.file=" + existing(filepath.Join(dir, "headroom.yml")),
		}, nil
	case alertmanager:
		return "/usr/bin/prometheus-alertmanager", "/-/ready", []string{
			"--config.file=" + filepath.Join(dir, "alertmanager.yml"), "--storage.path=" + s.data,
			"--web.listen-address=" + addr, "--cluster.listen-address=", "--log.level=warn",
		}, nil
	case victoriaMetrics:
		path, err = peers.Find(victoriaMetrics)
		return path, "/health", []string{
			"-storageDataPath=" + s.data, "-httpListenAddr=" + addr, "-retentionPeriod=400d", "-search.latencyOffset=0s",
		}, err
	default:
		path, err = peers.Find(prometheus)
		config := filepath.Join(dir, "prometheus.yml")
		if err == nil {
			err = os.WriteFile(config, nil, 0o600)
		}
		return path, "/-/ready", []string{
			"--config.file=" + config, "--storage.tsdb.path=" + s.data, "--web.listen-address=" + addr,
			"--storage.tsdb.retention.time=400d", "--web.enable-remote-write-receiver", "--query.max-samples=500000000",
		}, err
	}
}

// existing returns a path if there is a file, else nothing.
func existing(path string) string {
	if _, err := os.Stat(path); err != nil {
		return ""
	}
	return path
}

func (s *server) stop() {
	_ = s.store.Close()
	s.process.Stop()
}

// usage is what a process has used.
type usage struct {
	cpu  float64 // seconds since its start
	rss  int     // bytes now
	peak int     // bytes at most
}

func (s *server) usage() (usage, error) {
	p, err := procfs.NewProc(s.process.PID())
	if err != nil {
		return usage{}, fmt.Errorf("usage of %s: %w", s.name, err)
	}
	stat, err := p.Stat()
	if err != nil {
		return usage{}, fmt.Errorf("usage of %s: %w", s.name, err)
	}
	status, err := p.NewStatus()
	if err != nil {
		return usage{}, fmt.Errorf("usage of %s: %w", s.name, err)
	}
	return usage{cpu: stat.CPUTime(), rss: int(status.VmRSS), peak: int(status.VmHWM)}, nil
}

// diskBytes adds up the files below the server's data directory.
func (s *server) diskBytes() (total int64, err error) {
	err = filepath.WalkDir(s.data, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		total += info.Size()
		return nil
	})
	return total, err
}
