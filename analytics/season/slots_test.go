package season

import (
	"math"
	"math/rand/v2"
	"testing"
)

var nan = math.NaN()

func same(a, b []float64) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] && !(a[i] != a[i] && b[i] != b[i]) {
			return false
		}
	}
	return true
}

func TestFill(t *testing.T) {
	f := func(step int, in, want []float64) {
		t.Helper()
		if Fill(in, step); !same(in, want) {
			t.Errorf("step %d: %v, want %v", step, in, want)
		}
	}
	f(0, []float64{1, nan, 2}, []float64{1, nan, 2})
	f(1, []float64{1, nan, 2}, []float64{1, nan, 2})
	f(3, []float64{nan, 1, nan, nan, nan, 2, nan}, []float64{nan, 1, 1, 1, nan, 2, 2})
}

func TestFillCoarse(t *testing.T) {
	f := func(in, want []float64) {
		t.Helper()
		if FillCoarse(in); !same(in, want) {
			t.Errorf("%v, want %v", in, want)
		}
	}
	f([]float64{nan, nan}, []float64{nan, nan})
	f([]float64{nan, 1, nan}, []float64{nan, 1, nan}) // one value shows no step
	f([]float64{1, nan, 2, nan, 3, nan}, []float64{1, 1, 2, 2, 3, 3})
	f([]float64{1, nan, 2, nan, nan, nan, 3}, []float64{1, 1, 2, 2, nan, nan, 3})             // a gap stays one
	f([]float64{1, nan, 2, 3, 4, 5, nan, nan, 6}, []float64{1, nan, 2, 3, 4, 5, nan, nan, 6}) // minutes with gaps
}

// A day of five-minute samples, filled, has those samples as its means.
func TestFiveMinuteMeans(t *testing.T) {
	minutes, want := make([]float64, MinutesPerDay), make([]float64, SlotsPerDay)
	for i := range minutes {
		minutes[i] = nan
	}
	for i := range want {
		want[i] = float64(i)
		minutes[5*i+2] = want[i]
	}
	want[0], minutes[2] = nan, nan
	for i := SlotsPerDay - 1; i > 0; i-- { // as of the slot's start
		minutes[5*i], minutes[5*i+2] = minutes[5*i+2], nan
	}
	FillCoarse(minutes)
	got := make([]float64, SlotsPerDay)
	if FiveMinuteMeans(got, minutes); !same(got, want) {
		t.Fatalf("got %v", got)
	}
}

func TestSlotMeanWantsHalf(t *testing.T) {
	f := func(in []float64, want float64) {
		t.Helper()
		if got := SlotMean(in); !same([]float64{got}, []float64{want}) {
			t.Errorf("SlotMean(%v) = %v, want %v", in, got, want)
		}
	}
	f([]float64{1, 2, 3, nan, nan}, 2)
	f([]float64{1, 2, nan, nan, nan}, nan)
	f([]float64{4, nan}, 4)
	f([]float64{nan}, nan)
}

func TestPeak(t *testing.T) {
	f := func(in []float64, share, want float64) {
		t.Helper()
		if got := Peak(in, share); !same([]float64{got}, []float64{want}) {
			t.Errorf("Peak(%v, %v) = %v, want %v", in, share, got, want)
		}
	}
	f([]float64{1, 9, 3, 4, 5, 6, 7, 8, 2, nan}, 0.9, 9)
	f([]float64{1, 9, 3, 4, 5, 6, 7, 8, nan, nan}, 0.9, nan)
	f([]float64{-3, -2}, 1, -2)
	f([]float64{nan}, 0, nan)
}

func TestGrid(t *testing.T) {
	g := NewGrid(100, 3, 2)
	g.Day(1)[0], g.Day(2)[0] = 5, 6
	if got := g.Column(nil, 0); !same(got, []float64{nan, 5, 6}) {
		t.Errorf("column %v", got)
	}
	for _, c := range []struct{ from, to, first, end int }{
		{100, 103, 0, 3}, {0, 1000, 0, 3}, {101, 102, 1, 2}, {0, 50, 0, 0}, {200, 300, 3, 3}, {102, 101, 2, 2},
	} {
		if first, end := g.Rows(c.from, c.to); first != c.first || end != c.end {
			t.Errorf("Rows(%d, %d) = %d, %d; want %d, %d", c.from, c.to, first, end, c.first, c.end)
		}
	}
}

// Moments against two passes over each slot's values.
func TestMoments(t *testing.T) {
	const slots, days = 50, 28
	rng := rand.New(rand.NewPCG(1, 2))
	g, m := NewGrid(0, days, slots), make([]Moment, slots)
	for i := range g.Values {
		if rng.Float64() < 0.8 {
			g.Values[i] = 1e6 + rng.NormFloat64()
		}
	}
	for i := range days {
		AddDay(m, g.Day(i))
	}
	for slot := range slots {
		var v []float64
		for _, x := range g.Column(nil, slot) {
			if x == x {
				v = append(v, x)
			}
		}
		mean, _ := Mean(v)
		sq := 0.0
		for _, x := range v {
			sq += (x - mean) * (x - mean)
		}
		sd := math.Sqrt(sq / float64(len(v)-1))
		n, gotMean, gotSD := m[slot].Stats()
		if n != len(v) || math.Abs(gotMean-mean) > 1e-9 || math.Abs(gotSD-sd) > 1e-9 {
			t.Fatalf("slot %d: %d, %v, %v; want %d, %v, %v", slot, n, gotMean, gotSD, len(v), mean, sd)
		}
	}
}

// Equal values spread by nothing at all: rounding must not make a deviation.
func TestMomentsOfEqualValues(t *testing.T) {
	var m Moment
	for range 28 {
		m = m.With(0.1)
	}
	if n, mean, sd := m.Stats(); n != 28 || mean != 0.1 || sd != 0 {
		t.Fatalf("%d, %v, %v", n, mean, sd)
	}
}

func TestMomentsOfFew(t *testing.T) {
	var m Moment
	if n, mean, sd := m.Stats(); n != 0 || mean == mean || sd == sd {
		t.Fatalf("of none: %d, %v, %v", n, mean, sd)
	}
	m = m.With(7)
	if n, mean, sd := m.Stats(); n != 1 || mean != 7 || sd == sd {
		t.Fatalf("of one: %d, %v, %v", n, mean, sd)
	}
}
