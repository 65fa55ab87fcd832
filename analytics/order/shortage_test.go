package order

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

func TestShortageInvertsTheQuantile(t *testing.T) {
	peak := distuv.Normal{Mu: 60, Sigma: 5}
	largest := func(_ int, p float64) float64 { return peak.Quantile(p) }
	f := func(devices, want float64) {
		t.Helper()
		if got := Shortage(devices, 10, 30, 60, largest); math.Abs(got-want) > 1e-3 {
			t.Errorf("%v devices: %v; want %v", devices, got, want)
		}
	}
	f(10, 0.5)
	f(11, 1-peak.CDF(66))
	f(9, 1-peak.CDF(54))
	f(20, leastChance)
	f(0, 1-leastChance)

	plan := NewPlan(Policy{ShortageCost: 19, IdleCost: 1, RoundTo: 1, Worth: 1}, 1000, 30, 60, largest)
	if got := Shortage(float64(plan.Work), 1000, 30, 60, largest); got > plan.Risk() || got < plan.Risk()-2e-3 {
		t.Errorf("the devices of a plan are short with probability %v; the policy takes %v, and devices are whole", got, plan.Risk())
	}
}

func TestShortageOfTheUnknown(t *testing.T) {
	nan := func(int, float64) float64 { return math.NaN() }
	for _, got := range []float64{Shortage(5, 5, 30, 60, nan), Shortage(5, 0, 30, 60, func(int, float64) float64 { return 1 })} {
		if !math.IsNaN(got) {
			t.Errorf("%v", got)
		}
	}
}
