package heal

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"headroom/internal/config"
	"headroom/internal/webhook"
)

// hook is a server that answers a list of statuses and keeps what it was asked.
type hook struct {
	*httptest.Server
	statuses []int
	bodies   []string
	headers  []http.Header
}

func newHook(t *testing.T, statuses ...int) *hook {
	h := &hook{statuses: statuses}
	h.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		n := len(h.bodies)
		h.bodies, h.headers = append(h.bodies, string(body)), append(h.headers, r.Header)
		if h.statuses[n] == http.StatusFound {
			http.Redirect(w, r, "/elsewhere", http.StatusFound)
			return
		}
		w.WriteHeader(h.statuses[n])
		_, _ = fmt.Fprintf(w, "answer %d", n)
	}))
	t.Cleanup(h.Close)
	return h
}

func (h *hook) job(t *testing.T) *job {
	j := commandJob(t, "x")
	act, err := compileAction(config.HealAction{
		Name: "reboot", Kind: "restart_server", Timeout: config.Duration(20 * time.Second),
		Webhook: config.HealWebhook{URL: h.URL + "/reboot?key=hidden", Headers: map[string]string{"X-Team": "infra"}, Secret: "s3cret"},
	})
	if err != nil {
		t.Fatal(err)
	}
	j.action = &act
	return j
}

func TestAWebhookIsSignedAndTriedAgain(t *testing.T) {
	h := newHook(t, 503, 202)
	out, err := h.job(t).run(t.Context())
	if err != nil || out != "answer 1" || len(h.bodies) != 2 {
		t.Fatalf("%q, %v after %d requests", out, err, len(h.bodies))
	}
	if h.bodies[0] != h.bodies[1] {
		t.Error("the second request is another one")
	}
	var m message
	if err := json.Unmarshal([]byte(h.bodies[0]), &m); err != nil || m.Heal != "a-1.1" || m.Action != "reboot" || m.Module != "shop/cart" || m.Alarm.Labels["alertname"] != "Dead" {
		t.Errorf("%v: %s", err, h.bodies[0])
	}
	for _, head := range h.headers {
		if want := webhook.Sign("s3cret", head.Get(webhook.TimestampHeader), []byte(h.bodies[0])); head.Get(webhook.SignatureHeader) != want {
			t.Errorf("signed %s; want %s", head.Get(webhook.SignatureHeader), want)
		}
		if head.Get(webhook.KeyHeader) != "a-1.1" || head.Get("X-Team") != "infra" {
			t.Errorf("%v", head)
		}
	}
}

func TestARefusedWebhookHasFailed(t *testing.T) {
	for _, c := range []struct {
		statuses []int
		want     string
	}{
		{[]int{403}, "answered 403 Forbidden"},
		{[]int{302}, "answered 302 Found"}, // a signed request is for its address only
		{[]int{500, 429, 500}, "answered 500 Internal Server Error"},
	} {
		h := newHook(t, c.statuses...)
		_, err := h.job(t).run(t.Context())
		if err == nil || err.Error() != c.want || len(h.bodies) != len(c.statuses) {
			t.Errorf("%v: %v after %d requests", c.statuses, err, len(h.bodies))
		}
	}
	gone := newHook(t)
	gone.Close()
	j := gone.job(t)
	j.action.Timeout, j.pause = config.Duration(200*time.Millisecond), time.Hour
	if _, err := j.run(t.Context()); err == nil || strings.Contains(err.Error(), "hidden") || !strings.Contains(err.Error(), "timeout") {
		t.Errorf("the address is told, or no failure: %v", err)
	}
}
