package pool

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/prometheus/alertmanager/pkg/labels"
	"github.com/robfig/cron/v3"

	"headroom/internal/calendar"
	"headroom/internal/config"
	"headroom/internal/matchers"
	"headroom/scaler/allocate"
	"headroom/scaler/node/wire"
	"headroom/scaler/policy"
	"headroom/storage/fleet"
)

// Mode says what is done with the decisions about a service.
type Mode string

// The modes.
const (
	Recommend Mode = "recommend" // they are only shown
	Apply     Mode = "apply"     // they are carried out
)

// Settings are those of the pool, from a configuration that was checked.
type Settings struct {
	LostAfter   time.Duration
	Grace       time.Duration
	ForgetAfter time.Duration
	Keep        time.Duration
	Domains     []string
	Limits      allocate.Limits
	Services    []*Service
}

// Service is what is configured of a service. Nobody changes it.
type Service struct {
	Module   string
	Spec     wire.Service // MayTakeOut is 0
	Mode     Mode
	Policy   policy.Settings
	CPU      float64 // cores that a worker is expected to use
	Memory   int64   // bytes of a worker
	Proxies  []string
	Ports    [2]int
	PerCore  float64
	schedule []minimum
	nodes    labels.Matchers

	version string // of Spec
	config  config.Service
	tree    []string // the hierarchy
}

type minimum struct {
	workers  int
	cron     cron.Schedule // nil: times
	lasts    time.Duration
	zone     *time.Location
	calendar *calendar.Calendar
}

func (m minimum) holds(at time.Time) bool {
	if m.cron != nil {
		next := m.cron.Next(at.In(m.zone).Add(-m.lasts))
		return !next.IsZero() && !next.After(at)
	}
	return m.calendar.Contains(at)
}

// listens tells whether a worker of the service may listen on a port.
func (s *Service) listens(port int) bool {
	if s == nil {
		return true
	}
	return s.Ports[0] <= port && port <= s.Ports[1]
}

// Scheduled is the largest minimum of the schedule that holds at a time; 0: none.
func (s *Service) Scheduled(at time.Time) (workers int) {
	for _, m := range s.schedule {
		if m.workers > workers && m.holds(at) {
			workers = m.workers
		}
	}
	return workers
}

// SettingsOf reads the settings from a configuration.
func SettingsOf(c config.Config) (Settings, error) {
	s := Settings{
		LostAfter: time.Duration(c.Pool.LostAfter), Grace: time.Duration(c.Pool.Grace), ForgetAfter: time.Duration(c.Pool.ForgetAfter),
		Keep: time.Duration(c.Pool.Keep), Domains: c.Pool.Domains,
		Limits: allocate.Limits{MaxWorkers: c.Pool.MaxWorkers, PerCore: c.Pool.PerCore, Moves: c.Pool.MovesPerMinute, MinGain: c.Pool.MinGain},
	}
	if len(s.Domains) == 0 {
		s.Domains = c.FailureDomains
	}
	for _, sc := range c.Services {
		one, err := serviceOf(sc, c.Hierarchy, c.Location())
		if err != nil {
			return Settings{}, fmt.Errorf("service %q: %w", sc.Module, err)
		}
		s.Services = append(s.Services, one)
	}
	return s, nil
}

func serviceOf(c config.Service, hierarchy []string, zone *time.Location) (*Service, error) {
	spec, err := specOf(c, hierarchy)
	if err != nil {
		return nil, err
	}
	s := &Service{
		Module: c.Module, Spec: spec, Mode: Mode(c.Mode), Policy: PolicyOf(c.Policy),
		CPU: c.CPU, Memory: int64(c.Memory), Proxies: c.Proxies, Ports: [2]int{c.Ports.From, c.Ports.To}, PerCore: c.PerCore,
		version: versionOf(&spec), config: c, tree: hierarchy,
	}
	if len(c.Nodes) > 0 {
		if s.nodes, err = matchers.ParseAll(c.Nodes); err != nil {
			return nil, fmt.Errorf("nodes: %w", err)
		}
	}
	for i, m := range c.Schedule {
		one, err := minimumOf(m, zone)
		if err != nil {
			return nil, fmt.Errorf("schedule[%d]: %w", i, err)
		}
		s.schedule = append(s.schedule, one)
	}
	return s, nil
}

func minimumOf(c config.Minimum, zone *time.Location) (m minimum, err error) {
	m = minimum{workers: c.Minimum, lasts: time.Duration(c.For), zone: zone}
	if c.Cron != "" {
		m.cron, err = cron.ParseStandard(c.Cron)
		return m, err
	}
	var faults []calendar.Fault
	if m.calendar, faults = calendar.New(c.Times, zone); len(faults) > 0 {
		err = fmt.Errorf("%v", faults)
	}
	return m, err
}

func specOf(c config.Service, hierarchy []string) (wire.Service, error) {
	path, err := fleet.ParseID(c.Module)
	if err != nil {
		return wire.Service{}, err
	}
	if len(path) != len(hierarchy) {
		return wire.Service{}, fmt.Errorf("want a name for each of %q", hierarchy)
	}
	s := wire.Service{
		Module: c.Module, Labels: map[string]string{},
		Command: slices.Clone(c.Command), Env: maps.Clone(c.Env), Dir: c.Dir, User: c.User, Group: c.Group,
		Limits: wire.Limits{
			CPUPercent: c.Limits.CPUPercent, Period: wire.Duration(c.Limits.Period), Burst: wire.Duration(c.Limits.Burst),
			Memory: int64(c.Limits.Memory), Pids: c.Limits.Pids, Files: c.Limits.Files,
		},
		Log: wire.Log{MaxSize: int64(c.Log.MaxSize), Keep: c.Log.Keep},
		Health: wire.Health{
			Kind: c.Health.Kind, Path: c.Health.Path, Interval: wire.Duration(c.Health.Interval), Timeout: wire.Duration(c.Health.Timeout),
			Failures: c.Health.Failures, Restart: c.Health.Restart,
		},
		Startup: wire.Duration(c.Startup), Drain: wire.Duration(c.Drain), Stop: wire.Duration(c.Stop),
		Latency:  wire.Latency{Source: c.Latency.Source, Metric: c.Latency.Metric, Path: c.Latency.Path},
		Overload: wire.Overload{Latency: wire.Duration(c.Overload.Latency), Slices: c.Overload.Slices, Good: c.Overload.Good, MaxOut: c.Overload.MaxOut},
	}
	for i, label := range hierarchy {
		s.Labels[label] = path[i]
	}
	for _, m := range c.Mounts {
		s.Mounts = append(s.Mounts, wire.Mount(m))
	}
	return s, nil
}

// PolicyOf turns the configuration's words into the policy's.
func PolicyOf(c config.ScalePolicy) policy.Settings {
	return policy.Settings{
		Target: c.Target, ScaleIn: c.ScaleIn, Minimum: c.Minimum, Maximum: c.Maximum, StepOut: c.StepOut, StepIn: c.StepIn,
		CoolDownOut: time.Duration(c.CooldownOut), CoolDownIn: time.Duration(c.CooldownIn), Stabilise: time.Duration(c.Stabilise),
		Startup: time.Duration(c.Startup), Predictive: c.Predictive, KeepPeak: policy.KeepPeak(c.KeepPeak),
		StaleAfter: time.Duration(c.StaleAfter), FreezeInDeviation: c.FreezeInDeviation,
	}
}

// takes tells why a node with these labels may not run the service; empty: it may.
func (s *Service) takes(set map[string]string) string {
	for _, m := range s.nodes {
		if !m.Matches(set[m.Name]) {
			return "its labels are not as " + m.String()
		}
	}
	return ""
}

// same tells whether the service is written down as it is configured.
func (s *Service) same(r serviceRecord) bool {
	return versionOf(s.config) == versionOf(r.Config) && slices.Equal(s.tree, r.Tree)
}
