package config

import (
	"strings"
	"testing"
)

func TestRequestFaults(t *testing.T) {
	f := func(in string, want ...string) {
		t.Helper()
		_, err := Parse([]byte("requests: "+in), "f")
		if len(want) == 0 && err == nil {
			return
		}
		if err == nil {
			t.Errorf("%s: no fault", in)
			return
		}
		got := strings.Split(err.Error(), "\n")
		if len(got) != len(want) {
			t.Errorf("%s: %s; want %q", in, err, want)
			return
		}
		for i := range want {
			if !strings.Contains(got[i], want[i]) {
				t.Errorf("%s: %s; want %q in it", in, got[i], want[i])
			}
		}
	}
	f(`{groups: {a: [x, y]}, approvers: [{who: ["group:a", z], at_least: 3}, {kinds: [access], who: [z]}, {path: Qzone, who: ["group:elsewhere"], at_least: 4}]}`)
	f(`{keep: 1h, access_at_most: 1m, groups: {a: []}}`, "requests.keep", "requests.access_at_most", "requests.groups.a")
	f(`{approvers: [{path: a//b, kinds: [machine], who: [], at_least: 1}]}`, "approvers[0].path", "approvers[0].kinds: want one of machines", "approvers[0].who", "at_least")
	f(`{groups: {a: [x, y]}, approvers: [{who: ["group:a"], at_least: 3}]}`, "at_least: want a number from 1 on, not above those in who")
	f(`{approvers: [{path: Q, kinds: [access], who: [a]}, {path: Q, kinds: [machines, access], who: [b]}]}`, `approvers[1].kinds: want a name of its own, found "access of path \"Q\"", which requests.approvers[0] has`)
	f(`{auto_approve: [{kind: access, within_forecast: true, max_devices: 3, paths: ["", Q]}]}`, "within_forecast", "max_devices", "paths")
	f(`{flows: [{kind: change, flow: "", inputs: {a: "${module} ${nobody}"}}]}`, "flows[0].kind", "flows[0].flow", "${module}", "${nobody}")
	f(`{flows: [{kind: access, flow: f, inputs: {a: "${subject} by ${who}"}}]}`)
	f(`{notify: {webhooks: [{url: "ftp://x", secret: a, secret_file: b}]}}`, "webhooks[0].url", "webhooks[0].secret_file: want either secret or secret_file, found both")
}
