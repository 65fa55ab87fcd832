package band

import (
	"math"
	"math/rand/v2"
	"testing"

	"headroom/analytics/season"
)

var nan = math.NaN()

// history returns three loads with exactly this mean and sample standard
// deviation: of a, a ± d the latter is d.
func history(mean, sd float64) []float64 { return []float64{mean - sd, mean, mean + sd} }

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-9*max(1, math.Abs(a), math.Abs(b)) }

// The mission's table: five modules, each with what was normal at that minute
// and whether its load deviates.
func TestWorkedExample(t *testing.T) {
	f := func(module string, load, mean, lower, upper float64, deviates bool) {
		t.Helper()
		b := Classic(history(mean, (upper-lower)/2/Sigma), Sigma)
		if !near(b.Expected, mean) || !near(b.Lower, lower) || !near(b.Upper, upper) {
			t.Errorf("%s: %v [%v, %v], want %v [%v, %v]", module, b.Expected, b.Lower, b.Upper, mean, lower, upper)
		}
		if b.Deviates(load) != deviates {
			t.Errorf("%s: load %v in [%v, %v] deviates: %v, want %v", module, load, lower, upper, !deviates, deviates)
		}
	}
	f("SET_W13", 23.5, 20.8, 19, 22.6, true)
	f("SET_W02", 26.5, 26.8, 24.4, 29.2, false)
	f("SET_W11", 20.5, 21.8, 20, 23.6, false)
	f("SET_W12", 22.8, 22.2, 19.8, 24.6, false)
	f("SET_W20", 32.2, 30.6, 25.2, 36, false)
}

func TestScore(t *testing.T) {
	f := func(b Band, v, want float64) {
		t.Helper()
		if got := b.Score(v); got != want && !(got != got && want != want) {
			t.Errorf("%+v: Score(%v) = %v, want %v", b, v, got, want)
		}
		if b.Deviates(v) != (want > 1) {
			t.Errorf("%+v: Deviates(%v) = %v", b, v, !(want > 1))
		}
	}
	b := Band{Expected: 20, Lower: 18, Upper: 22, Days: 28}
	f(b, 20, 0)
	f(b, 22, 1) // on the bound is inside
	f(b, 17, 1.5)
	f(b, nan, nan)
	f(None(2), 20, nan)
	f(Band{Expected: 5, Lower: 5, Upper: 5}, 5, 0) // always 5 until now
	f(Band{Expected: 5, Lower: 5, Upper: 5}, 6, math.Inf(1))
}

func TestClassicOfFew(t *testing.T) {
	f := func(days int, past ...float64) {
		t.Helper()
		b := Classic(past, Sigma)
		if b.Known() != (days >= MinDays) || b.Days != days {
			t.Errorf("Classic(%v) = %+v, want %d days", past, b, days)
		}
	}
	f(0)
	f(2, 1, nan, 2)
	f(3, 1, nan, 2, 3)
}

func TestWidth(t *testing.T) {
	if w := Width(0.95); math.Abs(w-1.959963984540054) > 1e-12 {
		t.Errorf("Width(0.95) = %v", w)
	}
	if w := Width(0.9973002039367398); math.Abs(w-Sigma) > 1e-9 {
		t.Errorf("Width(0.9973…) = %v, want 3", w)
	}
}

// A table has the very numbers that Classic gives for each column.
func TestTableIsClassic(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	const slots, day = 24, 140
	g := season.NewGrid(100, 50, slots)
	for i := range g.Values {
		if rng.Float64() < 0.3 {
			g.Values[i] = rng.ExpFloat64()
		}
	}
	table := NewTable(slots)
	table.Learn(g, day, Days, Sigma)
	for slot := range slots {
		want := Classic(g.Column(nil, slot)[day-100-Days:day-100], Sigma)
		if got := table.At(slot); got != want && (got.Known() || want.Known() || got.Days != want.Days) {
			t.Fatalf("slot %d: %+v, want %+v", slot, got, want)
		}
	}
}

// Today and what comes later change nothing.
func TestTableIsCausal(t *testing.T) {
	g, a, b := season.NewGrid(0, 10, 4), NewTable(4), NewTable(4)
	for i := range g.Values {
		g.Values[i] = float64(i % 7)
	}
	a.Learn(g, 6, Days, Sigma)
	for i := 6 * 4; i < len(g.Values); i++ {
		g.Values[i] = 1e9
	}
	b.Learn(g, 6, Days, Sigma)
	for slot := range 4 {
		if a.At(slot) != b.At(slot) {
			t.Fatalf("slot %d: %+v became %+v", slot, a.At(slot), b.At(slot))
		}
	}
}

// A load in other units has the same band in those units, and the same score;
// the order of the days does not matter.
func TestClassicIsEquivariant(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for range 200 {
		past, moved, shuffled := make([]float64, 28), make([]float64, 28), make([]float64, 28)
		scale, shift := math.Exp(rng.NormFloat64()), 100*rng.NormFloat64()
		order := rng.Perm(28)
		for i := range past {
			past[i] = 20 + rng.NormFloat64()
			moved[i] = shift + scale*past[i]
			shuffled[order[i]] = past[i]
		}
		a, b, c := Classic(past, Sigma), Classic(moved, Sigma), Classic(shuffled, Sigma)
		if !near(b.Lower, shift+scale*a.Lower) || !near(b.Upper, shift+scale*a.Upper) || !near(c.Upper, a.Upper) {
			t.Fatalf("scale %v, shift %v: %+v, %+v, %+v", scale, shift, a, b, c)
		}
		if v := 25.0; math.Abs(a.Score(v)-b.Score(shift+scale*v)) > 1e-6 {
			t.Fatalf("scores %v and %v", a.Score(v), b.Score(shift+scale*v))
		}
	}
}

func BenchmarkLearnMinutesOf28Days(b *testing.B) {
	g, t := season.NewGrid(0, Days, season.MinutesPerDay), NewTable(season.MinutesPerDay)
	for i := range g.Values {
		g.Values[i] = float64(i % 97)
	}
	for b.Loop() {
		t.Learn(g, Days, Days, Sigma)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(g.Values)), "ns/value")
}
