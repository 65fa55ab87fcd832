package band

import (
	"math"
	"math/rand/v2"
	"testing"
)

// rows are days of hours around zero, those of two weekdays higher by so much.
func rows(n int, higher float64, rng *rand.Rand) []byHour {
	out := make([]byHour, n)
	for d := range out {
		for h := range out[d] {
			out[d][h] = float32(rng.NormFloat64())
			if d%week >= 5 {
				out[d][h] += float32(higher)
			}
		}
	}
	return out
}

func TestWeekdays(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 3))
	f := func(name string, days, row int, higher, today, tomorrow, within float64) {
		t.Helper()
		got := weekdays(rows(days, higher, rng), row, byHour{})
		for k, want := range []float64{today, tomorrow} {
			mean := 0.0
			for _, v := range got[k] {
				mean += float64(v) / hoursPerDay
			}
			if math.Abs(mean-want) > within {
				t.Errorf("%s, %d days ahead: %.2f, want %v", name, k, mean, want)
			}
		}
	}
	f("on the eve of a weekend", 46, 46, 10, 0, 10, 0.6) // 46 is the fifth day of a week
	f("on its last day", 48, 48, 10, 10, 0, 0.6)
	f("without weekdays", 46, 46, 0, 0, 0, 0.15)
	f("one week", 8, 8, 10, 0, 0, 0)
	f("no day", 0, 0, 10, 0, 0, 0)
}

// What lies behind a row is not looked at.
func TestWeekdaysAreCausal(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	all := rows(60, 5, rng)
	want := weekdays(all[:40], 40, byHour{})
	for i := 40; i < 60; i++ {
		all[i] = byHour{}
	}
	if got := weekdays(all[:40], 40, byHour{}); got != want {
		t.Errorf("%v became %v", want, got)
	}
	if got := weekdays(all, 40, byHour{}); got != want {
		t.Errorf("with later days %v, want %v", got, want)
	}
}

func TestHourly(t *testing.T) {
	day := make([]float64, 48)
	for i := range day {
		day[i] = float64(i)
	}
	day[2], day[6], day[7] = nan, nan, nan
	h := hourly(day)
	if h[0] != 0.5 || h[1] != 3 || h[3] == h[3] || h[23] != 46.5 {
		t.Errorf("%v", h)
	}
	if v := h.around(0, 48); math.Abs(v-(0.25*46.5+0.75*0.5)) > 1e-6 { // a quarter past midnight
		t.Errorf("around midnight %v", v)
	}
}
