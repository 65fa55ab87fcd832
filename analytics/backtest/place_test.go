package backtest

import (
	"testing"
	"time"

	"headroom/analytics/season"
)

func TestSlotMinutes(t *testing.T) {
	f := func(step int64, want int) {
		t.Helper()
		if got := slotMinutes(step); got != want {
			t.Errorf("a step of %d s makes slots of %d min, want %d", step, got, want)
		}
	}
	f(0, 1)
	f(15, 1)
	f(60, 1)
	f(120, 2)
	f(290, 5)
	f(330, 5)
	f(420, 8) // seven minutes are no divisor of a day: each of these slots gets a value
	f(600, 10)
	f(3600, 60)
	f(86400, 1440)
	f(7*86400, 1440)
}

func TestStepOf(t *testing.T) {
	f := func(want int64, times ...int64) {
		t.Helper()
		if got := stepOf(times); got != want {
			t.Errorf("step of %v: %d, want %d", times, got, want)
		}
	}
	f(60)
	f(60, 17)
	f(300, 0, 300)
	f(300, 0, 300, 600, 5000, 5300, 5600) // a gap is no step
}

// A row belongs to the nearest slot of the wall clock, also round midnight and
// where clocks change.
func TestPlace(t *testing.T) {
	f := func(zone, at string, day string, slot int) {
		t.Helper()
		when, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		first := when.Unix() - 600*100
		s := &Series{Times: []int64{first, first + 600, when.Unix()}, Values: []float64{1, 2, 3}}
		p, err := place(s, options(Band, zone).Location)
		if err != nil {
			t.Fatal(err)
		}
		if got := season.Date(p.day[2]); got != day || p.slot[2] != slot || p.length != 10 {
			t.Errorf("%s in %s: %s slot %d of %d min, want %s slot %d", at, zone, got, p.slot[2], p.length, day, slot)
		}
	}
	f("UTC", "2026-06-01T12:00:00Z", "2026-06-01", 72)
	f("UTC", "2026-06-01T11:55:00Z", "2026-06-01", 72)
	f("UTC", "2026-06-01T11:54:59Z", "2026-06-01", 71)
	f("UTC", "2026-06-01T23:56:00Z", "2026-06-02", 0)
	f("Asia/Shanghai", "2026-06-01T16:00:00Z", "2026-06-02", 0)
	f("Europe/Berlin", "2026-03-29T01:00:00Z", "2026-03-29", 18) // 03:00, after 01:59
	f("Europe/Berlin", "2026-10-25T01:00:00Z", "2026-10-25", 12) // 02:00 for the second time
}

// Values every two minutes make the five-minute means of the minutes that they
// stand for.
func TestPeakGrid(t *testing.T) {
	s := &Series{}
	for i := range int64(720) {
		s.Times, s.Values = append(s.Times, i*120), append(s.Values, float64(i))
	}
	p, err := place(s, time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	g := p.peakGrid()
	if p.length != 2 || g.Slots != season.SlotsPerDay {
		t.Fatalf("slots of %d min, %d a day for peaks", p.length, g.Slots)
	}
	// Minutes 0 … 9 hold 0 0 1 1 2 2 3 3 4 4.
	if g.Day(0)[0] != 4.0/5 || g.Day(0)[1] != 16.0/5 {
		t.Errorf("five-minute means %v", g.Day(0)[:2])
	}
}
