package main

import (
	"cmp"
	"context"
	"log/slog"
	"testing"
	"time"

	"headroom/internal/config"
	"headroom/storage/state"
)

// That healing is stopped is told until a person releases it, whatever restarts: no
// other part ends the alarm.
func TestTheAlarmOfStoppedHealingOutlivesARestart(t *testing.T) {
	opts := serveOptions{storagePath: t.TempDir(), retention: 24 * time.Hour}
	start := func() *server {
		s, err := newServer(opts, config.Default(), slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	stop := func(s *server) {
		if err := s.close(); err != nil {
			t.Fatal(err)
		}
	}
	s := start()
	if err := s.state.Heals().Stop(t.Context(), state.Brake{Since: time.Now(), Reason: "too much"}); err != nil {
		t.Fatal(err)
	}
	stop(s)
	first := ""
	for range 3 {
		s := start()
		over, cancel := context.WithCancel(t.Context())
		cancel()
		if err := s.watch.Run(over); err != nil { // it takes up its alarms, and has no time for more
			t.Error(err)
		}
		if err := s.alarms.pipeline.Step(t.Context(), time.Now()); err != nil {
			t.Error(err)
		}
		open := s.alarms.pipeline.Open()
		if len(open) != 1 || open[0].Kind() != "HealingStopped" || open[0].Ended {
			t.Fatalf("%d are open: %+v", len(open), open)
		}
		if first = cmp.Or(first, open[0].ID); open[0].ID != first {
			t.Error("it ended at a restart, and came again")
		}
		stop(s)
	}
}
