package main

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"path/filepath"
	"slices"
	"time"

	"headroom/internal/simfleet"
	"headroom/storage"
)

// warmUp is how many passes are sent before the measurement: the first sight of
// a series costs far more than its later samples.
const warmUp = 5

// ingest sends all series a sample a second, as many senders would, and measures
// the server's CPU time and memory.
func ingest(ctx context.Context, o options, name string, t *table) error {
	dir, err := emptyDir(o, name+"-ingest")
	if err != nil {
		return err
	}
	s, err := start(ctx, o, name, dir)
	if err != nil {
		return err
	}
	defer s.stop()
	slog.Info("ingest", "server", name, "series", o.series, "passes", o.passes)
	rows, err := activeSeries(o.series)
	if err != nil {
		return err
	}
	begin := time.Now()
	if err := s.passes(ctx, rows, begin, 0, warmUp); err != nil {
		return err
	}
	before, err := s.usage()
	if err != nil {
		return err
	}
	if err := s.passes(ctx, rows, begin, warmUp, warmUp+o.passes); err != nil {
		return err
	}
	after, err := s.usage()
	if err != nil {
		return err
	}
	t.set(rowIngest, name, float64(o.series*o.passes)/(after.cpu-before.cpu))
	t.set(rowIngestRSS, name, float64(after.rss))
	return nil
}

// passes sends the passes from up to to, each not before its second has come.
func (s *server) passes(ctx context.Context, rows []storage.Series, begin time.Time, from, to int) error {
	for pass := from; pass < to; pass++ {
		at := begin.Add(time.Duration(pass) * time.Second)
		if err := waitUntil(ctx, at); err != nil {
			return err
		}
		fill(rows, pass, at.UnixMilli())
		if err := s.store.Write(ctx, rows); err != nil {
			return fmt.Errorf("pass %d: %w", pass, err)
		}
	}
	return nil
}

func waitUntil(ctx context.Context, t time.Time) error {
	timer := time.NewTimer(time.Until(t))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// activeSeries returns n series of a fleet: loads of devices, and counters of
// their processes. Headroom rolls all of them up.
func activeSeries(n int) ([]storage.Series, error) {
	fleet := simfleet.New(simfleet.Options{Modules: n/100 + 10, Now: time.Now()})
	var rows []storage.Series
	err := fleet.Minute(time.Now(), func(more []storage.Series) error {
		rows = append(rows, more...)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(rows) < n {
		return nil, fmt.Errorf("the simulated fleet has only %d series", len(rows))
	}
	return slices.Clip(rows[:n]), nil
}

// fill sets the samples of a pass: gauges with two decimals that wander, and
// counters, both of them different for each series.
func fill(rows []storage.Series, pass int, ms int64) {
	for i := range rows {
		v := 30 + 20*math.Sin(float64(pass+i)/10)
		if i%10 != 0 {
			v = math.Floor(float64(1000*i) + float64(pass)*v)
		}
		rows[i].Samples = []storage.Sample{{Timestamp: ms, Value: math.Round(v*100) / 100}}
	}
}

// emptyDir returns the directory of a measurement, emptied.
func emptyDir(o options, name string) (string, error) {
	dir := filepath.Join(o.dir, name)
	return dir, removeAll(dir)
}
