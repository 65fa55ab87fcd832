package band

import (
	"math"
	"math/rand/v2"
	"testing"

	"headroom/analytics/season"
)

const tenMinutes = 144 // slots of a day

// weekly is a load in slots of ten minutes that is 40 % lower on two days of the week,
// whose level wanders by the day and by the hour and whose noise has heavy tails.
func weekly(days int, seed uint64) *season.Grid {
	rng, g := rand.New(rand.NewPCG(seed, 9)), season.NewGrid(0, days, tenMinutes)
	level, hour := 0.0, 0.0
	for i := range g.Values {
		day, slot := i/tenMinutes, i%tenMinutes
		level = 0.99*level + 0.05*rng.NormFloat64()
		hour = 0.9*hour + 0.3*rng.NormFloat64()
		g.Values[i] = (40+15*math.Sin(float64(slot)/tenMinutes*2*math.Pi))*weekend(day) + level + hour + heavyNoise(rng)
	}
	return g
}

func weekend(day int) float64 {
	if day%week >= 5 {
		return 0.6
	}
	return 1
}

// heavyNoise is Student's distribution of four degrees of freedom.
func heavyNoise(rng *rand.Rand) float64 {
	sum := 0.0
	for range 4 {
		x := rng.NormFloat64()
		sum += x * x
	}
	return 0.5 * rng.NormFloat64() / math.Sqrt(sum/4)
}

// lookingAhead shows a follower the days of a grid, and hands over what was said a lead
// before of each value from a day on.
func lookingAhead(g *season.Grid, k Lead, from int, judge func(day, slot int, b Band, v float64)) *Calibrated {
	c, said := NewCalibrated(season.NewGrid(g.First, g.Days(), g.Slots)), map[int]Band{}
	for i, v := range g.Values {
		day, slot := i/g.Slots, i%g.Slots
		f := c.Next(day, slot)
		if b, there := said[i]; there && day >= from && v == v {
			judge(day, slot, b, v)
		}
		delete(said, i)
		if v == v {
			c.See(f, day, slot, v)
			to := i + k.Minutes()*g.Slots/season.MinutesPerDay
			said[to] = c.Ahead(k, to/g.Slots, to%g.Slots)
		}
	}
	return c
}

func TestAheadHoldsItsShare(t *testing.T) {
	f := func(k Lead, widest float64) {
		t.Helper()
		inside, all, width := 0, 0, 0.0
		for seed := range uint64(5) {
			lookingAhead(weekly(84, seed), k, 49, func(_, _ int, b Band, v float64) {
				all++
				width += b.Upper - b.Lower
				if !b.Deviates(v) {
					inside++
				}
			})
		}
		share := float64(inside) / float64(all)
		if width /= float64(all); share < 0.995 || share > 0.9995 || width > widest {
			t.Errorf("%d minutes ahead: %.2f %% of %d inside, width %.1f; want 99.73 %% at no more than %v", k.Minutes(), 100*share, all, width, widest)
		}
	}
	f(HourAhead, 9)
	f(DayAhead, 11) // the weekend is 16 below and 40 above it
}

// What is expected of tomorrow is tomorrow's weekday's, also on the eve of a weekend
// and of a Monday.
func TestAheadKnowsTheWeekday(t *testing.T) {
	off := [week]float64{}
	lookingAhead(weekly(70, 3), DayAhead, 35, func(day, _ int, b Band, v float64) {
		off[day%week] += (v - b.Expected) / (5 * tenMinutes)
	})
	for day, mean := range off {
		if math.Abs(mean) > 1 {
			t.Errorf("weekday %d is %+.1f off in the mean, of 40", day, mean)
		}
	}
}

// What was learned from history goes on as if it had been followed.
func TestAheadLearnedIsFollowed(t *testing.T) {
	g := weekly(30, 5)
	for i := 1000; i < 1300; i++ {
		g.Values[i] = nan
	}
	followed := lookingAhead(g, DayAhead, 30, nil)
	learned := Learn(g, 30, (*Follower).See)
	followed.seen = season.NewGrid(0, 31, g.Slots)
	copy(followed.seen.Values, g.Values)
	followed.Next(30, 0)
	for slot := range g.Slots {
		for _, k := range []Lead{HourAhead, DayAhead} {
			if got, want := learned.Ahead(k, 30, slot), followed.Ahead(k, 30, slot); got != want || !got.Known() {
				t.Fatalf("slot %d: %+v, want %+v", slot, got, want)
			}
		}
	}
}

// A clone's day is its own.
func TestAheadOfAClone(t *testing.T) {
	g := weekly(31, 5)
	c, twin := Learn(g, 30, (*Follower).See), Learn(g, 30, (*Follower).See)
	clone := c.Clone()
	for slot, v := range g.Day(30) {
		clone.See(clone.Next(30, slot), 30, slot, 500)
		c.See(c.Next(30, slot), 30, slot, v)
		twin.See(twin.Next(30, slot), 30, slot, v)
	}
	for _, k := range []Lead{HourAhead, DayAhead} {
		if got, want := c.Ahead(k, 31, 7), twin.Ahead(k, 31, 7); got != want || got == clone.Ahead(k, 31, 7) {
			t.Errorf("%d minutes: %+v after a clone saw something else, want %+v", k.Minutes(), got, want)
		}
	}
}

// What was said is found again when it comes, whatever did not come in between: a
// twin that keeps all of it learns the same.
func TestAheadForgetsWhatDidNotCome(t *testing.T) {
	g, rng := weekly(20, 6), rand.New(rand.NewPCG(1, 2))
	for i := 0; i < len(g.Values); i += rng.IntN(400) {
		for end := i + rng.IntN(300); i < min(end, len(g.Values)); i++ {
			g.Values[i] = nan
		}
	}
	c := NewCalibrated(season.NewGrid(0, g.Days(), g.Slots))
	said, twin := [leads]map[int]foretold{{}, {}}, newAheads(g.Slots)
	for i, v := range g.Values {
		day, slot := i/g.Slots, i%g.Slots
		if f := c.Next(day, slot); v == v {
			c.See(f, day, slot, v)
		} else {
			continue
		}
		for k := range leads {
			if s, there := said[k][i]; there && s.centre == s.centre {
				e := v - float64(s.centre)
				twin[k].widen(e / float64(s.size))
				twin[k].add(slot/6, min(math.Abs(e), aheadCap*float64(s.size)), recentErrors[k], noiseDays*6)
			}
			to := i + k.Minutes()/10
			said[k][to] = c.foretell(k, to/g.Slots, to%g.Slots)
		}
	}
	for k := range leads {
		if got, want := &c.aheads[k], &twin[k]; got.mean != want.mean || got.reach != want.reach || got.recent != want.recent || want.values == 0 {
			t.Errorf("%d minutes: %v, %v, %v; want %v, %v, %v", k.Minutes(), got.mean, got.reach, got.recent, want.mean, want.reach, want.recent)
		}
	}
}

// Three hours at four times the load are one event: the bands of the days after are
// hardly wider, and a little so a week later.
func TestAheadAfterAnIncident(t *testing.T) {
	widths := func(incident bool) (out []float64) {
		g := weekly(60, 7)
		for i := 40*tenMinutes + 60; incident && i < 40*tenMinutes+78; i++ {
			g.Values[i] *= 4
		}
		byDay := make([]float64, 60)
		lookingAhead(g, DayAhead, 30, func(day, _ int, b Band, _ float64) { byDay[day] += (b.Upper - b.Lower) / tenMinutes })
		return byDay
	}
	calm, after := widths(false), widths(true)
	for day, most := range map[int]float64{42: 1.6, 48: 1.3, 55: 1.15} {
		if by := after[day] / calm[day]; by > most || by < 1 {
			t.Errorf("%d days later the band is %.2f times as wide, want at most %v", day-40, by, most)
		}
	}
}

// The reach of both sides evens out where the nominal share is outside.
func TestReachEvensOut(t *testing.T) {
	a, rng := &ahead{reach: [2]float64{firstReach, firstReach}}, rand.New(rand.NewPCG(4, 4))
	outside, n := 0, 400_000
	for i := range 2 * n {
		e := 2 * rng.ExpFloat64() // twice as far up as down
		if rng.Float64() < 0.5 {
			e = -e / 2
		}
		if i >= n && (e > a.reach[1] || -e > a.reach[0]) {
			outside++
		}
		a.widen(e)
	}
	if share := float64(outside) / float64(n); math.Abs(share-(1-AheadLevel)) > 0.0003 || a.reach[1] < 1.7*a.reach[0] {
		t.Errorf("%.3f %% outside of %v, want 0.27 %%", 100*share, a.reach)
	}
}

// Without enough days nothing is said, nor of leads shorter than a slot.
func TestNothingAhead(t *testing.T) {
	c := lookingAhead(weekly(2, 8), HourAhead, 0, func(_, _ int, b Band, _ float64) {
		if b.Known() {
			t.Errorf("of the second day %+v", b)
		}
	})
	if b := c.Ahead(DayAhead, 2, 0); b.Known() {
		t.Errorf("of the third day %+v", b)
	}
	daily := NewFollower(1)
	for day := range 40 {
		daily.Turn(&Usual{centre: []float32{5}, spread: []float32{1}, days: []uint8{28}, day: day})
		daily.See(daily.Next(day, 0), day, 0, 5)
	}
	if b := daily.Ahead(HourAhead, 40, 0); b.Known() {
		t.Errorf("an hour ahead of one value a day: %+v", b)
	}
	if b := daily.Ahead(DayAhead, 40, 0); !b.Known() {
		t.Error("nothing a day ahead of one value a day")
	}
}
