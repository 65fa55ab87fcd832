package config

import (
	"strings"
	"testing"
	"time"
)

const service = `
hierarchy: [business, module]
pool:
  limits: {cpu_percent: 30, pids: 100}
  policy: {target: 0.5, scale_in: 0.4, predictive: false}
services:
  - module: shop/web
    command: [/bin/web]
    ports: {from: 9000, to: 9009}
    limits: {pids: 0}
    policy: {predictive: true, maximum: 7}
  - module: shop/batch
    command: [/bin/batch]
    log: {keep: 0}
`

func TestServicesInheritWhatTheyDoNotSay(t *testing.T) {
	c, err := Parse([]byte(service), "")
	must(t, err)
	web, batch := c.Services[0], c.Services[1]
	if web.Mode != "recommend" || web.Limits.CPUPercent != 30 || web.Limits.Pids != 0 || web.Health.Kind != "tcp" || web.Latency.Source != "tcp" {
		t.Errorf("%+v", web)
	}
	if p := web.Policy; !p.Predictive || p.Maximum != 7 || p.Target != 0.5 || !p.FreezeInDeviation {
		t.Errorf("%+v", p)
	}
	if batch.Limits.Pids != 100 || batch.Health.Kind != "none" || batch.Latency.Source != "none" || batch.Policy.Predictive || batch.Log.Keep != 0 {
		t.Errorf("%+v", batch)
	}
	if batch.Startup != Duration(time.Minute) || c.Pool.MaxWorkers != 100 {
		t.Errorf("%+v, %+v", batch, c.Pool)
	}
}

func TestFaultsOfThePoolAreAllTold(t *testing.T) {
	_, err := Parse([]byte(`hierarchy: [business, module]
pool:
  node_token_file: a
  node_tokens_file: b
  lost_after: 1s
  domains: [rack, rack]
  limits: {cpu_percent: 0, period: 2s}
  policy: {target: 0.5, scale_in: 0.6}
services:
  - module: shop
    mode: act
    nodes: ['pool=~".*"']
    dir: relative
    mounts: [{source: x, target: /}]
    proxies: [a, a]
    ports: {from: 90, to: 80}
    cpu: 0
    health: {kind: ping, path: x, failures: 3, restart: 2}
    latency: {source: statsd}
    overload: {max_out: 2}
    policy: {minimum: 5, maximum: 3, keep_peak: always}
    schedule:
      - {minimum: 2}
      - {minimum: 2, cron: "* *", for: 1h}
      - {minimum: 2, times: [{weekdays: [funday]}]}
  - module: shop/web
    command: [x]
    health: {kind: http}
  - module: shop/web
    command: [x]
    nodez: 1
`), "f.yml")
	if err == nil {
		t.Fatal("no fault")
	}
	for _, want := range []string{
		"f.yml:4: pool.node_tokens_file", "f.yml:5: pool.lost_after: want 5s to 1h, found 1s", `f.yml:6: pool.domains: want each label once, found "rack" twice`,
		"f.yml:7: pool.limits.cpu_percent", "f.yml:7: pool.limits.period", "f.yml:8: pool.policy.scale_in",
		`f.yml:10: services[0].module: want the id of a module: a name for each of business/module, found "shop"`, "f.yml:11: services[0].mode", "f.yml:12: services[0].nodes",
		"f.yml:10: services[0].command: want a program and its arguments, found none", "f.yml:13: services[0].dir", "f.yml:14: services[0].mounts[0].source", "f.yml:14: services[0].mounts[0].target",
		"f.yml:15: services[0].proxies", "f.yml:16: services[0].ports.to", "f.yml:17: services[0].cpu", "f.yml:18: services[0].health.kind", "services[0].health.path", "services[0].health.restart",
		"f.yml:19: services[0].latency.metric", "f.yml:20: services[0].overload.max_out", "f.yml:21: services[0].policy.maximum", "services[0].policy.keep_peak",
		"f.yml:23: services[0].schedule[0].cron", "f.yml:24: services[0].schedule[1].cron", "f.yml:25: services[0].schedule[2].times[0].weekdays",
		"f.yml:28: services[1].health.kind: want none for a service without ports", `f.yml:29: services[2].module: want a name of its own, found "shop/web", which services[1] has`,
		"f.yml:31: services[2].nodez: unknown key",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("lacks %q", want)
		}
	}
	if t.Failed() {
		t.Log("\n" + err.Error())
	}
}
