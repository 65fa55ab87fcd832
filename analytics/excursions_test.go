package analytics

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"headroom/storage/fleet"
)

// What was out of the ordinary is found with its times and its direction, the
// newest first, and with the mark that covers it; a mark hides nothing.
func TestExcursions(t *testing.T) {
	up, down := noon.AddDate(0, 0, -2), noon.AddDate(0, 0, -9).Add(5*time.Hour)
	within := func(at, from time.Time) bool { return !at.Before(from) && at.Before(from.Add(20*time.Minute)) }
	mark := fleet.Mark{ID: 7, Path: fleet.Path{"Qzone"}, From: down.Add(-time.Hour), To: down.Add(time.Hour), Kind: "incident"}
	partly := fleet.Mark{ID: 8, Path: fleet.Path{"Qzone"}, From: up.Add(time.Minute), To: up.Add(time.Hour), Kind: "incident"}
	r, _, w := learnedFrom(t, func(at time.Time, v float64) float64 {
		if within(at, up) {
			return 3 * v
		} else if within(at, down) {
			return v / 3
		}
		return v
	}, 1, func(m *Model) { m.Marks = []fleet.Mark{mark, partly} })

	found := func(days int) []Excursion {
		t.Helper()
		out, err := w.loop.Excursions(context.Background(), r.ID, days)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	all := found(10)
	if len(all) != 2 {
		t.Fatalf("%+v", all)
	}
	for i, want := range []struct {
		from      time.Time
		direction string
		marked    bool
	}{{up, "up", false}, {down, "down", true}} {
		e := all[i]
		if !e.From.Equal(want.from) || !e.To.After(want.from.Add(5*time.Minute)) || e.To.After(want.from.Add(20*time.Minute)) || e.Direction != want.direction ||
			!(e.Score > 2) || e.Running || (e.Mark != nil) != want.marked || want.marked && *e.Mark != 7 {
			t.Errorf("%+v, want one from %v %s", e, want.from, want.direction)
		}
	}
	if few := found(3); len(few) != 1 || !few[0].From.Equal(up) {
		t.Errorf("of three days: %+v", few)
	}
	if _, err := w.loop.Excursions(context.Background(), "no", 10); err == nil {
		t.Error("of no node")
	}
}

// An alarm that is not over is told as running, up to now, though the newest value
// stands for minutes to come.
func TestRunningExcursion(t *testing.T) {
	began := noon.Add(-25 * time.Minute)
	r, _, w := learnedFrom(t, func(at time.Time, v float64) float64 {
		if at.Minute()%5 != 0 {
			return math.NaN()
		} else if !at.Before(began) {
			return 3 * v
		}
		return v
	}, 3, plainModel)
	out, err := w.loop.Excursions(context.Background(), r.ID, 1)
	if err != nil || len(out) != 1 || !out[0].Running || !out[0].From.Equal(began) || !out[0].To.Equal(noon.Add(time.Minute)) {
		t.Errorf("%+v, %v", out, err)
	}
}

func BenchmarkExcursions(b *testing.B) {
	w := newWorld(b, noon)
	w.noisyHistory("m", noon, MaxExcursionDays+excursionLead, rand.New(rand.NewPCG(1, 2)))
	if err := w.loop.Learn(context.Background(), noon); err != nil {
		b.Fatal(err)
	}
	id := w.minute(noon, 40).ID
	for b.Loop() {
		if _, err := w.loop.Excursions(context.Background(), id, MaxExcursionDays); err != nil {
			b.Fatal(err)
		}
	}
}
