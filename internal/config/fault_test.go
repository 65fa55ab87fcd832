package config

import (
	"strings"
	"testing"
)

func TestFaults(t *testing.T) {
	f := func(in string, want ...string) {
		t.Helper()
		c, err := Parse([]byte(in), "f")
		if err == nil {
			t.Errorf("%q: no fault; want %q", in, want)
			return
		}
		if c.NodeLabel != "" {
			t.Errorf("%q: a faulty file gave a configuration", in)
		}
		got := strings.Split(err.Error(), "\n")
		if len(got) != len(want) {
			t.Errorf("%q: %d faults; want %d:\n%s", in, len(got), len(want), err)
			return
		}
		for i := range want {
			if !strings.HasPrefix(got[i], want[i]) {
				t.Errorf("%q: fault %d is\n  %s\nwant it to start with\n  %s", in, i, got[i], want[i])
			}
		}
	}

	// What is no YAML has one fault: the first.
	f("a: [", "f:1: did not find")
	f("\ta: 1", "f: found character that cannot start")
	f("node_label: a\n---\nnode_label: b", "f:2: want one document")
	f("[]", "f:1: want keys with values, found a list")
	f("just text", "f:1: want keys with values")

	f("nodelabel: x", "f:1: nodelabel: unknown key; known here: timezone, hierarchy, node_label,")
	f("capacity:\n  modle: x", "f:2: capacity.modle: unknown key; known here: model, history,")
	f("node_label: a\nnode_label: b", "f:2: node_label: given twice, first on line 1")
	f("capacity: 60", `f:1: capacity: want keys with values, found "60"`)
	f("hierarchy: {a: b}", "f:1: hierarchy: want a list of texts, found keys with values")
	f("hierarchy: []", "f:1: hierarchy: want at least one label, found none")
	f("hierarchy: [a, a]", `f:1: hierarchy: want a label of its own, found "a", which hierarchy has`)
	f("hierarchy: [a b]", `f:1: hierarchy: want a label's name (letters, digits, _), found "a b"`)
	f("hierarchy: [__name__]", "f:1: hierarchy: want a label's name")
	f("node_label: module", `f:1: node_label: want a label of its own, found "module", which hierarchy has`)
	f("process_label: node", `f:1: process_label: want a label of its own, found "node", which node_label has`)
	f("timezone: Mars/Base", `f:1: timezone: want a time zone such as Asia/Shanghai, found "Mars/Base"`)

	f("signals: {load: {match: ''}}", "f:1: signals.load.match: want a metric (or a query), found none")
	f("signals: {load: {match: a, query: b}}", "f:1: signals.load.query: want either match or query, found both")
	f("signals: {load: {match: 'a{'}}", `f:1: signals.load.match: want a metric such as name or name{label="value"}, found "a{": 1:3`)
	f(`signals: {load: {match: '{a="b"}'}}`, "f:1: signals.load.match: want a metric's name")
	f("signals: {load: {query: 'sum('}}", "f:1: signals.load.query: want a PromQL expression, found 1:5: parse error")
	f("signals: {load: {aggregate: mean}}", `f:1: signals.load.aggregate: want one of avg, max, min, sum, last, found "mean"`)
	f("signals: {busy: {aggregate: avg}}", "f:1: signals.busy.aggregate: want none")

	f("capacity: {events: [{name: a, from: 2027-02-05, to: 2027-02-06, uplift: 2, path: Qzone//x}]}",
		`f:1: capacity.events[0].path: want the id of a node of the business tree, as Qzone/WNS, found "Qzone//x"`)
	f("capacity: {order: {device_types: [{worth: 0, round_to: -1, path: a//b}]}}",
		`f:1: capacity.order.device_types[0].name: want a name, found none`,
		`f:1: capacity.order.device_types[0].worth: want a number above 0, found 0`,
		`f:1: capacity.order.device_types[0].round_to: want 1 or more devices, or 0 for as many as elsewhere, found -1`,
		`f:1: capacity.order.device_types[0].path: want the id of a node of the business tree, as Qzone/WNS, found "a//b"`)
	f("capacity: {order: {shortage_cost: 0, failures: 0.7, round_to: 0}}",
		`f:1: capacity.order.shortage_cost: want a number above 0, found 0`,
		`f:1: capacity.order.failures: want a share from 0 to 0.5, found 0.7`,
		`f:1: capacity.order.round_to: want 1 or more devices, found 0`)
	f("capacity: {model: magic}", `f:1: capacity.model: want one of calibrated, classic, found "magic"`)
	f("capacity: {history: 1w}", "f:1: capacity.history: want 2w to 2y, found 1w")
	f("capacity: {history: 60}", `f:1: capacity.history: want a duration such as 30s, 5m or 60d, found "60"`)
	f("capacity: {band_days: 2}", "f:1: capacity.band_days: want 3 to 365, found 2")
	f("capacity: {band_days: 2.5}", `f:1: capacity.band_days: want a whole number, found "2.5"`)
	f("capacity: {band_days: 1e1}", `f:1: capacity.band_days: want a whole number, found "1e1"`)
	f("capacity: {target_load: 0}", "f:1: capacity.target_load: want a percentage above 0 and up to 100, found 0")
	f("capacity: {target_load: .nan}", "f:1: capacity.target_load: want a percentage above 0 and up to 100, found NaN")
	f("capacity: {alarm: {false_alarms_per_week: 0, least_absolute: -1, least_relative: .inf}}",
		"f:1: capacity.alarm.false_alarms_per_week: want 0.02 to 10, found 0",
		"f:1: capacity.alarm.least_absolute: want a number of points from 0 on, found -1",
		"f:1: capacity.alarm.least_relative: want a share from 0 on, found +Inf")
	f("capacity: {target_load: high}", `f:1: capacity.target_load: want a number, found "high"`)
	f("capacity: {lead_time: 1h}", "f:1: capacity.lead_time: want 1d to 1y, found 1h")
	f("capacity:\n  events:\n  - {name: a, from: 2027-02-30, to: 2027-03-01, uplift: 2}",
		`f:3: capacity.events[0].from: want a day as YYYY-MM-DD, found "2027-02-30"`)
	f("capacity: {events: [{name: a, from: 2027-02-02, to: 2027-02-01, uplift: 2}]}",
		"f:1: capacity.events[0].to: want a day not before 2027-02-02, found 2027-02-01")
	f("capacity:\n  events:\n  - {}", "f:3: capacity.events[0].name: want a name",
		"f:3: capacity.events[0].from: ", "f:3: capacity.events[0].to: ", "f:3: capacity.events[0].uplift: want a factor above 0")

	f("rollup: {grace: 1h}", "f:1: rollup.grace: want 0s to 10m, found 1h")
	f("rollup: {device_timeout: 5s}", "f:1: rollup.device_timeout: want 1m to 1d, found 5s")
	f("storage: {wal_sync: maybe}", "f:1: storage.wal_sync: want one of commit, none")
	f("storage: {min_free_disk: lots}", `f:1: storage.min_free_disk: want a size such as 64MiB, found "lots"`)
	f("storage: {flush_interval: 1h}", "f:1: storage.flush_interval: want 1s to 5m")
	f("storage: {remote: {write_url: 'http://a'}}", "f:1: storage.remote.query_url: want an http or https address")
	f("storage: {remote: {query_url: 'ftp://u:secret@a'}}", `f:1: storage.remote.query_url: want an http or https address, found "ftp://u:xxxxx@a"`)
	f("ingest: {max_series: 0}", "f:1: ingest.max_series: want a number above 0, found 0")
	f("ingest: {max_request_size: 0}", "f:1: ingest.max_request_size: want a size above 0, found 0B")
	f("ingest: {graphite_listen_address: '2003'}", "f:1: ingest.graphite_listen_address: want an address such as")
	f("keda: {listen_address: '7482'}", "f:1: keda.listen_address: want an address such as")
	f("keda: {tls_cert_file: a}", "f:1: keda.tls_key_file: want a file for tls_cert_file and one for tls_key_file, or neither")
	f("keda: {tls_client_ca_file: a}", "f:1: keda.tls_client_ca_file: want tls_cert_file with it")
	f("query: {timeout: 1ms}", "f:1: query.timeout: want 1s to 1h")
	f("query: {max_samples: -1}", "f:1: query.max_samples: want a number above 0, found -1")

	f("scrape_configs: [{job_name: a}]", "f:1: scrape_configs[0].static_configs: want targets here or in http_sd_configs")
	f("scrape_configs: [{static_configs: [{targets: [a]}]}]", "f:1: scrape_configs[0].job_name: want a name")
	f("scrape_configs: [{job_name: a, static_configs: [{targets: ['http://a/']}]}]",
		"f:1: scrape_configs[0].static_configs[0].targets: want host:port")
	f("scrape_configs: [{job_name: a, scrape_interval: 5s, scrape_timeout: 6s, static_configs: [{targets: [a]}]}]",
		"f:1: scrape_configs[0].scrape_timeout: want up to the interval of 5s, found 6s")
	f("scrape_configs: [{job_name: a, http_sd_configs: [{url: nowhere}]}]", "f:1: scrape_configs[0].http_sd_configs[0].url: ")
	f("scrape_configs:\n- {job_name: a, static_configs: [{targets: [a]}]}\n- {job_name: a, static_configs: [{targets: [b]}]}",
		`f:3: scrape_configs[1].job_name: want a name of its own, found "a", which scrape_configs[0] has`)
	f("scrape_configs: [{job_name: a, honor_labels: 3, relabel_configs: [], static_configs: [{targets: [a]}]}]",
		`f:1: scrape_configs[0].honor_labels: want true or false, found "3"`, "f:1: scrape_configs[0].relabel_configs: unknown key")
}

func TestEveryFaultIsReportedInOrderOfLines(t *testing.T) {
	_, err := Parse([]byte(`
node_label: business
capacity:
  target_load: 200
  history: long
  modle: classic
ingest:
  max_labels: 0
`), "headroom.yml")
	want := `headroom.yml:2: node_label: want a label of its own, found "business", which hierarchy has
headroom.yml:4: capacity.target_load: want a percentage above 0 and up to 100, found 200
headroom.yml:5: capacity.history: want a duration such as 30s, 5m or 60d, found "long"
headroom.yml:6: capacity.modle: unknown key; known here: model, history, band_days, target_load, lead_time, alarm, choose, order, events
headroom.yml:8: ingest.max_labels: want a number above 0, found 0`
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}

func TestAliasesCannotBlowUpAFile(t *testing.T) {
	sds := strings.Repeat(", *sd", 1000)
	text := "scrape_configs:\n- &job {job_name: a, http_sd_configs: [&sd {url: 'http://a'}" + sds + "]}\n" +
		strings.Repeat("- *job\n", 1000)
	_, err := Parse([]byte(text), "f")
	if err == nil || !strings.Contains(err.Error(), "the file is too large") || strings.Contains(err.Error(), "\n") {
		t.Errorf("got %.300v", err)
	}
}

func FuzzParse(f *testing.F) {
	for _, in := range []string{
		"", "a: 1", "capacity: {events: [{from: 2027-01-01}]}", "x: &a [*a]", "signals: {load: {match: 'a{b=\"c\"}'}}",
		"scrape_configs: [{job_name: a, static_configs: [{targets: [a], labels: {b: c}}]}]", "!!binary x", "? [a]\n: b",
	} {
		f.Add([]byte(in))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := Parse(data, "f")
		if err == nil {
			if err := c.Validate(); err != nil {
				t.Fatalf("%q was read but is not valid: %v", data, err)
			}
			_ = c.Location()
			return
		}
		if !strings.HasPrefix(err.Error(), "f:") {
			t.Fatalf("%q: the fault does not name the file: %v", data, err)
		}
	})
}
