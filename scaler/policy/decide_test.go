package policy

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"headroom/internal/config"
	"headroom/internal/phrases/phrasestest"
	"headroom/internal/yamlfile"
)

var noon = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)

var nan = math.NaN()

var blind = Forecast{Ahead: nan, AheadUpper: nan, Peak: nan, PeakUpper: nan}

// seen is a minute in which so many workers did so much work.
func seen(busy float64, workers int) Demand {
	return Demand{Busy: busy, Processes: float64(workers), Running: workers, Current: workers}
}

// settled is a memory in which the whole window wanted so many workers.
func settled(s Settings, now time.Time, workers int) (m Memory) {
	m.Since = now.Add(-time.Hour)
	for at := now.Add(-s.Stabilise); at.Before(now); at = at.Add(time.Minute) {
		m.Wants = append(m.Wants, Want{at, workers})
	}
	return m
}

func TestDecide(t *testing.T) {
	f := func(change func(s *Settings, d *Demand, f *Forecast), direction Direction, desired int, cause, by, reason string) {
		t.Helper()
		s, d, fc := Default(), seen(300, 10), blind
		change(&s, &d, &fc)
		got, _ := Decide(s, d, fc, settled(s, noon, 1), noon)
		caps := ""
		for _, c := range got.Caps {
			caps += c.By
		}
		phrasestest.Check(t, got.Reason)
		if got.Direction != direction || got.Desired != desired || got.Cause != cause || caps != by || !strings.Contains(got.Reason, reason) {
			t.Errorf("%s %d by %s, caps %q: %s\nwant %s %d by %s, caps %q: %s", got.Direction, got.Desired, got.Cause, caps, got.Reason, direction, desired, cause, by, reason)
		}
	}
	// 300 s in 10 × 60 s are 0.50: above 0.55 nobody leaves, below one is too many.
	f(func(_ *Settings, d *Demand, _ *Forecast) { d.Busy = 345 }, Hold, 10, Steady, "", "Busy 0.57 of 10 processes (345 s in a minute): 10 workers are right.")
	f(func(*Settings, *Demand, *Forecast) {}, In, 9, Idle, "", "Busy 0.50 of 10 processes (300 s in a minute) is below 0.55: 9 workers suffice.")
	// 432 s need 432 ÷ 36 = 12 workers.
	f(func(_ *Settings, d *Demand, _ *Forecast) { d.Busy = 432 }, Out, 12, Busy, "", "Busy 0.72 of 10 processes (432 s in a minute) is above 0.60: 12 workers bring it there.")
	// While two of twelve still start nothing is to be added, and none leaves.
	f(func(_ *Settings, d *Demand, _ *Forecast) { d.Busy, d.Current = 432, 12 }, Hold, 12, Steady, "",
		"Busy 0.72 of 10 processes (432 s in a minute), 0.60 of the 12 workers that shall run: 12 workers are right.")
	f(func(_ *Settings, d *Demand, _ *Forecast) { d.Busy = 1e6 }, Out, 20, Busy, "step", "at most 10 may be added at once")
	f(func(_ *Settings, d *Demand, _ *Forecast) { d.Busy = 0 }, In, 8, Idle, "stabilisestep", "at most 2 may leave at once")
	f(func(s *Settings, d *Demand, _ *Forecast) { s.Maximum, d.Busy = 11, 432 }, Out, 11, Busy, "maximum", "the maximum is 11")
	f(func(s *Settings, _ *Demand, _ *Forecast) { s.Minimum = 10 }, Hold, 10, Idle, "minimum", "the minimum is 10")

	// What is expected needs 504 ÷ 36 = 14 workers.
	ahead := func(_ *Settings, _ *Demand, f *Forecast) { f.Ahead, f.AheadUpper, f.PeakUpper = 450, 504, 720 }
	f(ahead, Out, 14, Ahead, "", "up to 504 s in a minute are expected within 1m: 14 workers keep that at 0.60")
	f(func(s *Settings, d *Demand, f *Forecast) { ahead(s, d, f); s.Predictive = false; d.Busy = 100 }, Hold, 10, Idle, "peak", "expected within 1m needs 14")
	f(func(s *Settings, d *Demand, f *Forecast) {
		ahead(s, d, f)
		s.Predictive, s.KeepPeak, s.StepIn = false, KeepNone, 1
		d.Busy = 100
	}, In, 3, Idle, "", "3 workers suffice")
	f(func(s *Settings, d *Demand, f *Forecast) { s.KeepPeak = KeepToday; f.PeakUpper = 340 }, Hold, 10, Idle, "peak", "a peak of up to 340 s in a minute expected today needs 10")

	// 3,348 s would be 0.558 of 100 workers: above the lower threshold, nobody leaves.
	hundred := func(_ *Settings, d *Demand, f *Forecast) { *d, f.AheadUpper = seen(3000, 100), 3348 }
	f(hundred, Hold, 100, Steady, "", "Busy 0.50 of 100 processes")
	f(func(s *Settings, d *Demand, f *Forecast) { hundred(s, d, f); f.AheadUpper = 3240 }, In, 90, Idle, "", "90 workers suffice")

	f(func(_ *Settings, d *Demand, _ *Forecast) { d.Silent = 5 }, Hold, 10, Idle, "silent", "none leave while 5 of the 10 that serve report no busy seconds")
	f(func(_ *Settings, d *Demand, _ *Forecast) { d.Silent, d.Busy = 5, 432 }, Out, 12, Busy, "", "")
	f(func(_ *Settings, d *Demand, _ *Forecast) { d.Deviates = "down" }, Hold, 10, Idle, "deviation", "none leave while the load deviates (down)")
	f(func(_ *Settings, d *Demand, _ *Forecast) { d.Deviates, d.Busy = "up", 432 }, Out, 12, Busy, "", "")
	f(func(_ *Settings, d *Demand, _ *Forecast) { d.Age = 4 * time.Minute }, Hold, 10, Unknown, "stale", "The newest busy seconds are 4m old, over 3m; old numbers change nothing.")
	f(func(_ *Settings, d *Demand, _ *Forecast) { d.Processes = nan }, Hold, 10, Unknown, "unknown", "The number of processes is unknown")
	f(func(_ *Settings, d *Demand, _ *Forecast) { d.Busy, d.Running = 0, 0 }, Hold, 10, Unknown, "unknown", "None of the workers serves")
	f(func(_ *Settings, d *Demand, _ *Forecast) { d.Processes = 0 }, Hold, 10, Unknown, "unknown", "No process reports")
	f(func(_ *Settings, d *Demand, _ *Forecast) { d.Busy, d.Held = 432, "held by ann" }, Hold, 10, Busy, "held", "bring it there; held by ann.")
	f(func(_ *Settings, d *Demand, _ *Forecast) { d.Scheduled, d.Held = 15, "held by ann" }, Hold, 10, Idle, "held", "held by ann")
	f(func(s *Settings, d *Demand, _ *Forecast) {
		s.Minimum, d.Held, d.Manual, d.Scheduled = 12, "held by ann", 40, 15
	}, Out, 12, Idle, "heldminimum", "held by ann; the minimum is 12.")
	f(func(s *Settings, d *Demand, _ *Forecast) { *d, s.Minimum = seen(nan, 0), 2; d.Age = time.Hour }, Out, 2, Unknown, "unknownminimum",
		"The busy seconds of the minute are unknown; unknown numbers change nothing; the minimum is 2.")
	f(func(s *Settings, d *Demand, _ *Forecast) { *d, s.StepIn = seen(20, 2), 1 }, In, 1, Idle, "", "is below 0.55: 1 worker suffices.")
	f(func(_ *Settings, d *Demand, _ *Forecast) { *d = seen(35, 1) }, Hold, 1, Steady, "", "Busy 0.58 of 1 process (35 s in a minute): 1 worker is right.")
	f(func(_ *Settings, d *Demand, _ *Forecast) { *d = seen(35, 1); d.Current = 0 }, Out, 1, Busy, "", "1 worker brings it there.")
	f(func(_ *Settings, d *Demand, _ *Forecast) { d.Scheduled = 15 }, Out, 15, Idle, "schedule", "the schedule wants at least 15")
	f(func(_ *Settings, d *Demand, _ *Forecast) { d.Manual, d.Age = 40, time.Hour }, Out, 40, Manual, "", "A person asked for 40 workers")
	f(func(s *Settings, d *Demand, _ *Forecast) { d.Manual, s.Maximum = 40, 30 }, Out, 30, Manual, "maximum", "")
}

func TestScaleInWaits(t *testing.T) {
	s := Default()
	s.StepIn = 1
	var m Memory
	d := seen(600, 17)
	workers := func(minute int, busy float64) int {
		t.Helper()
		d.Busy, d.Processes = busy, float64(d.Current)
		got, next := Decide(s, d, blind, m, noon.Add(time.Duration(minute)*time.Minute))
		m, d.Current = next, got.Desired
		return got.Desired
	}
	want := []int{17, 17, 17, 17, 17, 9, 9}
	for minute, n := range want {
		busy := 300.0
		if minute == 0 {
			busy = 600
		}
		if got := workers(minute, busy); got != n {
			t.Errorf("minute %d: %d workers, want %d", minute, got, n)
		}
	}
	// After a gap one quiet minute is not enough.
	if got := workers(60, 100); got != 9 {
		t.Errorf("after a gap: %d workers, want 9", got)
	}
}

func TestCoolDown(t *testing.T) {
	s := Default()
	s.CoolDownOut, s.CoolDownIn = 10*time.Minute, 10*time.Minute
	m := settled(s, noon, 1)
	m.LastOut, m.LastIn = noon.Add(-9*time.Minute), noon.Add(-9*time.Minute)
	for _, busy := range []float64{100, 500} {
		if got, _ := Decide(s, seen(busy, 10), blind, m, noon); got.Direction != Hold || got.Caps[len(got.Caps)-1].By != "cool-down" {
			t.Errorf("%v s: %+v", busy, got)
		}
	}
	others := seen(500, 10)
	others.Observed = true
	if got, _ := Decide(s, others, blind, m, noon); got.Direction != Out {
		t.Errorf("asked for a minute ago, and not followed yet: %+v", got)
	}
	if got, next := Decide(s, seen(500, 10), blind, m, noon.Add(time.Minute)); got.Direction != Out || next.LastOut != got.At {
		t.Errorf("after the cool-down: %+v", got)
	}
}

// world is a random minute.
func world(rng *rand.Rand) (s Settings, d Demand, f Forecast, m Memory) {
	maybe := func(v float64) float64 {
		switch rng.IntN(12) {
		case 0:
			return nan
		case 1:
			return math.Inf(1)
		case 2:
			return -v
		}
		return v
	}
	s = Default()
	s.ScaleIn, s.Minimum = 0.1+0.45*rng.Float64(), rng.IntN(5)
	s.Maximum = []int{0, s.Minimum + rng.IntN(200)}[rng.IntN(2)]
	s.StepOut, s.StepIn = 0.01+rng.Float64()*3, 0.01+rng.Float64()*0.99
	s.Stabilise = time.Duration(rng.IntN(10)) * time.Minute
	s.CoolDownIn, s.CoolDownOut = time.Duration(rng.IntN(5))*time.Minute, time.Duration(rng.IntN(5))*time.Minute
	s.Predictive = rng.IntN(2) == 0
	s.KeepPeak = []KeepPeak{KeepNone, KeepStartup, KeepToday}[rng.IntN(3)]
	n := rng.IntN(150)
	d = seen(maybe(float64(n)*80*rng.Float64()), n)
	d.Processes = maybe(d.Processes + float64(rng.IntN(3)))
	d.Age = time.Duration(rng.IntN(300)) * time.Second
	d.Deviates = []string{"", "", "up", "down"}[rng.IntN(4)]
	d.Silent = max(0, rng.IntN(12)-9)
	d.Observed = rng.IntN(2) == 0
	d.Scheduled = max(0, rng.IntN(60)-50)
	d.Manual = max(0, rng.IntN(60)-55)
	d.Held = []string{"", "", "", "held by ann"}[rng.IntN(4)]
	f = Forecast{AheadUpper: maybe(float64(n) * 50 * rng.Float64()), PeakUpper: maybe(float64(n) * 60 * rng.Float64())}
	m = settled(s, noon, rng.IntN(150))
	m.LastIn, m.LastOut = noon.Add(-time.Duration(rng.IntN(600))*time.Second), noon.Add(-time.Duration(rng.IntN(600))*time.Second)
	return s, d, f, m
}

const worlds = 20_000

func TestInvariants(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	for i := range worlds {
		s, d, f, m := world(rng)
		got, next := Decide(s, d, f, m, noon)
		if i < 500 {
			phrasestest.Check(t, got.Reason)
		}
		bad := func(what string) { t.Fatalf("world %d: %s\n%+v\n%+v\n%+v\n%+v\n%+v", i, what, s, d, f, m, got) }
		top := s.Maximum
		if top == 0 {
			top = math.MaxInt
		}
		if got.Desired < s.Minimum || got.Desired > top {
			bad("outside of minimum and maximum")
		}
		in := got.Desired < d.Current && d.Current <= top && got.Cause != Manual
		if in && (d.Age > s.StaleAfter || d.Deviates != "" || d.Silent > 0 || d.Held != "" || !known(d.Busy) || !known(d.Processes)) {
			bad("workers leave while stale, unknown, held or deviating")
		}
		if out := got.Desired > max(d.Current, s.Minimum, d.Scheduled); out && got.Cause != Manual && (!known(d.Busy) || !known(d.Processes)) {
			bad("workers are added for an unknown demand")
		}
		if len(next.Wants) > int(s.Stabilise/time.Minute)+1 {
			bad("the memory grows")
		}
		if len(got.Reason) == 0 || strings.Contains(got.Reason, "NaN") {
			bad("the reason is no sentence")
		}
		// Who asks again in the same minute, with the workers that were decided, gets the same.
		again := d
		again.Current = got.Desired
		if s.CoolDownIn == 0 && s.CoolDownOut == 0 && len(got.Caps) == 0 {
			if second, _ := Decide(s, again, f, m, noon); second.Desired != got.Desired {
				bad("not the same for who asks again: " + second.Reason)
			}
		}
		// More work never means fewer workers.
		more := d
		more.Busy += 40 * rng.Float64() * float64(d.Current)
		if second, _ := Decide(s, more, f, m, noon); known(d.Busy) && second.Desired < got.Desired {
			bad("fewer workers for more work: " + second.Reason)
		}
	}
}

// A constant demand with noise below the threshold's distance settles, and stays.
func TestNoFlapping(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 6))
	for range 300 {
		s := Default()
		s.Predictive = false
		busy, d, m := 30+rng.Float64()*3000, seen(0, 1+rng.IntN(120)), Memory{}
		changes, last := 0, d.Current
		for minute := range 120 {
			d.Busy, d.Processes = busy, float64(d.Current)
			var got Decision
			got, m = Decide(s, d, blind, m, noon.Add(time.Duration(minute)*time.Minute))
			if d.Current = got.Desired; minute > 60 && d.Current != last {
				changes++
			}
			last = d.Current
		}
		if changes > 0 || float64(last)*60*s.Target < busy-1e-6 {
			t.Errorf("%v s a minute: %d workers, %d changes after an hour", busy, last, changes)
		}
	}
}

func TestDecisionAsJSON(t *testing.T) {
	for _, busy := range []float64{nan, 300} {
		d, _ := Decide(Default(), seen(busy, 10), blind, Memory{}, noon)
		text, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		var back map[string]any
		if err := json.Unmarshal(text, &back); err != nil {
			t.Fatal(err)
		}
		if got := back["fraction"]; busy != busy && got != nil || busy == busy && got != 0.5 {
			t.Errorf("%v s: fraction %v in %s", busy, got, text)
		}
	}
	if text, err := json.Marshal(Decision{}); err != nil || !strings.Contains(string(text), `"caps":[]`) {
		t.Errorf("%s %v", text, err)
	}
}

func TestFaultsTellAll(t *testing.T) {
	if faults := Default().Faults(); len(faults) > 0 {
		t.Errorf("the defaults: %v", faults)
	}
	bad := Settings{Target: nan, ScaleIn: -1, Minimum: -1, Maximum: -2, StepOut: nan, Startup: -1, KeepPeak: "x"}
	keys := ""
	for _, f := range bad.Faults() {
		keys += f.Key + " "
	}
	if want := "target scale_in minimum maximum step_out step_in startup keep_peak stale_after "; keys != want {
		t.Errorf("faults of %swant %s", keys, want)
	}
}

// The configuration's keys are those of the settings, in their order, and so are
// its defaults.
func TestConfigurationHasTheSameKeys(t *testing.T) {
	written := config.Default().Pool.Policy
	if got, want := yamlfile.Fields(reflect.TypeOf(written)), yamlfile.Fields(reflect.TypeOf(Settings{})); !reflect.DeepEqual(got, want) {
		t.Errorf("keys %v, want %v", got, want)
	}
	a, b := reflect.ValueOf(written), reflect.ValueOf(Default())
	for i := range a.NumField() {
		if got := a.Field(i).Convert(b.Field(i).Type()).Interface(); got != b.Field(i).Interface() {
			t.Errorf("%s: %v, want %v", b.Type().Field(i).Name, got, b.Field(i))
		}
	}
}
