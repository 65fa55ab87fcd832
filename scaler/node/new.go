package node

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strings"
	"time"

	"headroom/scaler/node/balance"
	"headroom/scaler/node/guard"
	"headroom/scaler/node/inventory"
	"headroom/scaler/node/isolate"
	"headroom/scaler/node/measure"
	"headroom/scaler/node/send"
	"headroom/scaler/node/settings"
	"headroom/scaler/node/supervise"
	"headroom/scaler/node/sync"
	"headroom/scaler/node/task"
	"headroom/scaler/node/wire"
)

// New opens everything, adopts the workers that run already, and starts none.
func New(o Options) (_ *Daemon, err error) {
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	d := &Daemon{o: o, log: o.Logger, id: startID(), settings: o.Settings}
	d.inventory = inventory.New(inventory.Options{
		Every: time.Duration(o.Settings.Inventory.Interval), HashRate: int64(o.Settings.Inventory.HashRate), Paths: o.Settings.Inventory.Paths,
		Changed: d.changed, Logger: d.log,
	})
	defer func() {
		if err != nil {
			d.close()
		}
	}()
	for _, open := range []func() error{d.openState, d.openWorkers, d.openTasks, d.openBalance, d.openMeasure, d.openServer, d.openWeb} {
		if err := open(); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// openState makes the state directory. The supervisor sees to it that no two daemons
// share it.
func (d *Daemon) openState() error {
	if err := os.MkdirAll(d.o.StatePath, 0o750); err != nil {
		return fmt.Errorf("make the state directory: %w", err)
	}
	if err := onlyOurs(d.o.StatePath); err != nil {
		return fmt.Errorf("the state directory: %w", err)
	}
	d.store = &store{path: d.o.path("desired.json"), node: d.o.Settings.Node.Name, log: d.log}
	return nil
}

// openWorkers finds the workers that run.
func (d *Daemon) openWorkers() (err error) {
	if d.groups, err = isolate.Open(isolate.Options{Root: d.o.Settings.Cgroup.Root}); err != nil {
		return err
	}
	d.supervisor, err = supervise.New(supervise.Options{
		Node: d.o.Settings.Node.Name, StateDir: d.o.path("workers"), LogDir: d.o.path("log"),
		Groups: d.groups, Logger: d.log,
	})
	if err != nil {
		return err
	}
	d.inForce = &inForce{
		supervisor: d.supervisor, log: d.log, now: time.Now,
		limits: limitsOf(d.o.Settings), counts: map[guard.Rule]int64{},
	}
	d.log.Info("adopted the workers that run", "workers", len(here(d.supervisor.Workers())))
	d.resources = wire.Resources{Cores: cores(), Address: d.o.Settings.Node.Address, Cgroups: d.groups.Mode()}
	d.resources.Memory, err = memory()
	return err
}

// openTasks goes on with what steps of flows have begun here.
func (d *Daemon) openTasks() (err error) {
	s := d.o.Settings
	o := task.Options{
		Dir: d.o.path("tasks"), Limits: taskLimitsOf(s), Changed: d.changed, Logger: d.log,
		Forget: func() bool { return !d.store.unsaved() },
		Scan:   func(context.Context) error { d.inventory.Scan(); return nil }, // what it finds goes with the report of the task's end
	}
	if s.Server.URL != "" && d.o.DesiredFile == "" {
		http, err := client(s.Server)
		if err != nil {
			return err
		}
		o.Fetch = task.Source(http, strings.TrimSuffix(s.Server.URL, "/"), s.Node.Name)
	}
	if d.tasks, err = task.New(o); err != nil {
		return err
	}
	d.inForce.tasks = d.tasks
	return nil
}

// openBalance lets proxies ask about the workers, and follows those of this machine.
func (d *Daemon) openBalance() (err error) {
	s := d.o.Settings
	if d.agent, err = balance.NewAgent(s.Balance.Agent, d.log); err != nil {
		return err
	}
	if at, ok := d.agent.Address().(*net.TCPAddr); ok && !(at.IP.IsLoopback() && !loopback(d.resources.Address)) {
		d.resources.Agent = at.Port
	}
	if d.agent.Address() != nil {
		d.log.Info("answering agent checks", "address", d.agent.Address())
	}
	d.weights = newWeights(d.agent)
	d.weights.step(time.Now(), d.supervisor.Workers(), nil)
	if len(s.Balance.Proxies) == 0 {
		return nil
	}
	if s.Server.URL == "" {
		return errors.New("balance.proxies need server.url: the server knows the workers of all nodes")
	}
	http, err := client(s.Server)
	if err != nil {
		return err
	}
	d.follower, err = balance.New(balance.Options{
		Proxies: s.Balance.Proxies, Server: strings.TrimSuffix(s.Server.URL, "/"), Client: http, Dir: d.o.path("proxies"), Log: d.log,
	})
	return err
}

// openMeasure looks at the workers, and sends what it sees.
func (d *Daemon) openMeasure() (err error) {
	s := d.o.Settings
	d.measure, err = measure.New(measure.Options{
		Workers: d.supervisor.Workers, Node: s.Node.Name, Address: s.Node.Address,
		Slice: time.Duration(s.Measure.Slice), StatsD: s.Measure.StatsDAddress, HAProxy: s.Measure.HAProxyLog,
		Weight: d.weights.percent, Logger: d.log,
	})
	if err != nil {
		return err
	}
	d.measure.OnSlice(d.slice)
	if s.Server.URL == "" && s.Server.WriteURL == "" {
		return nil
	}
	http, err := client(s.Server)
	if err != nil {
		return err
	}
	d.sender, err = send.Open(send.Options{
		Collect: d.collect, URL: writeURL(s.Server), Client: http, Dir: d.o.path("samples"),
		MaxBytes: int64(s.Measure.BufferSize), Interval: time.Duration(s.Measure.Interval), Logger: d.log,
	})
	return err
}

// openServer prepares the talk with the server.
func (d *Daemon) openServer() error {
	s := d.o.Settings
	if d.o.DesiredFile != "" {
		return nil
	}
	if s.Server.URL == "" {
		return errors.New("no server is named: set server.url or --server.url, or use the command run with a file")
	}
	http, err := client(s.Server)
	if err != nil {
		return err
	}
	d.client = sync.New(sync.Options{
		Server: strings.TrimSuffix(s.Server.URL, "/"), Node: s.Node.Name, HTTP: http,
		Report: d.report, Apply: d.take, Clock: d.inventory.Clock, Logger: d.log,
	})
	return nil
}

func (d *Daemon) openWeb() (err error) {
	if d.o.Listen == "" {
		return nil
	}
	if d.web, err = net.Listen("tcp", d.o.Listen); err != nil {
		return fmt.Errorf("open the daemon's own page: %w", err)
	}
	d.log.Info("listening", "address", d.web.Addr())
	return nil
}

// Complete fills in what this machine knows of itself: its name, and the address by
// which it reaches the server.
func Complete(s settings.Settings) (settings.Settings, error) {
	if s.Node.Name == "" {
		name, err := os.Hostname()
		if err != nil {
			return s, fmt.Errorf("find this node's name (or set node.name): %w", err)
		}
		s.Node.Name = name
	}
	if s.Node.Address == "" && s.Server.URL != "" {
		address, err := addressFor(s.Server.URL)
		if err != nil {
			return s, err
		}
		s.Node.Address = address
	}
	if s.Node.Address == "" {
		s.Node.Address = "127.0.0.1"
	}
	return s, s.Validate()
}
