package main

import (
	"context"
	"fmt"
	"time"

	"headroom/ingest/rollup"
	"headroom/storage"
)

const (
	// replayAtLeast is enough to know every device that still reports.
	replayAtLeast = 5 * time.Minute
	// replayAtMost bounds the start. Samples of a longer stop come from senders
	// that kept them, and are rolled up as they arrive.
	replayAtMost = 24 * time.Hour
)

// replay shows the rollup what was stored before the start and not rolled up:
// the minutes that a crash cut off.
func (s *server) replay(ctx context.Context, ro rollup.Options, now time.Time) error {
	from, err := s.newestRolledUp(ctx, now)
	if err != nil {
		return err
	}
	for _, signal := range [][]storage.Matcher{ro.Load, ro.Busy, ro.Requests} {
		if len(signal) == 0 {
			continue
		}
		q := storage.Query{Matchers: signal, Range: storage.TimeRange{From: from.UnixMilli(), To: now.UnixMilli()}}
		err := s.store.Select(ctx, q, func(b *storage.Block) error {
			s.rollup.Replay(b)
			return nil
		})
		if err != nil {
			return fmt.Errorf("read what was not rolled up: %w", err)
		}
	}
	return nil
}

// newestRolledUp returns the newest minute that has a load, between replayAtMost
// and replayAtLeast before now.
func (s *server) newestRolledUp(ctx context.Context, now time.Time) (time.Time, error) {
	newest := now.Add(-replayAtMost)
	q := storage.Query{
		Matchers: []storage.Matcher{storage.Metric(rollup.ModulePrefix + rollup.LoadPercent)},
		Range:    storage.TimeRange{From: newest.UnixMilli(), To: now.UnixMilli()},
	}
	err := s.store.Select(ctx, q, func(b *storage.Block) error {
		if t := time.UnixMilli(b.Timestamps[len(b.Timestamps)-1]); t.After(newest) {
			newest = t
		}
		return nil
	})
	if err != nil {
		return newest, fmt.Errorf("look for the newest minute: %w", err)
	}
	if least := now.Add(-replayAtLeast); newest.After(least) {
		newest = least
	}
	return newest, nil
}
