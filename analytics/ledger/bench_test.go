package ledger

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"headroom/analytics"
	"headroom/analytics/season"
	"headroom/ingest/rollup"
	"headroom/storage"
	"headroom/storage/embedded"
	"headroom/storage/fleet"
)

// benchWorld is a loop over an empty fleet of so many modules, five in a service.
func benchWorld(b *testing.B, modules int) (*world, time.Time) {
	store, err := embedded.Open(embedded.Options{Path: b.TempDir(), MemoryBytes: 1 << 30, WALSync: embedded.SyncNone, Retention: 100 * 365 * 24 * time.Hour, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = store.Close() })
	day := time.Date(2026, 11, 22, 0, 0, 0, 0, shanghai)
	tree := fleet.NewTree([]string{"business", "product", "service", "module"})
	w := &world{store: store, tree: tree, load: load, rollup: rollup.New(rollup.Options{Tree: tree, NodeLabel: "node", DeviceTimeout: 3 * time.Minute}, day)}
	for i := range modules {
		tree.Add(fleet.Path{fmt.Sprint("b", i/100), fmt.Sprint("p", i/25), fmt.Sprint("s", i/5), fmt.Sprint("m", i)})
	}
	m := analytics.Classic(shanghai)
	m.Name = analytics.ModelCalibrated
	w.loop = analytics.NewLoop(analytics.Options{Model: m, Tree: tree, Rollup: w.rollup, Store: store, Logger: slog.New(slog.DiscardHandler), Registerer: prometheus.NewRegistry()})
	w.restart()
	return w, day
}

// learnedWorld has three weeks of coarse history, from which all is foretold but
// orders, since no device reports now.
func learnedWorld(b *testing.B, modules int) (*world, time.Time) {
	w, day := benchWorld(b, modules)
	for _, n := range w.tree.Nodes() {
		row := storage.Series{Labels: rollup.Labels(n, w.tree.Levels(), rollup.LoadPercent)}
		for at := day.AddDate(0, 0, -21); at.Before(day); at = at.Add(30 * time.Minute) {
			row.Samples = append(row.Samples, storage.Sample{Timestamp: at.UnixMilli(), Value: load(at)})
		}
		if err := w.store.Write(context.Background(), []storage.Series{row}); err != nil {
			b.Fatal(err)
		}
	}
	if err := w.loop.Learn(context.Background(), day); err != nil {
		b.Fatal(err)
	}
	return w, day
}

// learnedSizes are the modules of fleets that learn first, which takes a second
// for each thirty of them; HEADROOM_BENCH_MODULES=2428 makes it the mission's.
func learnedSizes() []int {
	if n, err := strconv.Atoi(os.Getenv("HEADROOM_BENCH_MODULES")); err == nil {
		return []int{n}
	}
	return []int{20, 200}
}

// BenchmarkMinute is what a minute adds in the ledger: the bands ahead of the
// nodes whose turn it is and, at 1 o'clock, growth and orders of all.
func BenchmarkMinute(b *testing.B) {
	for _, modules := range learnedSizes() {
		w, day := learnedWorld(b, modules)
		for name, hour := range map[string]int{"ordinary": 2, "one-o-clock": growthHour} {
			b.Run(fmt.Sprintf("modules=%d/%s", modules, name), func(b *testing.B) {
				at := day.Add(time.Duration(hour) * time.Hour)
				w.loop.Evaluate(context.Background(), at.Unix())
				s := w.loop.Snapshot()
				b.ReportAllocs()
				for b.Loop() {
					var r rows
					w.ledger.bandsAhead(&r, s)
					if hour == growthHour {
						w.ledger.growth(&r, open, s)
						w.ledger.orders(&r, open, s)
					}
					if err := r.write(context.Background(), w.store); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// BenchmarkScore is the scoring of a day, once a night.
func BenchmarkScore(b *testing.B) {
	for _, modules := range learnedSizes() {
		w, day := learnedWorld(b, modules)
		for k := range 97 {
			at := day.Add(time.Duration(15*k) * time.Minute)
			w.loop.Evaluate(context.Background(), at.Unix())
			if err := w.ledger.Observe(context.Background(), w.loop.Snapshot()); err != nil {
				b.Fatal(err)
			}
		}
		b.Run(fmt.Sprintf("modules=%d", modules), func(b *testing.B) {
			for b.Loop() {
				if _, err := w.ledger.score(context.Background(), dayOf(day)-1); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkRead is a month of the ledger as the API reads it: of the whole fleet,
// and of one module.
func BenchmarkRead(b *testing.B) {
	for _, modules := range []int{100, 2_428} {
		w, day := benchWorld(b, modules)
		month(b, w, day)
		for name, q := range map[string]Query{"fleet": {}, "module": {Path: fleet.Path{"b0", "p0", "s0", "m0"}, Node: true}} {
			q.From, q.To = dayOf(day)-30, dayOf(day)
			b.Run(fmt.Sprintf("modules=%d/%s", modules, name), func(b *testing.B) {
				b.ReportAllocs()
				entries := 0
				for b.Loop() {
					got, err := w.ledger.Entries(context.Background(), q)
					if err != nil {
						b.Fatal(err)
					}
					summarize(got)
					entries = len(got)
				}
				b.ReportMetric(float64(entries), "entries")
			})
		}
	}
}

// month writes what a month leaves in the ledger, bands ahead but for their scores
// left out, which are never read.
func month(b *testing.B, w *world, day time.Time) {
	cal := season.NewCalendar(shanghai)
	for k := -37; k < 0; k++ {
		var r rows
		d := dayOf(day) + k
		start := cal.Start(d) * 1000
		for _, n := range w.tree.Nodes() {
			v := analytics.Interval{Value: 50, Lower: 45, Upper: 56}
			for _, hour := range peakHours {
				r.interval(w.ledger.bounds(open, Peak, "today"), n, start+int64(hour)*3_600_000, v)
			}
			for _, horizon := range []string{"7d", "30d", "60d", "90d", "max30d"} {
				r.interval(w.ledger.bounds(open, Growth, horizon), n, start+3_600_000, v)
			}
			r.add(w.ledger.named(open, forecastDevices, storage.Label{Name: "horizon", Value: "30d"}), n, start+3_600_000, 5)
			for _, suffix := range []string{dayPeak, dayDevices, bandCoverage} {
				r.add(w.ledger.named(open, suffix), n, w.ledger.closing(d), 50)
			}
			for _, lead := range analytics.Leads {
				for _, of := range []string{ofInside, ofError, ofNaive, ofWidth, ofScore} {
					r.add(w.ledger.named(open, bandAhead, storage.Label{Name: "horizon", Value: lead.Name}, storage.Label{Name: "of", Value: of}), n, w.ledger.closing(d), 0.5)
				}
			}
		}
		if err := r.write(context.Background(), w.store); err != nil {
			b.Fatal(err)
		}
	}
	if err := w.store.Flush(context.Background()); err != nil {
		b.Fatal(err)
	}
}
