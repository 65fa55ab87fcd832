package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"headroom/internal/simfleet"
	"headroom/storage"
)

func removeAll(dir string) error {
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	return os.MkdirAll(dir, 0o755)
}

// minuteTable loads the history of a fleet, as rolled-up series of modules and
// tree nodes, then measures what the warning table and the growth of all of
// them cost. The peers are spared the way from devices to these series.
func minuteTable(ctx context.Context, o options, name string, t *table) error {
	dir, err := emptyDir(o, name+"-table")
	if err != nil {
		return err
	}
	now := time.Now().Truncate(o.step)
	fleet := simfleet.New(simfleet.Options{
		Modules: o.modules, Now: now, Location: time.Local,
		Run: max(1, int(time.Hour/o.step)), // all series within an hour, or Prometheus would call them late
	})
	s, err := start(ctx, o, name, dir)
	if err != nil {
		return err
	}
	samples, err := s.load(ctx, o, fleet, now)
	if err != nil {
		s.stop()
		return err
	}
	// Restarted, every server has written its data to disk; the time to the
	// first table counts from here.
	s.stop()
	bytes, err := s.diskBytes()
	if err != nil {
		return err
	}
	t.set(rowDisk, name, float64(bytes)/float64(samples))
	restarted := time.Now()
	if s, err = start(ctx, o, name, dir); err != nil {
		return err
	}
	defer s.stop()
	if name == headroom {
		err = s.measureHeadroom(ctx, o, fleet, restarted, t)
	} else {
		err = s.measureQueries(ctx, now.Add(-o.step), t) // the newest sample
	}
	if used, err := s.usage(); err == nil {
		t.set(rowTableRSS, name, float64(used.peak))
	}
	return err
}

// load writes the history of loads and device counts and returns how many
// samples it has.
func (s *server) load(ctx context.Context, o options, fleet *simfleet.Fleet, now time.Time) (samples int, err error) {
	slog.Info("loading history", "server", s.name, "modules", o.modules, "days", o.days, "step", o.step)
	var batch []storage.Series
	size := 0
	flush := func() error {
		defer func() { batch, size = nil, 0 }()
		return s.store.Write(ctx, batch)
	}
	begin := time.Now()
	err = fleet.RollupHistory(now.AddDate(0, 0, -o.days), now, o.step, func(rows []storage.Series) error {
		for _, r := range rows {
			metric := storage.Value(r.Labels, storage.MetricName)
			if strings.HasSuffix(metric, "_load_percent") || strings.HasSuffix(metric, "_devices") {
				batch = append(batch, r)
				size += len(r.Samples)
				samples += len(r.Samples)
			}
		}
		if size < 100_000 {
			return nil
		}
		return flush()
	}, everyTenth(s.name))
	if err == nil {
		err = flush()
	}
	if err != nil {
		return samples, fmt.Errorf("load history: %w", err)
	}
	slog.Info("loaded", "server", s.name, "samples", samples, "took", time.Since(begin).Round(time.Second))
	return samples, nil
}

// everyTenth logs each tenth of the progress.
func everyTenth(name string) simfleet.Progress {
	last := 0
	return func(done, total int) {
		if tenth := done * 10 / total; tenth > last {
			last = tenth
			slog.Info("loading history", "server", name, "percent", tenth*10)
		}
	}
}
