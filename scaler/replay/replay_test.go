package replay

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"headroom/scaler/demand"
	"headroom/scaler/policy"
)

var nan = math.NaN()

// week is a service whose load has a daily rhythm, 4 % of noise, a few gaps and a
// sudden rise now and then.
func week(days int, seed uint64) Series {
	rng := rand.New(rand.NewPCG(seed, 1))
	s := Series{Name: "generated", Family: "test", Start: time.Date(2026, 10, 5, 0, 0, 0, 0, time.UTC), Zone: time.UTC, Busy: make([]float64, days*1440)}
	extra := 0.0
	for i := range s.Busy {
		if extra *= 0.97; rng.IntN(3000) == 0 {
			extra = 0.4
		}
		s.Busy[i] = 1200 * (1.3 - math.Cos(float64(i%1440)/1440*2*math.Pi)) * (1 + extra + 0.04*rng.NormFloat64())
		if rng.IntN(500) == 0 {
			s.Busy[i] = nan
		}
	}
	return s
}

var options = Options{Policy: policy.Default(), Level: demand.DefaultLevel, Margin: 0.2}

// Ten workers, one more asked for after the first minute, two minutes of start-up:
// it serves in the fourth minute and costs from the second on.
func TestStartUpTakesItsTime(t *testing.T) {
	w := World{Threshold: 0.6, Startup: 2, First: 10}
	var serving []int
	o := w.Run([]float64{396, 396, 396, 396, nan}, 0, func(i int, s Seen) int {
		serving = append(serving, s.Serving)
		return 11
	})
	if want := []int{10, 10, 10, 11, 11}; !slices.Equal(serving, want) {
		t.Errorf("serving %v, want %v", serving, want)
	}
	if o.Above != 3 || o.Minutes != 4 || o.Decisions != 1 || math.Abs(o.Hours-43./60) > 1e-9 || math.Abs(o.Needed-44./60) > 1e-9 {
		t.Errorf("%+v", o)
	}
	// Who leaves is gone at once.
	o = World{Threshold: 0.6, Startup: 2, First: 10}.Run([]float64{360, 360}, 0, Static(9))
	if o.Above != 1 || o.Saturated != 0 {
		t.Errorf("after a scale-in: %+v", o)
	}
}

func TestHPA(t *testing.T) {
	rule := HPA(0.5, 2, 40)
	f := func(busy float64, serving, current, want int) {
		t.Helper()
		if got := rule(0, Seen{busy, serving, current}); got != want {
			t.Errorf("%v s with %d of %d: %d workers, want %d", busy, serving, current, got, want)
		}
	}
	f(300, 10, 10, 10) // exactly at the target
	f(329, 10, 10, 10) // within the tolerance of a tenth
	f(340, 10, 10, 12) // 340 ÷ 30
	f(340, 10, 12, 12) // while they start
	f(2000, 12, 12, 40)
	f(nan, 12, 12, 12)
	for range 4 { // down after the last five minutes all want it
		f(100, 12, 12, 12)
	}
	f(100, 12, 12, 4)
	f(0, 4, 4, 4)
}

func TestComparisonIsHonest(t *testing.T) {
	c, err := Compare(week(12, 1), options)
	if err != nil {
		t.Fatal(err)
	}
	for name, o := range map[string]Outcome{"static": c.Equal.Outcome, "HPA": c.HPA.Outcome} {
		if o.Above > c.Policy.Above {
			t.Errorf("%s has %d minutes above, the policy %d: they can't be compared", name, o.Above, c.Policy.Above)
		}
	}
	if c.Peak.Above != 0 || c.Sized.Workers <= c.Equal.Workers || c.Policy.Minutes == 0 {
		t.Errorf("%+v", c)
	}
	if share := float64(c.Policy.Above) / float64(c.Policy.Minutes); share > 0.02 {
		t.Errorf("%.2f %% of the minutes are above", 100*share)
	}
	if saved := 1 - c.Policy.Hours/c.Equal.Hours; saved < 0.2 {
		t.Errorf("the policy saves %.1f %% of a static fleet that does as well", 100*saved)
	}
	if saved := 1 - c.Policy.Hours/c.HPA.Hours; saved < 0 {
		t.Errorf("the policy saves %.1f %% of an HPA that does as well", 100*saved)
	}
	f := Families([]*Comparison{c, c})
	if len(f) != 1 || f[0].Series != 2 || math.Abs(float64(f[0].Best)-(1-c.Policy.Hours/c.HPA.Hours)) > 1e-9 || f[0].HPATarget != c.HPA.Target {
		t.Errorf("%+v", f)
	}
	if _, err := json.Marshal(struct {
		*Comparison
		F []Family
	}{c, f}); err != nil {
		t.Error(err)
	}
}

// What comes later must not change what was decided: the tail is cut.
func TestWalksForward(t *testing.T) {
	s := week(6, 2)
	run := func(minutes int) (asked []int) {
		s := s
		s.Busy = s.Busy[:minutes]
		rule := Policy(s, options.Policy, options.Level)
		World{Threshold: 0.6, Startup: 1, First: 5}.Run(s.Busy, 3*1440, func(i int, seen Seen) int {
			asked = append(asked, rule(i, seen))
			return asked[len(asked)-1]
		})
		return asked
	}
	short, long := run(4*1440+700), run(6*1440)
	if !slices.Equal(short, long[:len(short)]) {
		t.Error("a longer series has other decisions at its start")
	}
}

func TestOtherPolicyAndWhatRan(t *testing.T) {
	s, o := week(5, 3), options
	s.Ran = make([]float64, len(s.Busy))
	for i := range s.Ran {
		s.Ran[i] = 70
	}
	o.Policy.Predictive, o.Policy.Target, o.Policy.ScaleIn = false, 0.5, 0.4
	o.First = s.Start.AddDate(0, 0, 4)
	c, err := Compare(s, o)
	if err != nil {
		t.Fatal(err)
	}
	if c.Default == nil || c.Default.Above >= c.Policy.Above {
		t.Errorf("the default policy %+v does no better than one that does not look ahead %+v", c.Default, c.Policy)
	}
	if c.Ran == nil || math.Abs(c.Ran.Hours-70*float64(c.Ran.Minutes)/60) > 1e-6 || !c.From.Equal(o.First) {
		t.Errorf("what ran: %+v", c.Ran)
	}
}

func TestEven(t *testing.T) {
	start, minutes, err := Even([]int64{600, 900, 1200, 3000, 3300}, []float64{5, 10, 0, 7, 7})
	if err != nil || start.Unix() != 600 || len(minutes) != 46 {
		t.Fatalf("%v %v %v", start, len(minutes), err)
	}
	// A line over one step, nothing over a gap of six.
	for i, want := range map[int]float64{0: 5, 1: 6, 4: 9, 5: 10, 7: 6, 10: 0, 11: nan, 39: nan, 40: 7, 43: 7} {
		if got := minutes[i]; got != want && !(got != got && want != want) {
			t.Errorf("minute %d: %v, want %v", i, got, want)
		}
	}
	if _, _, err := Even([]int64{1}, []float64{1}); err == nil {
		t.Error("one value is a series")
	}
	if _, _, err := Even([]int64{0, 1 << 40}, []float64{1, 1}); err == nil {
		t.Error("35,000 years are a series")
	}
}

func TestScaleAndLoads(t *testing.T) {
	if got := Scale([]float64{0, 5, 10, nan}, 20, 0.6); got[0] != 0 || got[1] != 360 || got[2] != 720 || got[3] == got[3] {
		t.Errorf("scaled to %v", got)
	}
	flat := make([]float64, 5*1440)
	if why := NotLoad(week(5, 4).Busy); why != "" {
		t.Errorf("a load is none: %s", why)
	}
	for _, minutes := range [][]float64{flat, {-1}, week(3, 5).Busy} {
		if NotLoad(minutes) == "" {
			t.Error("something is a load that is none")
		}
	}
}

func TestAllKeepsTheOrderAndStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	broken := errors.New("broken")
	sources := []func() (Series, error){
		func() (Series, error) { return week(2, 1), nil },
		func() (Series, error) { return Series{Name: "b"}, broken },
	}
	got := All(ctx, sources, options)
	if !errors.Is(got[0].Err, ErrShort) || !errors.Is(got[1].Err, broken) || got[1].Name != "b" {
		t.Errorf("%+v", got)
	}
	cancel()
	if got = All(ctx, sources, options); !errors.Is(got[0].Err, context.Canceled) {
		t.Errorf("%+v", got)
	}
}
