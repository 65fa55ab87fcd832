package main

import (
	"cmp"
	"context"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"headroom/ingest/rollup"
	"headroom/internal/config"
	"headroom/scaler/consistency"
	"headroom/scaler/flow"
	"headroom/scaler/pool"
)

// openConsistency makes what compares the nodes of the pool with what is declared for
// them.
func (s *server) openConsistency(ctx context.Context) (err error) {
	s.consistency, err = consistency.New(ctx, consistency.Options{
		DB: s.state, Fleet: &hosts{pool: s.scaling.pool, rollup: s.rollup}, Store: s.store, Hierarchy: s.cfg.Hierarchy,
		Runs: changes{s}, Start: changes{s}.start,
		Logger: s.log, Registerer: s.reg,
	})
	if err != nil {
		return err
	}
	if err := s.reloadConsistency(s.cfg); err != nil {
		return err
	}
	s.scaling.pool.Declare(s.consistency)
	return nil
}

// reloadConsistency reads what is declared, and puts it in force if all of it is good.
func (s *server) reloadConsistency(cfg config.Config) error {
	settings, err := consistencyOf(cfg, s.opts.configFile)
	if err != nil {
		return err
	}
	s.consistency.Configure(settings)
	return nil
}

// changes are the runs of flows.
type changes struct{ *server }

// atMost is how many runs of a node are looked through for one that was under way.
const atMost = 50

// RunsAt implements consistency.Runs.
func (c changes) RunsAt(ctx context.Context, module, node string, from, to time.Time) (under []flow.Run, err error) {
	all, _, err := c.flows.engine.List(ctx, flow.Query{Node: node, To: to.Add(time.Millisecond), Limit: atMost})
	for _, r := range all {
		about := r.Module == "" || r.Module == module
		if about && !r.Dry && !r.Started.IsZero() && !r.Started.After(to) && (r.Ended.IsZero() || !r.Ended.Before(from)) {
			under = append(under, r)
		}
	}
	return under, err
}

func (c changes) start(ctx context.Context, s flow.Start) (string, error) {
	r, err := c.flows.engine.Start(ctx, s)
	return r.ID, err
}

// consistencyOf reads the declarations that a configuration names. What they name lies
// where the files of flows do, which repair it, unless it is said otherwise.
func consistencyOf(cfg config.Config, configFile string) (consistency.Settings, error) {
	if cfg.Consistency.Dir != "" {
		cfg.Consistency.FilesDir = cmp.Or(cfg.Consistency.FilesDir, cfg.Flows.FilesDir)
	}
	return consistency.SettingsOf(cfg, filepath.Dir(configFile))
}

// hosts tells which nodes work for which modules.
type hosts struct {
	pool   *pool.Pool
	rollup *rollup.Rollup

	mu   sync.Mutex // protects the fields below
	seen map[string][]string
	at   time.Time
}

// Hosts implements consistency.Fleet.
func (h *hosts) Hosts() []consistency.Host {
	all := h.pool.Hosts()
	out := make([]consistency.Host, len(all))
	for i := range all {
		out[i] = consistency.Host(all[i])
	}
	return out
}

// seenFor is how long it counts which nodes have reported samples: to look is a walk
// through all series.
const seenFor = 30 * time.Second

// Seen implements consistency.Fleet.
func (h *hosts) Seen() map[string][]string {
	h.mu.Lock()
	defer h.mu.Unlock()
	if now := time.Now(); h.seen == nil || now.Sub(h.at) >= seenFor {
		h.at, h.seen = now, map[string][]string{}
		h.rollup.EachDevice(func(d rollup.Device) {
			if id := d.Module.Path.ID(); !d.Silent {
				h.seen[id] = append(h.seen[id], d.Name)
			}
		})
		for _, names := range h.seen {
			slices.Sort(names)
		}
	}
	return h.seen
}

// Redeclare implements consistency.Fleet.
func (h *hosts) Redeclare(nodes []string) { h.pool.Redeclare(nodes) }
