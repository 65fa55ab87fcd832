package config

import (
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/robfig/cron/v3"

	"headroom/internal/calendar"
	"headroom/internal/matchers"
	"headroom/internal/yamlfile"
)

// Service is how the workers of a module run, and how many there are.
type Service struct {
	Module string   `yaml:"module"` // id of the module in the business tree
	Mode   string   `yaml:"mode"`   // recommend: only say what would be done; apply: do it
	Nodes  []string `yaml:"nodes"`  // matchers of labels that a node must have; none: any node

	Command []string          `yaml:"command"`
	Env     map[string]string `yaml:"env"`
	Dir     string            `yaml:"dir"`
	User    string            `yaml:"user"`
	Group   string            `yaml:"group"`
	Mounts  []Mount           `yaml:"mounts"`

	Proxies []string `yaml:"proxies"` // that its workers serve behind, equally many each
	Ports   Ports    `yaml:"ports"`
	CPU     float64  `yaml:"cpu"`      // cores that a worker is expected to use
	Memory  Bytes    `yaml:"memory"`   // of a worker, expected
	PerCore float64  `yaml:"per_core"` // as of the pool

	Limits  ServiceLimits `yaml:"limits"`
	Health  Health        `yaml:"health"`
	Startup Duration      `yaml:"startup"` // from the start to serving, at most
	Drain   Duration      `yaml:"drain"`   // from leaving the rotation to SIGTERM
	Stop    Duration      `yaml:"stop"`    // from SIGTERM to SIGKILL

	Latency  Latency     `yaml:"latency"`
	Overload Overload    `yaml:"overload"`
	Log      WorkerLog   `yaml:"log"`
	Policy   ScalePolicy `yaml:"policy"`
	Schedule []Minimum   `yaml:"schedule"` // the largest minimum that holds counts
}

// Mount shows a directory of the node to a worker.
type Mount struct {
	Source   string `yaml:"source"`
	Target   string `yaml:"target"`
	Writable bool   `yaml:"writable"`
}

// Ports are those that workers listen on; 0 and 0: none.
type Ports struct {
	From int `yaml:"from"`
	To   int `yaml:"to"`
}

// Health is how a worker is known to serve.
type Health struct {
	Kind     string   `yaml:"kind"` // http, tcp or none
	Path     string   `yaml:"path"`
	Interval Duration `yaml:"interval"`
	Timeout  Duration `yaml:"timeout"`
	Failures int      `yaml:"failures"` // in a row until it is unhealthy
	Restart  int      `yaml:"restart"`  // in a row until it is restarted; 0: never
}

// Latency is where the busy seconds of a worker come from.
type Latency struct {
	Source string `yaml:"source"` // tcp, statsd, haproxy, metrics or none
	Metric string `yaml:"metric"`
	Path   string `yaml:"path"`
}

// Overload is when a worker gets less work.
type Overload struct {
	Latency Duration `yaml:"latency"` // 0: never by latency
	Slices  int      `yaml:"slices"`
	Good    int      `yaml:"good"`
	MaxOut  float64  `yaml:"max_out"` // share of the service's workers
}

// WorkerLog says how long the output of a worker is kept.
type WorkerLog struct {
	MaxSize Bytes `yaml:"max_size"`
	Keep    int   `yaml:"keep"`
}

// Minimum is a number of workers at times that come again: from each time of Cron
// on, for so long; or while one of Times holds.
type Minimum struct {
	Minimum int              `yaml:"minimum"`
	Cron    string           `yaml:"cron"`
	For     Duration         `yaml:"for"`
	Times   []calendar.Times `yaml:"times"`
}

func defaultService(p Pool) Service {
	return Service{
		Mode: "recommend", User: "nobody", Limits: p.Limits, Policy: p.Policy, PerCore: p.PerCore,
		CPU: 0.2, Memory: 64 << 20,
		Health:  Health{Kind: "tcp", Path: "/", Interval: Duration(2 * time.Second), Timeout: Duration(time.Second), Failures: 3, Restart: 15},
		Startup: Duration(time.Minute), Drain: Duration(5 * time.Second), Stop: Duration(30 * time.Second),
		Latency:  Latency{Source: "tcp", Path: "/metrics"},
		Overload: Overload{Slices: 3, Good: 10, MaxOut: 0.3},
		Log:      WorkerLog{MaxSize: 16 << 20, Keep: 3},
	}
}

// fillServices sets what the services do not say. A service without ports can be
// neither asked for its health nor measured by its connections.
func (c *Config) fillServices(given map[string]int) {
	for i := range c.Services {
		s, key := &c.Services[i], fmt.Sprintf("services[%d]", i)
		standard := defaultService(c.Pool)
		if s.Ports == (Ports{}) {
			standard.Health.Kind, standard.Latency.Source = "none", "none"
		}
		inherit(reflect.ValueOf(s).Elem(), reflect.ValueOf(standard), key, given)
	}
}

// inherit sets the fields of v whose keys are not given to those of from.
func inherit(v, from reflect.Value, key string, given map[string]int) {
	for i, name := range yamlfile.Fields(v.Type()) {
		at := key + "." + name
		switch _, ok := given[at]; {
		case v.Field(i).Kind() == reflect.Struct:
			inherit(v.Field(i), from.Field(i), at, given)
		case !ok:
			v.Field(i).Set(from.Field(i))
		}
	}
}

func (c Config) checkServices(k checker) {
	taken := names{}
	for i, s := range c.Services {
		at := k.item("services", i)
		at.want(s.Module != "" && isNodeID(s.Module) && strings.Count(s.Module, "/")+1 == len(c.Hierarchy), "module",
			"the id of a module: a name for each of "+strings.Join(c.Hierarchy, "/"), strconv.Quote(s.Module))
		taken.own(at, "module", s.Module, fmt.Sprintf("services[%d]", i))
		s.check(at)
	}
}

func (s Service) check(k checker) {
	k.oneOf("mode", s.Mode, "recommend", "apply")
	_, err := matchers.ParseAll(s.Nodes)
	k.want(len(s.Nodes) == 0 || err == nil, "nodes", `label matchers as pool="web", not such as match every node`, fmt.Sprintf("%q", s.Nodes))
	k.want(len(s.Command) > 0 && s.Command[0] != "", "command", "a program and its arguments", "none")
	for name := range s.Env {
		k.want(name != "" && !strings.ContainsAny(name, "=\x00"), "env", "names without =", strconv.Quote(name))
	}
	k.want(s.Dir == "" || filepath.IsAbs(s.Dir), "dir", "a path from / on", strconv.Quote(s.Dir))
	for i, m := range s.Mounts {
		m.check(k.item("mounts", i))
	}
	for i, p := range s.Proxies {
		k.want(p != "" && !slices.Contains(s.Proxies[:i], p), "proxies", "names, each once", strconv.Quote(p))
	}
	s.Ports.check(k.at("ports"))
	k.want(0 < s.CPU && s.CPU <= 1024, "cpu", "cores of a worker, above 0", s.CPU)
	k.want(0 <= s.Memory && s.Memory <= 1<<50, "memory", "a size", s.Memory)
	k.want(0 < s.PerCore && s.PerCore <= 1000, "per_core", "a number above 0, up to 1000", s.PerCore)
	s.Limits.check(k.at("limits"))
	s.Health.check(k.at("health"), s.Ports != Ports{})
	k.between("startup", s.Startup, Duration(time.Second), Duration(time.Hour))
	k.between("drain", s.Drain, 0, Duration(time.Hour))
	k.between("stop", s.Stop, 0, Duration(time.Hour))
	s.Latency.check(k.at("latency"), s.Ports != Ports{})
	s.Overload.check(k.at("overload"))
	k.want(1<<10 <= s.Log.MaxSize && s.Log.MaxSize <= 1<<40, "log.max_size", "1KiB to 1TiB", s.Log.MaxSize)
	k.want(0 <= s.Log.Keep && s.Log.Keep <= 1000, "log.keep", "0 to 1000 files", s.Log.Keep)
	s.Policy.check(k.at("policy"))
	for i, m := range s.Schedule {
		m.check(k.item("schedule", i))
	}
}

func (m Mount) check(k checker) {
	k.want(filepath.IsAbs(m.Source), "source", "a directory of the node, from / on", strconv.Quote(m.Source))
	k.want(filepath.IsAbs(m.Target) && filepath.Clean(m.Target) != "/", "target", "a directory from / on, and not / itself", strconv.Quote(m.Target))
}

func (p Ports) check(k checker) {
	ok := p == Ports{} || 1 <= p.From && p.From <= p.To && p.To <= 65535
	k.want(ok, "to", "from and to between 1 and 65535, from not above to", fmt.Sprintf("%d to %d", p.From, p.To))
}

func (h Health) check(k checker, ports bool) {
	k.oneOf("kind", h.Kind, "http", "tcp", "none")
	k.want(ports || h.Kind == "none", "kind", "none for a service without ports", strconv.Quote(h.Kind))
	k.want(strings.HasPrefix(h.Path, "/"), "path", "a path from / on", strconv.Quote(h.Path))
	k.between("interval", h.Interval, Duration(100*time.Millisecond), Duration(time.Hour))
	k.between("timeout", h.Timeout, Duration(10*time.Millisecond), Duration(time.Minute))
	k.want(1 <= h.Failures && h.Failures <= 1000, "failures", "1 to 1000", h.Failures)
	k.want(h.Restart == 0 || h.Failures <= h.Restart && h.Restart <= 100_000, "restart", "0 for never, or not below failures", h.Restart)
}

func (l Latency) check(k checker, ports bool) {
	k.oneOf("source", l.Source, "tcp", "statsd", "haproxy", "metrics", "none")
	k.want(ports || l.Source == "none" || l.Source == "statsd", "source", "statsd or none for a service without ports", strconv.Quote(l.Source))
	k.want(l.Metric != "" || l.Source != "statsd" && l.Source != "metrics", "metric", "a name", "none")
	k.want(strings.HasPrefix(l.Path, "/"), "path", "a path from / on", strconv.Quote(l.Path))
}

func (o Overload) check(k checker) {
	k.between("latency", o.Latency, 0, Duration(time.Hour))
	k.want(1 <= o.Slices && o.Slices <= 1000, "slices", "1 to 1000", o.Slices)
	k.want(1 <= o.Good && o.Good <= 1000, "good", "1 to 1000", o.Good)
	k.want(0 <= o.MaxOut && o.MaxOut <= 1, "max_out", "a share from 0 to 1", o.MaxOut)
}

func (m Minimum) check(k checker) {
	k.want(0 <= m.Minimum && m.Minimum <= mostWorkers, "minimum", fmt.Sprintf("a number from 0 to %d", mostWorkers), m.Minimum)
	k.want((m.Cron == "") != (len(m.Times) == 0), "cron", "either cron or times", "both or neither")
	if m.Cron != "" {
		_, err := cron.ParseStandard(m.Cron)
		k.want(err == nil && !strings.Contains(m.Cron, "TZ="), "cron", `five fields as "30 8 * * MON-FRI", in the configured zone`, strconv.Quote(m.Cron))
		k.between("for", m.For, Duration(time.Minute), 7*day)
	}
	_, faults := calendar.New(m.Times, time.UTC)
	for _, f := range faults {
		k.want(false, f.Key, f.Want, f.Found)
	}
}
