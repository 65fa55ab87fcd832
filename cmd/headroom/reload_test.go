package main

import (
	"context"
	"log/slog"
	"runtime"
	"strings"
	"testing"
	"time"

	"headroom/internal/config"
	"headroom/storage/fleet"
)

func newTestServer(t *testing.T) *server {
	t.Helper()
	s, err := newServer(serveOptions{storagePath: t.TempDir(), retention: 24 * time.Hour}, config.Default(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

var aMark = fleet.Mark{From: time.Unix(0, 0), To: time.Unix(60, 0), Kind: "incident"}

// While the configuration is read anew, others go on with the one in force; the
// race detector looks at it.
func TestReloadBesideOthers(t *testing.T) {
	s := newTestServer(t)
	if _, err := (marks{s}).Add(t.Context(), aMark); err != nil {
		t.Fatal(err)
	}
	done := make(chan error)
	go func() {
		var err error
		for range 20 {
			if err == nil {
				err = s.reload(context.Background())
			}
		}
		done <- err
	}()
	for range 20 {
		if got, err := (marks{s}).Marks(t.Context()); err != nil || len(got) != 1 || got[0].From.Location() != s.location {
			t.Errorf("%+v, %v", got, err)
		}
		if err := s.settle(t.Context()); err != nil {
			t.Error(err)
		}
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// A mark that is kept counts at once, also if who made it has gone meanwhile.
func TestAMarkThatIsKeptCounts(t *testing.T) {
	s := newTestServer(t)
	ctx, cancel := context.WithCancel(t.Context())
	s.reloads.mu.Lock()
	done := make(chan error)
	go func() {
		_, err := (marks{s}).Add(ctx, aMark)
		done <- err
	}()
	for kept := 0; kept == 0; runtime.Gosched() {
		all, err := s.state.Marks().Marks(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		kept = len(all)
	}
	cancel()
	s.reloads.mu.Unlock()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// What a reload says is in the log and in the answer to whoever asked for it.
func TestAReloadTellsNoSecret(t *testing.T) {
	old, now := config.Default(), config.Default()
	now.Storage.Remote.WriteURL = "http://ann:hush@store.example.com/write"
	now.Alerting.Chat.Slack.SigningSecret = "hush"
	now.Timezone = "Asia/Tokyo"
	err := fixedSections(old, now)
	if err == nil || strings.Contains(err.Error(), "hush") {
		t.Errorf("%v", err)
	}
	for _, want := range []string{"storage: has changed", "alerting.chat: has changed", "is now Asia/Tokyo"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v; want %s", err, want)
		}
	}
}
