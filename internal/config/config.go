// Package config reads the configuration file of INTERFACES: one YAML file, in
// which everything has a default and an unknown key is an error with its line.
package config

import "time"

// Config is the whole file. The zero value is not useful; start from [Default].
type Config struct {
	Timezone  string   `yaml:"timezone"`   // IANA name; empty: the machine's
	Hierarchy []string `yaml:"hierarchy"`  // labels of the business tree from the top; the last is the module
	NodeLabel string   `yaml:"node_label"` // tells devices apart

	ProcessLabel string `yaml:"process_label"` // tells processes of a device apart

	// FailureDomains are labels of devices; those with the same value may fail at once.
	FailureDomains []string `yaml:"failure_domains"`

	Signals  Signals  `yaml:"signals"`
	Capacity Capacity `yaml:"capacity"`
	Rollup   Rollup   `yaml:"rollup"`
	Storage  Storage  `yaml:"storage"`
	Ingest   Ingest   `yaml:"ingest"`
	Query    Query    `yaml:"query"`
	Alerting Alerting `yaml:"alerting"`
	Keda     Keda     `yaml:"keda"`
	Requests Requests `yaml:"requests"`
	Access   Access   `yaml:"access"`

	Pool     Pool      `yaml:"pool"`
	Services []Service `yaml:"services"`

	Flows       Flows       `yaml:"flows"`
	Registry    Registry    `yaml:"registry"`
	Search      Search      `yaml:"search"`
	Consistency Consistency `yaml:"consistency"`
	Report      Report      `yaml:"report"`

	ScrapeConfigs []ScrapeConfig `yaml:"scrape_configs"`
}

// Signals name the user's own metrics.
type Signals struct {
	Load     Signal `yaml:"load"`     // percent of a device, 0..100
	Busy     Signal `yaml:"busy"`     // seconds of work, a counter per process
	Requests Signal `yaml:"requests"` // requests, a counter per process
}

// Signal is one metric: either pushed (Match) or asked for (Query).
type Signal struct {
	Match     string `yaml:"match"`     // metric name, optionally with label matchers in braces
	Aggregate string `yaml:"aggregate"` // how samples of a minute become a device's value: avg, max, min, sum or last
	Query     string `yaml:"query"`     // PromQL, evaluated each minute; must keep the hierarchy's labels
}

// Capacity sets what the warning table and the orders are computed with.
type Capacity struct {
	Model      string   `yaml:"model"`       // calibrated or classic
	History    Duration `yaml:"history"`     // how much history growth looks at
	BandDays   int      `yaml:"band_days"`   // previous days that make the band
	TargetLoad float64  `yaml:"target_load"` // percent at which a device counts as full
	LeadTime   Duration `yaml:"lead_time"`   // from request to a machine in service
	Alarm      Alarm    `yaml:"alarm"`
	Choose     bool     `yaml:"choose"` // let each module's own backtest choose simpler models for its forecasts
	Order      Order    `yaml:"order"`
	Events     []Event  `yaml:"events"`
}

// Alarm says what it takes for an alarm of the calibrated model.
type Alarm struct {
	FalseAlarms   float64 `yaml:"false_alarms_per_week"` // that a module may have, as recorded ones had
	LeastAbsolute float64 `yaml:"least_absolute"`        // distance from the expected load, in points
	LeastRelative float64 `yaml:"least_relative"`        // the same as a share of the expected load
}

// Order says how much risk of too few devices is worth its cost.
type Order struct {
	ShortageCost float64 `yaml:"shortage_cost"` // of a missing device
	IdleCost     float64 `yaml:"idle_cost"`     // of one that nobody needs
	Failures     float64 `yaml:"failures"`      // share of the devices that are out of service at any time
	Minimum      int     `yaml:"minimum"`       // devices of a module at the least
	RoundTo      int     `yaml:"round_to"`      // devices are delivered in multiples of this

	DeviceTypes []DeviceType `yaml:"device_types"` // that are ordered; without one those that are there
}

// DeviceType is what is ordered for a part of the business tree.
type DeviceType struct {
	Name    string  `yaml:"name"`
	Path    string  `yaml:"path"`     // id of the tree node; empty: all. The deepest one counts
	Worth   float64 `yaml:"worth"`    // of the devices that are there now, so many do the work of one
	RoundTo int     `yaml:"round_to"` // 0: as for all
}

// Event is a time with more load than usual, or with less.
type Event struct {
	Name   string  `yaml:"name"`
	From   Date    `yaml:"from"`
	To     Date    `yaml:"to"`
	Uplift float64 `yaml:"uplift"` // factor on the load
	Path   string  `yaml:"path"`   // id of the tree node it concerns; empty: all
}

// Rollup sets when a minute is complete.
type Rollup struct {
	Grace         Duration `yaml:"grace"`          // how long after its end a minute stays open
	DeviceTimeout Duration `yaml:"device_timeout"` // how long a silent device's last value still counts
}

// Storage says where samples are kept.
type Storage struct {
	Remote Remote `yaml:"remote"`
	// WALSync is when the write-ahead log reaches the disk: "commit" (before a
	// request is acknowledged) or "none" (when the system does it).
	WALSync       string   `yaml:"wal_sync"`
	MinFreeDisk   Bytes    `yaml:"min_free_disk"`
	FlushInterval Duration `yaml:"flush_interval"`
}

// Remote is a Prometheus-compatible store instead of the embedded one.
type Remote struct {
	WriteURL string `yaml:"write_url"`
	QueryURL string `yaml:"query_url"`
}

// Ingest limits what comes in.
type Ingest struct {
	MaxRequestSize     Bytes    `yaml:"max_request_size"`      // decompressed bytes of one request
	MaxConcurrent      int      `yaml:"max_concurrent"`        // requests under way; more wait, then 503
	MaxSeries          int      `yaml:"max_series"`            // active series in all
	MaxSeriesPerMetric int      `yaml:"max_series_per_metric"` // active series of one metric name
	MaxSeriesPerSender int      `yaml:"max_series_per_sender"` // active series from one sender's address
	MaxLabels          int      `yaml:"max_labels"`            // labels of a series
	MaxLabelLength     int      `yaml:"max_label_length"`      // bytes of a label's name or value
	MaxFuture          Duration `yaml:"max_future"`            // how far ahead of this clock a sample may lie
	GraphiteAddress    string   `yaml:"graphite_listen_address"`
	StatsDAddress      string   `yaml:"statsd_listen_address"`
}

// Query limits what may be asked.
type Query struct {
	Timeout       Duration `yaml:"timeout"`
	MaxSamples    int      `yaml:"max_samples"`    // samples one query may hold in memory
	MaxSeries     int      `yaml:"max_series"`     // series one selector may match
	MaxConcurrent int      `yaml:"max_concurrent"` // queries under way; more wait for their turn
	Lookback      Duration `yaml:"lookback"`       // how old an instant query's sample may be
}

// ScrapeConfig is a job in Prometheus' words.
type ScrapeConfig struct {
	JobName        string              `yaml:"job_name"`
	Scheme         string              `yaml:"scheme"`
	MetricsPath    string              `yaml:"metrics_path"`
	ScrapeInterval Duration            `yaml:"scrape_interval"`
	ScrapeTimeout  Duration            `yaml:"scrape_timeout"`
	HonorLabels    bool                `yaml:"honor_labels"`
	Params         map[string][]string `yaml:"params"`
	StaticConfigs  []StaticConfig      `yaml:"static_configs"`
	HTTPSDConfigs  []HTTPSDConfig      `yaml:"http_sd_configs"`
}

// StaticConfig is a fixed list of targets with labels of their own.
type StaticConfig struct {
	Targets []string          `yaml:"targets"`
	Labels  map[string]string `yaml:"labels"`
}

// HTTPSDConfig is an address that lists targets.
type HTTPSDConfig struct {
	URL             string   `yaml:"url"`
	RefreshInterval Duration `yaml:"refresh_interval"`
}

// Default returns the configuration of an empty file.
func Default() Config {
	return Config{
		Hierarchy:    []string{"business", "product", "service", "module"},
		NodeLabel:    "node",
		ProcessLabel: "process",

		FailureDomains: []string{"rack", "site", "zone", "cluster"},

		Signals: Signals{
			Load:     Signal{Match: "headroom_load_percent", Aggregate: "avg"},
			Busy:     Signal{Match: "headroom_busy_seconds_total"},
			Requests: Signal{Match: "headroom_requests_total"},
		},
		Capacity: Capacity{
			Model: "calibrated", History: Duration(60 * 24 * time.Hour), BandDays: 28,
			Choose: true, TargetLoad: 60, LeadTime: Duration(30 * 24 * time.Hour),
			Alarm: Alarm{FalseAlarms: 0.8},
			Order: Order{ShortageCost: 19, IdleCost: 1, Minimum: 1, RoundTo: 1},
		},
		Rollup:  Rollup{Grace: Duration(5 * time.Second), DeviceTimeout: Duration(3 * time.Minute)},
		Storage: Storage{WALSync: "commit", MinFreeDisk: 1 << 30, FlushInterval: Duration(time.Minute)},
		Ingest: Ingest{
			MaxRequestSize: 64 << 20, MaxConcurrent: 16,
			MaxSeries: 5_000_000, MaxSeriesPerMetric: 3_000_000, MaxSeriesPerSender: 3_000_000,
			MaxLabels: 64, MaxLabelLength: 4 << 10, MaxFuture: Duration(time.Hour),
		},
		Query: Query{
			Timeout: Duration(2 * time.Minute), MaxSamples: 50_000_000, MaxSeries: 500_000,
			MaxConcurrent: 8, Lookback: Duration(5 * time.Minute),
		},
		Alerting: defaultAlerting(),
		Access:   defaultAccess(),
		Pool:     defaultPool(),
		Registry: defaultRegistry(),
		Search:   defaultSearch(),
		Services: []Service{},
		Flows:    defaultFlows(),
		Requests: defaultRequests(),

		Consistency: defaultConsistency(),
		Report:      defaultReport(),
	}
}
