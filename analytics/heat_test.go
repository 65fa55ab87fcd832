package analytics

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"headroom/storage"
	"headroom/storage/fleet"
)

// heatTwin sums up minutes one by one by what the wall clock shows.
func heatTwin(samples []storage.Sample, loc *time.Location, first, end time.Time, marks []fleet.Mark) (cells [168]HeatCell, marked int) {
	type wall struct {
		date string
		slot int // of five minutes
	}
	minutes := map[string]float64{} // by date and wall clock: a later one replaces the earlier
	when := map[string]time.Time{}
	for _, s := range samples {
		at := time.UnixMilli(s.Timestamp).In(loc)
		if !at.Before(first) && at.Before(end) {
			key := at.Format("2006-01-02 15:04")
			minutes[key], when[key] = s.Value, at
		}
	}
	slots := map[wall][]float64{}
	for key, v := range minutes {
		at := when[key]
		out := false
		for _, m := range marks {
			out = out || !at.Before(m.From) && at.Before(m.To)
		}
		if out {
			marked++
			continue
		}
		k := wall{at.Format(time.DateOnly), (at.Hour()*60 + at.Minute()) / 5}
		slots[k] = append(slots[k], v)
	}
	var all [168][]float64
	for i := range cells {
		cells[i].Peak = Unknown()
	}
	for k, values := range slots {
		day, _ := time.Parse(time.DateOnly, k.date)
		i := (int(day.Weekday())+6)%7*24 + k.slot/12
		all[i] = append(all[i], values...)
		sum := 0.0
		for _, v := range values {
			sum += v
		}
		c, mean := &cells[i], Number(sum/float64(len(values)))
		if earlier := mean == c.Peak && k.date < c.PeakOn; len(values) >= 3 && (earlier || !(c.Peak >= mean)) {
			c.Peak, c.PeakOn = mean, k.date
		}
	}
	for i, values := range all {
		sum := 0.0
		for _, v := range values {
			sum += v
		}
		cells[i].Mean, cells[i].Minutes = Number(sum/float64(len(values))), len(values)
	}
	return cells, marked
}

func alike(a, b Number) bool {
	return !a.Known() && !b.Known() || math.Abs(float64(a-b)) < 1e-9
}

// Weeks in which clocks go forward and back, with gaps and a marked evening, are
// summed up by the wall clock as the slow twin does it.
func TestHeatTwin(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for _, now := range []time.Time{
		time.Date(2026, 11, 4, 13, 0, 0, 0, berlin), // an hour twice on 25 October
		time.Date(2026, 4, 8, 13, 0, 0, 0, berlin),  // one skipped on 29 March
	} {
		w, rng := newWorldIn(t, now, berlin), rand.New(rand.NewPCG(3, 4))
		var samples []storage.Sample
		for at := now.AddDate(0, 0, -40); at.Before(now); at = at.Add(time.Minute) {
			if rng.IntN(8) > 0 && !(at.Weekday() == time.Sunday && at.Hour() == 5) {
				samples = append(samples, storage.Sample{Timestamp: at.UnixMilli(), Value: noisyLoad(at, rng)})
			}
		}
		w.history("m", samples)
		evening := time.Date(now.Year(), now.Month(), now.Day()-5, 19, 0, 0, 0, berlin)
		marks := []fleet.Mark{
			{ID: 1, Path: fleet.Path{"Qzone"}, From: evening, To: evening.Add(150 * time.Minute), Kind: "incident"},
			{ID: 2, From: now.AddDate(-1, 0, 0), To: now.AddDate(0, 0, -27), Kind: "incident"}, // begins long before
		}
		m := Classic(berlin)
		m.Marks = append([]fleet.Mark{
			{ID: 3, Path: fleet.Path{"Other"}, From: evening, To: now, Kind: "incident"},
			{ID: 4, From: evening, To: now, Kind: "incident", Ended: now}, // taken away
		}, marks...)
		w.loop.SetModel(m)
		if err := w.loop.Learn(context.Background(), now); err != nil {
			t.Fatal(err)
		}
		r := w.minute(now, 40)
		got, err := w.loop.Heat(context.Background(), r.ID, 4, HeatMeans)
		if err != nil {
			t.Fatal(err)
		}
		end := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, berlin)
		want, marked := heatTwin(samples, berlin, end.AddDate(0, 0, -28), end, marks)
		if len(got.Cells) != len(want) || got.Marked != marked || got.From != end.AddDate(0, 0, -28).Format(time.DateOnly) || got.To != end.AddDate(0, 0, -1).Format(time.DateOnly) {
			t.Fatalf("%d cells, %s to %s, %d marked of %d", len(got.Cells), got.From, got.To, got.Marked, marked)
		}
		for i, c := range got.Cells {
			if !alike(c.Mean, want[i].Mean) || !alike(c.Value, c.Mean) || !alike(c.Peak, want[i].Peak) || c.PeakOn != want[i].PeakOn || c.Minutes != want[i].Minutes {
				t.Errorf("%v: weekday %d, %d:00: %+v, want %+v", now, i/24, i%24, c, want[i])
			}
		}
		peaks, err := w.loop.Heat(context.Background(), r.ID, 4, HeatPeaks)
		if err != nil || peaks.Of != HeatPeaks || got.Of != HeatMeans {
			t.Fatalf("%v: of %s and %s", err, got.Of, peaks.Of)
		}
		for i, c := range peaks.Cells {
			if !alike(c.Value, want[i].Peak) || !alike(c.Mean, want[i].Mean) {
				t.Errorf("%v: weekday %d, %d:00: peaks are %+v, want %+v", now, i/24, i%24, c, want[i])
			}
		}
		if sunday := got.Cells[6*24+5]; sunday.Mean.Known() || sunday.Minutes != 0 {
			t.Errorf("an hour without any load has %+v", sunday)
		}
	}
}

func TestHeatOfNoNode(t *testing.T) {
	now := noon
	w := newWorld(t, now)
	w.minute(now, 40)
	if _, err := w.loop.Heat(context.Background(), "no", 4, HeatMeans); !errors.Is(err, ErrNoNode) {
		t.Errorf("%v", err)
	}
	w.usualHistory("m", now, 2) // less than a week
	h, err := w.loop.Heat(context.Background(), w.row("m").ID, 1, HeatMeans)
	if err != nil {
		t.Fatal(err)
	}
	if monday, friday := h.Cells[0].Minutes, h.Cells[4*hoursPerDay+18].Minutes; monday != 0 || friday != 60 {
		t.Errorf("two days have %d minutes on a Monday, %d on Friday evening", monday, friday)
	}
}

func BenchmarkHeat(b *testing.B) {
	w := newWorld(b, noon)
	w.noisyHistory("m", noon, 8*daysPerWeek, rand.New(rand.NewPCG(1, 2)))
	if err := w.loop.Learn(context.Background(), noon); err != nil {
		b.Fatal(err)
	}
	w.push("m", noon, 1, 40)
	w.loop.Evaluate(context.Background(), noon.Unix())
	for b.Loop() {
		if _, err := w.loop.Heat(context.Background(), modulePath("m").ID(), 8, HeatMeans); err != nil {
			b.Fatal(err)
		}
	}
}
