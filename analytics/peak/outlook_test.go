package peak

import (
	"math"
	"slices"
	"testing"
	"unsafe"

	"headroom/analytics/season"
)

// fiveMinutes is a grid of 288 slots with an evening peak.
func fiveMinutes(days int) *season.Grid {
	coarse := shaped(days)
	g := season.NewGrid(0, days, season.SlotsPerDay)
	for i := range g.Values {
		g.Values[i] = coarse.Values[i*coarse.Slots/g.Slots] * (1 + 0.001*float64(i%7))
	}
	return g
}

func learnDay(g *season.Grid, day int) *Outlook {
	clean := Clean(g, day)
	defer Release(clean)
	return LearnDay(g, clean, day)
}

func TestOutlookIsTheReplayAtFullHours(t *testing.T) {
	g := fiveMinutes(60)
	o := learnDay(g, 59)
	for hour := range dayHours {
		slot := hour * 12
		c := NewCalibrated(slot)
		for row := range 59 {
			c.See(g.Day(row))
		}
		want, got := c.Forecast(g.Day(59), 1.96), o.Forecast(g.Day(59), slot, 1.96)
		for _, pair := range [][2]float64{{got.Value, want.Value}, {got.Lower, want.Lower}, {got.Upper, want.Upper}} {
			if !(math.Abs(pair[0]/pair[1]-1) < 1e-5) {
				t.Errorf("as of %d:00 %+v, the replay says %+v", hour, got, want)
			}
		}
	}
}

// The nearer the end of the day, the better it is known; at its end it is what
// was seen.
func TestOutlookKnowsTheDayAtItsEnd(t *testing.T) {
	g := fiveMinutes(60)
	o, day := learnDay(g, 59), g.Day(59)
	actual := season.Peak(day, FullShare)
	for asof := range season.SlotsPerDay + 1 {
		f := o.Forecast(day, asof, 1.96)
		_, seen := SoFar(day, asof)
		if f.Value < seen || !(f.Lower <= f.Value && f.Value <= f.Upper) || f.Slot < 0 {
			t.Errorf("as of slot %d, %v seen: %+v", asof, seen, f)
		}
		if math.Abs(f.Value/actual-1) > 0.06 {
			t.Errorf("as of slot %d: %v, came %v", asof, f.Value, actual)
		}
	}
	_, at := season.Max(day)
	if f := o.Forecast(day, season.SlotsPerDay, 1.96); f.Value != actual || f.Upper-f.Lower > 1e-6*actual || f.Slot != at {
		t.Errorf("at the end of the day %+v, came %v in slot %d", f, actual, at)
	}
}

func TestOutlookOfAFewDays(t *testing.T) {
	for days := range 16 {
		g := fiveMinutes(days + 1)
		o := learnDay(g, days)
		f := o.Forecast(g.Day(days), 144, 1.96)
		if o.Days != min(days, usualDays) || (f.Value == f.Value) != (days >= NeedDays) || (f.Lower == f.Lower) != (days >= NeedDays+MinErrorDays) {
			t.Errorf("%d days, %d counted: %+v", days, o.Days, f)
		}
	}
}

func TestOutlookIsSmall(t *testing.T) {
	o := learnDay(fiveMinutes(60), 59)
	if size := int(unsafe.Sizeof(*o)) + 2*cap(o.highest); size > 4<<10 {
		t.Errorf("%d bytes", size)
	}
}

func BenchmarkLearnDay(b *testing.B) {
	g := fiveMinutes(61)
	for b.Loop() {
		learnDay(g, 60)
	}
}

func BenchmarkOutlookForecast(b *testing.B) {
	g := fiveMinutes(61)
	o := learnDay(g, 60)
	for b.Loop() {
		o.Forecast(g.Day(60), 150, 1.96)
	}
}

// What is far above all that was expected may have been an incident, which the interval
// then reaches below, and says so.
func TestASurpriseMayBeAnIncident(t *testing.T) {
	g := fiveMinutes(60)
	o, day := learnDay(g, 59), slices.Clone(g.Day(59))
	const noon = season.SlotsPerDay / 2
	for _, by := range []float64{1, 5} {
		day[noon-1] *= by
		_, seen := SoFar(day, noon)
		f, p := o.Forecast(day, noon, 1.96), o.Parts(day, noon)
		if surprise := by > 1; p.Incident != surprise || (f.Lower < seen) != surprise {
			t.Errorf("× %v, %v seen: %+v, incident %v", by, seen, f, p.Incident)
		}
	}
}
