package main

import (
	"fmt"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"headroom/alerting/alarm"
	"headroom/internal/config"
	"headroom/storage/fleet"
	"headroom/storage/state"
)

// Modules that have rung together often enough share a component from then on, also
// when the configuration is read again.
func TestComponentsAreLearnedFromTheAlarmsOfThePast(t *testing.T) {
	db, err := state.Open(filepath.Join(t.TempDir(), "state.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	now := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	var rows []state.Alarm
	for day := range 4 {
		for _, path := range []string{"a/x", "a/y", "b/z"} {
			at := now.AddDate(0, 0, -day-1)
			rows = append(rows, state.Alarm{ID: fmt.Sprint(path, day), Key: path, Path: path, Source: alarm.FromAPI, Received: at, Closed: at.Add(time.Minute), Data: []byte("{}")})
		}
		rows = append(rows, state.Alarm{ID: fmt.Sprint("cause", day), Key: "cause", Path: "c/w", Source: alarm.FromFold, Received: now.AddDate(0, 0, -day-1), Data: []byte("{}")})
	}
	if err := db.Alarms().Save(t.Context(), rows); err != nil {
		t.Fatal(err)
	}

	cfg := config.Default()
	s := &server{state: db, log: slog.New(slog.DiscardHandler)}
	s.inForce.Store(&cfg)
	s.alarms.components.configure(cfg.Alerting.Fold)
	if err := s.learnComponentsOnce(t.Context(), now); err != nil {
		t.Fatal(err)
	}
	s.alarms.components.configure(cfg.Alerting.Fold)
	for path, want := range map[string]int{"a/x": 1, "b/z": 1, "c/w": 0} {
		p, _ := fleet.ParseID(path)
		if got := s.alarms.components.declared(nil, p, ""); len(got) != want {
			t.Errorf("%s shares %v", path, got)
		}
	}
}
