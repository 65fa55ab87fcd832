package growth

import (
	"math/rand/v2"
	"testing"
)

func calibratedOf(t *testing.T, y []float64) *Calibrated {
	t.Helper()
	c, err := Calibrate(y)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// A factor for all days multiplies every forecast; one that is 1 changes nothing,
// however it is cut up.
func TestTimesMultiplies(t *testing.T) {
	c := calibratedOf(t, weekly(5, 60))
	same := c.Times(Factor{1, 9, 2}, Factor{4, Forever, 3}, Factor{1, 9, 0.5}, Factor{4, Forever, 1. / 3})
	half := c.Times(Factor{0, Forever, 0.5})
	for h := 1; h <= 90; h++ {
		was := c.Day(h, 0.95)
		if is := same.Day(h, 0.95); !near(is.Value, was.Value) || !near(is.Upper, was.Upper) || !near(is.Lower, was.Lower) {
			t.Fatalf("day %d: %+v, times 1: %+v", h, was, is)
		}
		if is := half.Day(h, 0.95); !near(is.Value, was.Value/2) || !near(is.Upper, was.Upper/2) {
			t.Fatalf("day %d: %+v, times a half: %+v", h, was, is)
		}
		for _, p := range []float64{0.05, 0.5, 0.95} {
			was := c.LargestQuantile(h, p)
			if is := half.LargestQuantile(h, p); !near(is, was/2) {
				t.Fatalf("largest of %d days at %v: %v, times a half: %v", h, p, was, is)
			}
		}
	}
	if c.profile != nil || len(half.Times(Factor{3, 3, 4}).profile) != 3 || len(half.profile) != 1 {
		t.Error("Times changed what it was asked of")
	}
}

// A factor counts on its days alone: before them nothing changes, and the largest
// peak is at least that of these days times the factor.
func TestFactorCountsOnItsDays(t *testing.T) {
	c := calibratedOf(t, weekly(6, 60))
	event := c.Times(Factor{10, 12, 2})
	for h, by := range map[int]float64{9: 1, 10: 2, 12: 2, 13: 1} {
		if was, is := c.Day(h, 0.95), event.Day(h, 0.95); !near(is.Value, by*was.Value) {
			t.Errorf("day %d: %v, want %v times %v", h, is.Value, by, was.Value)
		}
	}
	if was, is := c.LargestQuantile(9, 0.95), event.LargestQuantile(9, 0.95); was != is {
		t.Errorf("before: %v, want %v", is, was)
	}
	if was, is := 2*c.LargestBetween(10, 12, 0.95), event.LargestQuantile(30, 0.95); !near(was, is) {
		t.Errorf("with twice the load for three days: %v, want %v", is, was)
	}
	low := c.Times(Factor{10, Forever, 0.5}) // half from the tenth day on: the first nine decide
	if was, is := c.LargestQuantile(9, 0.95), low.LargestQuantile(30, 0.95); is < was || is > c.LargestQuantile(30, 0.95) {
		t.Errorf("half from the tenth day on: %v, before that %v", is, was)
	}
}

// A higher factor never lowers what is expected.
func TestLargestRisesWithFactors(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	c := calibratedOf(t, weekly(7, 60))
	for range 500 {
		from := 1 + rng.IntN(40)
		factors := []Factor{{from, from + rng.IntN(20), 0.3 + 2*rng.Float64()}, {1 + rng.IntN(40), Forever, 0.3 + 2*rng.Float64()}}
		before := c.Times(factors...).LargestQuantile(45, 0.95)
		k := rng.IntN(len(factors))
		factors[k].By *= 1 + rng.Float64()
		if after := c.Times(factors...).LargestQuantile(45, 0.95); after < before*(1-1e-12) {
			t.Fatalf("%+v: %v, with the %d. factor lower it was %v", factors, after, k+1, before)
		}
	}
}
