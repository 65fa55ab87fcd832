package growth

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"
)

// weekly returns 60 peaks with weekends at two thirds, and noise.
func weekly(seed uint64, days int) []float64 {
	rng := rand.New(rand.NewPCG(seed, 1))
	y := make([]float64, days)
	for i := range y {
		y[i] = 90 + 2*rng.NormFloat64()
		if i%7 >= 5 {
			y[i] -= 30
		}
	}
	return y
}

func outlook(t *testing.T, y []float64) Outlook {
	t.Helper()
	o, err := Forecast(y, 30, 0.95)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestForecastKnowsWeekdaysAndItsError(t *testing.T) {
	inside, largest := 0, 0
	for seed := range uint64(20) {
		y := weekly(seed, 90)
		o := outlook(t, y[:60])
		highest := 0.0
		for h, f := range o.Days {
			v := y[60+h]
			highest = max(highest, v)
			if math.Abs(f.Value-v) > 12 {
				t.Errorf("%d days ahead: %v, came %v", h+1, f.Value, v)
			}
			if f.Lower <= v && v <= f.Upper {
				inside++
			}
		}
		if o.Largest.Lower <= highest && highest <= o.Largest.Upper {
			largest++
		}
	}
	if inside < 540 || largest < 18 {
		t.Errorf("%d of 600 days and %d of 20 largest in their intervals", inside, largest)
	}
}

func TestForecastIsEquivariant(t *testing.T) {
	y := weekly(7, 60)
	plain := outlook(t, y)
	for i := range y {
		y[i] *= 1000
	}
	scaled := outlook(t, y)
	for h, f := range append(scaled.Days, scaled.Largest) {
		was := append(plain.Days, plain.Largest)[h]
		if !near(f.Value, 1000*was.Value) || !near(f.Lower, 1000*was.Lower) || !near(f.Upper, 1000*was.Upper) {
			t.Fatalf("%d: %+v, in other units %+v", h, was, f)
		}
	}
}

// One wild day moves no forecast by a tenth, wherever it is; a level that stays
// is taken over.
func TestForecastOfAWildDayAndANewLevel(t *testing.T) {
	plain := outlook(t, weekly(3, 60))
	for at := range 60 {
		y := weekly(3, 60)
		y[at] = 1e6
		for h, f := range outlook(t, y).Days {
			if math.Abs(f.Value/plain.Days[h].Value-1) > 0.1 {
				t.Fatalf("wild day %d: %v, without it %v", at, f.Value, plain.Days[h].Value)
			}
		}
	}
	y := weekly(3, 60)
	for i := 40; i < 60; i++ {
		y[i] += 50
	}
	for h, f := range outlook(t, y).Days {
		if d := f.Value - plain.Days[h].Value; d < 40 || d > 60 {
			t.Fatalf("day %d is %v higher on a level 50 higher", h+1, d)
		}
	}
}

func TestForecastOfFewAndOfGaps(t *testing.T) {
	_, err := Forecast(weekly(1, 13), 30, 0.95)
	var few *TooFewError
	if !errors.As(err, &few) || few.Have != 13 {
		t.Errorf("13 days: %v", err)
	}
	for days := MinDays; days <= 60; days++ {
		for _, horizon := range []int{1, 30, 90} {
			y := append([]float64{nan}, weekly(1, days)...)
			y = append(y, nan)
			y[5], y[6] = y[6], 0
			o, err := Forecast(y, horizon, 0.95)
			if err != nil {
				t.Fatal(err)
			}
			for h, f := range append(o.Days, o.Largest) {
				if !(0 <= f.Lower && f.Lower <= f.Value && f.Value <= f.Upper) || math.IsInf(f.Upper, 0) {
					t.Fatalf("%d days, %d of %d: %+v", days, h, horizon, f)
				}
			}
		}
	}
}

func BenchmarkForecast(b *testing.B) {
	y := weekly(1, 60)
	for b.Loop() {
		if _, err := Forecast(y, 30, 0.95); err != nil {
			b.Fatal(err)
		}
	}
}
