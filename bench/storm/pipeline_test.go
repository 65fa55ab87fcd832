package main

import (
	"log/slog"
	"strings"
	"testing"
	"time"

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

// What the pipeline has to reach on each half of the suite: at least 98 % fewer
// notifications than alarms, every root cause told at most half a minute after the
// evidence is complete, no incident swallowed, no cause invented.
func TestTheSuiteInVirtualTime(t *testing.T) {
	var all []Score
	for _, p := range played {
		f := p.fleet()
		var scores []Score
		for _, s := range p.scenarios(f) {
			scores = append(scores, score(s, newServer(t, f).play(t, s)))
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
