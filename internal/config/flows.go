package config

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// Flows says which changes can be made as flows, and when.
type Flows struct {
	Dir      string `yaml:"dir"`       // with flows of your own, *.yml and *.yaml; those of a shipped name take its place
	ToolsDir string `yaml:"tools_dir"` // with executables that are tools
	FilesDir string `yaml:"files_dir"` // with files that steps put on nodes

	MaxOpen  int      `yaml:"max_open"`  // runs that are not over
	MaxRuns  int      `yaml:"max_runs"`  // runs under way
	MaxSteps int      `yaml:"max_steps"` // steps under way, of all runs
	Keep     Duration `yaml:"keep"`      // how long runs that are over can be looked up

	LocalCommands []string    `yaml:"local_commands"` // patterns of the commands that steps may run on the server
	Webhook       FlowWebhook `yaml:"webhook"`        // for steps that report a change and do not say where

	Windows   []FlowWindow   `yaml:"windows"`
	Schedules []FlowSchedule `yaml:"schedules"`
}

// FlowWebhook is who is told of changes.
type FlowWebhook struct {
	URL     string            `yaml:"url"`
	Headers map[string]string `yaml:"headers"`
}

// FlowWindow is a time of maintenance, that comes again.
type FlowWindow struct {
	Name     string   `yaml:"name"`
	Cron     string   `yaml:"cron"`     // when it opens
	For      Duration `yaml:"for"`      // how long it is open
	Timezone string   `yaml:"timezone"` // empty: the configured one
	Path     string   `yaml:"path"`     // only for runs over this tree node and below; empty: for all
}

// FlowSchedule starts a flow again and again.
type FlowSchedule struct {
	Name     string         `yaml:"name"`
	Flow     string         `yaml:"flow"`
	Inputs   map[string]any `yaml:"inputs"`
	Cron     string         `yaml:"cron"`
	Timezone string         `yaml:"timezone"` // empty: the configured one
	Window   string         `yaml:"window"`   // in which the runs may begin; empty: at any time
	CatchUp  bool           `yaml:"catch_up"` // one run makes up for those missed while the server was down
	Overlap  bool           `yaml:"overlap"`  // it starts although its last run is not over
	Why      string         `yaml:"why"`
}

func defaultFlows() Flows {
	return Flows{
		MaxOpen: 5000, MaxRuns: 1000, MaxSteps: 200, Keep: 90 * day,
		LocalCommands: []string{}, Webhook: FlowWebhook{Headers: map[string]string{}}, Windows: []FlowWindow{}, Schedules: []FlowSchedule{},
	}
}

func (f Flows) check(k checker) {
	k.want(1 <= f.MaxOpen && f.MaxOpen <= 100_000, "max_open", "1 to 100000", f.MaxOpen)
	k.want(1 <= f.MaxRuns && f.MaxRuns <= f.MaxOpen, "max_runs", fmt.Sprintf("1 to max_open (%d)", f.MaxOpen), f.MaxRuns)
	k.want(1 <= f.MaxSteps && f.MaxSteps <= 10_000, "max_steps", "1 to 10000", f.MaxSteps)
	k.between("keep", f.Keep, day, 10*365*day)
	for i, p := range f.LocalCommands {
		words := strings.Fields(p)
		ok := len(words) > 0 && filepath.IsAbs(words[0])
		k.want(ok, fmt.Sprintf("local_commands[%d]", i), "a command whose program has its whole path, as /usr/local/bin/deploy-* ...", strconv.Quote(p))
		if ok {
			_, err := filepath.Match(words[0], "")
			k.want(err == nil, fmt.Sprintf("local_commands[%d]", i), "a path with * and ?", strconv.Quote(words[0]))
		}
	}
	if f.Webhook.URL != "" {
		k.at("webhook").address("url", f.Webhook.URL)
	}
	f.checkTimes(k)
}

func (f Flows) checkTimes(k checker) {
	windows, schedules := names{}, names{}
	for i, w := range f.Windows {
		at := k.item("windows", i)
		w.check(at)
		windows.own(at, "name", w.Name, fmt.Sprintf("windows[%d]", i))
	}
	for i, s := range f.Schedules {
		at := k.item("schedules", i)
		s.check(at)
		schedules.own(at, "name", s.Name, fmt.Sprintf("schedules[%d]", i))
		_, known := windows[s.Window]
		at.want(known || s.Window == "", "window", "the name of one of flows.windows", strconv.Quote(s.Window))
	}
}

func (w FlowWindow) check(k checker) {
	k.want(w.Name != "", "name", "a name", "none")
	k.cron("cron", w.Cron)
	k.between("for", w.For, Duration(time.Minute), 7*day)
	k.zone("timezone", w.Timezone)
	k.want(isNodeID(w.Path), "path", "the id of a node of the business tree, as Qzone/WNS", strconv.Quote(w.Path))
}

func (s FlowSchedule) check(k checker) {
	k.want(s.Name != "" && !strings.ContainsAny(s.Name, "/ "), "name", "a name without slashes and spaces", strconv.Quote(s.Name))
	k.want(s.Flow != "", "flow", "the name of a flow", "none")
	k.cron("cron", s.Cron)
	k.zone("timezone", s.Timezone)
}

// cron wants times that come again.
func (k checker) cron(name, v string) {
	_, err := cron.ParseStandard(v)
	k.want(err == nil && !strings.Contains(v, "TZ="), name, `five fields as "30 8 * * MON-FRI", or @daily`, strconv.Quote(v))
}

func (k checker) zone(name, v string) {
	_, err := time.LoadLocation(v)
	k.want(err == nil, name, "a time zone such as Asia/Shanghai", strconv.Quote(v))
}
