package chat

import (
	"context"
	"net"
	"net/http"
	"testing"
)

func TestAnAddressForChatAlone(t *testing.T) {
	w := newWorld(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- w.Serve(ctx, l) }()
	for path, want := range map[string]int{"/api/v1/chat/webhook": 401, "/api/v1/alarms": 404, "/": 404} {
		resp, err := http.Post("http://"+l.Addr().String()+path, "application/json", nil)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("%s: %s; want %d", path, resp.Status, want)
		}
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
