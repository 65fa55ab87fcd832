package analytics

import (
	"context"
	"math"
	"sync"
	"testing"
	"time"

	"headroom/analytics/season"
	"headroom/storage"
)

// usualLoad is the load at a wall-clock time, with some noise by the day.
func usualLoad(t time.Time) float64 {
	hour := float64(t.Hour()) + float64(t.Minute())/60
	return 30 + 10*math.Sin(hour/24*2*math.Pi) + float64(t.YearDay()*7919%13)/10
}

// usualHistory writes so many days of five-minute loads before an end.
func (w *world) usualHistory(module string, end time.Time, days int) {
	var samples []storage.Sample
	for m := end.AddDate(0, 0, -days).Truncate(5 * time.Minute); m.Before(end); m = m.Add(5 * time.Minute) {
		samples = append(samples, storage.Sample{Timestamp: m.UnixMilli(), Value: usualLoad(m)})
	}
	w.history(module, samples)
}

// background does what the loop's background does in a minute.
func (w *world) background(now time.Time, relearn bool) {
	w.t.Helper()
	if err := w.loop.learnNext(context.Background(), now); err != nil {
		w.t.Fatal(err)
	}
	if !relearn {
		return
	}
	select {
	case <-w.loop.relearn:
		if err := w.loop.relearnNow(context.Background()); err != nil {
			w.t.Fatal(err)
		}
	default:
	}
}

// Two midnights, and the night between in which clocks go back an hour: the
// table is complete in every minute, although learning anew takes five of them.
func TestMidnights(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	start := time.Date(2026, 10, 24, 22, 50, 0, 0, berlin)
	w := newWorldIn(t, start, berlin)
	w.usualHistory("m", start, 62)
	if err := w.loop.Learn(context.Background(), start); err != nil {
		t.Fatal(err)
	}
	cal := season.NewCalendar(berlin)
	spike := time.Date(2026, 10, 25, 3, 0, 0, 0, berlin).Add(-30 * time.Minute) // 2:30 the second time
	end := time.Date(2026, 10, 26, 0, 20, 0, 0, berlin)
	for at := start; at.Before(end); at = at.Add(time.Minute) {
		load := usualLoad(at)
		if !at.Before(spike) && at.Before(spike.Add(5*time.Minute)) {
			load = 90
		}
		w.push("m", at.Add(time.Second), 2, load)
		w.loop.Evaluate(context.Background(), at.Unix())
		w.checkDay(at, cal, spike)
		w.background(at, at.Minute()%60 == 5)
	}
}

// checkDay checks the row of a minute: complete, and of its own day.
func (w *world) checkDay(at time.Time, cal *season.Calendar, spike time.Time) {
	w.t.Helper()
	day, minute := cal.Split(at.Unix())
	r := w.row("m")
	g := w.loop.Snapshot().Growth[w.loop.Snapshot().Find(r.ID)]
	if r.State != OK || r.Days != 28 || !r.PeakToday.Lower.Known() || g.AsOf != season.Date(day-1) {
		w.t.Fatalf("%s: %s %q, band of %d days, peak %+v, growth as of %s", at, r.State, r.Reason, r.Days, r.PeakToday, g.AsOf)
	}
	if seen := r.PeakToday.Seen; seen.Known() != (minute >= 4) && at.Day() != 24 {
		w.t.Fatalf("%s: highest so far %v", at, seen)
	}
	if at.Day() == 25 && (r.PeakToday.Seen == 90) != !at.Before(spike.Add(4*time.Minute)) {
		w.t.Fatalf("%s: highest so far %v, the peak of 90 was at %s", at, r.PeakToday.Seen, spike)
	}
}

// Learning that is asked for right after midnight, while the last minute of
// yesterday is still open, is about yesterday.
func TestLearningJustAfterMidnight(t *testing.T) {
	last := time.Date(2026, 11, 22, 23, 58, 0, 0, shanghai)
	w := newWorld(t, last)
	w.usualHistory("m", last, 62)
	if err := w.loop.Learn(context.Background(), last); err != nil {
		t.Fatal(err)
	}
	for k := range 3 {
		at := last.Add(time.Duration(k) * time.Minute)
		w.push("m", at.Add(time.Second), 2, 33)
		w.loop.Evaluate(context.Background(), at.Unix())
		if got := w.loop.Snapshot(); !got.At.Equal(at) {
			t.Fatalf("the table is about %s, want %s", got.At, at)
		}
		if k == 1 { // it is past midnight when minute 23:59 has been judged
			w.loop.HistoryChanged()
			w.background(at.Add(70*time.Second), true)
			if r := w.row("m"); !r.PeakToday.Seen.Known() {
				t.Error("the day that is not over was forgotten")
			}
		}
	}
	if r := w.row("m"); r.PeakToday.Seen.Known() {
		t.Errorf("00:00: highest so far %v, want none", r.PeakToday.Seen)
	}
}

// Learning anew changes what a minute is compared with, not what was seen in it:
// a module without a load in this minute does not get the one before.
func TestLearningKeepsWhatWasSeen(t *testing.T) {
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, shanghai)
	w := newWorld(t, at)
	w.usualHistory("m", at, 30)
	if err := w.loop.Learn(context.Background(), at); err != nil {
		t.Fatal(err)
	}
	w.push("m", at.Add(time.Second), 1, 33)
	w.loop.Evaluate(context.Background(), at.Unix())
	w.loop.Evaluate(context.Background(), at.Unix()+4*60) // silent by now
	w.loop.HistoryChanged()
	w.background(at.Add(5*time.Minute), true)
	if r := w.row("m"); r.State != Stale || r.Load.Known() {
		t.Errorf("after learning anew: %s, load %v; want stale, as before", r.State, r.Load)
	}
}

func TestNextMinute(t *testing.T) {
	f := func(closed, open, want int64) {
		t.Helper()
		if got := nextMinute(closed, open); got != want {
			t.Errorf("closed %d, open %d: next %d, want %d", closed, open, got, want)
		}
	}
	f(540, 600, 600)
	f(600, 600, 660)   // the clock was set back
	f(540, 660, 600)   // held up for a minute: it is made up for
	f(540, 6000, 5940) // held up for long: its samples are gone from the rollup
}

// The curve of a node is its own, not that of a node below it.
func TestCurveOfAnInnerNode(t *testing.T) {
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, shanghai)
	w := newWorld(t, at)
	other := modulePath("b")
	other[2] = "other"
	w.tree.Add(other)
	for k := range 2 {
		m := at.Add(time.Duration(k) * time.Minute)
		w.push("a", m.Add(time.Second), 1, 10)
		w.rollup.Enter([]storage.Label{
			{Name: storage.MetricName, Value: "headroom_load_percent"},
			{Name: "business", Value: other[0]}, {Name: "module", Value: other[3]}, {Name: "node", Value: "x"},
			{Name: "product", Value: other[1]}, {Name: "service", Value: other[2]},
		}).Add(m.UnixMilli(), 90)
		w.loop.Evaluate(context.Background(), m.Unix())
	}
	for id, want := range map[string]Number{"Qzone": 50, "Qzone/WNS": 50, "Qzone/WNS/dispatch": 10, "Qzone/WNS/other": 90} {
		c, err := w.loop.Curve(context.Background(), id, "")
		if err != nil {
			t.Fatal(err)
		}
		var got Number
		for i, v := range c.Load {
			if c.Times[i] == at.Unix() {
				got = v
			}
		}
		if got != want {
			t.Errorf("%s: load %v, want %v", id, got, want)
		}
	}
}

// Readers, minutes and learning at the same time, for the race detector.
func TestReadersBesideTheLoop(t *testing.T) {
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, shanghai)
	w := newWorld(t, at)
	w.usualHistory("m", at, 62)
	if err := w.loop.Learn(context.Background(), at); err != nil {
		t.Fatal(err)
	}
	w.push("m", at.Add(time.Second), 2, 33)
	w.loop.Evaluate(context.Background(), at.Unix())

	ctx, stop := context.WithCancel(context.Background())
	id := modulePath("m").ID()
	var readers sync.WaitGroup
	for _, read := range []func() error{
		func() error { _, err := w.loop.Curve(ctx, id, ""); return err },
		func() error { _, err := w.loop.Trend(ctx, id, "", 0); return err },
		func() error { _, err := w.loop.Explain(ctx, id, ""); return err },
		func() error { _, err := w.loop.At(ctx, at, ""); return err },
		func() error { return w.loop.relearnNow(ctx) },
		func() error { return w.loop.learnNext(ctx, at.Add(12*time.Hour)) },
		func() error { w.loop.SetModel(Classic(shanghai)); return nil },
	} {
		readers.Go(func() {
			for ctx.Err() == nil {
				if err := read(); err != nil && ctx.Err() == nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for k := 1; k < 60; k++ {
		m := at.Add(time.Duration(k) * time.Minute)
		w.push("m", m.Add(time.Second), 2, 33)
		w.push("new", m.Add(time.Second), 2, 33)
		w.loop.Evaluate(context.Background(), m.Unix())
		if got := w.loop.Snapshot(); !got.At.Equal(m) {
			t.Errorf("the table is about %s, want %s", got.At, m)
		}
	}
	stop()
	readers.Wait()
}
