package analytics

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"

	"headroom/storage/fleet"
)

// No alarm runs in marked time: one that ran ends, as the refit says, and a load that is
// still outside after the mark begins a new one.
func TestMarkEndsAnAlarmUntilItIsOver(t *testing.T) {
	begin, high := noon.Add(-30*time.Minute), 1.3
	row, _, w := learnedFrom(t, func(at time.Time, v float64) float64 {
		if at.Before(begin) {
			return v
		}
		return high * v
	}, high, plainModel)
	mark := fleet.Mark{ID: 7, Path: fleet.Path{"Qzone", "WNS"}, From: begin, To: noon.Add(3 * time.Minute), Kind: "incident"}
	all, _, err := w.loop.Refit(context.Background(), &mark, 0)
	if err != nil || !all[1].Before.Alarm || all[1].After.Alarm {
		t.Fatalf("%+v, %v", all, err)
	}
	m := *w.loop.model()
	m.Marks = []fleet.Mark{mark}
	w.loop.SetModel(m)
	if err := w.loop.relearnNow(context.Background()); err != nil {
		t.Fatal(err)
	}
	for minute, want := range []bool{false, false, false, true, true} {
		if r := w.minute(noon.Add(time.Duration(minute)*time.Minute), float64(row.Load)); r.Alarm != want || r.Direction != "up" {
			t.Errorf("%d minutes on: alarm %t, %q; want %t", minute, r.Alarm, r.Direction, want)
		}
	}
}

// What a refit shows is what the table shows once the mark is made; and back again.
func TestRefitIsWhatComes(t *testing.T) {
	day := noon.AddDate(0, 0, -2)
	_, _, w := learnedFrom(t, func(at time.Time, v float64) float64 {
		if !at.Before(day) && at.Before(day.Add(3*time.Hour)) {
			return 3 * v
		}
		return v
	}, 1, plainModel)
	mark := fleet.Mark{ID: 7, Path: fleet.Path{"Qzone", "WNS"}, From: day, To: day.Add(3 * time.Hour), Kind: "incident"}
	refit := func(more *fleet.Mark, ended int64) Refit {
		t.Helper()
		all, of, err := w.loop.Refit(context.Background(), more, ended)
		if err != nil || of != 2 || len(all) != 2 || all[0].ID != "Qzone/WNS" {
			t.Fatalf("%+v of %d, %v", all, of, err)
		}
		if a, b := all[0], all[1]; !a.Before.DevicesNeeded.Known() || a.Before.DevicesNeeded != b.Before.DevicesNeeded || a.After.DevicesToRequest != b.After.DevicesToRequest {
			t.Errorf("the node of a single module needs %+v, the module %+v", a, b)
		}
		return all[1]
	}
	shows := func(side RefitSide) error {
		t.Helper()
		r, s := w.row("m"), w.loop.Snapshot()
		if g := s.Growth[s.Find(r.ID)]; side.Mean != r.Mean || side.Upper != r.Upper || side.PeakToday.Value != r.PeakToday.Value || side.PeakAtRisk != g.PeakAtRisk {
			return fmt.Errorf("%+v\nis not the table's %+v, %v", side, r, g.PeakAtRisk)
		}
		return nil
	}
	with := func(marks ...fleet.Mark) {
		t.Helper()
		m := *w.loop.model()
		m.Marks = marks
		w.loop.SetModel(m)
		if err := w.loop.relearnNow(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	r := refit(&mark, 0)
	if err := shows(r.Before); err != nil {
		t.Error("before: ", err)
	}
	if r.Before.PeakAtRisk == r.After.PeakAtRisk || r.Before.Mean == r.After.Mean {
		t.Errorf("the mark changes nothing: %+v", r)
	}
	with(mark)
	if err := shows(r.After); err != nil {
		t.Error("after: ", err)
	}
	if back := refit(nil, 7); !reflect.DeepEqual(back.After, r.Before) || !reflect.DeepEqual(back.Before, r.After) {
		t.Errorf("taken away: %+v\nwas %+v", back, r)
	}
	if _, _, err := w.loop.Refit(context.Background(), nil, 8); !errors.Is(err, fleet.ErrNoMark) {
		t.Errorf("of no mark: %v", err)
	}
}
