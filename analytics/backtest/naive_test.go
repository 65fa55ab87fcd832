package backtest

import (
	"math"
	"testing"

	"headroom/analytics/season"
)

// A load that repeats itself week by week is foretold exactly.
func TestNaiveRepeatsTheWeek(t *testing.T) {
	const days, slots = 60, 24
	value := func(day, slot int) float64 { return float64(100 + day%7*slots + slot) }
	g := season.NewGrid(0, days, slots)
	n := naiveBands(season.NewGrid(0, days, slots), 3)
	for day := range days {
		for slot := range slots {
			v := value(day, slot)
			if b := n.expect(day, slot); day >= 35 && (b.Expected != v || b.Days != 28) {
				t.Fatalf("day %d: %+v, want %v", day, b, v)
			}
			n.see(day, slot, v)
			g.Day(day)[slot] = v
		}
	}
	f := naivePeak(g, 59, 12, 2)
	if f.Value != value(59, 23) {
		t.Errorf("peak %+v, want %v", f, value(59, 23))
	}
	peaks := make([]float64, days)
	for day := range peaks {
		peaks[day] = value(day, 23)
	}
	for h, got := range naiveGrowth(peaks, 30, 0.95)[:30] {
		if want := value(days+h, 23); got != (interval{want, want, want}) {
			t.Errorf("%d days ahead: %v, want %v", h+1, got, want)
		}
	}
}

func TestNaiveLearns(t *testing.T) {
	n := naiveBands(season.NewGrid(0, 10, 1), 2)
	for day, v := range []float64{10, 12, 10, 12} {
		if b := n.expect(day, 0); b.Known() {
			t.Fatalf("day %d: %+v from too few errors", day, b)
		}
		n.see(day, 0, v)
	}
	// The day before was wrong by 2 three times: 12 ± 2 · 2.
	if b := n.expect(4, 0); b.Expected != 12 || b.Lower != 8 || b.Upper != 16 || b.Days != 3 {
		t.Fatalf("%+v", b)
	}
	if naiveGrowth(make([]float64, 20), 30, 0.95) != nil {
		t.Error("a forecast from 13 errors")
	}
}

// The interval widens with the root of the weeks; a missing day takes the same
// weekday of the week before.
func TestNaiveGrowth(t *testing.T) {
	peaks := make([]float64, 60)
	for i := range peaks {
		peaks[i] = float64(i)
	}
	peaks[55] = nan
	got := naiveGrowth(peaks, 30, 0.95)
	if got[0].value != 53 || got[2].value != 48 || got[9].value != 48 {
		t.Errorf("forecasts %v", got[:10])
	}
	half := func(i interval) float64 { return i.upper - i.value }
	if math.Abs(half(got[7])/half(got[6])-math.Sqrt2) > 1e-9 {
		t.Errorf("half-widths %v after a week, %v in the next", half(got[6]), half(got[7]))
	}
	if got[30] != got[27] {
		t.Errorf("the largest is %v, want the last day of the highest weekday, %v", got[30], got[27])
	}
}
