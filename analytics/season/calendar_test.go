package season

import (
	"testing"
	"time"
	_ "time/tzdata" // the test does not depend on what the machine knows
)

func load(t testing.TB, zone string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

// dayOf is the slow way to a local day and minute.
func dayOf(at time.Time) (day, minute int) {
	date := time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, time.UTC)
	return int(floorDiv(date.Unix(), secondsPerDay)), at.Hour()*60 + at.Minute()
}

var zones = []string{
	"UTC", "Asia/Shanghai", "Asia/Kathmandu",
	"Europe/Berlin", "America/New_York", // an hour at 2 or 3 in the night
	"Australia/Lord_Howe", // half an hour
	"America/Sao_Paulo",   // skipped midnight until 2018
	"Atlantic/Azores",     // midnight comes twice
	"America/St_Johns",    // changed at 00:01 until 2011
	"Pacific/Apia",        // had no 30 December 2011
}

func TestSplitIsTheWallClock(t *testing.T) {
	for _, zone := range zones {
		loc := load(t, zone)
		c := NewCalendar(loc)
		for _, year := range []int{1969, 2010, 2011, 2018, 2026} {
			from := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
			for at := from; at < from+366*secondsPerDay; at += 15*secondsPerMin - 1 {
				day, minute := c.Split(at)
				wantDay, wantMinute := dayOf(time.Unix(at, 0).In(loc))
				if day != wantDay || minute != wantMinute {
					t.Fatalf("%s: Split(%d) = %d, %d; want %d, %d", zone, at, day, minute, wantDay, wantMinute)
				}
			}
		}
	}
}

// A day's start is the first second of that date: none before shows it.
func TestStartIsTheFirstInstant(t *testing.T) {
	for _, zone := range zones {
		loc := load(t, zone)
		c := NewCalendar(loc)
		first, _ := dayOf(time.Date(2010, 1, 1, 12, 0, 0, 0, loc))
		for day := first; day < first+9*366; day++ {
			start := c.Start(day)
			at, _ := dayOf(time.Unix(start, 0).In(loc))
			before, _ := dayOf(time.Unix(start-1, 0).In(loc))
			if at < day || before >= day {
				t.Fatalf("%s: %s starts at %s, a second earlier is %s", zone, Date(day), Date(at), Date(before))
			}
		}
	}
}

func TestDaysOfChange(t *testing.T) {
	f := func(zone, date string, hours float64, start string) {
		t.Helper()
		day, err := ParseDate(date)
		if err != nil {
			t.Fatal(err)
		}
		c := NewCalendar(load(t, zone))
		from, to := c.Start(day), c.Start(day+1)
		if got := float64(to-from) / 3600; got != hours {
			t.Errorf("%s %s has %v hours, want %v", zone, date, got, hours)
		}
		if got := time.Unix(from, 0).In(c.loc).Format("15:04"); got != start {
			t.Errorf("%s %s starts at %s, want %s", zone, date, got, start)
		}
	}
	f("Europe/Berlin", "2026-03-29", 23, "00:00")
	f("Europe/Berlin", "2026-10-25", 25, "00:00")
	f("America/New_York", "2026-03-08", 23, "00:00")
	f("America/New_York", "2026-11-01", 25, "00:00")
	f("Australia/Lord_Howe", "2026-04-05", 24.5, "00:00")
	f("Australia/Lord_Howe", "2026-10-04", 23.5, "00:00")
	f("America/Sao_Paulo", "2018-11-04", 23, "01:00")
	f("Pacific/Apia", "2011-12-30", 0, "00:00")
	f("Asia/Shanghai", "2026-03-29", 24, "00:00")
}

func TestAt(t *testing.T) {
	f := func(zone, date string, minute int, want string) {
		t.Helper()
		day, err := ParseDate(date)
		if err != nil {
			t.Fatal(err)
		}
		c := NewCalendar(load(t, zone))
		if got := time.Unix(c.At(day, minute), 0).In(c.loc).Format("2006-01-02 15:04 -0700"); got != want {
			t.Errorf("%s %s minute %d: %s, want %s", zone, date, minute, got, want)
		}
	}
	f("Europe/Berlin", "2026-07-01", 720, "2026-07-01 12:00 +0200")
	f("Europe/Berlin", "2026-03-29", 720, "2026-03-29 12:00 +0200")
	f("Europe/Berlin", "2026-03-29", 150, "2026-03-29 03:00 +0200") // 02:30 is skipped
	f("Europe/Berlin", "2026-10-25", 150, "2026-10-25 02:30 +0200") // the first of the two
	f("Europe/Berlin", "2026-10-25", 180, "2026-10-25 03:00 +0100")
	f("America/Sao_Paulo", "2018-11-04", 0, "2018-11-04 01:00 -0200")
}

// In spring the skipped minutes stay unmeasured, in autumn the later of two
// stays; no value gets to another day or minute.
func TestDaysOfChangeInAGrid(t *testing.T) {
	f := func(zone, date string, missing int, twice int) {
		t.Helper()
		day, err := ParseDate(date)
		if err != nil {
			t.Fatal(err)
		}
		c, g, replaced := NewCalendar(load(t, zone)), NewGrid(day, 1, MinutesPerDay), 0
		for at := c.Start(day); at < c.Start(day+1); at += secondsPerMin {
			d, minute := c.Split(at)
			if d != day {
				t.Fatalf("%s: %d is on %s", zone, at, Date(d))
			}
			if v := g.Day(0)[minute]; v == v {
				replaced++
			}
			g.Day(0)[minute] = float64(at)
		}
		if _, n := Mean(g.Day(0)); n != MinutesPerDay-missing || replaced != twice {
			t.Errorf("%s %s: %d minutes measured, %d twice", zone, date, n, replaced)
		}
	}
	f("Europe/Berlin", "2026-03-29", 60, 0)
	f("Europe/Berlin", "2026-10-25", 0, 60)
	f("America/New_York", "2026-03-08", 60, 0)
	f("America/New_York", "2026-11-01", 0, 60)
	f("Australia/Lord_Howe", "2026-10-04", 30, 0)
	f("Australia/Lord_Howe", "2026-04-05", 0, 30)
}

func BenchmarkSplit(b *testing.B) {
	c := NewCalendar(load(b, "Europe/Berlin"))
	at := int64(1_700_000_000)
	for b.Loop() {
		c.Split(at)
		at += 60
	}
}
