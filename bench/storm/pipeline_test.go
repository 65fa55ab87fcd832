package main

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"

	"headroom/alerting/alarm"
	"headroom/alerting/enrich"
	"headroom/alerting/flap"
	"headroom/alerting/fold"
	"headroom/alerting/lease"
	"headroom/alerting/scenario"
	"headroom/ingest/rollup"
	"headroom/internal/config"
	bizfleet "headroom/storage/fleet"
)

// registry is what a server knows of the fleet: it has seen its devices.
type registry struct{ modules, devices map[alarm.Component]int }

func registryOf(f *fleet) registry {
	r := registry{map[alarm.Component]int{}, map[alarm.Component]int{}}
	for _, m := range f.modules {
		seen := map[alarm.Component]bool{}
		add := func(devices int, kind, name string) {
			c := alarm.Component{Kind: kind, Name: name}
			r.devices[c] += devices
			if !seen[c] {
				seen[c] = true
				r.modules[c]++
			}
		}
		all := len(m.devices)
		add(all, "", "")
		add(all, "proxy", m.proxy)
		for _, up := range m.upstream {
			add(all, "upstream", up.id())
		}
		path := bizfleet.Path(m.path[:])
		for i, level := range config.Default().Hierarchy {
			add(all, level, path[:i+1].ID())
		}
		for _, d := range m.devices {
			add(1, "rack", d.rack)
			add(1, "site", d.site)
			add(1, "node", d.node)
		}
	}
	return r
}

func (r registry) FanIn(c alarm.Component) (modules, devices int) { return r.modules[c], r.devices[c] }

// server is the pipeline in virtual time, as far as it is about storms.
type server struct {
	*scenario.World
	leases *lease.Leases
	open   map[string]string // ids of leases by run
	told   int               // of World.Told, that were returned
}

func newServer(t *testing.T, f *fleet) *server {
	cfg := configOf(f)
	index := fold.NewIndex(cfg.Alerting.Fold, nil)
	s := &server{open: map[string]string{}}
	s.World = scenario.NewStorm(t, func(w *scenario.World) []alarm.Stage {
		var err error
		s.leases, err = lease.New(t.Context(), w.Now, lease.Options{
			Store: w.DB.Leases(), Location: time.UTC, Logger: slog.New(slog.DiscardHandler),
			Defaults: func() lease.Defaults {
				return lease.Defaults{TTL: time.Minute, Limit: 4 * time.Hour, Grace: 2 * time.Minute, Expected: 1000, Least: 10}
			},
		})
		must(t, err)
		flaps, err := flap.New(t.Context(), w.Now, flap.Options{
			Settings: func() flap.Settings {
				f := cfg.Alerting.Flap
				return flap.Settings{Changes: f.Changes, Window: time.Duration(f.Window), Stable: time.Duration(f.Stable)}
			},
			History: w.History(),
		})
		must(t, err)
		return []alarm.Stage{
			enrich.New(enrich.Options{
				Tree: bizfleet.NewTree(cfg.Hierarchy), Devices: func(func(rollup.Device)) {},
				Labels: func() enrich.Labels {
					return enrich.Labels{Node: cfg.Alerting.NodeLabels, Owner: cfg.Alerting.OwnerLabels, Process: cfg.ProcessLabel, Domains: cfg.FailureDomains}
				},
				Declared: index.Of,
			}),
			s.leases, flaps,
			fold.New(fold.Options{
				Config: func() config.Fold { return cfg.Alerting.Fold }, Levels: cfg.Hierarchy, Fleet: registryOf(f), Owner: index.Owner,
			}),
		}
	})
	return s
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func labelSet(labels map[string]string) model.LabelSet {
	set := make(model.LabelSet, len(labels))
	for name, value := range labels {
		set[model.LabelName(name)] = model.LabelValue(value)
	}
	return set
}

// Send implements Target. All of it is sent in two requests: what rings, what ends.
func (s *server) Send(_ Seconds, events []Event) error {
	state := map[string]Event{}
	var keys []string
	for _, e := range events {
		k := key(e.Labels)
		if _, known := state[k]; !known {
			keys = append(keys, k)
		}
		state[k] = e
	}
	var rings, ends []model.LabelSet
	for _, k := range keys {
		if e := state[k]; e.Ended {
			ends = append(ends, labelSet(e.Labels))
		} else {
			rings = append(rings, labelSet(e.Labels))
		}
	}
	s.Fire(rings...)
	s.Recover(ends...)
	return nil
}

// Open implements Target.
func (s *server) Open(_ Seconds, l Lease) error {
	got, err := s.leases.Open(context.Background(), s.Now, lease.Request{Run: l.Run, Kind: "roll", Nodes: l.Nodes, Effect: l.Effect, Expected: &l.Expected})
	s.open[l.Run] = got.ID
	return err
}

// Close implements Target.
func (s *server) Close(_ Seconds, l Lease) error {
	_, err := s.leases.End(context.Background(), s.Now, s.open[l.Run], lease.Done, "all workers run")
	delete(s.open, l.Run)
	return err
}

// Advance implements Target. Each alarm that gets through is a notification.
func (s *server) Advance(to Seconds) (got []Notification, err error) {
	for _, id := range s.open {
		if _, err := s.leases.Beat(context.Background(), s.Now, id); err != nil {
			return nil, err
		}
	}
	s.Step(scenario.Noon.Add(to.duration()).Sub(s.Now))
	for _, t := range s.World.Told[s.told:] {
		labels := map[string]string{}
		for name, value := range t.Alarm.Labels {
			labels[string(name)] = string(value)
		}
		got = append(got, Notification{At: to, Alarms: []Told{{Labels: labels, Ended: t.Ended}}})
	}
	s.told = len(s.World.Told)
	return got, nil
}

// What the pipeline has to reach on each half of the suite: at least 98 % fewer
// notifications than alarms, every root cause told at most half a minute after the
// evidence is complete, no incident swallowed, no cause invented.
func TestTheSuiteInVirtualTime(t *testing.T) {
	var all []Score
	for _, p := range played {
		f := p.fleet()
		var scores []Score
		for _, s := range p.scenarios(f) {
			told, err := playVirtual(s, newServer(t, f))
			must(t, err)
			scores = append(scores, score(s, told))
		}
		sum := total(p.name, scores)
		if sum.Reduction() < 98 || sum.CausesTold != sum.Causes || sum.Slowest > 30 || len(sum.Swallowed) > 0 || len(sum.FalseCauses) > 0 {
			t.Errorf("%+v", sum)
		}
		all = append(all, scores...)
	}
	var b strings.Builder
	must(t, printScores(&b, all))
	t.Log("\n" + b.String())
}
