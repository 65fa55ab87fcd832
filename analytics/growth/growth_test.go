package growth

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/stat"
)

var nan = math.NaN()

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-9*max(1, math.Abs(a), math.Abs(b)) }

func noisy(days int, gaps float64) []float64 {
	rng := rand.New(rand.NewPCG(1, uint64(days)))
	y := make([]float64, days)
	for i := range y {
		y[i] = 40 + 0.2*float64(i) + 2*rng.NormFloat64()
		if rng.Float64() < gaps {
			y[i] = nan
		}
	}
	return y
}

// The line against gonum's regression and the textbook's interval.
func TestFitIsLeastSquares(t *testing.T) {
	for _, gaps := range []float64{0, 0.2} {
		y := noisy(Days, gaps)
		l, err := Fit(y, MinDays)
		if err != nil {
			t.Fatal(err)
		}
		var xs, ys []float64
		for i, v := range y {
			if v == v {
				xs, ys = append(xs, float64(i-Days+1)), append(ys, v)
			}
		}
		a, b := stat.LinearRegression(xs, ys, nil, false)
		if !near(l.Intercept, a) || !near(l.Slope, b) || !near(l.R2, stat.RSquared(xs, ys, nil, a, b)) || l.N != len(xs) {
			t.Fatalf("%+v, want a %v, b %v", l, a, b)
		}
		rss, mean, sxx := 0.0, stat.Mean(xs, nil), 0.0
		for i, x := range xs {
			rss += (ys[i] - a - b*x) * (ys[i] - a - b*x)
			sxx += (x - mean) * (x - mean)
		}
		n := float64(len(xs))
		s := math.Sqrt(rss / (n - 2))
		if !near(l.SD, s) {
			t.Fatalf("residuals %v, want %v", l.SD, s)
		}
		value, lower, upper := l.At(30, 0.95)
		half := l.t(0.95) * s * math.Sqrt(1+1/n+(30-mean)*(30-mean)/sxx)
		if !near(value, a+30*b) || !near(lower, value-half) || !near(upper, value+half) {
			t.Fatalf("%v [%v, %v], want %v ± %v", value, lower, upper, a+30*b, half)
		}
	}
}

// 58 degrees of freedom, from a table of Student's t.
func TestQuantile(t *testing.T) {
	if got := (Line{N: 60}).t(0.95); math.Abs(got-2.0017) > 5e-5 {
		t.Errorf("t = %v", got)
	}
}

func TestFitOfFew(t *testing.T) {
	f := func(peaks []float64, least, have, want int) {
		t.Helper()
		_, err := Fit(peaks, least)
		var few *TooFewError
		if !errors.As(err, &few) || few.Have != have || few.Want != want {
			t.Errorf("Fit(%v, %d): %v", peaks, least, err)
		}
	}
	f(nil, 14, 0, 14)
	f(make([]float64, 13), 14, 13, 14)
	f([]float64{1, nan, 2}, 0, 2, 3)
}

func TestFlat(t *testing.T) {
	y := make([]float64, 60)
	for i := range y {
		y[i] = 0.1
	}
	l, err := Fit(y, MinDays)
	if err != nil || l.Slope != 0 || l.R2 != 0 || l.SD != 0 || !near(l.Intercept, 0.1) {
		t.Fatalf("%+v, %v", l, err)
	}
	if r := l.Full(60, 365, 0.95); r != (Reach{Never, Never, Never}) {
		t.Errorf("a flat load is full on %+v", r)
	}
}

// Exactly 1 a day from 41 on: 60 is reached 19 days after the last.
func TestFull(t *testing.T) {
	y := make([]float64, 60)
	for i := range y {
		y[i] = float64(i - 18)
	}
	l, err := Fit(y, MinDays)
	if err != nil {
		t.Fatal(err)
	}
	f := func(target float64, limit, want int) {
		t.Helper()
		r := l.Full(target, limit, 0.95)
		if r.Expected != want {
			t.Errorf("%v is reached in %d days, want %d", target, r.Expected, want)
		}
	}
	f(60-1e-9, 365, 19) // rounding of the line aside
	f(60-1e-9, 19, 19)
	f(60-1e-9, 18, Never)
	f(30, 365, 0)
	value, _, _ := l.Max(30, 0.95)
	if !near(value, 71) {
		t.Errorf("highest of 30 days is %v, want 71", value)
	}
}

// The interval of the day lies round it, and is where the bounds cross.
func TestFullInterval(t *testing.T) {
	l, err := Fit(noisy(60, 0), MinDays)
	if err != nil {
		t.Fatal(err)
	}
	const target = 60
	r := l.Full(target, 365, 0.95)
	if !(0 < r.Earliest && r.Earliest < r.Expected && r.Expected < r.Latest) {
		t.Fatalf("%+v", r)
	}
	_, _, before := l.At(r.Earliest-1, 0.95)
	_, _, on := l.At(r.Earliest, 0.95)
	if !(before < target && on >= target) {
		t.Errorf("upper bound %v, then %v on the earliest day", before, on)
	}
	_, before, _ = l.At(r.Latest-1, 0.95)
	_, on, _ = l.At(r.Latest, 0.95)
	if !(before < target && on >= target) {
		t.Errorf("lower bound %v, then %v on the latest day", before, on)
	}
}

func TestMaxOfAFallingLine(t *testing.T) {
	y := noisy(60, 0)
	for i := range y {
		y[i] = -y[i]
	}
	l, err := Fit(y, MinDays)
	if err != nil {
		t.Fatal(err)
	}
	value, lower, upper := l.Max(30, 0.95)
	v, lo, up := l.At(1, 0.95)
	if value != v || lower != lo || upper != up {
		t.Errorf("%v [%v, %v], want those of tomorrow", value, lower, upper)
	}
}

func TestFitIsEquivariant(t *testing.T) {
	y := noisy(60, 0.1)
	moved := make([]float64, len(y))
	for i := range y {
		moved[i] = 3*y[i] + 7
	}
	a, _ := Fit(y, MinDays)
	b, _ := Fit(moved, MinDays)
	if !near(b.Slope, 3*a.Slope) || !near(b.Intercept, 3*a.Intercept+7) || !near(b.R2, a.R2) || !near(b.SD, 3*a.SD) {
		t.Fatalf("%+v, moved %+v", a, b)
	}
}

func BenchmarkFit(b *testing.B) {
	y := noisy(60, 0.1)
	for b.Loop() {
		l, _ := Fit(y, MinDays)
		l.At(30, 0.95)
		l.Full(60, 365, 0.95)
	}
}
