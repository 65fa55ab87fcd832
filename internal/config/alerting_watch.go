package config

import "time"

// Watch says what Headroom alarms on by itself.
type Watch struct {
	Levels []string `yaml:"levels"` // labels of the hierarchy whose nodes are watched; none: the last, the modules
	Settle Duration `yaml:"settle"` // after a start, how long silence is not judged: senders may need it to reach us

	LoadDeviates    WatchRule  `yaml:"load_deviates"`
	PeakAboveTarget WatchLimit `yaml:"peak_above_target"`
	RunwayShort     WatchLimit `yaml:"runway_short"`
	DeviceSilent    WatchRule  `yaml:"device_silent"`
	ModuleSilent    WatchRule  `yaml:"module_silent"`
	ProcessDead     WatchDead  `yaml:"process_dead"`
	Self            WatchRule  `yaml:"self"` // Headroom's own troubles
}

// WatchRule says when a condition is an alarm.
type WatchRule struct {
	Enabled bool     `yaml:"enabled"`
	For     Duration `yaml:"for"`  // how long the condition holds before the alarm begins
	Keep    Duration `yaml:"keep"` // how long it does not before the alarm ends
}

// WatchLimit is a rule about a number that crosses a limit.
type WatchLimit struct {
	Enabled bool     `yaml:"enabled"`
	For     Duration `yaml:"for"`
	Keep    Duration `yaml:"keep"`
	Margin  float64  `yaml:"margin"` // percent of the limit by which the number must be clear of it for an alarm to end
}

// WatchDead is the rule about dead processes.
type WatchDead struct {
	Enabled  bool     `yaml:"enabled"`
	For      Duration `yaml:"for"`
	Keep     Duration `yaml:"keep"`
	LeastAge Duration `yaml:"least_age"` // how long a process must have reported to be missed
}

// Rule is the limit without its margin.
func (l WatchLimit) Rule() WatchRule { return WatchRule{l.Enabled, l.For, l.Keep} }

func defaultWatch() Watch {
	minutes := func(n int) Duration { return Duration(time.Duration(n) * time.Minute) }
	return Watch{
		Levels:          []string{},
		Settle:          minutes(5),
		LoadDeviates:    WatchRule{Enabled: true},
		PeakAboveTarget: WatchLimit{Enabled: true, For: minutes(15), Keep: minutes(30), Margin: 3},
		RunwayShort:     WatchLimit{Enabled: true, For: minutes(30), Keep: minutes(360), Margin: 10},
		DeviceSilent:    WatchRule{Enabled: true, For: minutes(1), Keep: minutes(2)},
		ModuleSilent:    WatchRule{Enabled: true, For: minutes(1), Keep: minutes(2)},
		ProcessDead:     WatchDead{Enabled: true, For: minutes(1), Keep: minutes(1), LeastAge: minutes(60)},
		Self:            WatchRule{Enabled: true, For: minutes(5), Keep: minutes(15)},
	}
}

// check wants levels of the hierarchy and times within a week.
func (w Watch) check(k checker, hierarchy []string) {
	for _, level := range w.Levels {
		k.oneOf("levels", level, hierarchy...)
	}
	k.between("settle", w.Settle, 0, day)
	w.LoadDeviates.check(k.at("load_deviates"))
	w.PeakAboveTarget.check(k.at("peak_above_target"))
	w.RunwayShort.check(k.at("runway_short"))
	w.DeviceSilent.check(k.at("device_silent"))
	w.ModuleSilent.check(k.at("module_silent"))
	WatchRule{For: w.ProcessDead.For, Keep: w.ProcessDead.Keep}.check(k.at("process_dead"))
	k.at("process_dead").between("least_age", w.ProcessDead.LeastAge, 0, day)
	w.Self.check(k.at("self"))
}

func (r WatchRule) check(k checker) {
	k.between("for", r.For, 0, 7*day)
	k.between("keep", r.Keep, 0, 7*day)
}

func (l WatchLimit) check(k checker) {
	l.Rule().check(k)
	k.want(0 <= l.Margin && l.Margin <= 50, "margin", "0 to 50 percent", l.Margin)
}
