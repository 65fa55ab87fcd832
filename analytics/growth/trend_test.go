package growth

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestTrendIsWhatTheWeeksAgreeOn(t *testing.T) {
	noise := rand.New(rand.NewPCG(1, 2))
	series := func(f func(i int) float64) []float64 {
		y := make([]float64, Days)
		for i := range y {
			y[i] = f(i)
		}
		return y
	}
	slope := func(y []float64) float64 {
		c, err := Calibrate(y)
		if err != nil {
			t.Fatal(err)
		}
		return c.Trend()
	}
	if got := slope(series(func(i int) float64 { return 30 + 0.4*float64(i) })); math.Abs(got-0.4) > 0.01 {
		t.Errorf("a straight line of 0.4 a day: %v", got)
	}
	if got := slope(series(func(i int) float64 { return 30 + 0.4*float64(i) + noise.NormFloat64() })); math.Abs(got-0.4) > 0.05 {
		t.Errorf("0.4 a day and noise of 1: %v", got)
	}
	if got := slope(series(func(i int) float64 { return 60 - 0.4*float64(i) + 3*math.Sin(float64(i)*2*math.Pi/7) })); math.Abs(got+0.4) > 0.05 {
		t.Errorf("0.4 a day down and weekdays: %v", got)
	}
	if got := slope(series(func(i int) float64 { return 30 + 15*float64(i/40) + noise.NormFloat64() })); got != 0 {
		t.Errorf("a level shift on the 40th day: %v", got)
	}
	trends := 0
	for range 200 {
		at := 40.0
		if slope(series(func(int) float64 { at += noise.NormFloat64(); return at })) != 0 {
			trends++
		}
	}
	if trends > 40 { // the median of five overlapping differences is no sharp test
		t.Errorf("%d of 200 random walks have a trend", trends)
	}
}

func TestFullIsWhenTheLargestPeakHasReachedIt(t *testing.T) {
	y := make([]float64, Days)
	for i := range y {
		y[i] = 30 + 0.5*float64(i) // 59.5 on the last day
	}
	c, err := Calibrate(y)
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Full(70, 365, 0.95).Expected; got < 19 || got > 23 {
		t.Errorf("a line without scatter that needs 21 days: in %d", got)
	}
	for i := range y {
		y[i] += float64(i * 7919 % 5)
	}
	c, err = Calibrate(y)
	if err != nil {
		t.Fatal(err)
	}
	got := c.Full(80, 365, 0.95)
	if !(0 < got.Earliest && got.Earliest < got.Expected && got.Expected < got.Latest) {
		t.Errorf("with scatter: %+v", got)
	}
	if got := c.Full(1e6, 30, 0.95); got != (Reach{Never, Never, Never}) {
		t.Errorf("out of reach: %+v", got)
	}
}

// wandering returns the model of a load that wanders, half of the time with a
// trend down.
func wandering(t *testing.T, noise *rand.Rand) *Calibrated {
	t.Helper()
	y, at, down := make([]float64, Days), 40.0, float64(noise.IntN(2))
	for i := range y {
		at += noise.NormFloat64() - down
		y[i] = at + 3*float64(i%7/5)
	}
	c, err := Calibrate(y)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestQuantilesOfTheLargestRise(t *testing.T) {
	noise := rand.New(rand.NewPCG(3, 4))
	for range 10 {
		c := wandering(t, noise)
		for h := 1; h < 90; h++ {
			for p := 0.01; p < 0.99; p += 0.05 {
				if c.LargestQuantile(h, p) > c.LargestQuantile(h, p+0.04) {
					t.Fatalf("%d days: the quantile falls from %v to %v", h, p, p+0.04)
				}
				if c.LargestQuantile(h, p) > c.LargestQuantile(h+1, p) {
					t.Fatalf("quantile %v falls from %d days to the next", p, h)
				}
			}
		}
		if day, largest := c.Day(1, 0.9), c.Largest(1, 0.9); !near(day.Value, largest.Value) || !near(day.Lower, largest.Lower) || !near(day.Upper, largest.Upper) {
			t.Fatalf("the largest of one day is %+v, the day %+v", largest, day)
		}
	}
}

// The farther ahead, the less is known, for as long as anybody asks.
func TestIntervalsWiden(t *testing.T) {
	noise := rand.New(rand.NewPCG(7, 8))
	for range 20 {
		c := wandering(t, noise)
		c.lowest = math.Inf(-1) // what cuts the lower side off is not looked at
		for _, level := range []float64{0.8, 0.95, 0.99} {
			for h := 1; h < 730; h++ {
				a, b := c.Day(h, level), c.Day(h+1, level)
				if b.Upper-b.Value < a.Upper-a.Value-1e-9 || b.Value-b.Lower < a.Value-a.Lower-1e-9 {
					t.Fatalf("%v: %+v in %d days, then %+v", level, a, h, b)
				}
			}
			if near, far := c.Day(30, level), c.Day(360, level); far.Upper-far.Lower < 1.1*(near.Upper-near.Lower) {
				t.Fatalf("%v: in a month %+v, in a year %+v", level, near, far)
			}
		}
	}
}

func TestPartsMakeTheForecast(t *testing.T) {
	c := wandering(t, rand.New(rand.NewPCG(9, 10)))
	for _, h := range []int{1, 7, 30, 400} {
		p, day := c.Parts(h), c.Day(h, 0.8)
		up, down := Reaches(0.8)
		own := widen * math.Pow(p.Error, 1-p.Share) * math.Pow(p.Size, p.Share)
		if v := p.Level + p.Recent + p.Trend + p.Weekday; !near(v, day.Value) || !near(v+up*p.Spread, day.Upper) ||
			!near(max(0, v-down*p.Spread), day.Lower) || !near(math.Hypot(own, p.TrendError), p.Spread) {
			t.Errorf("in %d days %+v of %+v", h, day, p)
		}
	}
}

// A load that was quiet for weeks need not stay so: its interval is not in
// proportion to the noise, and of a louder one it is wider.
func TestIntervalsDoNotTrustTheQuiet(t *testing.T) {
	width := func(noise float64) float64 {
		y, rng := make([]float64, Days), rand.New(rand.NewPCG(1, 2))
		for i := range y {
			y[i] = 50 + noise*rng.NormFloat64()
		}
		c, err := Calibrate(y)
		if err != nil {
			t.Fatal(err)
		}
		i := c.Day(30, 0.95)
		return i.Upper - i.Lower
	}
	if quiet, loud := width(0.25), width(2.5); !(2*quiet < loud && loud < 5*quiet) {
		t.Errorf("%v wide, of ten times the noise %v", quiet, loud)
	}
}

func BenchmarkCalibrate(b *testing.B) {
	y, noise := make([]float64, Days), rand.New(rand.NewPCG(5, 6))
	for i := range y {
		y[i] = 40 + noise.NormFloat64()
	}
	for b.Loop() {
		if _, err := Calibrate(y); err != nil {
			b.Fatal(err)
		}
	}
}
