package main

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"headroom/internal/config"
)

// reloads tells how the last reload went.
type reloads struct {
	mu     sync.Mutex // held while the configuration or the model changes
	good   prometheus.Gauge
	goodAt prometheus.Gauge
}

func newReloads(reg prometheus.Registerer) *reloads {
	f := promauto.With(reg)
	r := &reloads{
		good:   f.NewGauge(prometheus.GaugeOpts{Name: "headroom_config_last_reload_successful", Help: "1 if the last reading of the configuration was good."}),
		goodAt: f.NewGauge(prometheus.GaugeOpts{Name: "headroom_config_last_reload_success_timestamp_seconds", Help: "When the configuration in force was read."}),
	}
	r.good.Set(1)
	r.goodAt.SetToCurrentTime()
	return r
}

// reload reads the configuration file anew: all of it or nothing. What a running
// server cannot change is named, and refused.
func (s *server) reload(ctx context.Context) error {
	s.reloads.mu.Lock()
	defer s.reloads.mu.Unlock()
	cfg, err := s.opts.config()
	if err == nil {
		err = fixedSections(s.cfg, cfg)
	}
	if err != nil {
		s.reloads.good.Set(0)
		s.log.Error("the configuration was not reloaded, the old one stays in force", "err", err)
		return err
	}
	if err := s.takeLocked(ctx, cfg); err != nil {
		s.reloads.good.Set(0)
		s.log.Error("the configuration was not reloaded, the old one stays in force", "err", err)
		return err
	}
	s.inForce.Store(&cfg)
	s.alarms.recheck() // a run meanwhile has asked for the old one
	if s.scrape != nil {
		s.scrape.Apply(cfg.ScrapeConfigs)
	}
	s.reloads.good.Set(1)
	s.reloads.goodAt.SetToCurrentTime()
	s.log.Info("configuration reloaded")
	return nil
}

// reloaders are the parts that take another configuration, in their order.
func (s *server) reloaders(ctx context.Context) []func(config.Config) error {
	with := func(take func(context.Context, config.Config) error) func(config.Config) error {
		return func(cfg config.Config) error { return take(ctx, cfg) }
	}
	return []func(config.Config) error{
		s.reloadAccess,
		s.reloadAlarms,
		with(s.reloadScaling),
		with(s.reloadFlows),
		with(s.reloadRegistry),
		s.reloadRequests,
		s.reloadConsistency,
		s.reloadReports,
	}
}

// takeLocked has the parts take a configuration, or keep the one they have.
func (s *server) takeLocked(ctx context.Context, cfg config.Config) error {
	set, err := ruleFiles(cfg, s.opts.configFile)
	if err != nil {
		return err
	}
	before, taken := s.cfg, 0
	parts := s.reloaders(ctx)
	for taken < len(parts) && err == nil {
		err = parts[taken](cfg)
		taken++
	}
	if err == nil {
		s.cfg = cfg
		err = s.setModelLocked(ctx)
	}
	if err != nil {
		s.cfg = before
		for _, part := range parts[:taken] {
			err = errors.Join(err, part(before))
		}
		return err
	}
	return s.rules.Apply(set, time.Duration(cfg.Alerting.EvaluationInterval))
}

// fixedSections names every section that differs and needs a restart. What is in it
// is told only where it can be no secret: commands, headers and addresses may be one.
func fixedSections(old, now config.Config) error {
	var errs []error
	for _, part := range []struct {
		name     string
		old, now any
		told     bool // with its values
	}{
		{"timezone", old.Timezone, now.Timezone, true},
		{"hierarchy", old.Hierarchy, now.Hierarchy, true},
		{"node_label", old.NodeLabel, now.NodeLabel, true},
		{"process_label", old.ProcessLabel, now.ProcessLabel, true},
		{"failure_domains", old.FailureDomains, now.FailureDomains, true},
		{"signals", old.Signals, now.Signals, true},
		{"rollup", old.Rollup, now.Rollup, true},
		{"storage", old.Storage, now.Storage, false},
		{"ingest", old.Ingest, now.Ingest, true},
		{"query", old.Query, now.Query, true},
		{"keda", old.Keda, now.Keda, true},
		{"flows.files_dir", old.Flows.FilesDir, now.Flows.FilesDir, true},
		{"alerting.chat", old.Alerting.Chat, now.Alerting.Chat, false},
	} {
		switch {
		case reflect.DeepEqual(part.old, part.now):
		case part.told:
			errs = append(errs, fmt.Errorf("%s: was %v, is now %v: this needs a restart", part.name, part.old, part.now))
		default:
			errs = append(errs, fmt.Errorf("%s: has changed: this needs a restart", part.name))
		}
	}
	return errors.Join(errs...)
}
