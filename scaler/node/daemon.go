// Package node is the node daemon: it makes a machine run the workers that the server
// wants there, within the machine's own limits, measures them, and tells proxies how
// much work each shall get.
//
// The parts know nothing of each other; [Daemon] joins them. A desired state comes by
// package sync, or from a file, is kept on disk, and goes through package guard to
// package supervise. What package measure sees of each time slice goes through package
// overload to the agent of package balance; its series go by package send. A worker
// that has to stop is drained first: its weight is 0, the agent says drain, and after
// its drain time it gets SIGTERM. What steps of flows ask is done by package task.
//
// Workers outlive the daemon, whether it stops or dies: the next one adopts them. So a
// restart is the way to upgrade it.
package node

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	sysync "sync"
	"time"

	"headroom/scaler/node/balance"
	"headroom/scaler/node/guard"
	"headroom/scaler/node/inventory"
	"headroom/scaler/node/isolate"
	"headroom/scaler/node/lean"
	"headroom/scaler/node/measure"
	"headroom/scaler/node/send"
	"headroom/scaler/node/settings"
	"headroom/scaler/node/supervise"
	"headroom/scaler/node/sync"
	"headroom/scaler/node/task"
	"headroom/scaler/node/wire"
	"headroom/scaler/node/worker"
)

const (
	firstWithin = 3 * time.Second  // the server's answer before the state on disk is used
	saveAgain   = 10 * time.Second // what the disk did not take
	stopBesides = 10 * time.Second // that workers may need for their end besides what their service allows
)

// Options are what a daemon needs. Either Settings name a server or DesiredFile is set.
type Options struct {
	Settings settings.Settings // with a name and an address
	Reload   func() (settings.Settings, error)

	StatePath   string // its own directory, made if it is missing
	Listen      string // host:port of its own pages and metrics; empty: none
	DesiredFile string // what shall run, instead of a server
	StopWorkers bool   // at its end
	Version     string

	Logger *slog.Logger
}

// Daemon is a node's.
type Daemon struct {
	o   Options
	log *slog.Logger
	id  string // of this start

	resources  wire.Resources // but for labels and limits, which may be reloaded
	groups     *isolate.Groups
	supervisor *supervise.Supervisor
	inForce    *inForce
	tasks      *task.Runner
	store      *store
	measure    *measure.Measure
	weights    *weights
	inventory  *inventory.Inventory
	agent      *balance.Agent
	sender     *send.Sender      // nil: there is nowhere to send to
	follower   *balance.Follower // nil: no proxies are configured
	client     *sync.Client      // nil: what shall run is in a file
	web        net.Listener      // nil: none

	mu       sysync.Mutex      // protects the fields below
	settings settings.Settings // in force
}

// Address is where the daemon's own pages are; nil: nowhere.
func (d *Daemon) Address() net.Addr {
	if d.web == nil {
		return nil
	}
	return d.web.Addr()
}

// Run works until ctx is done or a part fails.
func (d *Daemon) Run(ctx context.Context) error {
	defer d.close()
	inner, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	d.tasks.Start()
	var parts sysync.WaitGroup
	part := func(name string, run func(context.Context) error) {
		parts.Go(func() {
			if err := run(inner); err != nil && inner.Err() == nil {
				cancel(fmt.Errorf("%s: %w", name, err))
			}
		})
	}
	part("supervise", d.supervisor.Run)
	part("measure", d.measure.Run)
	part("inventory", d.inventory.Run)
	part("memory", lean.Run)
	part("watch", d.watch)
	part("desired state", d.want)
	if d.sender != nil {
		part("send", d.sender.Run)
	}
	if d.follower != nil {
		part("proxies", d.follower.Run)
	}
	if d.web != nil {
		part("web", d.serve)
	}
	select {
	case <-ctx.Done():
		if d.o.StopWorkers {
			d.stopWorkers(inner)
		}
		d.log.Info("stopping", "workers_left_running", len(here(d.supervisor.Workers())))
		cancel(nil)
	case <-inner.Done():
	}
	parts.Wait()
	if err := context.Cause(inner); !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// watch follows the workers' states.
func (d *Daemon) watch(ctx context.Context) error {
	save := time.NewTicker(saveAgain)
	defer save.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-save.C:
			d.store.retry()
			d.tasks.Retry()
		case <-d.supervisor.Changed():
			d.inForce.again()
			d.weights.step(time.Now(), d.supervisor.Workers(), nil)
			d.changed()
		}
	}
}

// slice takes what a time slice showed of the workers.
func (d *Daemon) slice(now time.Time, slices map[string]worker.Slice) {
	if d.weights.step(now, d.supervisor.Workers(), slices) {
		d.changed()
	}
}

func (d *Daemon) changed() {
	if d.client != nil {
		d.client.Changed()
	}
}

// want brings what shall run: from the server, from the disk while that is away, or
// from a file.
func (d *Daemon) want(ctx context.Context) error {
	if d.client == nil {
		return d.followFile(ctx)
	}
	var talk sysync.WaitGroup
	defer talk.Wait()
	talk.Go(func() { d.client.Run(ctx) })
	select {
	case <-ctx.Done():
	case <-d.client.First():
	case <-time.After(firstWithin):
	}
	if kept := d.store.load(); kept != nil && d.inForce.start(*kept) {
		d.inventory.Want(kept.Declared)
		d.log.Info("working on the desired state that was kept on disk", "version", kept.Version, "workers", len(kept.Workers))
	}
	return nil
}

// take puts a state in force that came from outside.
func (d *Daemon) take(desired wire.Desired) {
	if desired.Declared == nil {
		desired.Declared = d.inventory.Wanted() // which is on disk with the rest then
	}
	d.inventory.Want(desired.Declared)
	d.store.save(desired)
	d.inForce.take(desired)
	d.log.Info("desired state", "version", desired.Version, "workers", len(desired.Workers), "services", len(desired.Services))
	d.changed() // some may be refused
}

// stopWorkers drains and stops all workers, within the time that their services allow,
// and removes their control groups.
func (d *Daemon) stopWorkers(ctx context.Context) {
	running := d.supervisor.Workers()
	within := stopBesides
	for _, r := range running {
		within = max(within, time.Duration(r.Spec.Drain+r.Spec.Stop)+stopBesides)
	}
	d.log.Info("stopping all workers", "workers", len(here(running)), "within", within)
	d.inForce.stopAll()
	end := time.After(within)
	for err := d.groups.Remove(); err != nil; err = d.groups.Remove() { // which fails while there is any
		select {
		case <-ctx.Done():
			return
		case <-end:
			d.log.Error("some workers have not ended", "workers", len(here(d.supervisor.Workers())), "err", err)
			return
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// close gives back what New has opened.
func (d *Daemon) close() {
	if d.agent != nil {
		d.agent.Close()
	}
	if d.web != nil {
		d.web.Close()
	}
	if d.tasks != nil {
		d.tasks.Close()
	}
}

// current are the settings in force.
func (d *Daemon) current() settings.Settings {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.settings
}

// limitsOf are a node's own limits.
func limitsOf(s settings.Settings) guard.Limits {
	l := s.Limits
	return guard.Limits{
		Cores: cores(), MaxWorkers: l.MaxWorkers, PerCore: l.PerCore, MinCPUPercent: l.MinCPUPercent, MaxMemory: int64(l.MaxMemory),
		Services: l.Services, Commands: l.Commands, Mounts: l.Mounts, Users: l.Users, Groups: l.Groups,
	}
}

// taskLimitsOf are what a node does for tasks of flows.
func taskLimitsOf(s settings.Settings) task.Limits {
	t := s.Tasks
	return task.Limits{Enabled: t.Enabled, Commands: t.Commands, Users: t.Users, Packages: t.Packages, Files: t.Files}
}

// writeURL is where samples go.
func writeURL(s settings.Server) string {
	if s.WriteURL != "" {
		return s.WriteURL
	}
	return strings.TrimSuffix(s.URL, "/") + "/api/v1/write"
}

func (o Options) path(name string) string { return filepath.Join(o.StatePath, name) }

// client makes the HTTP client by which the daemon is known to the server.
func client(s settings.Server) (*http.Client, error) {
	return sync.Credentials{
		CAFile: s.TLS.CAFile, CertFile: s.TLS.CertFile, KeyFile: s.TLS.KeyFile,
		TokenFile: s.TokenFile, Username: s.Username, PasswordFile: s.PasswordFile,
	}.Client()
}
