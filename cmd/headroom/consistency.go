package main

import (
	"context"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"headroom/ingest/rollup"
	"headroom/internal/config"
	"headroom/scaler/consistency"
	"headroom/scaler/pool"
)

// openConsistency makes what compares the nodes of the pool with what is declared for
// them.
func (s *server) openConsistency(ctx context.Context) (err error) {
	s.consistency, err = consistency.New(ctx, consistency.Options{
		DB: s.state, Fleet: &hosts{pool: s.scaling.pool, rollup: s.rollup}, Store: s.store, Hierarchy: s.cfg.Hierarchy,
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

// consistencyOf reads the declarations that a configuration names.
func consistencyOf(cfg config.Config, configFile string) (consistency.Settings, error) {
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
