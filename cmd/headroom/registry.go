package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/prometheus/common/model"

	"headroom/alerting/alarm"
	"headroom/ingest/poll"
	"headroom/ingest/registry"
	"headroom/internal/config"
	"headroom/storage/fleet"
	"headroom/storage/state"
)

// factBook is the registry of modules as the API asks it.
type factBook struct {
	*registry.Importer
	state.Registry
	known    *fleet.Registry
	runbooks func() string // their directory; empty: there is none
}

// openRegistry opens the registry, which knows what its sources said last.
func (s *server) openRegistry(ctx context.Context) (err error) {
	b := &s.facts
	b.known, b.Registry, b.runbooks = &fleet.Registry{}, s.state.Registry(), s.runbooksDir
	b.Importer, err = registry.Open(ctx, registry.Options{
		Sources: s.cfg.Registry.Sources, Levels: s.cfg.Hierarchy, Dir: filepath.Dir(s.opts.configFile), Keeper: b.Registry, Registry: b.known,
		Querier: s.ownQuerier(), Client: registry.NewClient(), Now: time.Now, Logger: s.log, Registerer: s.reg,
	})
	if err != nil {
		return fmt.Errorf("open the registry: %w", err)
	}
	return nil
}

// ownQuerier evaluates PromQL against the store that is shown.
func (s *server) ownQuerier() poll.Querier {
	if s.raw != nil {
		return remoteQuerier{s.raw}
	}
	return s.engine
}

// reloadRegistry has the sources of a configuration read anew.
func (s *server) reloadRegistry(ctx context.Context, cfg config.Config) error {
	return s.facts.Configure(ctx, cfg.Registry.Sources)
}

// runbooksDir is the directory of runbooks; empty if there is none.
func (s *server) runbooksDir() string { return s.besideConfig(s.config().Registry.RunbooksDir) }

// forgetFacts removes changes of facts that are older than they are kept.
func (s *server) forgetFacts(ctx context.Context, _ time.Time) (int64, error) {
	return s.state.Registry().Forget(ctx, time.Now().Add(-time.Duration(s.config().Registry.Keep)))
}

// View implements api.Registry.
func (b factBook) View() *fleet.View { return b.known.View() }

// maxRunbook is how much of a runbook is shown, in bytes.
const maxRunbook = 256 << 10

// Runbook implements api.Registry. No name leads out of the directory.
func (b factBook) Runbook(name string) (string, error) {
	dir := b.runbooks()
	if dir == "" {
		return "", errors.New("there is no directory of runbooks: registry.runbooks_dir is not set")
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return "", fmt.Errorf("open the directory of runbooks: %w", err)
	}
	defer root.Close()
	f, err := root.Open(filepath.FromSlash(name))
	if err != nil {
		return "", fmt.Errorf("read the runbook: %w", err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxRunbook))
	if err != nil {
		return "", fmt.Errorf("read the runbook: %w", err)
	}
	return string(text), nil
}

// upstream is the kind of component that a module is for those that call it.
const upstream = "upstream"

// declared are the components that are declared for where an alarm rings: those of
// the configuration, and what the registry says that the place depends on.
func (s *server) declared(labels model.LabelSet, path fleet.Path, node string) []alarm.Component {
	return withDependencies(s.alarms.components.declared(labels, path, node), s.facts.View(), path)
}

// withDependencies adds what a module calls and, since it rings itself when it fails,
// itself and each node above it that others call.
func withDependencies(all []alarm.Component, v *fleet.View, path fleet.Path) []alarm.Component {
	add := func(id string) {
		if c := (alarm.Component{Kind: upstream, Name: id}); !slices.Contains(all, c) {
			all = append(all, c)
		}
	}
	for _, id := range v.Dependencies(path.ID()) {
		add(id)
	}
	for depth := range path {
		if id := path[:depth+1].ID(); v.Called(id) {
			add(id)
		}
	}
	return all
}

// ownerOf is who is told when a component fails.
func (s *server) ownerOf(on alarm.Component) string {
	if owner := s.alarms.components.owner(on); owner != "" || on.Kind != upstream {
		return owner
	}
	return s.facts.View().Text(on.Name, "owner")
}
