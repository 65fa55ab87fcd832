package api

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"headroom/analytics"
	"headroom/scaler/flow"
)

const (
	maxLive      = 512              // listeners at a time
	liveBeat     = 15 * time.Second // a comment that keeps proxies from hanging up
	liveProgress = time.Second      // how often progress is looked at
	liveWrite    = 10 * time.Second // for a slow listener to take one event
)

type liveSnapshot struct {
	At        time.Time `json:"at"`
	Published time.Time `json:"published"`
}

// listen sends an event "snapshot" for each published snapshot, the newest at
// once, an event "progress" while long work is under way, and an event "runs" each
// second in which runs of flows have changed.
func (s *Server) listen(c *gin.Context) {
	select {
	case s.live <- struct{}{}:
		defer func() { <-s.live }()
	default:
		s.fail(c, &Error{unavailable, errorf("%d pages listen already", maxLive)})
		return
	}
	s.stats.live.Inc()
	defer s.stats.live.Dec()
	c.Header("Content-Type", "text/event-stream")
	c.Header("Cache-Control", "no-store")
	c.Header("X-Accel-Buffering", "no") // nginx would hold events back
	l := &listener{Server: s, control: http.NewResponseController(c.Writer), w: c.Writer}
	if err := l.run(c.Request.Context()); err != nil {
		s.Logger.Debug("a live listener left", "err", err)
	}
}

// listener is one page that listens.
type listener struct {
	*Server
	control  *http.ResponseController
	w        http.ResponseWriter
	sent     *analytics.Snapshot
	progress []byte // as sent last
	runs     map[string]flow.State
}

func (l *listener) run(ctx context.Context) error {
	published, end := l.Capacity.Subscribe()
	defer end()
	changes, stop := l.runChanges()
	defer stop()
	beat, look := time.NewTicker(liveBeat), time.NewTicker(liveProgress)
	defer beat.Stop()
	defer look.Stop()
	err := l.send("retry: 3000\n\n")
	if err == nil {
		err = l.news()
	}
	for err == nil {
		select {
		case <-published:
			err = l.news()
		case e := <-changes:
			l.runs[e.Run] = e.State
		case <-look.C:
			if err = l.news(); err == nil {
				err = l.tellRuns()
			}
		case <-beat.C:
			err = l.send(":\n\n")
		case <-l.closed:
			return nil
		case <-ctx.Done():
			return nil
		}
	}
	return err
}

// news sends what the listener has not seen yet.
func (l *listener) news() error {
	if snap := l.Capacity.Snapshot(); snap != nil && snap != l.sent {
		l.sent = snap
		if err := l.event("snapshot", liveSnapshot{snap.At, snap.Published}); err != nil {
			return err
		}
	}
	now, err := marshal(l.Server.progress())
	if err != nil || bytes.Equal(now, l.progress) || l.progress == nil && string(now) == "[]\n" {
		return err
	}
	l.progress = now
	return l.send("event: progress\ndata: " + string(now) + "\n")
}

func (l *listener) event(name string, data any) error {
	b, err := marshal(data)
	if err != nil {
		return err
	}
	return l.send("event: " + name + "\ndata: " + string(b) + "\n")
}

func (l *listener) send(text string) error {
	if err := l.control.SetWriteDeadline(time.Now().Add(liveWrite)); err != nil {
		return fmt.Errorf("set the time limit of a live event: %w", err)
	}
	if _, err := l.w.Write([]byte(text)); err != nil {
		return err
	}
	return l.control.Flush()
}
