package policy

import (
	"fmt"
	"slices"
	"time"
)

// Settings are what a service's owner wants. Fractions are of a worker's time.
type Settings struct {
	Target  float64 `yaml:"target"`   // busy fraction above which workers are added, and up to which
	ScaleIn float64 `yaml:"scale_in"` // busy fraction below which workers are taken away; < Target

	Minimum int `yaml:"minimum"` // workers
	Maximum int `yaml:"maximum"` // workers; 0: none

	StepOut     float64       `yaml:"step_out"` // at most this share of the workers at once, one at least
	StepIn      float64       `yaml:"step_in"`
	CoolDownOut time.Duration `yaml:"cooldown_out"` // after a change, before the next one in that direction
	CoolDownIn  time.Duration `yaml:"cooldown_in"`
	Stabilise   time.Duration `yaml:"stabilise"` // scale-in goes to the most that was wanted in this time
	Startup     time.Duration `yaml:"startup"`   // from a decision to a serving worker; scale-out looks ahead this far

	Predictive        bool          `yaml:"predictive"`          // scale out ahead of what is expected
	KeepPeak          KeepPeak      `yaml:"keep_peak"`           // what scale-in never goes below
	StaleAfter        time.Duration `yaml:"stale_after"`         // data older than this hold everything
	FreezeInDeviation bool          `yaml:"freeze_in_deviation"` // no scale-in while the module deviates
}

// KeepPeak is the expected peak, with its interval, that scale-in keeps workers for.
type KeepPeak string

// The peaks that can be kept.
const (
	KeepNone    KeepPeak = "off"
	KeepStartup KeepPeak = "startup" // the most within Settings.Startup
	KeepToday   KeepPeak = "today"   // the most in the rest of the day
)

// Default returns the settings of a service that says nothing.
func Default() Settings {
	return Settings{
		Target: 0.6, ScaleIn: 0.55, Minimum: 1,
		StepOut: 1, StepIn: 0.2, Stabilise: 5 * time.Minute, Startup: time.Minute,
		Predictive: true, KeepPeak: KeepStartup,
		StaleAfter: 3 * time.Minute, FreezeInDeviation: true,
	}
}

// Fault is a setting that cannot work.
type Fault struct {
	Key     string // as in a file
	Problem string // what is wanted and what was found
}

func (f Fault) String() string { return f.Key + ": " + f.Problem }

// MaxWorkers bounds the workers of a service.
const MaxWorkers = 1_000_000

const day = 24 * time.Hour

// Faults returns everything that is wrong, in the order of the settings.
func (s Settings) Faults() (faults []Fault) {
	want := func(ok bool, key, what string, found any) {
		if !ok {
			faults = append(faults, Fault{key, fmt.Sprintf("want %s, found %v", what, found)})
		}
	}
	within := func(key string, d, low, high time.Duration) {
		want(low <= d && d <= high, key, fmt.Sprintf("%v to %v", low, high), d)
	}
	want(s.Target > 0 && s.Target <= 1, "target", "a fraction above 0, up to 1", s.Target)
	want(s.ScaleIn >= 0 && s.ScaleIn < s.Target, "scale_in", fmt.Sprintf("a fraction from 0, below target (%v)", s.Target), s.ScaleIn)
	want(s.Minimum >= 0 && s.Minimum <= MaxWorkers, "minimum", fmt.Sprintf("a number from 0 to %d", MaxWorkers), s.Minimum)
	want(s.Maximum == 0 || s.Maximum >= s.Minimum && s.Maximum <= MaxWorkers, "maximum",
		fmt.Sprintf("0 for none, or a number from minimum (%d) to %d", s.Minimum, MaxWorkers), s.Maximum)
	want(s.StepOut > 0 && s.StepOut <= 100, "step_out", "a share of the workers above 0, up to 100", s.StepOut)
	want(s.StepIn > 0 && s.StepIn <= 1, "step_in", "a share of the workers above 0, up to 1", s.StepIn)
	within("cooldown_out", s.CoolDownOut, 0, day)
	within("cooldown_in", s.CoolDownIn, 0, day)
	within("stabilise", s.Stabilise, 0, 6*time.Hour)
	within("startup", s.Startup, 0, time.Hour)
	want(slices.Contains([]KeepPeak{KeepNone, KeepStartup, KeepToday}, s.KeepPeak), "keep_peak",
		"off, startup or today", fmt.Sprintf("%q", string(s.KeepPeak)))
	within("stale_after", s.StaleAfter, time.Minute, time.Hour)
	return faults
}
