package band

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"headroom/analytics/season"
)

const calSlots = 288

// heavy returns days of a load with a daily rhythm, noise in proportion to it
// that has heavy tails, and now and then a gap.
func heavy(days int, seed uint64) *season.Grid {
	rng := rand.New(rand.NewPCG(seed, 7))
	g := season.NewGrid(0, days, calSlots)
	for i := range g.Values {
		if rng.Float64() < 0.02 {
			continue
		}
		usual := 100 + 50*math.Sin(2*math.Pi*float64(i)/calSlots)
		student := rng.NormFloat64() / math.Sqrt((rng.ExpFloat64()+rng.ExpFloat64())/2)
		g.Values[i] = usual * (1 + 0.03*student)
	}
	return g
}

// follow returns the band of each value of the grid, from what came before it.
func follow(g *season.Grid, level float64) []Band {
	c := NewCalibrated(season.NewGrid(g.First, g.Days(), g.Slots))
	bands := make([]Band, len(g.Values))
	for i, v := range g.Values {
		day, slot := g.First+i/g.Slots, i%g.Slots
		f := c.Next(day, slot)
		bands[i] = c.Band(f, level)
		if v == v {
			c.See(f, day, slot, v)
		}
	}
	return bands
}

func TestCalibratedHoldsItsLevel(t *testing.T) {
	g := heavy(60, 1)
	f := func(level, least, most float64) {
		t.Helper()
		in, n := 0, 0
		for i, b := range follow(g, level)[30*calSlots:] {
			if v := g.Values[30*calSlots+i]; v == v {
				n++
				if b.Lower <= v && v <= b.Upper {
					in++
				}
			}
		}
		if share := float64(in) / float64(n); share < least || share > most {
			t.Errorf("level %v: %v inside", level, share)
		}
	}
	f(0.80, 0.78, 0.82)
	f(0.95, 0.94, 0.96)
	f(0.9973, 0.995, 0.999)
}

// A load in other units has the same band in those units.
func TestCalibratedIsEquivariant(t *testing.T) {
	g, scaled := heavy(20, 2), heavy(20, 2)
	for i := range scaled.Values {
		scaled.Values[i] *= 1024
	}
	is := follow(scaled, 0.99)
	for i, b := range follow(g, 0.99) {
		want := Band{1024 * b.Expected, 1024 * b.Lower, 1024 * b.Upper, b.Days}
		if is[i] != want && (is[i].Known() || b.Known()) {
			t.Fatalf("value %d: %+v, want %+v", i, is[i], want)
		}
	}
}

// mean width of the bands of a day.
func width(bands []Band, day int) float64 {
	sum := 0.0
	for _, b := range bands[day*calSlots : (day+1)*calSlots] {
		sum += b.Upper - b.Lower
	}
	return sum / calSlots
}

// Three hours at four times the load widen the next day's band by less than
// three quarters, and by the fifth day it is nearly what it was. The classic
// band of these hours is many times as wide for four weeks.
func TestCalibratedForgivesAnIncident(t *testing.T) {
	g, hit := heavy(40, 3), heavy(40, 3)
	for i := 30*calSlots + 100; i < 30*calSlots+136; i++ {
		hit.Values[i] *= 4
	}
	plain, after := follow(g, 0.9973), follow(hit, 0.9973)
	for day := 31; day < 40; day++ {
		most := 1.75
		if day >= 35 {
			most = 1.25
		}
		if a, b := width(after, day), width(plain, day); a > most*b {
			t.Errorf("width %v on day %d, without the incident %v", a, day, b)
		}
	}
}

// After the load has doubled, the band is there within six hours.
func TestCalibratedFollowsALevel(t *testing.T) {
	g := heavy(20, 4)
	for i := 15 * calSlots; i < len(g.Values); i++ {
		g.Values[i] += 200
	}
	at := 15*calSlots + 72
	if b := follow(g, 0.95)[at]; math.Abs(b.Expected-(300+50*math.Sin(2*math.Pi*72/calSlots))) > 20 {
		t.Errorf("%+v after six hours", b)
	}
}

func TestCalibratedLearns(t *testing.T) {
	g := heavy(6, 5)
	for i, b := range follow(g, 0.95) {
		if day := i / calSlots; b.Known() && day < MinDays || !b.Known() && day == 5 {
			t.Fatalf("day %d: %+v", day, b)
		}
	}
}

// The histograms have the quantiles of the values, as finely as their bins are.
func TestTailsAreQuantiles(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 6))
	h := &Tails{}
	var above []float64
	for range 50_000 {
		r := rng.NormFloat64() * math.Exp(0.5*rng.NormFloat64())
		h.add(r, 1)
		above = append(above, r)
	}
	slices.Sort(above)
	for _, share := range []float64{0.2, 0.05, 0.01, 0.00135} {
		want := above[int(float64(len(above))*(1-share))]
		if got := h.Beyond(1, share); got < want/tailRatio/1.03 || got > want*tailRatio*1.03 {
			t.Errorf("%v of the values beyond %v, want %v", share, got, want)
		}
	}
	total := h.total
	h.Age(season.MinutesPerDay)
	if math.Abs(h.total/total-math.Exp2(-1.0/tailDays)) > 1e-12 {
		t.Errorf("a day left %v of %v", h.total, total)
	}
}

// One day's values cannot move the usual day.
func TestUsualDay(t *testing.T) {
	g := season.NewGrid(0, 10, 24)
	for i := range g.Values {
		g.Values[i] = float64(i % 24)
	}
	for i := range g.Day(8) {
		g.Day(8)[i] = 1e9
	}
	u := newLearner(24).usual(g, 10)
	for s := range 24 {
		if u.centre[s] != float32(s) || u.spread[s] != 0 || u.days[s] != 10 {
			t.Fatalf("slot %d: %v ± %v of %d days", s, u.centre[s], u.spread[s], u.days[s])
		}
	}
}

// sortedUsual is the usual day by sorting: what the learner must say.
func sortedUsual(g *season.Grid, day int) *Usual {
	median := func(v []float32) float32 {
		if len(v) == 0 {
			return float32(math.NaN())
		}
		slices.Sort(v)
		return (v[(len(v)-1)/2] + v[len(v)/2]) / 2
	}
	u := unknownDay(g.Slots)
	raw, off := unknown(g.Slots), unknown(g.Slots)
	first, end := g.Rows(day-Days, day)
	past := func(slot int) (v []float32) {
		for row := first; row < end; row++ {
			if x := g.Day(row)[slot]; x == x {
				v = append(v, float32(x))
			}
		}
		return v
	}
	minutes, per := slotMinutes(g.Slots), binSlots(g.Slots)
	for s := range raw {
		v := past(s)
		raw[s] = median(v)
		u.days[s/per] = max(u.days[s/per], uint8(len(v)))
	}
	for s := range raw {
		var near []float32
		for k := -centreReach / minutes; k <= centreReach/minutes; k++ {
			if v := raw[(s+k+g.Slots)%g.Slots]; v == v {
				near = append(near, v)
			}
		}
		u.centre[s] = median(near)
		v := past(s)
		for i := range v {
			v[i] = max(v[i]-u.centre[s], u.centre[s]-v[i])
		}
		if len(v) > 1 {
			off[s] = median(v)
		}
	}
	smoothMean(u.spread, off, per, spreadReach/minutes)
	return u
}

func TestLearnerIsSorting(t *testing.T) {
	for _, days := range []int{1, 2, 3, 40} {
		g := heavy(days, uint64(days))
		l := newLearner(g.Slots)
		for day := range days + 3 {
			if day%7 == 5 { // a day that nobody asks for
				continue
			}
			got, want := l.usual(g, day), sortedUsual(g, day)
			for s := range want.centre {
				if got.centre[s] != want.centre[s] && want.centre[s] == want.centre[s] {
					t.Fatalf("day %d, slot %d: centre %v, want %v", day, s, got.centre[s], want.centre[s])
				}
			}
			for b := range want.spread {
				if got.days[b] != want.days[b] || got.spread[b] != want.spread[b] && want.spread[b] == want.spread[b] {
					t.Fatalf("day %d, bin %d: %v of %d days, want %v of %d", day, b, got.spread[b], got.days[b], want.spread[b], want.days[b])
				}
			}
		}
		l.release()
	}
}

// What was followed for days is the same as what is learned from their history.
func TestLearnIsFollowing(t *testing.T) {
	g := heavy(20, 5)
	c := NewCalibrated(season.NewGrid(g.First, g.Days(), g.Slots))
	for i, v := range g.Values {
		if f := c.Next(i/g.Slots, i%g.Slots); v == v {
			c.See(f, i/g.Slots, i%g.Slots, v)
		}
	}
	learned := Learn(g, 20, (*Follower).See)
	c.seen = season.NewGrid(0, 21, g.Slots)
	copy(c.seen.Values, g.Values)
	for slot := range g.Slots {
		if got, want := learned.Next(20, slot), c.Next(20, slot); got != want {
			t.Fatalf("slot %d: %+v, want %+v", slot, got, want)
		}
	}
}

// Without values the level fades, and what is expected is the usual day again.
func TestLevelFadesInAGap(t *testing.T) {
	g := heavy(20, 6)
	for i := range g.Day(19) {
		g.Day(19)[i] += 30
	}
	c := Learn(g, 20, (*Follower).See)
	at, later, next := c.Next(20, 0), c.Next(20, 25), c.Next(21, 0) // two hours are 24 slots
	if at.Level < 25 || math.Abs(later.Level/at.Level-math.Exp2(-125.0/120)) > 0.1 || next.Level > 0.1 || next.Scale < next.Spread {
		t.Errorf("at once %+v, after two hours %+v, after a day %+v", at, later, next)
	}
}

func BenchmarkLearnSixtyDaysOfMinutes(b *testing.B) {
	g := season.NewGrid(0, 60, season.MinutesPerDay)
	for i := range g.Values {
		g.Values[i] = 40 + 10*math.Sin(float64(i)/season.MinutesPerDay*2*math.Pi) + float64(i*7919%997)/100
	}
	for b.Loop() {
		Learn(g, 60, (*Follower).See)
	}
}
