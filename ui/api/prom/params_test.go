package prom

import (
	"testing"
	"time"
)

func TestParseTime(t *testing.T) {
	f := func(in string, want time.Time) {
		t.Helper()
		if got, err := parseTime(in); err != nil || !got.Equal(want) {
			t.Errorf("parseTime(%q) = %v, %v; want %v", in, got, err, want)
		}
	}

	f("0", time.Unix(0, 0))
	f("1767229200", t0.Add(time.Hour))
	f("1767229200.123", t0.Add(time.Hour+123*time.Millisecond))
	f("1.7672292e9", t0.Add(time.Hour))
	f("-1.5", time.UnixMilli(-1500))
	f("2026-01-01T01:00:00Z", t0.Add(time.Hour))
	f("2026-01-01T09:00:00.5+08:00", t0.Add(time.Hour+500*time.Millisecond))

	// What promtool and client_golang send for "for ever".
	f(minTimeText, minTime)
	f(maxTimeText, maxTime)
}

func TestParseTimeRefuses(t *testing.T) {
	for _, in := range []string{"", "now", "2026-01-01", "NaN", "Inf", "-Inf", "1e300", "1h", "2026-13-01T00:00:00Z"} {
		if got, err := parseTime(in); err == nil {
			t.Errorf("parseTime(%q) = %v, want an error", in, got)
		}
	}
}

func TestParseDuration(t *testing.T) {
	f := func(in string, want time.Duration) {
		t.Helper()
		if got, err := parseDuration(in); err != nil || got != want {
			t.Errorf("parseDuration(%q) = %v, %v; want %v", in, got, err, want)
		}
	}

	f("15", 15*time.Second)
	f("0.5", 500*time.Millisecond)
	f("1h30m", 90*time.Minute)
	f("2d", 48*time.Hour)
	f("-1", -time.Second)
}

func TestParseDurationRefuses(t *testing.T) {
	for _, in := range []string{"", "soon", "NaN", "Inf", "1e30", "-1e30", "1m1h", "1.5h"} {
		if got, err := parseDuration(in); err == nil {
			t.Errorf("parseDuration(%q) = %v, want an error", in, got)
		}
	}
}

// Whatever a client sends, the times that come out can be handed to a store:
// their milliseconds fit, and they read as they were written.
func FuzzParseTime(f *testing.F) {
	for _, s := range []string{"0", "1767229200.123", "2026-01-01T01:00:00Z", "-1e18", "9223372036854775807", "NaN", minTimeText, "0x1p62"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := parseTime(s)
		if err != nil {
			return
		}
		if got.Before(minTime) || got.After(maxTime) {
			t.Fatalf("parseTime(%q) = %v, beyond all time", s, got)
		}
		if ms := got.UnixMilli(); !time.UnixMilli(ms).Equal(got.Truncate(time.Millisecond)) {
			t.Fatalf("parseTime(%q) = %v, whose milliseconds %d are another time", s, got, ms)
		}
	})
}

func FuzzParseDuration(f *testing.F) {
	for _, s := range []string{"15", "1h30m", "-1", "1e18", "9223372036.854775807", "106751d", "NaN"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := parseDuration(s)
		if err != nil {
			return
		}
		if again, err := parseDuration(got.String()); err == nil && again != got {
			t.Fatalf("parseDuration(%q) = %v, and again %v", s, got, again)
		}
	})
}
