package config

import (
	"strings"
	"testing"
)

func TestMutes(t *testing.T) {
	c, err := Parse([]byte(`alerting:
  lease: {ttl: 30s, expected: 7}
  mutes:
    - name: backup
      matchers: ['alertname=~"Backup.*"', 'severity!="page"']
      times: [{times: [{start_time: "02:00", end_time: "04:30"}], weekdays: ["monday:friday"], except: [2026-12-25]}]
      timezone: Asia/Shanghai
      from: 2026-12-01
      to: 2027-06-01T00:00:00+08:00
      comment: the backup runs
  flap: {changes: 7, delays: [{match: 'alertname="Slow"', for: 30s}]}
`), "f")
	if err != nil {
		t.Fatal(err)
	}
	m := c.Alerting.Mutes[0]
	if m.From != "2026-12-01" || m.Times[0].Except[0] != "2026-12-25" || m.Times[0].Times[0].End != "04:30" || c.Alerting.Lease.Expected != 7 || c.Alerting.Flap.Delays[0].Match == "" {
		t.Errorf("%+v", c.Alerting)
	}
}

func TestFaultsOfMutes(t *testing.T) {
	_, err := Parse([]byte(`alerting:
  lease: {ttl: 1s, expected: -1}
  mutes:
    - matchers: ['a=~".*"']
      times: [{weekdays: [mon]}, {times: [{start_time: "22:00", end_time: "06:00"}]}]
      timezone: Mars/Base
    - {name: a, matchers: ['a="b"'], from: 2026-12-02, to: 2026-12-01}
    - {name: a, matchers: ['a="b"'], from: soon}
  flap: {changes: 2, delays: [{match: x}]}
`), "f")
	if err == nil {
		t.Fatal("no fault was found")
	}
	for _, want := range []string{
		"f:2: alerting.lease.ttl: want 10s to 1h, found 1s", "f:2: alerting.lease.expected: want 0 to 100000", "f:4: alerting.mutes[0].name: want a name",
		"f:4: alerting.mutes[0].matchers: want label matchers", `f:5: alerting.mutes[0].times[0].weekdays: want days as monday or monday:friday, found "mon"`,
		"f:5: alerting.mutes[0].times[1].times[0]: want hours", "f:6: alerting.mutes[0].timezone: want", "f:7: alerting.mutes[1].to: want a time not before from",
		`f:8: alerting.mutes[2].name: want a name of its own, found "a", which mutes[1] has`, `f:8: alerting.mutes[2].from: want a day as`,
		"f:9: alerting.flap.changes: want 3 to 30", "f:9: alerting.flap.delays[0].match: want label matchers", "f:9: alerting.flap.delays[0].for: want 1s to 1h",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in\n%v", want, err)
		}
	}
}
