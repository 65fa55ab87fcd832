package config

import (
	"strings"
	"testing"
)

func TestFlowsAreRead(t *testing.T) {
	c, err := Parse([]byte(`
flows:
  dir: /etc/headroom/flows
  local_commands: ["/usr/local/bin/deploy-* ..."]
  windows:
    - {name: night, cron: "0 1 * * *", for: 4h, timezone: Asia/Shanghai, path: shop}
  schedules:
    - {name: weekly, flow: restart, cron: "0 2 * * SUN", window: night, inputs: {module: shop/web, at_once: 2}}
`), "test.yml")
	must(t, err)
	s := c.Flows.Schedules[0]
	if s.Inputs["at_once"] != int64(2) || s.Window != "night" || c.Flows.Windows[0].Path != "shop" || c.Flows.MaxRuns != 1000 {
		t.Errorf("read %+v", c.Flows)
	}
}

func TestFaultsOfFlows(t *testing.T) {
	_, err := Parse([]byte(`
flows:
  max_open: 10
  local_commands: ["deploy", "/bin/[ x"]
  webhook: {url: "hooks.example.com"}
  windows:
    - {name: night, cron: "at night", for: 10s}
    - {name: night, cron: "@daily", for: 1h, timezone: Mars/Base}
  schedules:
    - {name: "a b", cron: "CRON_TZ=UTC 0 2 * * *", window: day}
`), "test.yml")
	if err == nil {
		t.Fatal("no faults")
	}
	for _, want := range []string{
		"flows.max_runs: want 1 to max_open (10)", `flows.local_commands[0]: want a command whose program has its whole path`,
		"flows.local_commands[1]: want a path with * and ?", "flows.webhook.url: want an http or https address",
		`flows.windows[0].cron: want five fields`, "flows.windows[0].for: want 1m to 1w, found 10s",
		`flows.windows[1].name: want a name of its own, found "night", which windows[0] has`, "flows.windows[1].timezone",
		"flows.schedules[0].name", "flows.schedules[0].flow: want the name of a flow, found none", "flows.schedules[0].cron",
		`flows.schedules[0].window: want the name of one of flows.windows, found "day"`,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not told in\n%v", want, err)
		}
	}
}
