package demand

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
	"unsafe"
)

var minuteAhead = Options{Startup: time.Minute, Level: DefaultLevel}

// cut is the first days of a history.
func cut(h History, days int) History {
	h.Minutes = h.Minutes[:days*1440]
	return h
}

// ask returns the forecast after the first minutes of a history.
func ask(p *Profile, h History, minutes int) (f struct{ Ahead, AheadUpper, Peak, PeakUpper float64 }, at time.Time) {
	now := h.Start.Add(time.Duration(minutes) * time.Minute)
	got := p.Forecast(now, h.Minutes[max(0, minutes-Recent):minutes])
	f.Ahead, f.AheadUpper, f.Peak, f.PeakUpper = got.Ahead, got.AheadUpper, got.Peak, got.PeakUpper
	return f, got.PeakAt
}

func TestLearnsFromTwoDaysOn(t *testing.T) {
	h := generated(3, 1)
	p := Learn(cut(h, 1), minuteAhead)
	f := p.Forecast(h.End(), h.Minutes)
	if p.Learned || !math.IsNaN(f.Ahead) || !math.IsNaN(f.PeakUpper) || f.Reason != "1.0 of 2 days of busy seconds" {
		t.Errorf("after a day: %v %+v", p.Learned, f)
	}
	if p = Learn(cut(h, 2), minuteAhead); !p.Learned {
		t.Errorf("after two days: %s", p.Reason)
	}
	if f = p.Forecast(h.End(), []float64{math.NaN(), math.NaN()}); !math.IsNaN(f.Ahead) || !strings.Contains(f.Reason, "no busy seconds in the last 2 min") {
		t.Errorf("after silence: %+v", f)
	}
}

// On days that had no part in learning the upper bounds are exceeded about as
// seldom as they say, and are not far away.
func TestIntervalsHold(t *testing.T) {
	h := generated(35, 3)
	p := Learn(cut(h, 28), minuteAhead)
	ahead, peaks, n, width := 0, 0, 0, 0.0
	for i := 28 * 1440; i+1440 < len(h.Minutes); i += 11 {
		f, _ := ask(p, h, i)
		n++
		if max(h.Minutes[i], h.Minutes[i+1]) > f.AheadUpper {
			ahead++
		}
		width += f.AheadUpper/f.Ahead - 1
		rest := 0.0
		for _, v := range h.Minutes[i : (i/1440+1)*1440] {
			rest = max(rest, v)
		}
		if rest > f.PeakUpper {
			peaks++
		}
	}
	if share := float64(ahead) / float64(n); share > 0.01 {
		t.Errorf("%.2f %% of the minutes are above, want about 0.3 %%", 100*share)
	}
	if share := float64(peaks) / float64(n); share > 0.05 {
		t.Errorf("%.2f %% of the peaks are above", 100*share)
	}
	if width /= float64(n); width < 0.1 || width > 0.3 { // the larger of two minutes with 5 % of noise
		t.Errorf("the interval goes %.0f %% above what is expected", 100*width)
	}
}

// A day on which everything doubles is followed within minutes, its peak too.
func TestFollowsTheLevel(t *testing.T) {
	h := generated(29, 4)
	p := Learn(cut(h, 28), minuteAhead)
	for i := 28 * 1440; i < len(h.Minutes); i++ {
		h.Minutes[i] = 2 * usualLoad(i)
	}
	i := 28*1440 + 9*60
	f, at := ask(p, h, i)
	if want := 2 * usualLoad(i); math.Abs(f.Ahead/want-1) > 0.05 {
		t.Errorf("at nine %.0f are expected, want about %.0f", f.Ahead, want)
	}
	if want := 2 * usualLoad(28*1440+720); math.Abs(f.Peak/want-1) > 0.07 || at.Hour() < 11 || at.Hour() > 12 {
		t.Errorf("a peak of %.0f is expected at %s, want about %.0f at noon", f.Peak, at, want)
	}
}

func TestWeekendsHaveTheirShape(t *testing.T) {
	if p := Learn(generated(28, 5), minuteAhead); !p.split {
		t.Error("weekends that are quieter have no shape of their own")
	}
	if p := Learn(generated(10, 5), minuteAhead); p.split {
		t.Error("one weekend is enough for a shape")
	}
	for day, want := range map[int32]bool{0: false, 2: true, 3: true, 4: false, -4: true, -5: true, -6: false} { // 1970-01-01 was a Thursday
		if weekend(day) != want {
			t.Errorf("day %d: weekend %v", day, !want)
		}
	}
}

// What was imported at a step of five minutes has a shape, too.
func TestACoarseHistoryHasAShape(t *testing.T) {
	h := generated(15, 6)
	for i := range h.Minutes {
		if i%5 > 0 {
			h.Minutes[i] = math.NaN()
		}
	}
	nine := 14*1440 + 9*60
	p := Learn(cut(h, 14), minuteAhead)
	if f, at := ask(p, h, nine); at.Hour() < 11 || at.Hour() > 12 || f.Peak < 1.2*f.Ahead {
		t.Errorf("at nine %.0f are expected, and a peak of %.0f at %s; want it at noon", f.Ahead, f.Peak, at)
	}
}

// An outage teaches nothing: when it ends a forecast must not ask for a hundred
// times the workers.
func TestOutagesDoNotInflate(t *testing.T) {
	h := generated(28, 6)
	for day := range 9 {
		for m := 600; m < 640; m++ {
			h.Minutes[day*3*1440+m] = 0.01
		}
	}
	days, minutes, values := h.place()
	l := newLesson(Learn(h, minuteAhead), meansOf(days, minutes, values), days, minutes, values)
	for _, f := range followers {
		hours, _ := l.replay(f, 1)
		for hour, scores := range hours {
			for _, s := range scores {
				if s.actual > 1.1/outage*s.expected {
					t.Fatalf("%+v at %d o'clock: %.0f came where %.0f were expected, and that is learned", f, hour, s.actual, s.expected)
				}
			}
		}
	}
}

// One hour in which a forecast in a hundred is far off gets more exceedances, the
// others fewer; all together keep to the share.
func TestExceedancesAreSpentWhereTheySave(t *testing.T) {
	const share = 0.995
	rng := rand.New(rand.NewPCG(8, 8))
	var scores byHour
	for hour := range scores {
		for i := range 1000 {
			s := score{expected: 100, actual: 100 * (1 + 0.1*rng.Float64()), width: 1}
			if hour == 12 && i%100 == 0 {
				s.actual = 300
			}
			scores[hour] = append(scores[hour], s)
		}
	}
	exceeded := func(b bounds) (all float64) {
		pools := poolsOf(scores, enough)
		for hour, p := range pools {
			for _, r := range p.ratios {
				if r > float64(b[hour])*(1+1e-6) {
					all += 1 / float64(len(p.ratios)) / 24
				}
			}
		}
		return all
	}
	cheap, same := cheapest(scores, share, enough), even(scores, share, enough)
	if cheap[12] > 1.2 {
		t.Errorf("the bad hour costs %.2f times what is expected", cheap[12])
	}
	var sums [2]float64
	for hour := range cheap {
		sums[0] += float64(cheap[hour])
		sums[1] += float64(same[hour])
	}
	if all := exceeded(cheap); all > 1-share+1e-9 || all < (1-share)/2 {
		t.Errorf("%.3f %% are exceeded, want up to 0.5 %%", 100*all)
	}
	if sums[0] > sums[1] {
		t.Errorf("bounds of %.2f cost more than even ones of %.2f", sums[0]/24, sums[1]/24)
	}
}

func TestOddHistories(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(7, 7))
	odd := []float64{0, math.NaN(), math.Inf(1), -5, 1e300, 1e-300}
	for range 30 {
		h := generated(2+rng.IntN(6), rng.Uint64())
		h.Zone, h.Start = berlin, time.Date(2026, 3, 27, rng.IntN(24), 0, 0, 0, time.UTC) // clocks change on the 29th
		for i := range h.Minutes {
			if rng.IntN(4) == 0 {
				h.Minutes[i] = odd[rng.IntN(2)]
			}
		}
		for range rng.IntN(50) {
			h.Minutes[rng.IntN(len(h.Minutes))] = odd[rng.IntN(len(odd))]
		}
		p := Learn(h, Options{Startup: time.Duration(rng.IntN(10)) * time.Minute, Level: DefaultLevel})
		for range 100 {
			if f, _ := ask(p, h, rng.IntN(len(h.Minutes))); f.AheadUpper < f.Ahead || f.PeakUpper < f.Peak || math.IsInf(f.AheadUpper, 0) {
				t.Fatalf("forecast %+v", f)
			}
		}
	}
	constant := History{Start: time.Unix(0, 0), Minutes: make([]float64, 5*1440), Zone: time.UTC}
	if f, _ := ask(Learn(constant, minuteAhead), constant, 5*1440); f.AheadUpper != 0 {
		t.Errorf("who does nothing is expected to do %v", f.AheadUpper)
	}
	for i := range constant.Minutes {
		constant.Minutes[i] = 100
	}
	if f, _ := ask(Learn(constant, minuteAhead), constant, 5*1440); math.Abs(f.AheadUpper-100) > 1e-3 || math.Abs(f.PeakUpper-100) > 1e-3 {
		t.Errorf("a constant load is expected as %+v", f)
	}
}

func TestMemoryOfAProfile(t *testing.T) {
	if n := unsafe.Sizeof(Profile{}) + unsafe.Sizeof(shape{}); n > 30<<10 {
		t.Errorf("a profile takes %d bytes, over 30 KiB", n)
	}
}
