package calendar

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func calendar(t testing.TB, loc *time.Location, times ...Times) *Calendar {
	t.Helper()
	c, faults := New(times, loc)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	return c
}

func TestContains(t *testing.T) {
	shanghai := zone(t, "Asia/Shanghai")
	night := Range{"02:00", "04:30"}
	f := func(at string, want bool, times ...Times) {
		t.Helper()
		when, err := time.ParseInLocation("2006-01-02T15:04", at, shanghai)
		if err != nil {
			t.Fatal(err)
		}
		if got := calendar(t, shanghai, times...).Contains(when.UTC()); got != want {
			t.Errorf("%s in %+v: %v", at, times, got)
		}
	}

	f("2026-11-27T12:00", true)
	f("2026-11-27T02:00", true, Times{Times: []Range{night}})
	f("2026-11-27T04:29", true, Times{Times: []Range{night}})
	f("2026-11-27T04:30", false, Times{Times: []Range{night}})
	f("2026-11-27T03:00", true, Times{Times: []Range{night}, Weekdays: []string{"monday:friday"}})
	f("2026-11-28T03:00", false, Times{Times: []Range{night}, Weekdays: []string{"monday:friday"}}) // a Saturday
	f("2026-11-28T03:00", true, Times{Weekdays: []string{"monday:friday"}}, Times{Weekdays: []string{"saturday"}})
	f("2026-11-30T03:00", true, Times{DaysOfMonth: []string{"-1"}})
	f("2026-12-25T03:00", true, Times{Dates: []string{"2026-12-24:2027-01-02"}})
	f("2027-01-03T00:00", false, Times{Dates: []string{"2026-12-24:2027-01-02"}})
	f("2026-12-25T03:00", false, Times{Times: []Range{night}, Except: []string{"2026-12-25"}})
	f("2026-12-26T03:00", true, Times{Times: []Range{night}, Except: []string{"2026-12-25"}})
}

func TestFaultsAreTold(t *testing.T) {
	_, faults := New([]Times{{}, {
		Times: []Range{{"22:00", "06:00"}, {"1", ""}}, Weekdays: []string{"mon"}, DaysOfMonth: []string{"0"}, Months: []string{"13"},
		Years: []string{"x"}, Dates: []string{"2026-02-30"}, Except: []string{"2026-12-02:2026-12-01"},
	}}, time.UTC)
	got := fmt.Sprint(faults)
	for _, want := range []string{
		"times[1].times[0]", "over midnight two", "times[1].times[1]", `weekdays days as monday or monday:friday "mon"`, `days_of_month`, "months", "years", "dates", "2026-02-30", "except",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%s lacks %q", got, want)
		}
	}
	if _, faults := New([]Times{{Dates: make([]string, MaxList+1)}}, time.UTC); !strings.Contains(fmt.Sprint(faults), "at most 400") {
		t.Error("a list may have any length")
	}
}

// changeSlowly tries every minute.
func changeSlowly(c *Calendar, t, limit time.Time) time.Time {
	now := c.Contains(t)
	for at := t.Truncate(time.Minute).Add(time.Minute); at.Before(limit); at = at.Add(time.Minute) {
		if c.Contains(at) != now {
			return at
		}
	}
	return limit
}

// Around every change of the clock, too, Change finds the minute that trying all
// of them finds. Havana puts its clock forward at midnight, Lord Howe by half an hour.
func TestChangeIsWhatTryingEveryMinuteFinds(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, name := range []string{"UTC", "Asia/Shanghai", "Europe/Berlin", "America/New_York", "America/Havana", "Australia/Lord_Howe"} {
		loc := zone(t, name)
		for range 120 {
			c := calendar(t, loc, someTimes(rng), someTimes(rng))
			from := []time.Time{
				time.Date(2026, 3, 6, 0, 0, 0, 0, loc), time.Date(2026, 3, 28, 0, 0, 0, 0, loc), time.Date(2026, 4, 3, 0, 0, 0, 0, loc),
				time.Date(2026, 10, 2, 0, 0, 0, 0, loc), time.Date(2026, 10, 24, 0, 0, 0, 0, loc), time.Date(2026, 10, 31, 0, 0, 0, 0, loc),
			}[rng.IntN(6)].Add(time.Duration(rng.IntN(48*60)) * time.Minute).Add(time.Duration(rng.IntN(60)) * time.Second)
			limit := from.Add(3 * 24 * time.Hour)
			if got, want := c.Change(from, limit), changeSlowly(c, from, limit); !got.Equal(want) {
				t.Fatalf("%s: %+v changes after %s at %s, not at %s", name, c.periods, from, want, got)
			}
		}
	}
}

func someTimes(rng *rand.Rand) (t Times) {
	for range 1 + rng.IntN(2) {
		start := rng.IntN(23*60) / 15 * 15
		end := min(start+15+rng.IntN(300)/15*15, 24*60)
		t.Times = append(t.Times, Range{fmt.Sprintf("%02d:%02d", start/60, start%60), fmt.Sprintf("%02d:%02d", end/60, end%60)})
	}
	if rng.IntN(3) == 0 {
		t.Times = nil
	}
	if rng.IntN(3) == 0 {
		t.Weekdays = []string{"monday:friday"}
	}
	if rng.IntN(3) == 0 {
		t.Except = []string{"2026-03-29", "2026-10-25"}
	}
	return t
}

func BenchmarkChange(b *testing.B) {
	c := calendar(b, zone(b, "Europe/Berlin"), Times{Times: []Range{{"02:00", "04:30"}}, Weekdays: []string{"sunday"}})
	monday := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for b.Loop() {
		c.Change(monday, monday.AddDate(1, 0, 0))
	}
}

// Whatever is written, it is times or a fault.
func FuzzTimes(f *testing.F) {
	f.Add("02:00", "04:00", "monday:friday", "1:-1", "june", "2026", "2026-12-24:2027-01-02")
	f.Fuzz(func(t *testing.T, start, end, weekday, day, month, year, date string) {
		c, faults := New([]Times{{
			Times: []Range{{start, end}}, Weekdays: []string{weekday}, DaysOfMonth: []string{day}, Months: []string{month}, Years: []string{year}, Dates: []string{date}, Except: []string{date},
		}}, time.UTC)
		if len(faults) == 0 {
			now := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
			c.Change(now, now.AddDate(0, 0, 40))
		}
	})
}
