package analytics

import (
	"context"
	"testing"
	"time"

	"headroom/storage"
	"headroom/storage/fleet"
)

// A day that is replayed says what it said when it came: its tables, and the
// bands ahead. What came later, on the day itself too, changes nothing.
func TestAReplayedDaySaysWhatItSaid(t *testing.T) {
	day := time.Date(2026, 11, 22, 0, 0, 0, 0, shanghai)
	w, rng := calibratedWorld(t, day, 40)
	type said struct {
		row   Row
		peak  Interval // the largest one
		ahead [len(Leads)]Interval
	}
	was := map[int64]said{}
	for at := day; at.Before(day.Add(13 * time.Hour)); at = at.Add(time.Minute) {
		load := noisyLoad(at, rng)
		if at.Hour() == 11 {
			load += 9
		}
		row := w.minute(at, load)
		s := w.loop.Snapshot()
		i := s.Find(row.ID)
		was[at.Unix()] = said{row, s.Growth[i].PeakMax, [len(Leads)]Interval{s.BandAhead(i, 0), s.BandAhead(i, 1)}}
	}
	if was[day.Unix()].ahead[0] == was[day.Add(12*time.Hour).Unix()].ahead[0] {
		t.Fatal("all bands are the same")
	}
	check := func(when string) {
		t.Helper()
		cal, tables, bands := dayOf(day), 0, 0
		err := w.loop.Replay(context.Background(), cal, Replay{
			Minutes: []int{0, 60, 720},
			Table: func(s *Snapshot) error {
				i := s.Find(modulePath("m").ID())
				is, then := s.Rows[i], was[s.At.Unix()]
				tables++
				if is.Load != then.row.Load || is.Mean != then.row.Mean || is.Upper != then.row.Upper || is.PeakToday.Value != then.row.PeakToday.Value ||
					is.PeakToday.Upper != then.row.PeakToday.Upper || s.Growth[i].PeakMax != then.peak || is.Devices != then.row.Devices || !is.PeakToday.Value.Known() {
					t.Errorf("%s, %s then: %+v\nnow:  %+v", when, s.At, then.row, is)
				}
				return nil
			},
			Turn: func(n *fleet.Node, at int64) bool { return n.Module && at/60%15 == 7 },
			Ahead: func(n *fleet.Node, at int64, lead int, band Interval) error {
				if then, ok := was[at]; ok && n.ID == modulePath("m").ID() {
					bands++
					if band != then.ahead[lead] || !band.Value.Known() {
						t.Errorf("%s, %s, lead %d then: %+v, now %+v", when, time.Unix(at, 0).In(shanghai), lead, then.ahead[lead], band)
					}
				}
				return nil
			},
		})
		if err != nil || tables != 3 || bands != 13*4*2 {
			t.Errorf("%s: %d tables, %d bands, %v", when, tables, bands, err)
		}
	}
	check("after noon")
	var later []storage.Sample
	for at := day.Add(13 * time.Hour); at.Before(day.AddDate(0, 0, 3)); at = at.Add(time.Minute) {
		later = append(later, storage.Sample{Timestamp: at.UnixMilli(), Value: 99})
	}
	w.history("m", later)
	check("days later")
	m := *w.loop.model()
	m.Marks = []fleet.Mark{{Path: modulePath("m"), From: day.AddDate(0, 0, -3), To: day.Add(-time.Hour), Kind: fleet.MarkKinds[0], Made: day.Add(15 * time.Hour)}}
	w.loop.SetModel(m)
	check("marked in the afternoon")
}

func dayOf(at time.Time) int { return int((at.Unix() + 8*3600) / 86400) }
