package peak

import (
	"math"
	"math/rand/v2"
	"testing"

	"headroom/analytics/season"
)

// What is learned ahead says at full hours what is computed as of them, and
// between two hours something between.
func TestNaiveLearnedAhead(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	g := season.NewGrid(100, 45, season.SlotsPerDay)
	for i := range g.Values {
		g.Values[i] = 50 + 20*math.Sin(2*math.Pi*float64(i)/season.SlotsPerDay) + 5*rng.Float64()
	}
	const row = 44
	n := LearnNaive(&season.Grid{First: 100, Slots: g.Slots, Values: g.Values[:row*g.Slots]}, 100+row)
	for hour := range 25 {
		asof := hour * g.Slots / 24
		got, want := n.Forecast(g.Day(row), asof, 2), NaiveAsOf(g, row, asof, 2)
		if got != want || !(got.Lower < got.Value) {
			t.Fatalf("%d o'clock: %+v, want %+v", hour, got, want)
		}
	}
	a, b := n.spread[9], n.spread[10]
	if mid := n.Forecast(g.Day(row), 9*12+6, 1); math.Abs((mid.Upper-mid.Value)/mid.Value-(a+b)/2) > 1e-12 {
		t.Errorf("half past nine: %+v between %v and %v", mid, a, b)
	}
}

// A missing day takes the day before; what was seen is the least; of nothing there
// is no forecast.
func TestNaiveOfGaps(t *testing.T) {
	g := season.NewGrid(0, 12, 24)
	for day := range 12 {
		for s := range 24 {
			if day != 4 {
				g.Day(day)[s] = float64(day)
			}
		}
	}
	if f := NaiveAsOf(g, 11, 0, 2); f.Value != 10 { // a week before is the 4th, which is missing
		t.Errorf("%+v", f)
	}
	if f := NaiveAsOf(g, 10, 5, 2); f.Value != 10 { // expected 3, seen 10
		t.Errorf("%+v", f)
	}
	if f := NaiveAsOf(g, 0, 5, 2); f.Value == f.Value {
		t.Errorf("of no history: %+v", f)
	}
}
