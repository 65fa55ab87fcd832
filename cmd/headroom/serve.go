package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/alecthomas/kingpin/v2"
	"github.com/oklog/run"
	"github.com/prometheus/exporter-toolkit/web"

	"headroom/ingest/graphite"
	"headroom/ingest/statsd"
)

// stopWithin is how long a graceful stop may take.
const stopWithin = 10 * time.Second

// addServe adds the server's command.
func addServe(app *kingpin.Application) {
	opts := &serveOptions{}
	cmd := app.Command("serve", "Run the server.")
	opts.addFlags(cmd)
	cmd.Flag("prometheus.url", "Shadow mode: read from this Prometheus-compatible store, take nothing in.").StringVar(&opts.shadowURL)
	cmd.Action(func(*kingpin.ParseContext) error {
		cfg, err := opts.config()
		if err != nil {
			return err
		}
		log := opts.logger()
		s, err := newServer(*opts, cfg, log)
		if err != nil {
			return err
		}
		return s.run(context.Background(), nil)
	})
}

// run serves until a signal comes, ctx is done or one part fails, then stops
// every part, the stores last. extra, if not nil, runs beside the others.
func (s *server) run(ctx context.Context, extra func(context.Context) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	// Before the address is told: whoever reads it may stop the server at once.
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	defer signal.Stop(signals)
	listener, err := net.Listen("tcp", s.opts.listenAddress)
	if err != nil {
		return errors.Join(fmt.Errorf("--web.listen-address: %w", err), s.close())
	}
	var g run.Group
	part := func(f func(context.Context) error) {
		g.Add(func() error { return f(ctx) }, func(error) { cancel() })
	}
	// Before the address is told: whoever reads it may send at once, by any way.
	if err := s.addLineServers(part); err != nil {
		return errors.Join(err, listener.Close(), s.close())
	}
	if err := s.addKEDA(part); err != nil {
		return errors.Join(err, listener.Close(), s.close())
	}
	s.serveHTTP(&g, listener)
	part(s.loop.Run)
	part(s.ledger.Run)
	part(s.chooser.Run)
	part(s.backfill.Run)
	part(s.facts.Run)
	part(s.finder.feeder.Run)
	part(s.alarms.pipeline.Run)
	part(s.alarms.leases.Serve)
	part(s.rules.Run)
	part(s.watch.Run)
	part(s.scaling.pool.Run)
	part(s.tasks.dispatcher.Run)
	part(s.scaling.learner.Run)
	part(s.scaling.loop.Run)
	part(s.flows.engine.Run)
	part(s.requests.Run)
	part(s.consistency.Run)
	part(s.operations.Run)
	part(s.press.Run)
	part(s.saveMemoryInStorms)
	part(s.learnComponents)
	part(s.forgetOld)
	part(func(ctx context.Context) error { return s.watchSignals(ctx, signals) })
	if len(s.asked) > 0 {
		part(func(ctx context.Context) error { return waitAfter(ctx, s.loadPolledHistory) })
	}
	if s.scrape != nil {
		part(s.scrape.Run)
	}
	if err := s.addChat(part); err != nil {
		return errors.Join(err, listener.Close(), s.close())
	}
	if extra != nil {
		part(func(ctx context.Context) error { return waitAfter(ctx, extra) })
	}
	err = g.Run()
	if errors.Is(err, errStopped) {
		err = nil
	}
	s.log.Info("stopping: storing what is in memory")
	err = errors.Join(err, s.close())
	s.log.Info("stopped")
	return err
}

// waitAfter keeps a part that has come to its end in the group: the first part
// that returns ends all.
func waitAfter(ctx context.Context, f func(context.Context) error) error {
	if err := f(ctx); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

var errStopped = errors.New("stopped by a signal")

// watchSignals ends the program on SIGTERM and SIGINT and reloads on SIGHUP.
func (s *server) watchSignals(ctx context.Context, c <-chan os.Signal) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case sig := <-c:
			if sig != syscall.SIGHUP {
				s.log.Info("stopping", "signal", sig)
				return errStopped
			}
			_ = s.reload(ctx) // it has logged what was wrong
		}
	}
}

// serveHTTP adds the page, the API and the ways in.
func (s *server) serveHTTP(g *run.Group, listener net.Listener) {
	api, srv := s.httpServer()
	flags := &web.FlagConfig{WebListenAddresses: &[]string{s.opts.listenAddress}, WebConfigFile: &s.opts.webConfigFile, WebSystemdSocket: new(bool)}
	s.log.Info("listening", "address", listener.Addr().String())
	s.page = s.pageURL(listener.Addr())
	g.Add(func() error {
		err := web.Serve(listener, srv, flags, quietWeb(s.log))
		if errors.Is(err, http.ErrServerClosed) {
			return nil
		}
		return fmt.Errorf("serve HTTP: %w", err)
	}, func(error) {
		api.Close()
		s.scaling.pool.Close() // nodes wait for news, which a graceful stop would wait for
		ctx, cancel := context.WithTimeout(context.Background(), stopWithin/2)
		defer cancel()
		if err := srv.Shutdown(ctx); err != nil {
			_ = srv.Close()
		}
	})
}

// pageURL is where a browser on this machine, or the one that was configured,
// finds the page.
func (s *server) pageURL(a net.Addr) string {
	if s.opts.externalURL != "" {
		return s.opts.externalURL
	}
	host, port, err := net.SplitHostPort(a.String())
	if ip := net.ParseIP(host); err != nil || ip == nil || ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port) + "/"
}

// quietWeb keeps the toolkit's lines, which repeat our own, to debugging.
func quietWeb(log *slog.Logger) *slog.Logger { return log.With("component", "web") }

// addLineServers adds the listeners that are configured.
func (s *server) addLineServers(part func(func(context.Context) error)) error {
	if s.ingest == nil {
		return nil
	}
	if a := s.cfg.Ingest.GraphiteAddress; a != "" {
		l, err := graphite.Listen(a, graphite.Options{Sink: s.ingest.Sink("graphite"), Logger: s.log})
		if err != nil {
			return fmt.Errorf("ingest.graphite_listen_address: %w", err)
		}
		part(l.Run)
	}
	if a := s.cfg.Ingest.StatsDAddress; a != "" {
		l, err := statsd.Listen(a, statsd.Options{Sink: s.ingest.Sink("statsd"), Logger: s.log})
		if err != nil {
			return fmt.Errorf("ingest.statsd_listen_address: %w", err)
		}
		part(l.Run)
	}
	return nil
}
