package peak

import (
	"math"
	"math/rand/v2"
	"testing"

	"headroom/analytics/season"
)

// shaped returns days of a load with a daily shape, a level that wanders, and
// noise.
func shaped(days int) *season.Grid {
	rng := rand.New(rand.NewPCG(3, 4))
	g, level := season.NewGrid(0, days, 48), 1.0
	for d := range days {
		level *= 1 + 0.03*rng.NormFloat64()
		for k := range g.Day(d) {
			shape := 50 - 30*math.Cos(2*math.Pi*float64(k)/48)
			g.Day(d)[k] = level * shape * (1 + 0.01*rng.NormFloat64())
		}
	}
	return g
}

// replay returns the forecasts as of noon of all days.
func replay(g *season.Grid) []Forecast {
	c, out := NewCalibrated(g.Slots/2), make([]Forecast, g.Days())
	for d := range out {
		out[d] = c.Forecast(g.Day(d), 1.96)
		c.See(g.Day(d))
	}
	return out
}

// An interval of more coverage holds that of less, also around a morning that may
// have been an incident.
func TestIntervalsAreNested(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 9))
	m := moment{peak: 50, left: 1, spread: 0.05, errors: 28}
	for i := range m.morning {
		m.morning[i] = 40
	}
	for range 1000 {
		so := m.morning
		for i := range so {
			so[i] *= math.Exp(0.4 * rng.NormFloat64())
		}
		last := m.forecast(so, 0.5)
		for _, z := range []float64{1.28, 1.96, 2.58, 3.5} {
			f := m.forecast(so, z)
			if f.Value != last.Value || f.Lower > last.Lower || f.Upper < last.Upper {
				t.Fatalf("%v of morning %v: %+v, of less coverage %+v", z, so, f, last)
			}
			last = f
		}
	}
}

func TestCalibratedFollowsTheMorning(t *testing.T) {
	g := shaped(60)
	inside := 0
	for d, f := range replay(g) {
		if (d >= 7) != (f.Value == f.Value) || (d >= 7+MinErrorDays) != (f.Lower == f.Lower) {
			t.Fatalf("day %d: %+v", d, f)
		}
		actual := season.Peak(g.Day(d), FullShare)
		if d >= 30 && math.Abs(f.Value/actual-1) > 0.05 {
			t.Errorf("day %d: %v, came %v", d, f.Value, actual)
		}
		if d >= 30 && f.Lower <= actual && actual <= f.Upper {
			inside++
		}
	}
	if inside < 26 {
		t.Errorf("%d of 30 peaks in their intervals", inside)
	}
}

// An incident of two hours, twenty times the load, is not there the day after.
func TestCalibratedSeesThroughIncidents(t *testing.T) {
	g := shaped(40)
	plain := replay(g)
	for k := 30; k < 34; k++ {
		g.Day(30)[k] *= 20
	}
	for d, f := range replay(g) {
		if d > 30 && math.Abs(f.Value/plain[d].Value-1) > 0.03 {
			t.Errorf("day %d: %v, without the incident %v", d, f.Value, plain[d].Value)
		}
		if d > 30 && f.Upper-f.Lower > 1.5*(plain[d].Upper-plain[d].Lower) {
			t.Errorf("day %d: width %v, without the incident %v", d, f.Upper-f.Lower, plain[d].Upper-plain[d].Lower)
		}
	}
}

// On one weekday the afternoon is 8 % higher, which no morning tells.
func TestCalibratedKnowsTheWeekday(t *testing.T) {
	g := shaped(120)
	for d := range g.Days() {
		for k := 24; d%7 == 3 && k < 48; k++ {
			g.Day(d)[k] *= 1.08
		}
	}
	of, all := 0.0, 0.0
	for d, f := range replay(g) {
		if actual := season.Peak(g.Day(d), FullShare); d%7 == 3 && d >= 70 {
			of, all = of+f.Value/actual-1, all+1
		}
	}
	if mean := of / all; math.Abs(mean) > 0.03 {
		t.Errorf("%v off on that weekday, in the mean", mean)
	}
}

// One slot is believed to be a little more unlike than the means, not more.
func TestMorningDoesNotTrustOneSlot(t *testing.T) {
	usual := morning{10, 9, 5, 11}
	f := func(so morning, want float64) {
		t.Helper()
		var x [features]float64
		if so.unlike(&x, &usual, 20); !near(x[windows-1], want) {
			t.Errorf("%v: %v, want %v", so, x[windows-1], want)
		}
	}
	f(morning{10, 9, 5.5, 100}, math.Log(1.1)+single)
	f(morning{10, 9, 5, 11}, 0)
	f(morning{10, 9, 5, 8}, math.Log(8./11))
	f(morning{20, 18, 10, 22}, math.Log(2))
}

// In other units the forecast is the same.
func TestCalibratedScales(t *testing.T) {
	g := shaped(40)
	plain := replay(g)
	for i := range g.Values {
		g.Values[i] *= 1000
	}
	for d, f := range replay(g) {
		if d >= 7 && !near(f.Value, 1000*plain[d].Value) || d >= 15 && !near(f.Upper, 1000*plain[d].Upper) {
			t.Fatalf("day %d: %+v, in other units %+v", d, plain[d], f)
		}
	}
}

// What comes after noon does not matter; what was seen is the least.
func TestCalibratedReadsTheMorningAlone(t *testing.T) {
	g := shaped(40)
	c := NewCalibrated(24)
	for d := range 39 {
		c.See(g.Day(d))
	}
	today := append([]float64(nil), g.Day(39)...)
	was := c.Forecast(today, 2)
	for k := 24; k < 48; k++ {
		today[k] = -1e6
	}
	if is := c.Forecast(today, 2); is != was {
		t.Errorf("%+v, with another afternoon %+v", was, is)
	}
	today[3] = 1e6
	if f := c.Forecast(today, 2); f.Value != 1e6 {
		t.Errorf("%+v, below what was seen", f)
	}
}

// Gaps, zeros and negative values give no panic and no infinity.
func TestCalibratedOfOddLoads(t *testing.T) {
	for _, load := range []func(day, slot int) float64{
		func(int, int) float64 { return 0 },
		func(int, int) float64 { return -5 },
		func(day, _ int) float64 { return map[bool]float64{true: math.NaN(), false: 3}[day%3 == 0] },
		func(day, slot int) float64 { return float64(day % 2 * (slot % 2)) },
	} {
		g := season.NewGrid(0, 40, 48)
		for i := range g.Values {
			g.Values[i] = load(i/48, i%48)
		}
		for d, f := range replay(g) {
			if d >= 14 && (f.Value != f.Value || math.IsInf(f.Value, 0) || f.Lower > f.Upper) {
				t.Fatalf("day %d: %+v", d, f)
			}
		}
	}
}

func BenchmarkCalibrated(b *testing.B) {
	g := shaped(150)
	c := NewCalibrated(24)
	for d := range 149 {
		c.See(g.Day(d))
	}
	for b.Loop() {
		c.Forecast(g.Day(149), 1.96)
	}
}
