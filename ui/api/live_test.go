package api

import (
	"bufio"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"headroom/analytics"
)

// event reads the next event of a stream, without comments and retry times.
func event(t *testing.T, r *bufio.Scanner) string {
	t.Helper()
	var lines []string
	for r.Scan() {
		switch line := r.Text(); {
		case line == "" && len(lines) > 0:
			return strings.Join(lines, "\n")
		case strings.HasPrefix(line, "event:"), strings.HasPrefix(line, "data:"):
			lines = append(lines, line)
		}
	}
	t.Fatalf("the stream ended: %v", r.Err())
	return ""
}

func TestLive(t *testing.T) {
	opts, c := options(t)
	s := New(opts)
	srv := httptest.NewUnstartedServer(s.Handler())
	srv.Config = s.HTTPServer()
	srv.Start()
	defer srv.Close()
	client := srv.Client()
	client.Timeout = 30 * time.Second // instead of hanging for ever
	resp, err := client.Get(srv.URL + "/api/v1/live")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	stream := bufio.NewScanner(resp.Body)

	if got := event(t, stream); got != "event: snapshot\ndata: {\"at\":\"2026-11-22T21:05:00+08:00\",\"published\":\"2026-11-22T21:06:01+08:00\"}" {
		t.Errorf("first event: %s", got)
	}
	next := workedExample()
	next.At = minute.Add(time.Minute)
	c.publish(next)
	if got := event(t, stream); !strings.Contains(got, "21:06:00") {
		t.Errorf("after a snapshot: %s", got)
	}
	c.publish(next, analytics.Progress{Name: "history", Done: 5, Total: 10, ETASeconds: 4})
	if got := event(t, stream); got != `event: progress`+"\n"+`data: [{"name":"history","done":5,"total":10,"eta_seconds":4}]` {
		t.Errorf("progress: %s", got)
	}
	c.publish(next)
	if got := event(t, stream); got != "event: progress\ndata: []" {
		t.Errorf("when it is done: %s", got)
	}

	s.Close()
	for stream.Scan() {
	}
	if err := stream.Err(); err != nil {
		t.Errorf("the stream did not end in order: %v", err)
	}
}

func TestLiveListenersAreLimited(t *testing.T) {
	opts, _ := options(t)
	s := New(opts)
	for range maxLive {
		s.live <- struct{}{}
	}
	if w := get(t, s, "/api/v1/live"); w.Code != 503 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}
