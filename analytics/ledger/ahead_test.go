package ledger

import (
	"context"
	"math"
	"testing"
	"time"

	"headroom/analytics"
	"headroom/storage"
)

// What the snapshots say of the bands an hour and a day later is written down
// each quarter of an hour, and scored once the day is over.
func TestBandsAheadAreScored(t *testing.T) {
	day := time.Date(2026, 11, 22, 0, 0, 0, 0, shanghai)
	w := newWorld(t, day.AddDate(0, 0, -1))
	odd := day.Add(13 * time.Hour) // three hours in which the load is not what it was to be
	w.load = func(at time.Time) float64 {
		if !at.Before(odd) && at.Before(odd.Add(3*time.Hour)) {
			return load(at) + 30
		}
		return load(at)
	}
	said := [len(analytics.Leads)]map[int64]analytics.Interval{{}, {}}
	for at := day.AddDate(0, 0, -1); at.Before(day.Add(24*time.Hour + 30*time.Minute)); at = at.Add(time.Minute) {
		w.run(at, at.Add(time.Minute))
		s := w.loop.Snapshot()
		for k, lead := range analytics.Leads {
			said[k][at.Add(lead.Ahead).Unix()] = s.BandAhead(s.Find(module.ID()), k)
		}
	}
	n := w.tree.Find(module.ID())
	got := map[string]Entry{}
	for _, e := range w.entries(Band, day, day) {
		got[e.Horizon] = e
	}
	for k, lead := range analytics.Leads {
		var inside, err, naive, width, score, quarters float64
		for at := day; at.Before(day.AddDate(0, 0, 1)); at = at.Add(time.Minute) {
			if (int(at.Unix()/60)+n.Index)%15 != 0 {
				continue
			}
			b, v, was := said[k][at.Unix()], w.load(at), w.load(at.Add(-lead.Ahead))
			quarters++
			err += math.Abs(float64(b.Value)/v - 1)
			naive += math.Abs(was/v - 1)
			width += float64(b.Upper-b.Lower) / v
			score += float64(b.Upper-b.Lower) / v
			switch lower, upper := float64(b.Lower), float64(b.Upper); {
			case v < lower:
				score += 2 / 0.0027 * (lower - v) / v
			case v > upper:
				score += 2 / 0.0027 * (v - upper) / v
			default:
				inside++
			}
		}
		e := got[lead.Name]
		for name, x := range map[string][2]float64{
			"inside": {float64(e.Actual), inside}, "error": {float64(e.Error), err}, "naive error": {float64(e.NaiveError), naive},
			"width": {float64(e.Width), width}, "score": {float64(e.Score), score},
		} {
			if want := x[1] / quarters; !(math.Abs(x[0]-want) <= 1e-9*math.Max(1, want)) {
				t.Errorf("%s: %s is %v, want %v", lead.Name, name, x[0], want)
			}
		}
		if quarters != 96 || inside == 0 || inside == quarters {
			t.Errorf("%s: %v of %v inside: nothing to tell", lead.Name, inside, quarters)
		}
	}
	for _, s := range summarize(w.entries(Band, day, day)) {
		if e := got[s.Horizon]; s.Scored != 1 || s.Coverage != e.Actual || s.Horizon != "1m" && (s.Error != e.Error || s.Width != e.Width || s.Score != e.Score || s.NaiveError != e.NaiveError) {
			t.Errorf("%+v of %+v", s, e)
		}
	}
	if v := w.newest("headroom_module_band_ahead_ratio", "1h"); v != v {
		t.Error("there is no series of it")
	}
}

// What a crash left of a day's scores is completed after the restart.
func TestADayIsScoredAsAWhole(t *testing.T) {
	day := time.Date(2026, 11, 22, 0, 0, 0, 0, shanghai)
	w := newWorld(t, day)
	w.run(day, day.AddDate(0, 0, 1))
	n := w.tree.Find(module.ID())
	half := rows{}
	half.add(w.ledger.named(open, dayPeak), n, w.ledger.closing(dayOf(day)), 50)
	if err := half.write(context.Background(), w.store); err != nil {
		t.Fatal(err)
	}
	w.restart()
	w.run(day.AddDate(0, 0, 1), day.Add(24*time.Hour+30*time.Minute))
	if v := w.newest("headroom_module_forecast_error_ratio", "today_12:00"); v != v {
		t.Error("no errors were written of a day whose peak was there already")
	}
	if v := w.newest(dayScored, ""); v != 1 {
		t.Errorf("that it is scored: %v", v)
	}
}

// A restart within the minutes in which an hour still counts does not write it
// down again.
func TestAnHourIsWrittenOnceInSpiteOfARestart(t *testing.T) {
	day := time.Date(2026, 11, 22, 0, 0, 0, 0, shanghai)
	w := newWorld(t, day)
	w.run(day, day.Add(65*time.Minute))
	w.restart()
	w.run(day.Add(65*time.Minute), day.Add(80*time.Minute))
	for _, metric := range []string{forecastPercent, forecastDevices, orderedDevices} {
		samples := map[int]int{} // by the minute of the day
		q := storage.Query{Matchers: []storage.Matcher{storage.Metric("headroom_module_" + metric), storage.Matcher{Op: storage.NotEqual, Name: "task", Value: Band}}, Range: storage.TimeRange{To: math.MaxInt64 / 4}}
		err := w.store.Select(context.Background(), q, func(b *storage.Block) error {
			for _, ts := range b.Timestamps {
				samples[int(ts-day.UnixMilli())/60_000]++
			}
			return nil
		})
		if err != nil || samples[60] == 0 || len(samples) != map[bool]int{true: 2, false: 1}[metric == forecastPercent] {
			t.Errorf("%s was written in the minutes %v, %v", metric, samples, err)
		}
	}
}
