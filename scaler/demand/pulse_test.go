package demand

import (
	"math"
	"math/rand/v2"
	"testing"
)

// pulsing has half as much again in the first minute of each half hour.
func pulsing(days int, seed uint64) History {
	h := generated(days, seed)
	for i := range h.Minutes {
		if i%30 == 0 {
			h.Minutes[i] *= 1.5
		}
	}
	return h
}

// What comes each half hour is expected then, and no other minute pays for it.
func TestPulse(t *testing.T) {
	h := pulsing(15, 1)
	p := Learn(cut(h, 14), minuteAhead)
	const noon = 14*1440 + 720 // a minute at which 1.5 × the load is two minutes away, one, or over
	before, _ := ask(p, h, noon-1)
	over, _ := ask(p, h, noon+1)
	if want := 1.5 * usualLoad(noon); math.Abs(before.Ahead/want-1) > 0.06 {
		t.Errorf("before noon %.0f are expected, want about %.0f", before.Ahead, want)
	}
	if want := usualLoad(noon); math.Abs(over.Ahead/want-1) > 0.06 || over.AheadUpper > 1.3*want {
		t.Errorf("after noon %.0f, up to %.0f, are expected, want about %.0f", over.Ahead, over.AheadUpper, want)
	}
	if _, at := ask(p, h, noon-300); at.Minute()%30 >= slotLength {
		t.Errorf("the peak is expected at %s, want it in the slot of a half hour", at)
	}
}

// The sums that move along are those of each hour by itself.
func TestHourlyIsTheSlowWay(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	values := make([]float64, 1000)
	for i := range values {
		if values[i] = 100 * rng.Float64(); rng.IntN(100) == 0 {
			values[i] = math.NaN()
		}
	}
	means := hourly(values)
	for i := range values {
		want := math.NaN()
		if i >= 30 && i+30 <= len(values) {
			sum := 0.0
			for _, v := range values[i-30 : i+30] {
				sum += v
			}
			want = sum / 60
		}
		if math.Abs(means[i]-want) > 1e-9 || math.IsNaN(means[i]) != math.IsNaN(want) {
			t.Fatalf("minute %d: %v, want %v", i, means[i], want)
		}
	}
}

func TestPulseOfLittle(t *testing.T) {
	for name, values := range map[string][]float64{"nothing": make([]float64, 3000), "few hours": generated(1, 1).Minutes[:600]} {
		minutes := make([]int32, len(values))
		for i := range minutes {
			minutes[i] = int32(i % 1440)
		}
		for m, v := range pulseOf(minutes, values) {
			if v != 1 {
				t.Fatalf("of %s minute %d has %v", name, m, v)
			}
		}
	}
}

// Where noise comes for hours and goes, the interval is wide then and narrow
// else, and is exceeded no more often in noise than the level allows.
func TestWidthFollowsTheNoise(t *testing.T) {
	h := generated(35, 9)
	rng := rand.New(rand.NewPCG(9, 9))
	noisy := func(i int) bool { return i/400%3 == 0 } // of 6.7 hours: at another time each day
	for i := range h.Minutes {
		if noisy(i) {
			h.Minutes[i] *= 1 + 0.15*rng.NormFloat64()
		}
	}
	p := Learn(cut(h, 28), minuteAhead)
	var widths, n [2]float64
	exceeded := 0.0
	for i := 28 * 1440; i+2 < len(h.Minutes); i += 3 {
		if i%400 < 60 { // what came before is still of the other kind
			continue
		}
		k := 0
		f, _ := ask(p, h, i)
		if noisy(i) {
			k = 1
			if max(h.Minutes[i], h.Minutes[i+1]) > f.AheadUpper {
				exceeded++
			}
		}
		widths[k] += f.AheadUpper/f.Ahead - 1
		n[k]++
	}
	quiet, loud := widths[0]/n[0], widths[1]/n[1]
	if loud < 1.3*quiet {
		t.Errorf("the interval goes %.2f above in noise and %.2f else", loud, quiet)
	}
	if share := exceeded / n[1]; share > 0.02 {
		t.Errorf("in noise %.2f %% are exceeded", 100*share)
	}
}
