package config

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"
)

func TestEmptyFileIsTheDefault(t *testing.T) {
	for _, in := range []string{"", "\n# nothing yet\n", "---\n", "capacity:\n", "storage: {remote: {}}\n"} {
		got, err := Parse([]byte(in), "headroom.yml")
		if err != nil {
			t.Fatalf("Parse(%q): %v", in, err)
		}
		if !reflect.DeepEqual(got, Default()) {
			t.Errorf("Parse(%q) = %+v; want the defaults", in, got)
		}
	}
}

func TestDefaultsAreValid(t *testing.T) {
	for _, c := range []Config{Default(), DefaultShadow()} {
		if err := c.Validate(); err != nil {
			t.Error(err)
		}
	}
}

func TestParseReadsEveryKind(t *testing.T) {
	c, err := Parse([]byte(`
timezone: Asia/Shanghai
hierarchy: [team, module]
signals:
  load: {query: "100 * node_load1"}
capacity:
  history: 90d
  target_load: 55.5
  events: [{name: spring festival, from: 2027-02-05, to: 2027-02-12, uplift: 1.8, path: Qzone}]
ingest: {max_request_size: 1MiB, max_series: 10}
scrape_configs:
  - job_name: node
    scrape_interval: 5s
    static_configs: [{targets: ["127.0.0.1:9100"], labels: {team: web}}]
`), "headroom.yml")
	if err != nil {
		t.Fatal(err)
	}
	want := Default()
	want.Timezone = "Asia/Shanghai"
	want.Hierarchy = []string{"team", "module"}
	want.Signals.Load = Signal{Query: "100 * node_load1", Aggregate: "avg"} // the query replaces the default metric
	want.Capacity.History = 90 * day
	want.Capacity.TargetLoad = 55.5
	want.Capacity.Events = []Event{{Name: "spring festival", From: "2027-02-05", To: "2027-02-12", Uplift: 1.8, Path: "Qzone"}}
	want.Ingest.MaxRequestSize = 1 << 20
	want.Ingest.MaxSeries = 10
	want.ScrapeConfigs = []ScrapeConfig{{
		JobName: "node", Scheme: "http", MetricsPath: "/metrics",
		ScrapeInterval: Duration(5 * time.Second), ScrapeTimeout: Duration(5 * time.Second),
		StaticConfigs: []StaticConfig{{Targets: []string{"127.0.0.1:9100"}, Labels: map[string]string{"team": "web"}}},
	}}
	if !reflect.DeepEqual(c, want) {
		t.Errorf("got  %+v\nwant %+v", c, want)
	}
	if c.Location().String() != "Asia/Shanghai" {
		t.Errorf("location %s", c.Location())
	}
}

func TestAMetricReplacesTheShadowQuery(t *testing.T) {
	c, err := DefaultShadow().With([]byte("signals: {load: {match: my_load}}"), "")
	if err != nil || c.Signals.Load.Query != "" || c.Signals.Load.Match != "my_load" {
		t.Errorf("load %+v, %v", c.Signals.Load, err)
	}
	if c.NodeLabel != "instance" {
		t.Errorf("node_label %q; want the shadow mode's", c.NodeLabel)
	}
}

func TestMarshalledConfigReadsBack(t *testing.T) {
	for _, want := range []Config{Default(), DefaultShadow()} {
		text, err := yaml.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Parse(text, "")
		if err != nil {
			t.Fatalf("%v in\n%s", err, text)
		}
		for _, c := range []*Config{&got, &want} { // an empty list is as good as none
			c.Capacity.Events, c.Capacity.Order.DeviceTypes, c.ScrapeConfigs = nil, nil, nil
			c.Alerting.Forward, c.Alerting.Notify.DingTalk, c.Alerting.Notify.Feishu = nil, nil, nil
			c.Alerting.Fold.Components, c.Alerting.Heal.Rules, c.Pool.Flows = nil, nil, nil
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("got  %+v\nwant %+v", got, want)
		}
	}
}

func TestLoadNamesTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "headroom.yml")
	if _, err := Load(path); !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), path) {
		t.Errorf("missing file: %v", err)
	}
	if err := os.WriteFile(path, []byte("node_label: n\nnode_lable: x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Load(path)
	if err == nil || !strings.HasPrefix(err.Error(), path+":2: node_lable: unknown key") {
		t.Errorf("unknown key: %v", err)
	}
}
