package analytics

import (
	"context"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"headroom/analytics/season"
	"headroom/storage"
	"headroom/storage/fleet"
)

// learnedFrom shows the calibrated model a module whose loads of 40 days go through
// change, judges a minute of the usual load times factor, and returns both it and
// its line of growth.
func learnedFrom(t *testing.T, change func(at time.Time, v float64) float64, factor float64, with func(*Model)) (Row, Growth, *world) {
	t.Helper()
	rng, w := rand.New(rand.NewPCG(1, 2)), newWorld(t, noon)
	var samples []storage.Sample
	for at := noon.AddDate(0, 0, -40); at.Before(noon); at = at.Add(time.Minute) {
		if v := change(at, noisyLoad(at, rng)); v == v {
			samples = append(samples, storage.Sample{Timestamp: at.UnixMilli(), Value: v})
		}
	}
	w.history("m", samples)
	m := Classic(shanghai)
	m.Name = ModelCalibrated
	with(&m)
	w.loop.SetModel(m)
	if err := w.loop.Learn(context.Background(), noon); err != nil {
		t.Fatal(err)
	}
	r := w.minute(noon, factor*noisyLoad(noon, rng))
	return r, w.loop.Snapshot().Growth[w.loop.Snapshot().Find(r.ID)], w
}

func plainModel(*Model) {}

// sameNumbers tells whether two rows say the same within a share.
func sameNumbers(a, b Row, share float64) bool {
	x := []Number{a.Mean, a.Lower, a.Upper, a.PeakToday.Value, a.PeakToday.Lower, a.PeakToday.Upper, a.Headroom}
	for i, y := range []Number{b.Mean, b.Lower, b.Upper, b.PeakToday.Value, b.PeakToday.Lower, b.PeakToday.Upper, b.Headroom} {
		if !(math.Abs(float64(x[i]/y-1)) <= share) {
			return false
		}
	}
	return a.State == b.State && a.Deviates == b.Deviates
}

// Three afternoons at thrice the load, marked, are as if they had not been
// measured; the classic model does not look at marks.
func TestMarkedIntervalsAreNotLearnedFrom(t *testing.T) {
	days := []time.Time{noon.AddDate(0, 0, -2), noon.AddDate(0, 0, -3), noon.AddDate(0, 0, -9)}
	incident := func(at time.Time) bool {
		for _, day := range days {
			if !at.Before(day) && at.Before(day.Add(3*time.Hour)) {
				return true
			}
		}
		return false
	}
	tripled := func(at time.Time, v float64) float64 {
		if incident(at) {
			return 3 * v
		}
		return v
	}
	unmeasured := func(at time.Time, v float64) float64 {
		if incident(at) {
			return math.NaN()
		}
		return v
	}
	marked := func(m *Model) {
		for _, day := range days {
			m.Marks = append(m.Marks, fleet.Mark{Path: fleet.Path{"Qzone"}, From: day, To: day.Add(3 * time.Hour), Kind: "incident", Made: noon.Add(-time.Minute)})
		}
		m.Marks = append(m.Marks,
			fleet.Mark{Path: fleet.Path{"QQ"}, To: noon, Kind: "other"},
			fleet.Mark{Path: fleet.Path{"Qzone"}, To: noon, Kind: "other", Note: "taken away", Made: noon.Add(-2 * time.Hour), Ended: noon.Add(-time.Hour)})
	}
	want, wantGrowth, _ := learnedFrom(t, unmeasured, 1, plainModel)
	got, growth, w := learnedFrom(t, tripled, 1, marked)
	if !sameNumbers(got, want, 0) || growth.PeakAtRisk != wantGrowth.PeakAtRisk || growth.DevicesNeeded != wantGrowth.DevicesNeeded {
		t.Errorf("marked %+v\nunmeasured %+v\n%v, %v", got, want, growth.PeakAtRisk, wantGrowth.PeakAtRisk)
	}
	if plain, g, _ := learnedFrom(t, tripled, 1, plainModel); sameNumbers(plain, want, 0) || !(g.PeakAtRisk > wantGrowth.PeakAtRisk) {
		t.Errorf("unmarked: %+v, %v", plain, g.PeakAtRisk)
	}
	if e := w.explain("row:"+got.ID, ModelCalibrated); !strings.Contains(e.Title, "calibrated") || len(e.Steps[0].Inputs) != 3 || e.Steps[0].Name != "left out" {
		t.Errorf("explained by %+v", e.Steps[0])
	}
	// What was shown before the marks were made is explained as it was then.
	if e := w.explain("row:"+got.ID+"@2026-11-22T10:30", ModelCalibrated); e.Steps[0].Name != "left out" || !strings.Contains(e.Steps[0].Inputs[0], "taken away") {
		t.Errorf("an hour and a half before: %+v", e.Steps[0])
	}
	if e := w.explain("row:"+got.ID+"@2026-11-22T09:00", ModelCalibrated); e.Steps[0].Name == "left out" {
		t.Errorf("three hours before: %+v", e.Steps[0])
	}
}

// Minutes of today that are marked move neither band nor alarm nor the expected peak.
func TestMarkedMinutesOfToday(t *testing.T) {
	from := noon.Add(-30 * time.Minute)
	high := func(at time.Time, v float64) float64 {
		if at.Before(from) {
			return v
		}
		return 2 * v
	}
	plain, _, _ := learnedFrom(t, high, 1, plainModel)
	marked, _, _ := learnedFrom(t, high, 1, func(m *Model) {
		m.Marks = []fleet.Mark{{From: from, To: noon, Kind: "change"}}
	})
	usual, _, _ := learnedFrom(t, func(_ time.Time, v float64) float64 { return v }, 1, plainModel)
	if marked.PeakToday.Value >= plain.PeakToday.Value || marked.PeakToday.Seen != plain.PeakToday.Seen || math.Abs(float64(marked.PeakToday.Value/usual.PeakToday.Value-1)) > 0.02 {
		t.Errorf("peak %+v, marked %+v, usual %+v", plain.PeakToday, marked.PeakToday, usual.PeakToday)
	}
	if !plain.Alarm || marked.Alarm || math.Abs(float64(marked.Mean-usual.Mean)) > 1 || plain.Mean < usual.Mean+2 {
		t.Errorf("alarm %v, marked %v; mean %v, marked %v, usual %v", plain.Alarm, marked.Alarm, plain.Mean, marked.Mean, usual.Mean)
	}
}

// An event's days are learned from as ordinary ones, and ordinary days say what an
// event's day will be.
func TestEventsOfPastAndToday(t *testing.T) {
	cal := season.NewCalendar(shanghai)
	today, _ := cal.Split(noon.Unix())
	past := Event{Name: "sale", From: today - 5, To: today - 3, Uplift: 2}
	on := func(e Event) func(time.Time, float64) float64 {
		return func(at time.Time, v float64) float64 {
			if day, _ := cal.Split(at.Unix()); e.From <= day && day <= e.To {
				return e.Uplift * v
			}
			return v
		}
	}
	want, wantGrowth, _ := learnedFrom(t, on(Event{To: -1}), 1, plainModel)
	got, growth, _ := learnedFrom(t, on(past), 1, func(m *Model) { m.Events = []Event{past} })
	if !sameNumbers(got, want, 1e-9) || math.Abs(float64(growth.PeakAtRisk/wantGrowth.PeakAtRisk-1)) > 1e-9 {
		t.Errorf("after the event %+v\nwithout %+v", got, want)
	}
	now := Event{Name: "sale", From: today, To: today, Uplift: 2}
	got, growth, w := learnedFrom(t, on(now), 2, func(m *Model) { m.Events = []Event{now} })
	if twice := want; got.Deviates || !near(got.Mean, 2*float64(twice.Mean)) || !near(got.Upper, 2*float64(twice.Upper)) ||
		!near(got.PeakToday.Value, 2*float64(twice.PeakToday.Value)) || growth.Event != "sale" {
		t.Errorf("on the day %+v\nordinary %+v, order for %q", got, want, growth.Event)
	}
	if row := w.rowOf("m", ModelClassic); !row.Deviates {
		t.Errorf("classic knows of the event: %+v", row)
	}
	e := w.explain("row:"+got.ID, ModelCalibrated)
	found := 0
	for _, s := range e.Steps {
		if s.Name == "event" && s.Inputs[0] == "sale" {
			found++
		}
	}
	if found != 2 {
		t.Errorf("%d steps tell of the event: %+v", found, e.Steps)
	}
}

// How far a load must at least be from what is expected is of the load as it is, on
// an event's day, too.
func TestLeastDeviationOnAnEventsDay(t *testing.T) {
	today, _ := season.NewCalendar(shanghai).Split(noon.Unix())
	judge := func(least float64) Row {
		r, _, _ := learnedFrom(t, func(at time.Time, v float64) float64 {
			if !at.Before(noon.Truncate(24 * time.Hour).Add(-8 * time.Hour)) {
				return 2 * v
			}
			return v
		}, 2.6, func(m *Model) {
			m.Events, m.Alarm.LeastAbsolute = []Event{{Name: "sale", From: today, To: today, Uplift: 2}}, least
		})
		return r
	}
	r := judge(0)
	off := float64(r.Load - r.Mean)
	if near, far := judge(0.75*off), judge(1.25*off); !r.Alarm || !near.Alarm || far.Alarm {
		t.Errorf("%v off: alarm %v; at least %v: %v; at least %v: %v", off, r.Alarm, 0.75*off, near.Alarm, 1.25*off, far.Alarm)
	}
}

// An event counts from the first minute of its days, whether they were learned ahead
// or are still to be learned.
func TestEventsBeginAtMidnight(t *testing.T) {
	midnight := time.Date(2026, 11, 23, 0, 0, 0, 0, shanghai)
	day, _ := season.NewCalendar(shanghai).Split(midnight.Unix())
	for _, ahead := range []bool{true, false} {
		w, rng := calibratedWorld(t, midnight.Add(-time.Hour), 40)
		m := *w.loop.model()
		m.Events = []Event{{Name: "sale", From: day, To: day, Uplift: 2}}
		w.loop.SetModel(m)
		if err := w.loop.Learn(context.Background(), midnight.Add(-time.Hour)); err != nil {
			t.Fatal(err)
		}
		w.minute(midnight.Add(-time.Minute), noisyLoad(midnight.Add(-time.Minute), rng))
		if ahead {
			if err := w.loop.learnNext(context.Background(), midnight.Add(-time.Minute)); err != nil {
				t.Fatal(err)
			}
		}
		load := 2 * noisyLoad(midnight, rng)
		if r := w.minute(midnight, load); r.Deviates || r.Alarm || math.Abs(float64(r.Mean)/load-1) > 0.1 || !(r.PeakToday.Value > 80) {
			t.Errorf("learned ahead %v: %+v", ahead, r)
		}
	}
}

// A coming event lifts the forecasts of its days and no others, one with less load
// lowers them; the highest of several counts.
func TestEventsToCome(t *testing.T) {
	m := Model{Events: []Event{
		{Name: "sale", From: 110, To: 112, Uplift: 2, Path: fleet.Path{"shop"}}, {Name: "more", From: 112, To: 113, Uplift: 3},
		{Name: "holiday", From: 120, To: 120, Uplift: 0.5}, {Name: "over", From: 90, To: 99, Uplift: 9},
	}}
	for day, want := range map[int]float64{109: 1, 110: 2, 112: 3, 113: 3, 114: 1, 120: 0.5} {
		if by, _ := m.uplift(fleet.Path{"shop", "cart"}, day); by != want {
			t.Errorf("day %d: %v, want %v", day, by, want)
		}
		by := 1.
		for _, f := range m.factors(fleet.Path{"shop", "cart"}, 100) {
			if f.From <= day-100 && day-100 <= f.To {
				by *= f.By
			}
		}
		if by != want {
			t.Errorf("day %d ahead: × %v, want %v", day-100, by, want)
		}
	}
	if fs := m.factors(fleet.Path{"other"}, 100); len(fs) != 2 {
		t.Errorf("of another path: %+v", fs)
	}
	if e := m.highest(fleet.Path{"shop"}, 100, 11); e == nil || e.Name != "sale" {
		t.Errorf("highest of 11 days: %+v", e)
	}
}

// The arithmetic of a forecast for an event's day shows what the event makes of it.
func TestExplainedForecastOfAnEvent(t *testing.T) {
	cal := season.NewCalendar(shanghai)
	today, _ := cal.Split(noon.Unix())
	horizon := today - 1 + 30
	_, g, w := learnedFrom(t, func(_ time.Time, v float64) float64 { return v }, 1, func(m *Model) {
		m.Events = []Event{{Name: "sale", From: horizon, To: horizon, Uplift: 2}}
	})
	e := w.explain("order:"+g.ID, ModelCalibrated)
	if !explains(e, "event", "uplift of that day") {
		t.Errorf("%+v", e.Steps)
	}
	for _, s := range e.Steps {
		if s.Name == "interval" && !strings.HasPrefix(s.Numbers, num(float64(g.PeakAtHorizon.Value))) {
			t.Errorf("interval %q of %v", s.Numbers, g.PeakAtHorizon.Value)
		}
	}
}
