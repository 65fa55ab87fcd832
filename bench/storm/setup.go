package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"headroom/internal/config"
)

// configOf declares what the fleet's modules share, as a user would.
func configOf(f *fleet) config.Config {
	c := config.Default()
	for _, pool := range f.pools {
		d := config.Component{Kind: "proxy", Name: pool, Owner: "proxy-team"}
		for _, m := range f.where(behind(pool)) {
			d.Modules = append(d.Modules, m.id())
		}
		c.Alerting.Fold.Components = append(c.Alerting.Fold.Components, d)
	}
	for _, up := range f.upstreams {
		d := config.Component{Kind: "upstream", Name: up.id(), Owner: "owner-of-" + up.path[2]}
		for _, m := range f.where(func(m *module) bool { return m.calls(up) }) {
			d.Modules = append(d.Modules, m.id())
		}
		c.Alerting.Fold.Components = append(c.Alerting.Fold.Components, d)
	}
	return c
}

// writeConfig writes what a server has to be told of the fleet. Where time is played
// faster, what the server waits for is shorter.
func writeConfig(file string, f *fleet, speed float64) error {
	c := configOf(f).Alerting.Fold
	faster := func(d config.Duration) config.Duration {
		return config.Duration(float64(d)/speed) / config.Duration(time.Millisecond) * config.Duration(time.Millisecond)
	}
	declared := map[string]any{"alerting": map[string]any{"fold": map[string]any{
		"window": faster(c.Window), "wait": faster(c.Wait), "grace": faster(c.Grace), "components": c.Components,
	}}}
	text, err := yaml.Marshal(declared)
	if err != nil {
		return fmt.Errorf("write %s: %w", file, err)
	}
	return os.WriteFile(file, text, 0o644)
}

// writeFleet writes a sample of every device, from which a server knows the fleet.
func writeFleet(file string, f *fleet) error {
	var b strings.Builder
	f.each(func(device) bool { return true }, func(m *module, d device) {
		l := m.onDevice("", "", d)
		delete(l, "alertname")
		delete(l, "severity")
		pairs := make([]string, 0, len(l))
		for name, value := range l {
			pairs = append(pairs, fmt.Sprintf("%s=%q", name, value))
		}
		slices.Sort(pairs)
		fmt.Fprintf(&b, "headroom_load_percent{%s} 30\n", strings.Join(pairs, ","))
	})
	return os.WriteFile(file, []byte(b.String()), 0o644)
}
