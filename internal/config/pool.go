package config

import (
	"fmt"
	"slices"
	"strconv"
	"time"
)

// Pool is what the nodes of the pool and the services on them have in common.
type Pool struct {
	NodeTokenFile  string `yaml:"node_token_file"`  // holds the secret that every node shows
	NodeTokensFile string `yaml:"node_tokens_file"` // holds a secret for each node

	LostAfter   Duration `yaml:"lost_after"`   // without a sync for so long, a node is lost
	Grace       Duration `yaml:"grace"`        // … and for so long after that, its workers are replaced
	ForgetAfter Duration `yaml:"forget_after"` // … and for so long after that, it is forgotten
	Keep        Duration `yaml:"keep"`         // how long decisions can be looked up

	Domains []string `yaml:"domains"` // labels of nodes, the most important first; none: the failure domains

	MaxWorkers     int     `yaml:"max_workers"`      // of a node
	PerCore        float64 `yaml:"per_core"`         // workers of one service for each core of a node
	MovesPerMinute int     `yaml:"moves_per_minute"` // workers that are moved for a better balance
	MinGain        float64 `yaml:"min_gain"`         // of a move, in shares of a node

	Limits ServiceLimits `yaml:"limits"` // of services that do not say otherwise
	Policy ScalePolicy   `yaml:"policy"` // likewise

	Flows []ScaleFlow `yaml:"flows"` // that carry out what is decided where the pool does not
}

// ScaleFlow names the flows that change the workers of modules which the pool does not.
type ScaleFlow struct {
	Path string `yaml:"path"` // id of the tree node; empty: all. The deepest one counts
	Out  string `yaml:"out"`  // name of the flow that is started for more workers; empty: none
	In   string `yaml:"in"`   // … and for fewer
}

// ServiceLimits are those of a service on one node, all its workers together.
type ServiceLimits struct {
	CPUPercent float64  `yaml:"cpu_percent"` // of all cores of the node
	Period     Duration `yaml:"period"`      // of the quota
	Burst      Duration `yaml:"burst"`       // of unused quota that may be saved up
	Memory     Bytes    `yaml:"memory"`      // 0: none
	Pids       int      `yaml:"pids"`        // 0: none
	Files      int      `yaml:"files"`       // of each worker; 0: the daemon's
}

// ScalePolicy has the keys of scaler/policy.
type ScalePolicy struct {
	Target  float64 `yaml:"target"`   // busy fraction above which workers are added
	ScaleIn float64 `yaml:"scale_in"` // busy fraction below which workers are taken away
	Minimum int     `yaml:"minimum"`  // workers
	Maximum int     `yaml:"maximum"`  // workers; 0: none

	StepOut     float64  `yaml:"step_out"` // at most this share of the workers at once
	StepIn      float64  `yaml:"step_in"`
	CooldownOut Duration `yaml:"cooldown_out"`
	CooldownIn  Duration `yaml:"cooldown_in"`
	Stabilise   Duration `yaml:"stabilise"`
	Startup     Duration `yaml:"startup"` // how far ahead scale-out looks

	Predictive        bool     `yaml:"predictive"`
	KeepPeak          string   `yaml:"keep_peak"` // off, startup or today
	StaleAfter        Duration `yaml:"stale_after"`
	FreezeInDeviation bool     `yaml:"freeze_in_deviation"`
}

const mostWorkers = 1_000_000 // of a service

func defaultPool() Pool {
	return Pool{
		LostAfter: Duration(30 * time.Second), Grace: Duration(time.Minute), ForgetAfter: 7 * day, Keep: 90 * day,
		Domains: []string{}, Flows: []ScaleFlow{}, MaxWorkers: 100, PerCore: 2, MovesPerMinute: 10, MinGain: 0.05,
		Limits: ServiceLimits{CPUPercent: 40, Period: Duration(time.Second), Pids: 4096},
		Policy: ScalePolicy{
			Target: 0.6, ScaleIn: 0.55, Minimum: 1,
			StepOut: 1, StepIn: 0.2, Stabilise: Duration(5 * time.Minute), Startup: Duration(time.Minute),
			Predictive: true, KeepPeak: "startup", StaleAfter: Duration(3 * time.Minute), FreezeInDeviation: true,
		},
	}
}

func (p Pool) check(k checker) {
	k.want(p.NodeTokenFile == "" || p.NodeTokensFile == "", "node_tokens_file", "either node_token_file or node_tokens_file", "both")
	k.between("lost_after", p.LostAfter, Duration(5*time.Second), Duration(time.Hour))
	k.between("grace", p.Grace, 0, day)
	k.between("forget_after", p.ForgetAfter, Duration(time.Hour), 400*day)
	k.between("keep", p.Keep, day, 10*365*day)
	for i, label := range p.Domains {
		k.label("domains", label)
		k.want(!slices.Contains(p.Domains[:i], label), "domains", "each label once", fmt.Sprintf("%q twice", label))
	}
	k.want(1 <= p.MaxWorkers && p.MaxWorkers <= 10_000, "max_workers", "1 to 10000", p.MaxWorkers)
	k.want(0 < p.PerCore && p.PerCore <= 1000, "per_core", "a number above 0, up to 1000", p.PerCore)
	k.want(0 <= p.MovesPerMinute && p.MovesPerMinute <= 10_000, "moves_per_minute", "0 to 10000", p.MovesPerMinute)
	k.want(0 <= p.MinGain && p.MinGain <= 1, "min_gain", "a share of a node from 0 to 1", p.MinGain)
	p.Limits.check(k.at("limits"))
	p.Policy.check(k.at("policy"))
	for i, f := range p.Flows {
		f.check(k.item("flows", i))
	}
}

func (f ScaleFlow) check(k checker) {
	k.want(isNodeID(f.Path), "path", "the id of a node of the business tree, as Qzone/WNS", strconv.Quote(f.Path))
	k.want(f.Out != "" || f.In != "", "out", "the name of a flow here or at in", "none")
}

func (l ServiceLimits) check(k checker) {
	k.want(1 <= l.CPUPercent && l.CPUPercent <= 100, "cpu_percent", "percent of all cores of a node, 1 to 100", l.CPUPercent)
	k.between("period", l.Period, Duration(time.Millisecond), Duration(time.Second)) // the kernel's bounds
	k.between("burst", l.Burst, 0, Duration(time.Minute))
	k.want(l.Memory == 0 || l.Memory >= 1<<20, "memory", "a size from 1MiB on, or 0 for none", l.Memory)
	k.want(0 <= l.Pids && l.Pids <= 1<<22, "pids", "0 to 4194304", l.Pids)
	k.want(0 <= l.Files && l.Files <= 1<<30, "files", "0 to 1073741824", l.Files)
}

func (p ScalePolicy) check(k checker) {
	k.want(0 < p.Target && p.Target <= 1, "target", "a fraction above 0, up to 1", p.Target)
	k.want(0 <= p.ScaleIn && p.ScaleIn < p.Target, "scale_in", fmt.Sprintf("a fraction from 0, below target (%v)", p.Target), p.ScaleIn)
	k.want(0 <= p.Minimum && p.Minimum <= mostWorkers, "minimum", fmt.Sprintf("a number from 0 to %d", mostWorkers), p.Minimum)
	k.want(p.Maximum == 0 || p.Minimum <= p.Maximum && p.Maximum <= mostWorkers, "maximum",
		fmt.Sprintf("0 for none, or a number from minimum (%d) to %d", p.Minimum, mostWorkers), p.Maximum)
	k.want(0 < p.StepOut && p.StepOut <= 100, "step_out", "a share of the workers above 0, up to 100", p.StepOut)
	k.want(0 < p.StepIn && p.StepIn <= 1, "step_in", "a share of the workers above 0, up to 1", p.StepIn)
	k.between("cooldown_out", p.CooldownOut, 0, day)
	k.between("cooldown_in", p.CooldownIn, 0, day)
	k.between("stabilise", p.Stabilise, 0, Duration(6*time.Hour))
	k.between("startup", p.Startup, 0, Duration(time.Hour))
	k.oneOf("keep_peak", p.KeepPeak, "off", "startup", "today")
	k.between("stale_after", p.StaleAfter, Duration(time.Minute), Duration(time.Hour))
}
