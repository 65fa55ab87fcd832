package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"time"

	"github.com/prometheus/exporter-toolkit/web"
	"go.yaml.in/yaml/v3"

	"headroom/internal/config"
	"headroom/scaler"
	"headroom/scaler/policy"
	"headroom/scaler/pool"
	"headroom/scaler/replay"
	"headroom/storage/fleet"
	"headroom/ui/keda"
)

// scaling is what decides how many workers there are, with the pool that they run in.
type scaling struct {
	pool    *pool.Pool
	sync    *pool.Handler
	learner *scaler.Learner
	loop    *scaler.Loop
	replays *replay.Stored
}

// openScaling makes the pool, which goes on where it was, and what decides about it.
func (s *server) openScaling(ctx context.Context, tree *fleet.Tree) error {
	settings, err := pool.SettingsOf(s.cfg)
	if err != nil {
		return err
	}
	access, err := s.nodeAccess(s.cfg)
	if err != nil {
		return err
	}
	p, err := pool.New(ctx, pool.Options{DB: s.state, Logger: s.log, Registerer: s.reg})
	if err != nil {
		return err
	}
	if err := p.Configure(ctx, settings); err != nil {
		return err
	}
	s.scaling.pool, s.scaling.sync = p, pool.NewHandler(p, access)
	s.scaling.learner = scaler.NewLearner(scaler.LearnerOptions{
		Store: s.store, Tree: tree, Location: s.cfg.Location(), Modules: s.scaledModules, Logger: s.log,
	})
	s.scaling.replays = &replay.Stored{Store: s.store, Tree: tree, Location: s.cfg.Location()}
	s.scaling.loop = scaler.New(scaler.Options{
		Snapshots: s.loop, Pool: p, Forecasts: s.scaling.learner, Policy: s.usualPolicy, Location: s.cfg.Location(),
		Store: s.store, Changes: scaleFlows{s.config, &s.flows}, Logger: s.log, Registerer: s.reg,
	})
	return nil
}

// usualPolicy is that of modules which no service is configured for.
func (s *server) usualPolicy() policy.Settings { return pool.PolicyOf(s.config().Pool.Policy) }

// scaledModules lists the modules that are decided about, with how far ahead.
func (s *server) scaledModules() map[string]time.Duration {
	all := map[string]time.Duration{}
	for _, st := range s.scaling.pool.Standings(time.Now()) {
		all[st.Module] = st.Policy.Startup
	}
	if m := s.scaling.loop.Newest(); m != nil {
		for i := range m.Decisions {
			all[m.Decisions[i].Module] = m.Decisions[i].Settings.Startup
		}
	}
	return all
}

// nodeAccess says which nodes may sync.
func (s *server) nodeAccess(cfg config.Config) (*pool.Access, error) {
	c, err := readWebConfig(s.opts.webConfigFile)
	if err != nil {
		return nil, err
	}
	if tokens := cfg.Pool.NodeTokenFile != "" || cfg.Pool.NodeTokensFile != ""; tokens && len(c.Users) > 0 {
		return nil, errTokenAndUsers
	}
	return pool.ReadAccess(cfg.Pool, onlyKnown(c))
}

// onlyKnown tells whether the web configuration lets only known users or certificates
// in.
func onlyKnown(c web.Config) bool {
	return len(c.Users) > 0 || c.TLSConfig.ClientAuth == "RequireAndVerifyClientCert"
}

// errTokenAndUsers: a request has one Authorization header, and the server's users are
// asked for first.
var errTokenAndUsers = errors.New("pool.node_token_file and pool.node_tokens_file cannot go with basic_auth_users in --web.config.file, " +
	"which turn a token away: take them out, and have the nodes log in by server.username and server.password_file")

// readWebConfig reads who is let in.
func readWebConfig(file string) (c web.Config, err error) {
	if file == "" {
		return c, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return c, fmt.Errorf("--web.config.file: %w", err)
	}
	if err := yaml.Unmarshal(text, &c); err != nil {
		return c, fmt.Errorf("--web.config.file %s: %w", file, err)
	}
	return c, nil
}

// reloadScaling puts a configuration into force that was checked.
func (s *server) reloadScaling(ctx context.Context, cfg config.Config) error {
	settings, err := pool.SettingsOf(cfg)
	if err != nil {
		return err
	}
	access, err := s.nodeAccess(cfg)
	if err != nil {
		return err
	}
	if err := s.scaling.pool.Configure(ctx, settings); err != nil {
		return err
	}
	s.scaling.sync.SetAccess(access)
	return nil
}

// forgetDecisions removes the decisions that are older than they are kept.
func (s *server) forgetDecisions(ctx context.Context, _ time.Time) (int64, error) {
	return s.state.Pool().ForgetDecisions(ctx, time.Now().Add(-s.scaling.pool.Keep()))
}

// addKEDA adds the listener of KEDA's external scaler, if one is configured.
func (s *server) addKEDA(part func(func(context.Context) error)) error {
	c := s.cfg.Keda
	if c.ListenAddress == "" {
		return nil
	}
	l, err := net.Listen("tcp", c.ListenAddress)
	if err != nil {
		return fmt.Errorf("keda.listen_address: %w", err)
	}
	k := keda.New(keda.Options{
		Scales: scales{s.scaling.loop}, Logger: s.log, Registerer: s.reg,
		TLS: keda.TLS{CertFile: c.TLSCertFile, KeyFile: c.TLSKeyFile, ClientCAFile: c.TLSClientCAFile},
	})
	part(func(ctx context.Context) error { return k.Serve(ctx, l) })
	return nil
}

// scales answers KEDA from the newest decisions.
type scales struct{ loop *scaler.Loop }

// Scale implements keda.Scales.
func (s scales) Scale(module string) (keda.Scale, bool) {
	d := s.loop.Newest().Of(module)
	if d == nil {
		return keda.Scale{}, false
	}
	return keda.Scale{
		Module: module, Desired: d.Desired, Current: d.Current, Reason: d.Reason, At: d.At,
		Held: d.Demand.Held != "", Stale: d.Unusable(),
	}, true
}

// Changed implements keda.Scales.
func (s scales) Changed() (<-chan struct{}, func()) { return s.loop.Subscribe() }

// restarter has the node daemons restart workers, for alarms.
type restarter struct{ pool func() *pool.Pool }

// restartedBy is how often a worker is looked at until it runs anew.
const restartedBy = 200 * time.Millisecond

// Restart implements heal.Restarter.
func (r restarter) Restart(ctx context.Context, node, module, process string) error {
	p := r.pool()
	service, err := p.Service(module)
	if err != nil {
		return err
	}
	var asked []pool.Worker
	for _, w := range service.Workers {
		if w.Node == node && (process == "" || w.ID == process) {
			asked = append(asked, w)
		}
	}
	if len(asked) == 0 {
		return fmt.Errorf("no worker %q of %s runs on node %q", process, module, node)
	}
	for _, w := range asked {
		if err := p.Restart(ctx, w.ID); err != nil {
			return fmt.Errorf("restart worker %s: %w", w.ID, err)
		}
	}
	return awaitRestart(ctx, p, module, asked)
}

// awaitRestart waits until workers serve as other processes than before.
func awaitRestart(ctx context.Context, p *pool.Pool, module string, asked []pool.Worker) error {
	before := map[string]int{}
	for _, w := range asked {
		before[w.ID] = w.PID
	}
	for {
		service, err := p.Service(module)
		if err != nil {
			return err
		}
		left := len(before)
		for _, w := range service.Workers {
			if pid, ok := before[w.ID]; ok && w.PID != pid && w.State.Serving() {
				left--
			}
		}
		if left == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return errors.Join(fmt.Errorf("%d of %d workers do not serve again yet", left, len(before)), ctx.Err())
		case <-time.After(restartedBy):
		}
	}
}
