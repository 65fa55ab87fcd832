package peak

import (
	"math"
	"math/rand/v2"
	"testing"

	"headroom/analytics/season"
)

var nan = math.NaN()

// fleet returns days of a load with a daily rhythm, noise, and gaps.
func fleet(days, slots int, gaps float64, seed uint64) *season.Grid {
	rng := rand.New(rand.NewPCG(seed, 1))
	g := season.NewGrid(1000, days, slots)
	for i := range days {
		level := 30 + 3*rng.NormFloat64()
		missing := gaps
		if rng.Float64() < gaps {
			missing = 0.5
		}
		for k := range slots {
			if rng.Float64() >= missing/2 {
				g.Day(i)[k] = level * (1.2 + math.Sin(2*math.Pi*float64(k)/float64(slots)) + 0.05*rng.NormFloat64())
			}
		}
	}
	return g
}

func live(g *season.Grid, day, asof int, z float64) Forecast {
	lastHour, seen := SoFar(g.Day(day-g.First), asof)
	return Learn(g, day).Forecast(asof, lastHour, seen, z)
}

// slow is the forecast as the package's doc has it, written for one day and
// slot and without regard to cost.
func slow(g *season.Grid, row, asof int) (value, s float64) {
	value = slowValue(g, row, asof)
	var errs []float64
	for i := row - 1; i >= 0 && len(errs) < 28; i-- {
		actual, said := season.Peak(g.Day(i), 0.9), slowValue(g, i, asof)
		if actual == actual && said == said {
			errs = append(errs, actual/said-1)
		}
	}
	if len(errs) < 8 {
		return value, nan
	}
	mean, _ := season.Mean(errs)
	sq := 0.0
	for _, e := range errs {
		sq += (e - mean) * (e - mean)
	}
	return value, math.Sqrt(sq / float64(len(errs)-1))
}

func slowValue(g *season.Grid, row, asof int) float64 {
	hour := g.Slots / 24
	var peaks, hours []float64
	for i := max(0, row-14); i < row; i++ {
		if season.Full(g.Day(i), 0.9) {
			peaks = append(peaks, season.Peak(g.Day(i), 0.9))
			mean, _ := season.Mean(g.Day(i)[max(0, asof-hour):asof])
			hours = append(hours, mean)
		}
	}
	if len(peaks) < 10 {
		return nan
	}
	base, _ := season.Mean(peaks)
	usual, _ := season.Mean(hours)
	last, n := season.Mean(g.Day(row)[max(0, asof-hour):asof])
	if n > 0 && usual > 0 {
		base *= last / usual
	}
	seen, _ := season.Max(g.Day(row)[:asof])
	if seen > base {
		return seen
	}
	return base
}

func near(a, b float64) bool {
	return a != a && b != b || math.Abs(a-b) <= 1e-9*max(1, math.Abs(a), math.Abs(b))
}

func TestForecastIsTheFormula(t *testing.T) {
	for _, gaps := range []float64{0, 0.1, 0.2} {
		g := fleet(60, 48, gaps, 7)
		for row := range g.Days() {
			for _, asof := range []int{0, 1, 2, 13, 24, 47, 48} {
				value, s := slow(g, row, asof)
				f := live(g, g.First+row, asof, 2)
				if !near(f.Value, value) || !near(f.Lower, value*(1-2*s)) || !near(f.Upper, value*(1+2*s)) {
					t.Fatalf("gaps %v, row %d, slot %d: %+v, want %v ± 2·%v", gaps, row, asof, f, value, s)
				}
			}
		}
	}
}

// Ten equal days, then a morning that runs a tenth higher: so will the peak.
func TestForecastFollowsTheMorning(t *testing.T) {
	g := season.NewGrid(0, 11, 24)
	for i := range 10 {
		for k := range 24 {
			g.Day(i)[k] = 10 + float64(k)
		}
	}
	for k := range 12 {
		g.Day(10)[k] = 1.1 * (10 + float64(k))
	}
	f := live(g, 10, 12, 2)
	if !near(f.Value, 1.1*33) || f.Slot != 23 {
		t.Fatalf("%+v, want %v in slot 23", f, 1.1*33)
	}
	if f.Lower == f.Lower || f.Upper == f.Upper {
		t.Fatalf("an interval from no past forecast: %+v", f)
	}
	g.Day(10)[3] = 50 // an hour of trouble in the night
	if f := live(g, 10, 12, 2); f.Value != 50 || f.Slot != -1 {
		t.Fatalf("%+v, want the peak that was seen", f)
	}
	for k := range 24 {
		g.Day(10)[k] = nan
	}
	if f := live(g, 10, 12, 2); f.Value != 33 {
		t.Fatalf("%+v, want the mean peak where nothing was measured today", f)
	}
}

func TestForecastOfFewDays(t *testing.T) {
	g := fleet(60, 24, 0, 9)
	f := func(row int, value, bounds bool) {
		t.Helper()
		got := live(g, g.First+row, 12, 2)
		if (got.Value == got.Value) != value || (got.Lower == got.Lower) != bounds || (got.Upper == got.Upper) != bounds {
			t.Errorf("row %d: %+v", row, got)
		}
	}
	f(0, false, false)
	f(9, false, false)
	f(10, true, false)
	f(17, true, false)
	f(18, true, true) // rows 10 … 17 make eight errors
}

func TestLearnIsCausal(t *testing.T) {
	g := fleet(50, 24, 0.1, 11)
	const row, asof = 45, 12
	was := live(g, g.First+row, asof, 2)
	for i := row*24 + asof; i < len(g.Values); i++ {
		g.Values[i] = 1e9
	}
	if is := live(g, g.First+row, asof, 2); is != was {
		t.Fatalf("%+v became %+v", was, is)
	}
}

func TestForecastScales(t *testing.T) {
	g := fleet(50, 24, 0.1, 13)
	was := live(g, g.First+49, 12, 2)
	for i := range g.Values {
		g.Values[i] *= 3
	}
	is := live(g, g.First+49, 12, 2)
	if !near(is.Value, 3*was.Value) || !near(is.Lower, 3*was.Lower) || !near(is.Upper, 3*was.Upper) || is.Slot != was.Slot {
		t.Fatalf("%+v, three times the load: %+v", was, is)
	}
}

// The peak is expected where the mean day is highest of what is left of it.
func TestSlot(t *testing.T) {
	g := season.NewGrid(0, 14, 4)
	for i := range 14 {
		copy(g.Day(i), []float64{2, 9, 4, 3})
	}
	d := Learn(g, 14)
	for asof, want := range []int{1, 1, 2, 3, -1} {
		if int(d.Slot[asof]) != want {
			t.Errorf("as of %d: slot %d, want %d", asof, d.Slot[asof], want)
		}
	}
}

func BenchmarkLearn(b *testing.B) {
	g := fleet(HistoryDays, season.SlotsPerDay, 0, 1)
	for b.Loop() {
		Learn(g, g.First+g.Days())
	}
}

func BenchmarkForecast(b *testing.B) {
	g := fleet(HistoryDays, season.SlotsPerDay, 0, 1)
	d := Learn(g, g.First+g.Days())
	for b.Loop() {
		d.Forecast(144, 30, 40, 1.96)
	}
}
