package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"headroom/ingest/poll"
	"headroom/ingest/rollup"
	"headroom/internal/config"
	"headroom/storage"
	"headroom/storage/fleet"
	"headroom/storage/head"
	"headroom/storage/promql"
	"headroom/storage/remote"
	"headroom/ui/api"
)

// rollupOptions turns the signals of the configuration into what the rollup
// looks for, and returns those that have to be asked for.
func rollupOptions(cfg config.Config, engine *promql.Engine) (rollup.Options, []poll.Signal, error) {
	aggregate, err := rollup.ParseAggregate(cfg.Signals.Load.Aggregate)
	if err != nil {
		return rollup.Options{}, nil, fmt.Errorf("signals.load: %w", err)
	}
	opts := rollup.Options{
		Tree: fleet.NewTree(cfg.Hierarchy), NodeLabel: cfg.NodeLabel, ProcessLabel: cfg.ProcessLabel,
		Domains: cfg.FailureDomains, LoadAggregate: aggregate, DeviceTimeout: time.Duration(cfg.Rollup.DeviceTimeout),
	}
	var asked []poll.Signal
	for _, s := range []struct {
		name string
		config.Signal
		into *[]storage.Matcher
	}{
		{poll.Load, cfg.Signals.Load, &opts.Load},
		{poll.Busy, cfg.Signals.Busy, &opts.Busy},
		{poll.Requests, cfg.Signals.Requests, &opts.Requests},
	} {
		switch {
		case s.Query != "":
			signal := poll.Signal{Name: s.name, Query: s.Query}
			*s.into = signal.Matchers()
			asked = append(asked, signal)
		case s.Match != "":
			sets, err := engine.ParseSelectors([]string{s.Match})
			if err != nil {
				return rollup.Options{}, nil, fmt.Errorf("signal %q: %w", s.Match, err)
			}
			*s.into = sets[0]
		}
	}
	return opts, asked, nil
}

// examples are series that signals take, as text and in the labels of this server; empty
// for a signal that is asked for.
func examples(ro rollup.Options, cfg config.Signals) api.Examples {
	var labels []string
	for i, level := range ro.Tree.Levels() {
		name := fmt.Sprint("name", i+1)
		if named := []string{"shop", "web", "cart", "cart-api"}; i < len(named) {
			name = named[i]
		}
		labels = append(labels, level+`="`+name+`"`)
	}
	labels = append(labels, ro.NodeLabel+`="host-1"`)
	return api.Examples{
		Load: example(cfg.Load, ro.Load, labels),
		Busy: example(cfg.Busy, ro.Busy, append(labels, ro.ProcessLabel+`="cart-1"`)),
	}
}

// example writes a series that a signal takes; of its matchers only labels that must have
// one value tell what to send.
func example(s config.Signal, match []storage.Matcher, labels []string) string {
	if s.Match == "" || s.Query != "" {
		return ""
	}
	name, labels := "", slices.Clip(labels) // which others append to, too
	for _, m := range match {
		switch {
		case m.Op != storage.Equal:
		case m.Name == "__name__":
			name = m.Value
		default:
			labels = append(labels, fmt.Sprintf("%s=%q", m.Name, m.Value))
		}
	}
	return name + "{" + strings.Join(labels, ",") + "}"
}

// observer lets a store's head show its samples to the rollup.
type observer struct{ rollup *rollup.Rollup }

// Enter implements head.Observer.
func (o observer) Enter(labels []storage.Label) head.Watcher {
	if c := o.rollup.Enter(labels); c != nil {
		return c
	}
	return nil
}

// remoteQuerier asks another store.
type remoteQuerier struct{ store *remote.Store }

// Instant implements poll.Querier.
func (q remoteQuerier) Instant(ctx context.Context, query string, at time.Time) ([]promql.Sample, error) {
	points, err := q.store.Query(ctx, query, at)
	samples := make([]promql.Sample, len(points))
	for i, p := range points {
		samples[i] = promql.Sample{Labels: p.Labels, Time: p.Timestamp, Value: p.Value}
	}
	return samples, err
}

// Range implements poll.Querier.
func (q remoteQuerier) Range(ctx context.Context, query string, start, end time.Time, step time.Duration) (all []storage.Series, err error) {
	byKey := map[string]int{}
	err = q.store.QueryRange(ctx, remote.RangeQuery{Query: query, From: start, To: end, Step: step}, func(b *storage.Block) error {
		key, err := head.AppendKey(nil, b.Labels)
		if err != nil {
			return err
		}
		i, known := byKey[string(key)]
		if !known {
			i = len(all)
			byKey[string(key)] = i
			all = append(all, storage.Series{Labels: head.Labels(string(key))})
		}
		for k, t := range b.Timestamps {
			all[i].Samples = append(all[i].Samples, storage.Sample{Timestamp: t, Value: b.Values[k]})
		}
		return nil
	})
	return all, err
}
