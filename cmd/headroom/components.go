package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/prometheus/common/model"

	"headroom/alerting/alarm"
	"headroom/alerting/fold"
	"headroom/internal/config"
	"headroom/storage/fleet"
	"headroom/storage/state"
)

// components are what modules share, declared or learned. Their methods may be
// called from many goroutines.
type components struct {
	mu      sync.RWMutex // protects the fields below
	cfg     config.Fold
	learned []fold.Learned
	index   *fold.Index
}

func (c *components) configure(cfg config.Fold) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cfg, c.index = cfg, fold.NewIndex(cfg, c.learned)
}

func (c *components) learn(learned []fold.Learned) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.learned, c.index = learned, fold.NewIndex(c.cfg, learned)
}

func (c *components) now() *fold.Index {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.index
}

func (c *components) declared(labels model.LabelSet, path fleet.Path, node string) []alarm.Component {
	return c.now().Of(labels, path, node)
}

func (c *components) owner(on alarm.Component) string { return c.now().Owner(on) }

// learnComponents looks once a day which modules ring together.
func (s *server) learnComponents(ctx context.Context) error {
	tick := time.NewTicker(24 * time.Hour)
	defer tick.Stop()
	for {
		if err := s.learnComponentsOnce(ctx, time.Now()); err != nil && ctx.Err() == nil {
			s.log.Error("which modules ring together could not be learned; trying again in a day", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

func (s *server) learnComponentsOnce(ctx context.Context, now time.Time) error {
	cfg := s.config().Alerting.Fold
	known := fold.NewIndex(cfg, nil)
	declared := func(module string) []alarm.Component {
		path, err := fleet.ParseID(module)
		if err != nil {
			return nil
		}
		return withDependencies(known.Of(nil, path, ""), s.facts.View(), path)
	}
	learned, err := fold.Relearn(ctx, rung{s.state.Alarms()}, now, cfg, declared)
	if err != nil {
		return err
	}
	s.alarms.components.learn(learned)
	s.log.Info("learned which modules ring together", "groups", len(learned))
	return nil
}

// rung tells from the state database which modules have rung.
type rung struct{ table state.Alarms }

// maxEpisodes is how many past alarms are learned from, the newest.
const maxEpisodes = 200_000

// Episodes implements fold.History. An alarm of a device counts for its module.
func (r rung) Episodes(ctx context.Context, since time.Time) (all []fold.Episode, err error) {
	err = r.table.Each(ctx, state.AlarmQuery{From: since, Limit: maxEpisodes}, func(a state.Alarm) error {
		if a.Path != "" && a.Source != alarm.FromFold {
			all = append(all, fold.Episode{Module: a.Path, At: a.Received})
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read alarms since %s: %w", since.Format(time.RFC3339), err)
	}
	return all, nil
}
