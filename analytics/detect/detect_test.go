package detect

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"headroom/analytics/band"
	"headroom/analytics/season"
)

const slots = season.MinutesPerDay

// load returns days of a load with a daily rhythm and noise.
func load(days int) *season.Grid {
	rng := rand.New(rand.NewPCG(1, 9))
	g := season.NewGrid(0, days, slots)
	for i := range g.Values {
		g.Values[i] = 100 + 50*math.Sin(2*math.Pi*float64(i)/slots) + 2*rng.NormFloat64()
	}
	return g
}

// alarms returns the values that were part of an alarm.
func alarms(t *testing.T, g *season.Grid) []int {
	t.Helper()
	d := New(season.NewGrid(g.First, g.Days(), g.Slots), DefaultOptions())
	var at []int
	for i, v := range g.Values {
		b := d.Expect(i/slots, i%slots)
		alarm := d.See(i/slots, i%slots, v)
		if alarm && !b.Deviates(v) && v > GoneShare*b.Expected {
			t.Fatalf("an alarm on %v inside of %+v", v, b)
		}
		if alarm {
			at = append(at, i)
		}
	}
	return at
}

func TestOrdinaryNoiseIsQuiet(t *testing.T) {
	if at := alarms(t, load(30)); len(at) > 2 {
		t.Errorf("%d alarms in 30 days of nothing: %v", len(at), at)
	}
}

// What is surely strange is told at once and once, and the way back.
func TestOneAlarmForAnExcursion(t *testing.T) {
	g, from := load(12), 10*slots+600
	for i := from; i < from+120; i++ {
		g.Values[i] *= 2
	}
	at := alarms(t, g)
	if len(at) == 0 || len(at) > 2 || at[0] != from || len(at) > 1 && at[1] != from+120 {
		t.Fatalf("alarms at %v for the excursion at %d", at, from)
	}
}

// An alarm runs until its excursion has been over for half an hour.
func TestAlarmRunsOn(t *testing.T) {
	g, from := load(12), 10*slots+600
	for i := from; i < from+20; i++ {
		g.Values[i] *= 2
	}
	d := New(season.NewGrid(0, 12, slots), DefaultOptions())
	first, last := -1, -1
	for i, v := range g.Values {
		d.See(i/slots, i%slots, v)
		if running, up := d.Alarmed(); running && up {
			if first < 0 {
				first = i
			}
			last = i
		}
	}
	if first != from || last < from+19+Quiet || last > from+20+3*Quiet {
		t.Errorf("an alarm from %d to %d, want from %d to about %d", first, last, from, from+20+2*Quiet)
	}
}

// After an alarm a lesser one is no news for some days, an equal one is.
func TestNews(t *testing.T) {
	f := func(second float64, minutes int, want bool) {
		t.Helper()
		g, from := load(14), 10*slots+600
		g.Values[from] += 80
		g.Values[from+minutes] += second
		at := alarms(t, g)
		if got := slices.Contains(at, from+minutes); !slices.Contains(at, from) || got != want {
			t.Errorf("%v after %d minutes: alarms at %v", second, minutes, at)
		}
	}
	f(30, 180, false)
	f(80, 180, true)
	f(30, 3*slots, true)
}

// A leap off a constant is as strong as can be, and yet forgotten.
func TestStrongestIsForgotten(t *testing.T) {
	var o onset
	p, seen := Parts{Threshold: Least}, 0
	f := func(day int, strength float64, want bool) {
		t.Helper()
		o.see(&p, 0, 1, seen, true)
		seen = day * season.MinutesPerDay
		if got := o.see(&p, strength, 1, seen, true); got != want {
			t.Errorf("day %d, strength %v: an alarm begins %v", day, strength, got)
		}
	}
	f(0, strongest, true)
	f(4, 2.2*Least, false)
	f(5, 2.2*Least, true)
}

// A load that has gone away is told, also where it is noisy, if it stays away.
func TestGone(t *testing.T) {
	f := func(values, want int) {
		t.Helper()
		rng, g, from := rand.New(rand.NewPCG(4, 4)), season.NewGrid(0, 12, slots), 10*slots+600
		for i := range g.Values {
			g.Values[i] = 100 + 18*rng.NormFloat64()
		}
		for i := from; i < from+values; i++ {
			g.Values[i] = 3
		}
		at := alarms(t, g)
		if len(at) != want || want > 0 && at[0] != from+Gone-1 {
			t.Errorf("gone for %d values from %d on: alarms at %v", values, from, at)
		}
	}
	f(Gone-1, 0)
	f(Gone+2, 1)
}

// Incidents of the days before at the same time of day do not hide today's.
func TestIncidentsDoNotHideEachOther(t *testing.T) {
	g := load(20)
	for day := 14; day < 18; day++ {
		for minute := 590; minute < 630; minute++ {
			g.Day(day)[minute] += 60
		}
	}
	g.Day(19)[610] += 24
	if at := alarms(t, g); !slices.Contains(at, 19*slots+610) {
		t.Errorf("alarms at %v, none at %d", at, 19*slots+610)
	}
}

// A surprise that comes every day at that time is the usual day.
func TestDailyJumpIsUsual(t *testing.T) {
	g := load(20)
	for i := range g.Values {
		if m := i % slots; m >= 600 && m < 630 {
			g.Values[i] += 60
		}
	}
	for _, i := range alarms(t, g) {
		if i >= 8*slots {
			t.Fatalf("an alarm at minute %d of day %d", i%slots, i/slots)
		}
	}
}

// A load that leaps all day is not alarmed on by a lesser leap, a quiet one is.
func TestHeavyTailsRaiseTheThreshold(t *testing.T) {
	f := func(leaps, want int) {
		t.Helper()
		g, rng := load(20), rand.New(rand.NewPCG(2, 2))
		for i := range 19 * leaps {
			g.Day(i % 19)[rng.IntN(slots)] += 12 * rng.ExpFloat64()
		}
		g.Day(19)[700] += 40
		late := 0
		for _, i := range alarms(t, g) {
			if i >= 19*slots {
				late++
			}
		}
		if late != want {
			t.Errorf("%d leaps a day: %d alarms", leaps, late)
		}
	}
	f(0, 1)
	f(100, 0)
}

// A constant is a load too: its numbers stay numbers, and leaving it is told.
func TestConstant(t *testing.T) {
	g := season.NewGrid(0, 8, slots)
	for i := range g.Values {
		g.Values[i] = 0
	}
	g.Values[7*slots+5] = 1
	if at := alarms(t, g); len(at) != 1 || at[0] != 7*slots+5 {
		t.Errorf("alarms at %v", at)
	}
}

func TestScaleDoesNotMatter(t *testing.T) {
	g, scaled := load(12), load(12)
	for i := 10*slots + 600; i < 10*slots+620; i++ {
		g.Values[i] += 100
	}
	for i, v := range g.Values {
		scaled.Values[i] = v / 1024
	}
	a, b := alarms(t, g), alarms(t, scaled)
	if len(a) == 0 || len(a) != len(b) || a[0] != b[0] {
		t.Errorf("alarms at %v and %v", a, b)
	}
}

// The state that is learned from history is that of the detector which followed
// it, and one learned ahead that continues another is, too.
func TestLearnedStateIsTheDetectors(t *testing.T) {
	g := load(20)
	for i := 18*slots + 700; i < 18*slots+760; i++ {
		g.Values[i] *= 2
	}
	d := New(season.NewGrid(0, 20, slots), DefaultOptions())
	want := make([]bool, 0, slots)
	for i, v := range g.Values {
		d.Expect(i/slots, i%slots)
		alarm := d.See(i/slots, i%slots, v)
		if i/slots >= 18 {
			want = append(want, alarm)
		}
	}
	s := Learn(g, 18, DefaultOptions())
	for i, was := range want {
		if i == slots {
			next := Learn(g, 19, DefaultOptions())
			if next.calm.threshold != s.Clone().turned().calm.threshold {
				t.Fatalf("threshold %v, went on with %v", next.calm.threshold, s.Clone().turned().calm.threshold)
			}
			next.Continue(s)
			s = next
		}
		v := g.Values[18*slots+i]
		if b, alarm := s.Expect(18+i/slots, i%slots), s.See(18+i/slots, i%slots, v); alarm != was {
			t.Fatalf("minute %d, %v in %+v: alarm %v, want %v", i, v, b, alarm, was)
		}
		if running, up := s.Alarmed(); i == 705 && (!running || !up) || i == 690 && running {
			t.Errorf("minute %d: alarm runs %v, up %v", i, running, up)
		}
	}
}

func (s *State) turned() *State {
	s.turn()
	return s
}

func BenchmarkLearnSixtyDays(b *testing.B) {
	g := load(60)
	for b.Loop() {
		Learn(g, 60, DefaultOptions())
	}
}

func BenchmarkMinute(b *testing.B) {
	s := Learn(load(20), 20, DefaultOptions())
	for i := 0; b.Loop(); i++ {
		s.Expect(20, i%slots)
		s.See(20, i%slots, 100)
	}
}

// The bands of later values begin with that of the next one and pass through those of
// the leads, without a leap between.
func TestLaterBands(t *testing.T) {
	s := Learn(load(20), 20, DefaultOptions())
	f := func(minutes int, want band.Band) {
		t.Helper()
		if got := s.Later(20, 700, minutes); got != want || !got.Known() {
			t.Errorf("%d minutes ahead: %+v, want %+v", minutes, got, want)
		}
	}
	hour, day := s.Ahead(band.HourAhead, 20, 700), s.Ahead(band.DayAhead, 20, 700)
	f(0, s.Expect(20, 700))
	f(60, hour)
	f(1440, day)
	f(3000, day)
	f(60+345, hour.Towards(day, 0.25))
	f(15, s.Expect(20, 700).Towards(hour, 0.25))
}
