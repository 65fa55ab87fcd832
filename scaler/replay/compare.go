package replay

import (
	"errors"
	"fmt"
	"math"
	"time"

	"headroom/analytics"
	"headroom/scaler/policy"
)

// Options are how series are compared.
type Options struct {
	Policy policy.Settings
	Level  float64                // of forecasts, see demand.Options
	Margin float64                // that a fleet sized for the peak adds to it
	First  time.Time              // evaluation starts then; zero: after MaxTraining or half of the series
	Keep   bool                   // what [Place] needs stays in memory
	Watch  func(i int, seen Seen) // is told of each minute that the policy decides; nil: nobody
}

// MaxTraining is how much of a series is learned from before the evaluation.
const MaxTraining = 14 * 24 * time.Hour

// Comparison is a series under all rules. Static fleets and the HPA get what
// they can't know: the numbers with which they do best on this very series.
type Comparison struct {
	Name    string    `json:"name"`
	Family  string    `json:"family,omitempty"`
	From    time.Time `json:"from"`
	To      time.Time `json:"to"`
	Policy  Outcome   `json:"policy"`
	Default *Outcome  `json:"default_policy,omitempty"` // where Policy is another one
	Ran     *Outcome  `json:"ran,omitempty"`            // what really ran
	Sized   Fixed     `json:"static_sized"`             // for the peak before From, with the margin; no workers: nothing is known before
	Peak    Fixed     `json:"static_peak"`              // for the peak that came: nothing above
	Equal   Fixed     `json:"static_equal"`             // the fewest with no more minutes above than the policy
	HPA     Scaled    `json:"hpa_equal"`                // the highest target with no more minutes above than the policy
	Plain   Scaled    `json:"hpa_plain"`                // at the policy's own target

	hpa    []Outcome // at each of targets()
	tenant *tenant   // where Options.Keep asks for it
}

// Fixed is a static fleet.
type Fixed struct {
	Workers int `json:"workers"`
	Outcome
}

// Scaled is an autoscaler with a target utilisation.
type Scaled struct {
	Target analytics.Number `json:"target"` // unknown: none does
	Outcome
}

// ErrShort means that a series has too little to learn from and to evaluate.
var ErrShort = errors.New("want at least four days of demand")

// Compare runs a series under all rules.
func Compare(s Series, o Options) (*Comparison, error) {
	from := min(int(MaxTraining/time.Minute), len(s.Busy)/2)
	if !o.First.IsZero() {
		from = int(o.First.Sub(s.Start) / time.Minute)
	}
	if len(s.Busy) < 4*1440 && o.First.IsZero() || from < 0 || from >= len(s.Busy) {
		return nil, fmt.Errorf("%s: %w, got %.1f days", s.Name, ErrShort, float64(len(s.Busy))/1440)
	}
	c := &contest{Series: s, Options: o, from: from}
	c.world = World{Threshold: o.Policy.Target, Startup: int(math.Ceil(o.Policy.Startup.Minutes()))}
	c.world.First = max(1, need(last(s.Busy[:from+1]), o.Policy.Target))
	return c.run(), nil
}

// contest is a comparison under way.
type contest struct {
	Series
	Options
	from  int
	world World
}

func (c *contest) run() *Comparison {
	at := func(i int) time.Time { return c.Start.Add(time.Duration(i) * time.Minute) }
	r := &Comparison{Name: c.Name, Family: c.Family, From: at(c.from), To: at(len(c.Busy))}
	r.Policy = c.policy(r)
	if same := policy.Default(); c.Options.Policy != withWorld(same, c.Options.Policy) {
		o := c.world.Run(c.Busy, c.from, Policy(c.Series, withWorld(same, c.Options.Policy), c.Level))
		r.Default = &o
	}
	r.Ran = c.ran()
	c.static(r)
	c.scaled(r)
	return r
}

// policy runs the policy, and notes for [Place] what it expected and decided.
func (c *contest) policy(r *Comparison) Outcome {
	forecast := newForecasts(c.Series, c.Options.Policy, c.Level).at
	if !c.Keep {
		return c.world.Run(c.Busy, c.from, watched(decide(c.Series, c.Options.Policy, forecast), c.Watch))
	}
	t := &tenant{Series: c.Series, settings: c.Options.Policy, world: c.world, from: c.from, decided: []int{c.world.First}}
	rule := decide(c.Series, c.Options.Policy, func(i int, now time.Time) policy.Forecast {
		f := forecast(i, now)
		t.forecasts = append(t.forecasts, f)
		return f
	})
	r.tenant = t
	return c.world.Run(c.Busy, c.from, func(i int, seen Seen) int {
		n := watched(rule, c.Watch)(i, seen)
		t.decided = append(t.decided, n)
		return n
	})
}

// watched is a rule that tells of what it sees.
func watched(rule Rule, watch func(int, Seen)) Rule {
	if watch == nil {
		return rule
	}
	return func(i int, seen Seen) int {
		watch(i, seen)
		return rule(i, seen)
	}
}

// withWorld gives settings the target, the start-up time and the bounds of
// others: those are of the service, not of the rule.
func withWorld(s, of policy.Settings) policy.Settings {
	s.Target, s.Startup, s.Minimum, s.Maximum = of.Target, of.Startup, of.Minimum, of.Maximum
	s.ScaleIn = min(s.ScaleIn, of.Target*s.ScaleIn/policy.Default().Target)
	return s
}

func (c *contest) static(r *Comparison) {
	fixed := func(n int) Fixed {
		w := c.world
		w.First = n
		return Fixed{n, w.Run(c.Busy, c.from, Static(n))}
	}
	target := c.world.Threshold
	if before := c.Busy[:c.from]; measured(before) > 0 {
		r.Sized = fixed(max(1, need(peak(before)*(1+c.Margin), target)))
	}
	r.Peak = fixed(max(1, need(peak(c.Busy[c.from:]), target)))
	few, enough := 0, r.Peak.Workers // the minutes above fall with the workers
	for few+1 < enough {
		if n := (few + enough) / 2; fixed(n).Above > r.Policy.Above {
			few = n
		} else {
			enough = n
		}
	}
	r.Equal = fixed(enough)
}

// targets are the utilisations that are tried for the HPA, the cheapest first.
func targets() (all []float64) {
	for percent := 90; percent >= 5; percent-- {
		all = append(all, float64(percent)/100)
	}
	return all
}

func (c *contest) scaled(r *Comparison) {
	run := func(target float64) Outcome {
		return c.world.Run(c.Busy, c.from, HPA(target, max(1, c.Options.Policy.Minimum), c.Options.Policy.Maximum))
	}
	r.HPA.Target = analytics.Unknown()
	for _, t := range targets() {
		o := run(t)
		r.hpa = append(r.hpa, o)
		if !r.HPA.Target.Known() && o.Above <= r.Policy.Above {
			r.HPA = Scaled{analytics.Number(t), o}
		}
	}
	r.Plain = Scaled{analytics.Number(c.world.Threshold), run(c.world.Threshold)}
}

// ran is what the recorded processes did: they served, so they were there.
func (c *contest) ran() *Outcome {
	if measured(c.Ran) == 0 {
		return nil
	}
	w := World{Threshold: c.world.Threshold, First: int(max(0, last(c.Ran[:c.from+1])))}
	busy := make([]float64, len(c.Busy))
	for i, v := range c.Busy {
		if busy[i] = v; !(c.Ran[i] >= 0) {
			busy[i] = math.NaN()
		}
	}
	current := w.First
	o := w.Run(busy, c.from, func(i int, _ Seen) int {
		if i+1 < len(c.Ran) && c.Ran[i+1] >= 0 {
			current = int(c.Ran[i+1])
		}
		return current
	})
	return &o
}

func measured(values []float64) (n int) {
	for _, v := range values {
		if v >= 0 {
			n++
		}
	}
	return n
}

// last is the newest known value, 0 of none.
func last(values []float64) float64 {
	for i := len(values) - 1; i >= 0; i-- {
		if values[i] >= 0 {
			return values[i]
		}
	}
	return 0
}

func peak(values []float64) (most float64) {
	for _, v := range values {
		if v > most {
			most = v
		}
	}
	return most
}
